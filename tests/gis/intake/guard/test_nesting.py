"""Text formats that nest too deep, swell, or break off are refused before a parser reads them."""

import json
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import SourceError
from gis.intake import guard, nesting
from gis.settings import IntakeSettings

LIMITS = IntakeSettings()


# --- JSON -----------------------------------------------------------------------------------------


def feature_collection(value):
    return json.dumps({"type": "FeatureCollection", "features": [], "a": value})


@pytest.mark.parametrize("pair", ["[]", '{"a":}'])
def test_json_nested_a_hundred_thousand_deep_is_refused(refusal, pair, tmp_path):
    path = tmp_path / "deep.geojson"
    begin, end = pair[:-1], pair[-1]
    path.write_text('{"type":"FeatureCollection","features":' + begin * 100_000 + end * 100_000)
    assert "nested more than 64 deep" in refusal(path)


def test_the_depth_of_json_is_counted_exactly(refusal, tmp_path):
    path = tmp_path / "a.json"
    path.write_text("[" * 64 + "]" * 64)
    guard.admit(path, LIMITS)
    path.write_text("[" * 65 + "]" * 65)
    assert "max_nesting" in refusal(path)


@pytest.mark.parametrize("text", ["[" * 99, '\\"' + "[" * 99, "\\" * 6 + "{" * 99, '\\\\\\"]]]['])
def test_brackets_within_text_do_not_count(text, tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(feature_collection(text))
    guard.admit(path, LIMITS)


def test_brackets_that_hide_behind_an_escaped_backslash_do_count(refusal, tmp_path):
    path = tmp_path / "a.geojson"
    # the text ends before the brackets: its last backslash is escaped itself
    path.write_text('{"a":"' + "\\\\" * 3 + '","b":' + "[" * 99 + "]" * 99 + "}")
    assert "nested" in refusal(path)


@given(
    st.recursive(
        st.text(alphabet='ab"\\[]{}ă', max_size=8),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
        max_leaves=20,
    ),
    st.integers(1, 9),
)
def test_the_depth_is_that_of_the_parser_wherever_blocks_end(tmp_path_factory, value, size):
    def depth(each):
        if isinstance(each, dict):
            each = list(each.values())
        return 1 + max(map(depth, each), default=0) if isinstance(each, list) else 0

    path = tmp_path_factory.mktemp("json") / "a.json"
    path.write_text(json.dumps([value], ensure_ascii=False), encoding="utf-8")
    deepest = depth([value])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(nesting, "BLOCK", size)
        nesting.json(path, IntakeSettings(max_nesting=deepest))
        with pytest.raises(SourceError, match="nested"):
            nesting.json(path, IntakeSettings(max_nesting=deepest - 1))


@pytest.mark.parametrize("tail", ['{"type": "Fea', '{"features": [', '["a\\"'])
def test_json_that_breaks_off_is_refused(refusal, tail, tmp_path):
    path = tmp_path / "a.geojson"
    path.write_text(tail)
    assert "ends before its text is closed" in refusal(path)


def test_looking_through_json_takes_little_memory(tmp_path):
    path = tmp_path / "a.json"
    path.write_bytes(b"[" + b'"' + b"x" * (1 << 25) + b'",' + b"[[1,2]]," * (1 << 21) + b"1]")
    tracemalloc.start()
    try:
        guard.admit(path, LIMITS)
        assert tracemalloc.get_traced_memory()[1] < 40 << 20
    finally:
        tracemalloc.stop()


# --- XML ------------------------------------------------------------------------------------------

KML = '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{}</Document></kml>'
GML = '<a:F xmlns:a="http://x" xmlns:gml="http://www.opengis.net/gml">{}</a:F>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {new} "{f"&{old};" * 10}">'
        for old, new in zip("abcdefghi", "bcdefghij", strict=True)
    )
    + "]>"
)
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a SYSTEM "file:///etc/hosts">]>'
PARAMETER = '<?xml version="1.0"?><!DOCTYPE k SYSTEM "http://example.org/a.dtd">'


