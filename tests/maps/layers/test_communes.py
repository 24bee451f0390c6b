import pytest

from maps.layers.communes import commune_layer


def values(layer, label):
    (column,) = (column for column in layer.drawing.columns if column.label == label)
    return column.values


def test_a_layer_holds_every_commune_with_its_name_and_is_on_no_map(made):
    layer = commune_layer(made.units(name=["Xã Bình Sơn", None]))
    assert layer._parent is None
    assert len(layer.data["rings"]) == 2
    assert layer.drawing.labels == ["Xã Bình Sơn", "21109"]
    assert values(layer, "Thời hạn") == ["từ 2025-07-01 đến nay"] * 2


def test_communes_without_names_or_dates_still_make_a_layer(made):
    bare = made.frame([made.square(0)], code=["21040"])
    layer = commune_layer(bare, lang="en")
    assert layer.drawing.labels == ["21040"]
    assert values(layer, "Valid") == [None]


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_other_set_lies_below_and_has_no_names(made, lang):
    one, other = (
        commune_layer(made.units(name=None), lang=lang, other_set=flag) for flag in (False, True)
    )
    assert other.drawing.order < one.drawing.order
    assert list(other.drawing.labels) == []
    assert {one.drawing.key, other.drawing.key} == {"communes", "other_communes"}
