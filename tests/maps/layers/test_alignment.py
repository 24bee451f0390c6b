import pytest
from shapely.geometry import box

from gis.rules import VERDICTS
from maps.layers.alignment import piece_layer


def row_of(layer, small, **wanted):
    """Everything the popup of one piece says, by label."""
    pieces = small.pieces
    chosen = pieces.index[(pieces[list(wanted)] == list(wanted.values())).all(axis=1)]
    (at,) = chosen
    return {column.label: column.values[at] for column in layer.drawing.columns if column.label}


def test_a_layer_holds_every_piece_and_is_on_no_map(small):
    layer = piece_layer(small)
    assert layer._parent is None
    assert len(layer.data["rings"]) == len(small.pieces)
    assert [VERDICTS[at] for at in layer.data["of"]] == list(small.pieces["verdict"])
    assert layer.category_ha.sum() == pytest.approx(4.0)


def test_a_popup_names_what_every_layer_says_of_the_piece(small):
    said = row_of(piece_layer(small), small, zone_id="z1", current_code="HNK")
    assert said["Diện tích"] == "1,0000 ha (33,3 %)"
    assert said["Xã"] == "21040 · Xã Bình Sơn"
    assert said["Hiện trạng"].startswith("HNK · ")
    assert said["Hiện trạng"].endswith("(TT 27/2018)")
    assert said["Quy hoạch sử dụng đất 2030"].startswith("HNK · ")
    assert said["Quy hoạch chung xã 2030"] == "NN-1 · Nông nghiệp (qhc)"
    assert said["Khu vực hạn chế"] == ["Khu kinh tế: QĐ 1"]
    assert said["Căn cứ và thủ tục"]
    assert said["Xã theo bộ khác"] is None


def test_a_layer_that_covers_nothing_there_says_none_and_a_missing_one_is_left_out(made, small):
    said = row_of(piece_layer(small, lang="en"), small, zone_id="z2")
    assert said["Current land use"] == "none"
    assert said["Commune general plan 2030"] == "none"
    without = made.small_alignment(current=None, general_plan=None, constraints=None)
    said = row_of(piece_layer(without, lang="en"), without, zone_id="z2")
    assert said["Current land use"] is None
    assert said["Commune general plan 2030"] is None
    assert said["Constraints"] == []


def test_a_doubly_covered_piece_names_both_codes(made):
    double = made.land_use(["HNK", "LUC"], [made.square(0), made.square(0)])
    found = made.small_alignment(current=double)
    said = row_of(piece_layer(found), found, current_code="HNK;LUC")
    one, other = said["Hiện trạng"].split(" + ")
    assert one.startswith("HNK · ")
    assert other.startswith("LUC · ")


def test_a_code_that_nobody_knows_is_said_to_be_unknown(made):
    odd = made.land_use(["QQQ"], [made.square(0)])
    found = made.small_alignment(current=odd)
    said = row_of(piece_layer(found), found, current_code="QQQ")
    assert said["Hiện trạng"] == "QQQ · mã không có trong bảng (TT 27/2018)"


def test_both_commune_sets_are_named(made):
    found = made.small_alignment(other_communes=made.units(name=["Xã cũ 1", "Xã cũ 2"]))
    said = row_of(piece_layer(found), found, zone_id="z1", current_code="HNK")
    assert said["Xã theo bộ khác"] == "21040 · Xã cũ 1"


def test_a_commune_without_a_name_goes_by_its_code(made):
    found = made.small_alignment(communes=made.units())
    said = row_of(piece_layer(found), found, zone_id="z1", current_code="HNK")
    assert said["Xã"] == "21040"


def test_slivers_and_unverified_verdicts_are_marked(made, small):
    layer = piece_layer(small)
    notices = [column for column in layer.drawing.columns if column.kind == "notice"]
    unverified, sliver = notices
    assert [value is not None for value in unverified.values] == [
        not verified for verified in small.pieces["verified"]
    ]
    assert set(sliver.values) == {None}
    thin = made.small_alignment(of=made.zones().set_geometry(thin_shapes(made)))
    marked = [column for column in piece_layer(thin).drawing.columns if column.kind == "notice"][1]
    assert [value is not None for value in marked.values] == list(thin.pieces["sliver"])
    assert any(thin.pieces["sliver"])


def thin_shapes(made):
    return [box(made.EAST, made.NORTH, made.EAST + 300, made.NORTH + 0.2), made.square(0, 1)]
