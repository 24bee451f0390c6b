"""What archives may hold: nothing leaves the folder, nothing swells, names survive."""

import os
import stat
import struct
import tracemalloc
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import SourceError
from gis.intake import guard
from gis.settings import IntakeSettings

LIMITS = IntakeSettings()
ENTITY = '<!DOCTYPE k [<!ENTITY a "ha">]>'


# --- archives -------------------------------------------------------------------------------------


@pytest.fixture
def packed(tmp_path):
    """Return a function that packs members, given as name or ZipInfo and content."""

    def pack(*members, name="a.zip", compression=zipfile.ZIP_DEFLATED):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", compression) as archive:
            for member, content in members:
                archive.writestr(member, content)
        return path

    return pack


def info(name, mode=0o100644, **said):
    made = zipfile.ZipInfo("x")
    made.filename = name
    made.external_attr = mode << 16
    for key, value in said.items():
        setattr(made, key, value)
    return made


@pytest.fixture
def refused_both_ways(refusal):
    """Return the refusal, which is the same by the list of members and on unpacking."""

    def refused(path, limits=LIMITS):
        said = refusal(path, limits)
        with pytest.raises(SourceError) as caught, guard.unpacked(path, limits):
            pytest.fail("unpacked")
        assert str(caught.value) == said
        return said

    return refused


@pytest.mark.parametrize(
    "name",
    [
        *("../a.shp", "a/../../b.shp", "/etc/a.shp", "C:/a.shp", "c:a.shp", "..\\a.shp"),
        *("a\\b.shp", "./a.shp", "a//b.shp", "..", "con.shp", "dir/NUL", "a. ", "a.shp:hidden"),
        *("a\x07.shp", "//server/share/a.shp", "aux.x/a.shp"),
    ],
)
def test_a_member_that_would_leave_the_folder_is_refused(refused_both_ways, name, packed):
    assert "unsafe name" in refused_both_ways(packed((info(name), b"x")))


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
def test_a_member_that_is_a_link_or_device_is_refused(refused_both_ways, kind, packed):
    path = packed((info("a.shp", kind | 0o777), b"/etc/passwd"))
    assert "a link or device" in refused_both_ways(path)


@pytest.mark.parametrize(
    "names",
    [
        ("a.shp", "A.SHP"),
        ("Dữ liệu/a.shp", "dữ liệu/b.shp"),
        ("a", "a/b.shp"),
        ("a/b.shp", "a"),
        ("Ẩ.shp", "ẩ.shp"),
        ("é.shp", "e\u0301.shp"),
    ],
)
def test_names_that_meet_on_another_system_are_refused(refused_both_ways, names, packed):
    assert "in other letters" in refused_both_ways(packed(*((name, b"x") for name in names)))


def test_a_name_that_stands_twice_is_refused(refused_both_ways, packed):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = packed(("a.shp", b"x"), ("a.shp", b"y"))
    assert "twice" in refused_both_ways(path)


def test_folders_may_be_listed_for_themselves(packed):
    path = packed((info("du lieu/", 0o040755), b""), ("du lieu/a.txt", b"x"), ("b.txt", b"y"))
    guard.admit(path, LIMITS)
    with guard.unpacked(path, LIMITS) as folder:
        assert (folder / "du lieu" / "a.txt").read_bytes() == b"x"


def test_an_encrypted_member_is_refused(refused_both_ways, packed):
    path = packed(("a.txt", b"x"))
    raw = bytearray(path.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(raw)
    assert "password" in refused_both_ways(path)


@pytest.mark.parametrize("name", ["b.zip", "b.KMZ", "b.7z", "b.rar", "b.tar.gz"])
def test_an_archive_within_an_archive_is_refused(refused_both_ways, name, packed):
    assert "another archive" in refused_both_ways(packed((name, b"x")))


def test_an_unknown_way_of_packing_is_refused(refused_both_ways, packed):
    path = packed(("a.txt", b"x"))
    raw = bytearray(path.read_bytes())
    raw[8] = raw[raw.index(b"PK\1\2") + 10] = 9
    path.write_bytes(raw)
    assert "ordinary zip" in refused_both_ways(path)


def test_too_many_members_are_refused(refused_both_ways, packed):
    path = packed(*((f"{at}.txt", b"") for at in range(11)))
    assert "more than 10 files" in refused_both_ways(path, IntakeSettings(max_members=10))


def test_a_list_of_members_longer_than_any_is_refused_before_it_is_read(refused_both_ways, packed):
    path = packed(("a.txt", b"x"))
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, raw.index(b"PK\5\6") + 12, 0xFFFF_FFF0)
    path.write_bytes(raw)
    assert "more than 10,000 files" in refused_both_ways(path)


def test_a_bomb_is_refused_by_its_list_and_leaves_nothing(refused_both_ways, packed):
    path = packed(("a.dbf", bytes(64 << 20)))
    assert path.stat().st_size < 100_000
    assert "more than 200 times" in refused_both_ways(path)


def test_a_sum_beyond_the_limit_is_refused(refused_both_ways, packed):
    path = packed(*((f"{at}.bin", os.urandom(1 << 20)) for at in range(3)))
    assert "more than 2 MB" in refused_both_ways(path, IntakeSettings(max_unpacked_mb=2))


