import dataclasses

import pytest

from gis.context import Note
from gis.errors import InputError, OutputError
from maps import review
from maps.controls.layer_tree import LayerTree
from maps.controls.legend import Legend
from maps.controls.popup import Popup
from maps.controls.title import Title
from maps.controls.zone_list import ZoneList
from maps.polygons import PolygonLayer

LAYERS = ("current", "plan", "general_plan", "communes", "constraints")
KEYS = {"plan": "land_use_plan"}


def children(page, kind):
    return [child for child in page._children.values() if isinstance(child, kind)]


def layers_of(page):
    return {layer.drawing.key: layer for layer in children(page, PolygonLayer)}


def test_a_review_holds_every_layer_and_control(small):
    page = review.build(small)
    assert set(layers_of(page)) == {KEYS.get(name, name) for name in LAYERS} | {"zones", "pieces"}
    for kind in (Title, ZoneList, LayerTree, Legend, Popup):
        assert len(children(page, kind)) == 1


def test_one_layer_of_land_use_is_shown_at_first_and_it_is_the_plan(small, made):
    def shown(alignment):
        layers = layers_of(review.build(alignment))
        roles = ("land_use_plan", "current", "general_plan")
        return [role for role in roles if role in layers and layers[role].show]

    assert shown(small) == ["land_use_plan"]
    assert shown(made.small_alignment(plan=None)) == ["current"]


@pytest.mark.parametrize("lang", ["vi", "en"])
@pytest.mark.parametrize("missing", LAYERS)
def test_a_review_of_a_workspace_that_lacks_a_layer_leaves_it_out(made, missing, lang):
    page = review.build(made.small_alignment(**{missing: None}), lang=lang)
    assert KEYS.get(missing, missing) not in layers_of(page)
    assert page.get_root().render()


def test_a_review_of_zones_alone_still_draws_them(made):
    page = review.build(made.small_alignment(**dict.fromkeys((*LAYERS, "year"))))
    assert set(layers_of(page)) == {"zones", "pieces"}
    assert page.get_root().render()


def test_both_commune_sets_are_drawn_and_only_that_of_the_day_is_shown(made):
    page = review.build(made.small_alignment(other_communes=made.units(name=None)))
    layers = layers_of(page)
    assert (layers["communes"].show, layers["other_communes"].show) == (True, False)


def test_a_language_of_neither_kind_is_refused(small):
    with pytest.raises(InputError, match="use vi or en"):
        review.build(small, lang="fr")


def test_the_title_names_day_plan_year_and_extent(small):
    (title,) = children(review.build(small), Title)
    pieces = len(small.pieces)
    assert title.data["facts"] == [
        ["Ngày xét", "01/06/2026"],
        ["Quy hoạch đến năm", "2030"],
        ["Quy mô", f"2 vùng · 4,00 ha · {pieces} mảnh"],
    ]
    assert title.data["notice"] is None


def test_a_schematic_result_says_so(made):
    (title,) = children(review.build(made.small_alignment(schematic=True), lang="en"), Title)
    assert "không có giá trị pháp lý" in title.data["notice"]
    assert "not a legal record" in title.data["notice"]


def test_notes_of_the_result_are_told_in_the_language(small):
    noted = dataclasses.replace(small, notes=(Note("Thiếu lớp.", "A layer is missing."),))
    for lang, expected in (("vi", ["Thiếu lớp."]), ("en", ["A layer is missing."])):
        (title,) = children(review.build(noted, lang=lang), Title)
        assert title.data["notes"] == expected


def test_a_large_layer_is_cropped_to_the_surroundings_of_the_zones_and_says_so(made, monkeypatch):
    # squares 0 and 12 touch the surroundings of a zone that ends at 300 m; square 14 does not
    shapes = [made.square(0), made.square(12), made.square(14)]
    found = made.small_alignment(current=made.land_use(["HNK"] * 3, shapes))
    assert len(layers_of(review.build(found))["current"].data["rings"]) == 3
    monkeypatch.setattr(review, "CROP_ABOVE", 2)
    page = review.build(found)
    assert len(layers_of(page)["current"].data["rings"]) == 2
    (title,) = children(page, Title)
    assert title.data["notes"][-1] == ("Chỉ hiện phần quanh các vùng (1 km): 2 trong 3 khoanh đất.")


def test_the_first_view_holds_all_zones(small, blocks):
    page = review.build(small)
    bounds = next(block for block in blocks(page) if "bounds" in block)["bounds"]
    assert bounds == layers_of(page)["zones"].get_bounds()


def test_saving_answers_with_the_path_and_refuses_a_missing_folder(small, tmp_path):
    path = review.save(small, tmp_path / "review.html", lang="en")
    assert path == tmp_path / "review.html"
    assert '<html lang="en">' in path.read_text(encoding="utf-8")
    with pytest.raises(OutputError, match="does not exist; make it"):
        review.save(small, tmp_path / "none" / "review.html")


def test_one_zone_of_one_piece_is_not_told_in_the_plural(made):
    one = made.zones().iloc[[1]].reset_index(drop=True)
    (title,) = children(review.build(made.small_alignment(of=one), lang="en"), Title)
    assert title.data["facts"][-1] == ["Extent", "1 zone · 1.00 ha · 1 piece"]
