import dataclasses

import pytest

from gis.rules import VERDICTS
from maps.layers.zones import zone_layer, zone_names


def values(layer, label, kind=None):
    (column,) = (
        column
        for column in layer.drawing.columns
        if column.label == label and kind in (None, column.kind)
    )
    return column.values


def test_a_layer_holds_every_zone_and_is_on_no_map(small):
    layer = zone_layer(small)
    assert layer._parent is None
    assert len(layer.data["rings"]) == 2
    assert [VERDICTS[at] for at in layer.data["of"]] == list(small.zones["verdict"])
    assert list(layer.drawing.labels) == ["Vùng một", "Vùng hai"]


def test_a_popup_tells_product_use_area_and_hectares_by_verdict(small):
    layer = zone_layer(small)
    assert values(layer, "Sản phẩm") == ["Hành tím Bình Hải", None]
    assert values(layer, "Mục đích") == ["Cây hằng năm", "Khai thác đất sét"]
    assert values(layer, "Diện tích") == ["3,00 ha", "1,00 ha"]
    amounts = values(layer, "Diện tích theo kết luận")
    assert [sum(share for _, _, share in zone) for zone in amounts] == pytest.approx([1, 1])
    for zone in amounts:
        grave = [at for at, _, _ in zone]
        assert grave == sorted(grave, reverse=True)
    # the second zone lies outside every layer
    assert amounts[1] == [[VERDICTS.index("outside"), "1,00 ha", 1.0]]


def test_a_popup_names_each_rule_of_the_pieces_once(small):
    rules = values(zone_layer(small), "Căn cứ và thủ tục")
    for zone, named in zip(small.zones["zone_id"], rules, strict=True):
        of_pieces = small.pieces.loc[small.pieces["zone_id"] == zone, "rule_ids"]
        assert len(named) == len(set(named))
        assert set(named) == {rule for cell in of_pieces for rule in cell.split(";")}


def test_an_unverified_verdict_says_so(small):
    notices = values(zone_layer(small), "", "notice")
    expected = [not verified for verified in small.zones["verified"]]
    assert [notice is not None for notice in notices] == expected
    assert any(expected)
    assert all("cần cơ quan đất đai xem xét" in notice for notice in notices if notice)


def test_adjustments_are_listed_with_the_document_that_can_carry_them(small):
    layer = zone_layer(small)
    changes = values(layer, "Điều chỉnh quy hoạch cần có")
    carriers = values(layer, "Điều chỉnh bằng")
    rows = small.adjustments
    assert [len(zone) for zone in changes] == [
        int((rows["zone_id"] == zone).sum()) for zone in small.zones["zone_id"]
    ]
    # half of the road square lies in each commune
    assert "DGT → HNK: 0,50 ha (quy hoạch sử dụng đất, Xã Bình Sơn)" in changes[0]
    assert "DGT → HNK: 0,50 ha (quy hoạch sử dụng đất, Xã Đông Sơn)" in changes[0]
    assert len(carriers[0]) == rows["document_vi"].nunique()


def test_adjustments_without_commune_names_give_the_code(made):
    nameless = made.small_alignment(communes=made.units())
    (first, _) = values(zone_layer(nameless), "Điều chỉnh quy hoạch cần có")
    assert any("21040" in change for change in first)
    without = made.small_alignment(communes=None)
    (first, _) = values(zone_layer(without), "Điều chỉnh quy hoạch cần có")
    assert "DGT → HNK: 1,00 ha (quy hoạch sử dụng đất)" in first


def test_adjustments_that_no_document_can_carry_are_still_listed(small):
    nobody = small.adjustments.assign(document_vi="", body_vi="")
    layer = zone_layer(dataclasses.replace(small, adjustments=nobody))
    assert len(values(layer, "Điều chỉnh quy hoạch cần có")[0]) == len(nobody)
    assert values(layer, "Điều chỉnh bằng") == [[], []]


@pytest.mark.parametrize(("lang", "expected"), [("vi", ["B", "C", "z3"]), ("en", ["A", "C", "z3"])])
def test_a_zone_has_its_name_in_the_language_or_the_other_one_or_its_id(made, lang, expected):
    zones = made.frame(
        [made.square(0), made.square(1), made.square(2)],
        zone_id=["z1", "z2", "z3"],
        name_vi=["B", "C", None],
        name_en=["A", None, None],
    )
    assert zone_names(zones, lang) == expected


def test_a_zone_without_a_use_says_so(made):
    bare = made.zones(use=[None, "clay_pit"]).drop(columns=["product", "status"])
    layer = zone_layer(made.small_alignment(of=bare), lang="en")
    assert values(layer, "Use") == ["Not stated", "Clay pit"]
    assert values(layer, "Status") == [None, None]