def lie(path, size):
    """Let every header of a zip claim another size of its first member."""
    raw = bytearray(path.read_bytes())
    struct.pack_into("<I", raw, 22, size)
    struct.pack_into("<I", raw, raw.index(b"PK\1\2") + 24, size)
    path.write_bytes(raw)


@pytest.mark.parametrize("size", [10, 5 << 20])
def test_what_comes_out_is_counted_whatever_the_header_says(size, packed):
    path = packed(("a.bin", bytes(3 << 20)))
    lie(path, size)
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="contradicts itself"), guard.unpacked(path, LIMITS):
            pytest.fail("unpacked")
        assert tracemalloc.get_traced_memory()[1] < 16 << 20
    finally:
        tracemalloc.stop()


def test_a_bomb_whose_header_claims_much_packed_data_is_caught_while_unpacking(packed, monkeypatch):
    path = packed(("a.bin", bytes(64 << 20)))
    # as if the list said nothing: what really comes out decides
    monkeypatch.setattr(
        guard.archives,
        "listed",
        lambda _path, archive, _limits: {each.filename: each for each in archive.infolist()},
    )
    with pytest.raises(SourceError, match="swells"), guard.unpacked(path, LIMITS):
        pytest.fail("unpacked")
    few = IntakeSettings(max_unpacked_mb=10, max_ratio=1e9)
    with pytest.raises(SourceError, match="more than 10 MB"), guard.unpacked(path, few):
        pytest.fail("unpacked")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_an_archive_that_breaks_off_is_refused(refused_both_ways, share, written):
    path = written("zip")
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    assert "breaks off" in refused_both_ways(path)


@given(st.data())
def test_an_archive_with_any_byte_changed_is_read_or_refused(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("zip") / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ranh giới/a.txt", b"abcdefgh" * 50)
        archive.writestr("b.csv", b"1,2\n")
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(raw)
    try:
        guard.admit(path, LIMITS)
        with guard.unpacked(path, LIMITS) as folder:
            assert all(folder in each.parents for each in folder.rglob("*"))
    except SourceError as fault:
        assert str(fault).endswith(".")  # noqa: PT017 (either outcome is right)


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("ranh giới.txt".encode(), "ranh giới.txt"),
        (b"d\xca\xb8\xcat.txt", "d╩╕╩t.txt"),
        (b"\xf0\xe2t.txt", None),
    ],
    ids=["utf-8 without its mark", "legacy", "1258"],
)
def test_names_in_every_encoding_survive(raw, name, packed):
    path = packed((info("x" * len(raw) + ".shp"), b"1"), (info("x" * len(raw) + ".dbf"), b"2"))
    path.write_bytes(path.read_bytes().replace(b"x" * len(raw), raw))
    with guard.archives.unpacked(path, LIMITS) as folder:
        stems = {each.stem for each in folder.iterdir()}
        assert len(stems) == 1
        assert len(list(folder.iterdir())) == 2
        assert name is None or stems == {name}


def test_a_file_in_an_archive_is_looked_at_like_any_other(packed):
    path = packed(("doc.kml", ENTITY + "<kml>&a;</kml>"), name="a.kmz")
    with (
        pytest.raises(SourceError, match=r"doc\.kml declares a document type"),
        guard.unpacked(path, LIMITS),
    ):
        pytest.fail("unpacked")


# --- workbooks ------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0.3, 0.95])
def test_a_workbook_that_breaks_off_is_refused(refusal, share, written):
    path = written("xlsx")
    raw = path.read_bytes()
    path.write_bytes(raw[: int(len(raw) * share)])
    assert "breaks off" in refusal(path)


def test_a_workbook_that_declares_entities_is_refused(refusal, written, tmp_path):
    source, path = written("xlsx"), tmp_path / "b.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(path, "w") as new:
        for each in old.namelist():
            content = old.read(each)
            new.writestr(
                each, ENTITY.encode() + b"<s/>" if each.endswith("sheet1.xml") else content
            )
    assert "declares a document type" in refusal(path)


def test_a_workbook_that_swells_is_refused(refusal, written):
    path = written("xlsx")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", b" " * (40 << 20))
    assert "swells" in refusal(path)


@pytest.mark.parametrize(
    ("cell", "refused"), [("XFD1048576", True), ("B1048576", False), ("XFD3", False)]
)
def test_a_workbook_whose_cells_lie_far_apart_is_refused(refusal, cell, refused, tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    book.active["A1"] = "ma"
    book.active[cell] = 1
    book.save(path)
    assert path.stat().st_size < 10_000
    if refused:
        assert "2 cells spread over 1,048,576 rows and 16,384 columns" in refusal(path)
    else:
        guard.admit(path, LIMITS)


def test_cells_without_a_place_of_their_own_are_counted_on(refusal, tmp_path):
    cells = "<row r='9999999'>" + "<c><v>1</v></c>" * 4 + "</row>"
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", f"<worksheet>{cells}</worksheet>")
    assert "4 cells spread over 9,999,999 rows and 4 columns" in refusal(path)
