from maps.controls.layer_tree import Group, LayerTree
from maps.layers.communes import commune_layer
from maps.layers.constraints import constraint_layer


def test_groups_name_their_layers_and_an_empty_group_is_left_out(made):
    communes = commune_layer(made.units(name=None), show=False)
    constraints = constraint_layer(made.limits())
    groups = [
        Group(title="A", layers=[communes], one_at_a_time=True),
        Group(title="B", layers=[]),
        Group(title="C", layers=[constraints], by_category=True),
    ]
    one, other = LayerTree(groups).data["groups"]
    assert (one["title"], one["single"]) == ("A", True)
    assert one["layers"][0]["layer"] is communes
    assert one["layers"][0]["shown"] is False
    assert one["layers"][0]["categories"] == []
    assert (other["title"], other["single"]) == ("C", False)
    assert other["layers"][0]["categories"] == ["Khu kinh tế · cần lưu ý"]