@pytest.mark.parametrize(("ending", "body"), [("kml", KML), ("gml", GML)])
@pytest.mark.parametrize("prolog", [LAUGHS, OUTSIDE, PARAMETER], ids=["laughs", "file", "dtd"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
def test_xml_with_a_document_type_is_refused_in_every_encoding(
    refusal, encoding, prolog, body, ending, tmp_path
):
    path = tmp_path / f"a.{ending}"
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    path.write_bytes((mark + prolog + body.format("&j;")).encode(encoding))
    assert "declares a document type" in refusal(path)


def test_a_schema_beside_a_gml_is_looked_through_too(refusal, written):
    path = written("gml")
    path.with_suffix(".xsd").write_text(LAUGHS + "<schema/>")
    assert "declares a document type" in refusal(path)


@pytest.mark.parametrize(("ending", "body"), [("kml", KML), ("gml", GML)])
def test_xml_nested_deep_is_refused_and_tags_within_text_do_not_count(
    refusal, ending, body, tmp_path
):
    path = tmp_path / f"a.{ending}"
    path.write_text(body.format("<a>" * 100_000 + "</a>" * 100_000))
    assert "nested more than 64 deep" in refusal(path)
    path.write_text(body.format("<a b='/>'><![CDATA[" + "<b>" * 99 + "]]></a><c/>" * 1))
    guard.admit(path, LIMITS)


@pytest.mark.parametrize("content", ["", "<kml><Document></kml>", "<kml>", "<kml", "no xml"])
def test_xml_that_breaks_off_is_refused(refusal, content, tmp_path):
    path = tmp_path / "a.kml"
    path.write_text(" " + content)
    assert "its XML breaks off in line 1" in refusal(path)


def test_xml_in_an_encoding_that_hides_its_marks_is_refused(refusal, tmp_path):
    path = tmp_path / "a.kml"
    path.write_text('<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE k+AD4-<kml/>')
    assert "damaged" in refusal(path)


@pytest.mark.parametrize(("ending", "root"), [("kml", "html"), ("gml", "ab"), ("gml", "a")])
def test_xml_of_another_kind_is_refused(refusal, ending, root, tmp_path):
    path = tmp_path / f"a.{ending}"
    path.write_text(f"<{root}></{root}>")
    assert f"begins with <{root}>" in refusal(path)


# --- DXF ------------------------------------------------------------------------------------------


def drawing(depth, fan, columns=1, *, loop=False):
    """Return a drawing whose blocks insert each other."""

    def insert(name, count=1):
        return ["  0", "INSERT", "  8", "0", "  2", name, " 70", str(count), " 71", "1"]

    lines = ["  0", "SECTION", "  2", "BLOCKS"]
    for at in range(depth):
        lines += ["  0", "BLOCK", "  8", "2", "  2", f"b{at}", " 70", "0"]
        lines += ["  0", "LINE", "  8", "0", " 10", "0", " 20", "0", " 11", "1", " 21", "1"]
        inner = f"B{(at - 1) % depth}"
        lines += (insert(inner) * fan) if at or loop else []
        lines += ["  0", "ENDBLK", "  8", "0"]
    lines += [
        "  0",
        "ENDSEC",
        "  0",
        "SECTION",
        "  2",
        "ENTITIES",
        *insert(f"B{depth - 1}", columns),
    ]
    return "\r\n".join([*lines, "  0", "ENDSEC", "  0", "EOF", ""])


@pytest.mark.parametrize(
    ("told", "hostile"),
    [
        ({"depth": 9, "fan": 10}, True),
        ({"depth": 1, "fan": 1, "columns": 10_000_000}, True),
        ({"depth": 2, "fan": 1, "loop": True}, True),
        ({"depth": 100, "fan": 1}, True),
        ({"depth": 3, "fan": 100}, False),
        ({"depth": 1, "fan": 1, "columns": 1000}, False),
    ],
)
def test_blocks_within_blocks_are_counted_before_they_are_drawn(refusal, told, hostile, tmp_path):
    path = tmp_path / "a.dxf"
    path.write_text(drawing(**told), newline="")
    if hostile:
        assert "blocks within blocks" in refusal(path)
    else:
        guard.admit(path, LIMITS)
