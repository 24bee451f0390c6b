from maps.controls.legend import Legend, Section
from maps.layers.alignment import piece_layer
from maps.layers.land_use import land_use_layer


def test_a_legend_names_codes_hectares_and_provisional_colours(made):
    frame = made.land_use(["HNK", "CLN"], [made.square(0), made.square(1, size=50)])
    layer = land_use_layer(frame, role="current", note="Chỉ một phần.")
    (section,) = Legend([Section(layer=layer)]).data["sections"]
    marks = {entry["code"]: entry["mark"] for entry in section["entries"]}
    areas = {entry["code"]: entry["area"] for entry in section["entries"]}
    assert areas == {"HNK": "1,00", "CLN": "0,25"}
    provisional = {category.code: category.provisional for category in layer.drawing.categories}
    assert provisional == {"HNK": True, "CLN": False}
    assert marks == {"HNK": "tạm", "CLN": ""}
    assert section["notes"][0] == "Chỉ một phần."
    assert "tạm" in section["notes"][1]


def test_a_whole_legend_lists_verdicts_that_no_piece_has(small):
    layer = piece_layer(small)
    (whole,) = Legend([Section(layer=layer, whole=True)]).data["sections"]
    (used,) = Legend([Section(layer=layer)]).data["sections"]
    assert len(whole["entries"]) == 5
    assert len(used["entries"]) == small.pieces["verdict"].nunique()


def test_hectares_can_be_left_out(small):
    (section,) = Legend([Section(layer=piece_layer(small), areas=False)]).data["sections"]
    assert {entry["area"] for entry in section["entries"]} == {""}
