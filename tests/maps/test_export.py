from pathlib import Path

import pytest

from gis.errors import OutputError
from maps import export
from maps.base import offline_map


def test_the_file_is_the_page_in_utf8_and_nothing_is_left_beside_it(tmp_path):
    folder = tmp_path / "Quy hoạch xã"
    folder.mkdir()
    page = offline_map(title="Bản đồ Bình Sơn")
    path = export.save(page, folder / "bản đồ.html")
    assert path.read_bytes() == page.get_root().render().encode()
    assert [file.name for file in folder.iterdir()] == ["bản đồ.html"]


def test_an_old_file_is_replaced(tmp_path):
    (tmp_path / "map.html").write_text("old", encoding="utf-8")
    export.save(offline_map(), tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(OutputError, match="nowhere does not exist; make it"):
        export.save(offline_map(), tmp_path / "nowhere" / "map.html")


def test_a_name_that_is_a_folder_is_refused_and_nothing_is_left(tmp_path):
    (tmp_path / "map.html").mkdir()
    with pytest.raises(OutputError, match=r"map\.html is a folder; name a file"):
        export.save(offline_map(), tmp_path / "map.html")
    assert [file.name for file in tmp_path.iterdir()] == ["map.html"]


def test_a_file_that_is_open_elsewhere_is_a_sentence_and_keeps_what_it_held(tmp_path, monkeypatch):
    def refuse(_file, target):
        raise PermissionError(13, "The process cannot access the file", str(target))

    (tmp_path / "map.html").write_text("old", encoding="utf-8")
    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(OutputError, match="close it in Excel or any other program"):
        export.save(offline_map(), tmp_path / "map.html")
    assert [file.name for file in tmp_path.iterdir()] == ["map.html"]
    assert (tmp_path / "map.html").read_text(encoding="utf-8") == "old"


def test_a_page_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    (tmp_path / "map.html").write_text("old", encoding="utf-8")
    page = offline_map()
    monkeypatch.setattr(page, "render", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        export.save(page, tmp_path / "map.html")
    assert (tmp_path / "map.html").read_text(encoding="utf-8") == "old"
