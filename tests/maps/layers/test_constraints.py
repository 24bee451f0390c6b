from maps.layers.constraints import constraint_layer


def test_a_layer_holds_every_constraint_and_is_on_no_map(made):
    frame = made.limits()
    layer = constraint_layer(frame)
    assert layer._parent is None
    assert len(layer.data["rings"]) == 1
    said = {column.label: column.values[0] for column in layer.drawing.columns}
    assert said == {
        "": "Khu kinh tế",
        "Loại": "Khu kinh tế",
        "Hiệu lực": "Cần lưu ý",
        "Cơ sở": "QĐ 1",
        "Thời hạn": "từ 2021-01-01 đến nay",
        "Diện tích": "1,00 ha",
    }


def test_kind_and_effect_make_a_category(made):
    frame = made.frame(
        [made.square(0), made.square(1), made.square(2)],
        constraint_id=["a", "b", "c"],
        kind=["road", "road", "of our own"],
        effect=["flag", "block", "flag"],
        name=None,
        basis=None,
    )
    layer = constraint_layer(frame, lang="en")
    assert [category.title for category in layer.drawing.categories] == [
        "Road and its corridor · flags",
        "Road and its corridor · blocks",
        "Of our own · flags",
    ]
    assert layer.drawing.columns[0].values == ["a", "b", "c"]
