import pytest

from gis import codes
from maps.layers.land_use import land_use_layer


def values(layer, label):
    (column,) = (column for column in layer.drawing.columns if column.label == label)
    return column.values


def test_a_layer_holds_every_polygon_and_is_on_no_map(made):
    frame = made.land_use(["HNK", "LUC", "HNK"], [made.square(0), made.square(1), made.square(2)])
    layer = land_use_layer(frame, role="current")
    assert layer._parent is None
    assert len(layer.data["rings"]) == 3
    # rice stands before other annual crops in the form
    assert [category.code for category in layer.drawing.categories] == ["LUC", "HNK"]
    assert layer.data["of"] == [1, 0, 1]
    assert layer.category_ha.tolist() == pytest.approx([1.0, 2.0])


def test_categories_have_official_names_and_colours(made):
    layer = land_use_layer(made.land_use(["CLN"], [made.square(0)]), role="current", lang="en")
    (category,) = layer.drawing.categories
    official = codes.lookup("CLN", "tt27-2018")
    assert category.title == official.name_en
    assert category.style.fill == official.colour
    assert category.provisional == (official.colour_status == "provisional")


def test_one_code_of_two_tables_is_two_categories(made):
    frame = made.land_use(["HNK", "HNK"], [made.square(0), made.square(1)])
    frame["code_table"] = ["tt08-2024", "tt27-2018"]
    layer = land_use_layer(frame, role="current")
    assert [category.key for category in layer.drawing.categories] == [
        "HNK|tt27-2018",
        "HNK|tt08-2024",
    ]


def test_codes_that_no_table_knows_come_last_and_say_so(made):
    frame = made.land_use([None, "QQQ", "HNK"], [made.square(0), made.square(1), made.square(2)])
    layer = land_use_layer(frame, role="current", lang="en")
    assert [category.code for category in layer.drawing.categories] == ["HNK", "", "QQQ"]
    assert [category.style.hatch is None for category in layer.drawing.categories] == [
        True,
        False,
        False,
    ]
    assert layer.drawing.columns[0].values == ["(no code)", "QQQ", "HNK"]


def test_a_general_plan_speaks_by_its_legend(made):
    context = made.small_context()
    layer = land_use_layer(
        context.general_plan, role="general_plan", lang="en", decisions=context.decisions
    )
    (category,) = layer.drawing.categories
    assert (category.code, category.title) == ("NN-1", "Agriculture")
    assert category.style.fill == "#abcdef"
    name = codes.lookup("HNK", "tt08-2024").name_en
    assert values(layer, "Land-use code meant") == [f"HNK · {name} (TT 08/2024)"]


def test_a_symbol_without_a_legend_means_no_code(made):
    frame = made.land_use(["NN-9"], [made.square(0)], table="qhc")
    layer = land_use_layer(frame, role="general_plan")
    assert values(layer, "Tương ứng mã đất") == [None]
    assert layer.drawing.categories[0].provisional


def test_a_popup_names_table_status_year_and_area(made):
    frame = made.land_use(["HNK"], [made.square(0)], year=2020, status="current", parcel="12")
    layer = land_use_layer(frame, role="current")
    assert values(layer, "Bảng mã") == ["TT 27/2018"]
    assert values(layer, "Trạng thái") == ["Hiện trạng 2020"]
    assert values(layer, "Diện tích") == ["1,0000 ha"]
    assert values(layer, "Số thửa") == ["12"]
    assert values(layer, "Tờ bản đồ") == [None]


@pytest.mark.parametrize(
    ("years", "title"),
    [([2020, 2020], "Hiện trạng 2020"), ([2019, 2020], "Hiện trạng"), (None, "Hiện trạng")],
)
def test_the_title_names_the_year_when_there_is_one(made, years, title):
    columns = {} if years is None else {"year": years}
    frame = made.land_use(["HNK", "LUC"], [made.square(0), made.square(1)], **columns)
    assert land_use_layer(frame, role="current").drawing.title == title
