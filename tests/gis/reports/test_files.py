"""Files appear whole or not at all, and what stands in the way is a sentence."""

import os
from pathlib import Path

import pytest
from pyogrio.errors import DataSourceError

from gis.errors import OutputError
from gis.reports import files


def writes(text):
    return lambda place: place.write_text(text, encoding="utf-8")


def names(folder):
    return sorted(each.name for each in folder.iterdir())


def test_a_file_is_made_and_replaced(tmp_path):
    path = tmp_path / "kết quả.csv"
    assert files.write(path, writes("một")) == path
    files.write(path, writes("hai"))
    assert path.read_text(encoding="utf-8") == "hai"
    assert names(tmp_path) == ["kết quả.csv"]


def test_parts_beside_a_file_move_along(tmp_path):
    def make(place):
        for ending in (".shp", ".dbf"):
            place.with_suffix(ending).touch()

    files.write(tmp_path / "a.shp", make)
    assert names(tmp_path) == ["a.dbf", "a.shp"]


@pytest.mark.parametrize(
    "fault",
    [OSError(28, "No space left on device"), DataSourceError("disk I/O error"), ValueError("x")],
)
def test_what_fails_half_way_leaves_the_old_file_and_no_scrap(fault, tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old", encoding="utf-8")

    def half(place):
        place.write_text("half", encoding="utf-8")
        raise fault

    expected = ValueError if type(fault) is ValueError else OutputError
    with pytest.raises(expected) as caught:
        files.write(path, half)
    assert path.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["a.csv"]
    if expected is OutputError:
        assert "cannot be written" in str(caught.value)
        assert caught.value.vi.startswith(f"Không ghi được tệp {path}")


def test_a_file_open_in_excel_is_a_sentence(tmp_path, monkeypatch):
    path = tmp_path / "a.xlsx"

    def held(_part, _target):
        raise PermissionError(13, "The process cannot access the file")

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(OutputError, match="cannot be written; close it in Excel") as caught:
        files.write(path, writes("x"))
    assert "hãy đóng tệp trong Excel" in caught.value.vi
    assert names(tmp_path) == []


if hasattr(os, "mkfifo"):

    def test_what_is_no_regular_file_is_never_replaced(tmp_path):
        pipe = tmp_path / "pipe.csv"
        os.mkfifo(pipe)
        with pytest.raises(OutputError, match="no regular file; name a file") as caught:
            files.write(pipe, writes("x"))
        assert "không phải tệp thường" in caught.value.vi
        assert pipe.is_fifo()


def test_a_missing_folder_and_a_folder_for_a_file_are_sentences(tmp_path):
    with pytest.raises(OutputError, match=r"Folder .*nowhere does not exist; make it"):
        files.write(tmp_path / "nowhere" / "a.csv", writes("x"))
    with pytest.raises(OutputError, match="is a folder; name a file"):
        files.write(tmp_path, writes("x"))
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="does not exist"):
        files.write(tmp_path / "file" / "a.csv", writes("x"))
