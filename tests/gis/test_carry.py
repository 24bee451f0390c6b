"""Figures between commune sets: unions exactly, splits by area, totals kept, codes only on days."""

import itertools
import math
from datetime import date

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from gis import boundaries, carry, findings
from gis.errors import ColumnError, CrsError, InputError

#: Rules with a fault that is planted here, beside data in which they stay silent.
SEEDED = {
    "carry.missing",
    "carry.outside",
    "carry.sliver",
    "carry.split",
    "carry.twice",
    "carry.unknown-unit",
}

Y2019, Y2024, Y2026 = date(2019, 6, 1), date(2024, 1, 1), date(2026, 1, 1)
OLD = [unit.code for unit in boundaries.units_on(Y2024)]
NEW = [unit.code for unit in boundaries.units_on(Y2026)]
KM = 1000.0


def figures(**columns):
    return pd.DataFrame(columns)


def carried(frame, start=Y2024, end=Y2026, **options):
    return carry.carry(frame, on_from=start, on_to=end, **options)


def values(result, column="ha"):
    return dict(zip(result.table["code"], result.table[column], strict=True))


def rules(result):
    return sorted(set(result.findings["rule_id"]))


def units(shapes, codes, *, crs="EPSG:5898", **columns):
    x, y = 580_000, 1_690_000
    moved = shapely.transform(
        np.array(shapes, dtype=object), lambda points: points + np.array([x, y])
    )
    return gpd.GeoDataFrame({"code": codes, **columns}, geometry=moved, crs=crs)


def test_a_sheet_has_what_is_uncertain_beside_each_figure():
    result = carried(figures(code=["A1"], ha=[100.0], people=[8.0]), **square())
    sheet = result.sheet().set_index("code")
    assert sheet.loc["B1", ["people", "people_lower", "people_upper"]].tolist() == [2, 0, 8]
    assert sheet.loc["C1", "ha_weighted_share"] == 1
    assert sheet["ha_lacking"].isna().all()


# --- the register -----------------------------------------------------------------------------


def test_the_23_units_of_2024_make_the_five_of_2026():
    # areas as the register has them; sums by hand from the resolution's list of members
    frame = figures(
        code=OLD, ha=[unit.area_km2_geodesic * 100 for unit in boundaries.units_on(Y2024)]
    )
    result = carried(frame)
    assert values(result) == pytest.approx(
        {"21040": 10_018, "21061": 10_950, "21085": 12_889, "21100": 3_122, "21109": 11_621}
    )
    # the five's own areas, from another source, agree within a percent
    for unit in boundaries.units_on(Y2026):
        assert values(result)[unit.code] == pytest.approx(unit.area_km2_geodesic * 100, rel=0.01)
    assert set(result.matrix["how"]) == {"register"}
    assert (result.matrix["share"] == 1).all()
    assert (result.uncertainty["lower"] == result.uncertainty["upper"]).all()
    assert len(result.findings) == 0


def test_dong_son_takes_tinh_hoa_too():
    result = carried(figures(code=OLD, ha=[1.0] * len(OLD)))
    into = result.matrix[result.matrix["to_code"] == "21109"]
    assert set(into["from_name"]) == {
        *("Bình Thanh", "Bình Hiệp", "Bình Tân Phú", "Bình Châu", "Tịnh Hòa")
    }
    assert values(result)["21109"] == 5


def test_without_tinh_hoa_dong_son_is_missing_and_its_known_part_listed():
    kept = [code for code in OLD if code != "21187"]
    result = carried(figures(code=kept, ha=[1.0] * len(kept)))
    assert math.isnan(values(result)["21109"])
    assert [values(result)[code] for code in NEW[:4]] == [7, 6, 3, 2]
    (left,) = result.left_out.to_dict("records")
    assert (left["code"], left["value"], left["why"]) == ("21109", 4, "incomplete")
    (said,) = result.findings.to_dict("records")
    assert said["rule_id"] == "carry.missing"
    assert "Tịnh Hòa" in said["message_vi"]
    assert "Tịnh Hòa" in said["message_en"]
    told = result.uncertainty.set_index("code").loc["21109"]
    assert (told["value"], told["lower"], told["lacking"]) == (4, 4, "Tịnh Hòa")
    assert math.isnan(told["upper"])


@pytest.mark.parametrize("code", ["21040", "21061", "21109"])
def test_a_code_that_is_used_again_is_never_joined_by_itself(code):
    # one figure of the old bearer, nothing of the others: the new bearer of the code has no figure
    result = carried(figures(code=[code], ha=[7.0]))
    assert values(result) == {code: pytest.approx(math.nan, nan_ok=True)}
    assert result.matrix[["from_name", "to_name"]].to_numpy().tolist() == [
        [boundaries.unit(code, Y2024).name, boundaries.unit(code, Y2026).name]
    ]
    # with all of them it has their sum, which is not the old bearer's
    every = figures(code=OLD, ha=[7.0 if each == code else 1.0 for each in OLD])
    assert values(carried(every))[code] == pytest.approx(
        7 + {"21040": 6, "21061": 5, "21109": 4}[code]
    )


def test_the_same_code_on_two_days_goes_two_ways():
    # 21109 was Bình Tân, then Bình Tân Phú
    early = carried(figures(code=["21109"], ha=[1.0]), Y2019, Y2024)
    late = carried(figures(code=["21109"], ha=[1.0]), Y2024, Y2024)
    assert early.matrix["from_name"].tolist() == ["Bình Tân"]
    assert early.matrix["to_name"].tolist() == ["Bình Tân Phú"]
    assert late.matrix["from_name"].tolist() == ["Bình Tân Phú"]


def test_a_code_of_another_day_is_found_and_its_figures_listed():
    result = carried(figures(code=["21094", *OLD], ha=[9.0] + [1.0] * len(OLD)))
    assert rules(result) == ["carry.unknown-unit"]
    (said,) = result.findings.to_dict("records")
    assert said["row"] == 1
    assert "21094" in said["message_vi"]
    assert "01/01/2024" in said["message_vi"]
    (left,) = result.left_out.to_dict("records")
    assert (left["row"], left["value"], left["why"]) == (1, 9, "unknown")
    assert sum(values(result).values()) == len(OLD)


def test_a_commune_in_two_rows_is_found_and_counted_once():
    result = carried(figures(code=[*OLD, OLD[0], None], ha=[1.0] * len(OLD) + [5.0, 6.0]))
    assert rules(result) == ["carry.twice", "carry.unknown-unit"]
    assert sum(values(result).values()) == len(OLD)
    assert result.left_out["value"].sum() == 11
    assert result.totals["difference"].abs().max() < 1e-9


def test_missing_is_not_zero():
    ha = [math.nan if code == "21040" else 1.0 for code in OLD]
    result = carried(figures(code=OLD, ha=ha))
    assert math.isnan(values(result)["21040"])
    zero = carried(figures(code=OLD, ha=np.nan_to_num(ha)))
    assert values(zero)["21040"] == 6
    assert rules(zero) == []
    nothing = carried(figures(code=OLD, ha=[math.nan] * len(OLD)))
    assert nothing.table["ha"].isna().all()
    assert nothing.left_out.empty


def test_backwards_the_register_shares_by_area_and_says_so():
    frame = figures(code=NEW, ha=[100.0] * 5)
    result = carried(frame, Y2026, Y2024)
    # 21100 was Bình Chương (18.77 km2) and Bình Mỹ (12.45 km2)
    assert values(result)["21100"] == pytest.approx(100 * 18.77 / (18.77 + 12.45))
    assert values(result)["21106"] == pytest.approx(100 * 12.45 / (18.77 + 12.45))
    assert rules(result) == ["carry.split"]
    assert set(result.findings["severity"]) == {"info"}
    told = result.uncertainty.set_index("code").loc["21106"]
    assert (told["lower"], told["upper"], told["weighted_share"]) == (0, 100, 1)
    assert set(result.matrix["how"]) == {"areas"}


def test_backwards_without_areas_is_refused():
    with pytest.raises(InputError, match="give the outlines of both days") as caught:
        carried(figures(code=["21109"], ha=[1.0]), Y2024, Y2019)
    assert "ranh giới" in caught.value.vi


# --- outlines ---------------------------------------------------------------------------------


def square(share=0.25):
    """Return a square kilometre of which a share goes to B and the rest to C."""
    before = units([box(0, 0, KM, KM)], ["A1"], name=["A"])
    cut = share * KM
    after = units([box(0, 0, cut, KM), box(cut, 0, KM, KM)], ["B1", "C1"], name=["B", "C"])
    return {"units_from": before, "units_to": after}


def test_a_unit_is_split_by_area_one_to_three():
    result = carried(figures(code=["A1"], ha=[100.0], people=[8.0]), **square())
    assert values(result) == pytest.approx({"B1": 25, "C1": 75})
    assert values(result, "people") == pytest.approx({"B1": 2, "C1": 6})
    assert result.matrix["share"].tolist() == pytest.approx([0.25, 0.75])
    assert set(result.matrix["how"]) == {"outlines"}
    ha = result.uncertainty[result.uncertainty["column"] == "ha"]
    assert ha["lower"].tolist() == [0, 0]
    assert ha["upper"].tolist() == [100, 100]
    assert ha["weighted_share"].tolist() == [1, 1]
    (said,) = result.findings.to_dict("records")
    assert said["rule_id"] == "carry.split"
    assert "B 25,0 %, C 75,0 %" in said["message_vi"]
    assert "B 25.0 %, C 75.0 %" in said["message_en"]


def test_a_whole_unit_beside_a_split_one_narrows_the_bounds():
    sets = square()
    sets["units_from"] = units(
        [box(0, 0, KM, KM), box(KM, 0, 2 * KM, KM)], ["A1", "D1"], name=["A", "D"]
    )
    sets["units_to"] = units(
        [box(0, 0, 250, KM), box(250, 0, 2 * KM, KM)], ["B1", "C1"], name=["B", "C"]
    )
    result = carried(figures(code=["A1", "D1"], ha=[100.0, 25.0]), **sets)
    assert values(result) == pytest.approx({"B1": 25, "C1": 100})
    told = result.uncertainty.set_index("code").loc["C1"]
    assert (told["lower"], told["upper"]) == (25, 125)
    assert told["weighted_share"] == pytest.approx(0.75)


def test_what_lies_outside_the_other_set_is_listed_and_not_dropped():
    sets = square()
    sets["units_to"] = sets["units_to"].iloc[[1]]
    result = carried(figures(code=["A1"], ha=[100.0]), **sets)
    assert values(result) == pytest.approx({"C1": 75})
    (left,) = result.left_out.to_dict("records")
    assert (left["row"], left["code"], left["why"]) == (1, "A1", "outside")
    assert left["value"] == pytest.approx(25)
    assert rules(result) == ["carry.outside", "carry.split"]
    assert result.totals[["given", "carried", "left_out"]].to_numpy()[0] == pytest.approx(
        [100, 75, 25]
    )


def test_a_unit_wholly_outside_is_listed_whole():
    sets = square()
    sets["units_to"] = units([box(5 * KM, 0, 6 * KM, KM)], ["Z1"], name=["Z"])
    result = carried(figures(code=["A1"], ha=[100.0]), **sets)
    assert result.table.empty
    assert result.left_out["value"].tolist() == [100]


@pytest.mark.parametrize(("off", "is_sliver"), [(10, True), (40, True), (120, False)])
def test_outlines_that_disagree_by_a_strip_share_nothing_and_are_listed(off, is_sliver):
    # A stays as it is, only its border was drawn again, `off` metres further west
    before = units([box(0, 0, KM, KM), box(KM, 0, 2 * KM, KM)], ["A1", "D1"], name=["A", "D"])
    after = units(
        [box(0, 0, KM - off, KM), box(KM - off, 0, 2 * KM, KM)], ["A2", "D2"], name=["A", "D"]
    )
    result = carried(
        figures(code=["A1", "D1"], ha=[100.0, 50.0]), units_from=before, units_to=after
    )
    moved = 0 if is_sliver else off / KM * 100
    assert values(result) == pytest.approx({"A2": 100 - moved, "D2": 50 + moved})
    assert rules(result) == (["carry.sliver"] if is_sliver else ["carry.split"])
    if is_sliver:
        (said,) = result.findings.to_dict("records")
        assert said["size"] == pytest.approx(off * KM)
        assert said["other_feature"] == "D"


def test_outlines_that_agree_leave_nothing_to_say():
    sets = square()
    back = carried(
        figures(code=["B1", "C1"], ha=[25.0, 75.0]),
        units_from=sets["units_to"],
        units_to=sets["units_from"],
    )
    assert values(back) == pytest.approx({"A1": 100})
    assert rules(back) == []
    assert back.uncertainty[["lower", "upper"]].to_numpy()[0] == pytest.approx([100, 100])


def test_a_neighbour_without_a_figure_makes_the_union_incomplete():
    sets = square()
    result = carried(
        figures(code=["B1"], ha=[25.0]), units_from=sets["units_to"], units_to=sets["units_from"]
    )
    assert math.isnan(values(result)["A1"])
    assert rules(result) == ["carry.missing"]
    assert result.uncertainty["lacking"].tolist() == ["C"]


def test_communes_are_picked_by_their_days():
    days = {"valid_from": ["2000-01-01", "2025-07-01"], "valid_to": ["2025-06-30", None]}
    both = units([box(0, 0, KM, KM), box(0, 0, KM, 2 * KM)], ["A1", "A1"], name=["x", "y"], **days)
    result = carried(figures(code=["A1"], ha=[3.0]), units_from=both, units_to=both)
    assert result.matrix[["from_name", "to_name"]].to_numpy().tolist() == [["x", "y"]]
    assert result.table["valid_from"].tolist() == ["2025-07-01"]
    with pytest.raises(InputError, match="On 2024-01-01 `units_from` holds A1 twice"):
        carried(
            figures(code=["A1"], ha=[3.0]), units_from=both[["code", "geometry"]], units_to=both
        )


def test_the_register_goes_before_outlines_and_gives_its_names():
    # drawn wrongly on purpose: the register knows where Bình Trị went
    before = units([box(0, 0, KM, KM)], ["21061"])
    after = units([box(0, 0, KM, KM), box(KM, 0, 2 * KM, KM)], ["21040", "21061"])
    result = carried(figures(code=["21061"], ha=[1.0]), units_from=before, units_to=after)
    assert result.matrix["to_name"].tolist() == ["Vạn Tường"]
    assert result.matrix["how"].tolist() == ["register"]


def test_backwards_outlines_share_among_the_registers_members_only():
    new = units([box(0, 0, KM, KM)], ["21100"])
    # Bình Chương and Bình Mỹ, and a neighbour whose outline reaches in
    old = units(
        [box(0, 0, KM, 600), box(0, 600, KM, 900), box(0, 900, KM, 2000)],
        ["21100", "21106", "21040"],
    )
    result = carried(figures(code=["21100"], ha=[90.0]), Y2026, Y2024, units_from=new, units_to=old)
    assert values(result) == pytest.approx({"21100": 60, "21106": 30})
    assert rules(result) == ["carry.sliver", "carry.split"]


def test_where_new_communes_overlap_they_share_evenly():
    before = units([box(0, 0, KM, KM)], ["A1"])
    after = units([box(0, 0, 600, KM), box(400, 0, KM, KM)], ["B1", "C1"])
    result = carried(figures(code=["A1"], ha=[100.0]), units_from=before, units_to=after)
    assert values(result) == pytest.approx({"B1": 50, "C1": 50})


# --- ratios -----------------------------------------------------------------------------------


def test_a_yield_is_weighted_and_never_summed():
    sets = square()
    frame = figures(code=["B1", "C1"], yield_t=[10.0, 20.0], ha=[30.0, 10.0])
    result = carried(
        frame,
        units_from=sets["units_to"],
        units_to=sets["units_from"],
        weights={"yield_t": "ha"},
    )
    # (10 t/ha on 30 ha + 20 t/ha on 10 ha) / 40 ha
    assert values(result, "yield_t") == {"A1": 12.5}
    assert values(result) == {"A1": 40}
    assert result.totals["column"].tolist() == ["ha"]


def test_a_split_yield_stays_and_its_bounds_are_those_of_its_sources():
    before = units([box(0, 0, KM, KM), box(KM, 0, 2 * KM, KM)], ["A1", "D1"], name=["A", "D"])
    after = units([box(0, 0, 500, KM), box(500, 0, 2 * KM, KM)], ["B1", "C1"])
    result = carried(
        figures(code=["A1", "D1"], nang_suat=[10.0, 40.0], ha=[8.0, 4.0]),
        units_from=before,
        units_to=after,
        weights={"nang_suat": "ha"},
    )
    # C: half of A (4 ha at 10) and all of D (4 ha at 40)
    assert values(result, "nang_suat") == pytest.approx({"B1": 10, "C1": 25})
    told = result.uncertainty.set_index(["code", "column"]).loc[("C1", "nang_suat")]
    assert (told["lower"], told["upper"]) == (10, 40)


def test_a_yield_without_weight_or_on_no_land_is_missing():
    frame = figures(code=OLD, y=[5.0] * 23, ha=[0.0] * 23)
    assert carried(frame, weights={"y": "ha"}).table["y"].isna().all()
    frame["ha"] = [math.nan] + [1.0] * 22
    result = carried(frame, weights={"y": "ha"})
    assert result.table.set_index("code")["y"].isna().to_dict() == {
        **dict.fromkeys(NEW, False),
        "21040": True,
    }


@pytest.mark.parametrize(
    "name",
    ["nang_suat", "Năng suất (tạ/ha)", "tỷ lệ", "mật độ", "share", "yield", "%", "ha/person"],
)
def test_what_is_a_ratio_by_its_name_is_not_summed(name):
    frame = figures(code=OLD, **{name: [1.0] * len(OLD)})
    with pytest.raises(InputError, match="is a ratio by its name") as caught:
        carried(frame)
    assert "--weight" in caught.value.vi


@pytest.mark.parametrize("name", ["ha", "dien_tich", "dân số", "sản lượng tấn", "shareholders"])
def test_what_is_a_quantity_by_its_name_is_summed(name):
    assert values(carried(figures(code=OLD, **{name: [1.0] * 23})), name)["21100"] == 2


def test_impossible_questions_are_refused():
    ha = {"code": OLD, "ha": [1.0] * 23}
    with pytest.raises(ColumnError, match="holds no numbers"):
        carried(figures(code=OLD, ha=["x"] * 23))
    with pytest.raises(ColumnError, match="no column 'code'"):
        carried(figures(ha=[1.0]))
    with pytest.raises(ColumnError, match="no column 'people'"):
        carried(figures(**ha), weights={"ha": "people"})
    with pytest.raises(InputError, match="a weight is a quantity of at least 0"):
        carried(figures(**ha, y=[-1.0] * 23), weights={"ha": "y"})
    degrees = units([box(0, 0, 1, 1)], ["A1"]).to_crs(4326)
    with pytest.raises(CrsError):
        carried(figures(**ha), units_from=degrees, units_to=degrees)
    with pytest.raises(ColumnError, match="no column 'code'"):
        carried(figures(**ha), units_from=degrees.drop(columns="code"), units_to=degrees)


# --- invariants -------------------------------------------------------------------------------

AMOUNTS = st.floats(-1e9, 1e9, allow_nan=False) | st.just(math.nan)


@settings(max_examples=25)
@given(st.lists(AMOUNTS, min_size=23, max_size=23), st.permutations(range(23)))
def test_totals_are_kept_and_order_is_nothing(ha, order):
    frame = figures(code=OLD, ha=np.array(ha, dtype=float))
    result = carried(frame)
    totals = result.totals.iloc[0]
    scale = max(1.0, np.nansum(np.abs(frame["ha"])))
    assert abs(totals["difference"]) <= 1e-9 * scale
    again = carried(frame.iloc[list(order)].reset_index(drop=True))
    pd.testing.assert_frame_equal(result.table, again.table, check_exact=True)


@settings(max_examples=15)
@given(st.lists(st.floats(0, 1e6), min_size=23, max_size=23))
def test_a_union_carried_back_and_forth_is_itself(ha):
    there = carried(figures(code=OLD, ha=ha))
    back = carried(there.table[["code", "ha"]], Y2026, Y2024)
    again = carried(back.table[["code", "ha"]])
    assert again.table["ha"].tolist() == pytest.approx(there.table["ha"].tolist(), rel=1e-9)


@settings(max_examples=40)
@given(
    st.lists(st.floats(0.06, 0.94), min_size=1, max_size=5, unique=True),
    st.lists(st.floats(0, 1e6), min_size=3, max_size=3),
    st.floats(0.3, 1.5),
)
def test_totals_are_kept_whatever_the_cuts(cuts, ha, reach):
    before = units([box(at * KM, 0, (at + 1) * KM, KM) for at in range(3)], ["A1", "A2", "A3"])
    edges = sorted({0.0, *(3 * KM * cut for cut in cuts), 3 * KM})
    after = units(
        [box(left, 0, right, KM * reach) for left, right in itertools.pairwise(edges)],
        [f"B{at}" for at in range(len(edges) - 1)],
    )
    result = carried(figures(code=["A1", "A2", "A3"], ha=ha), units_from=before, units_to=after)
    totals = result.totals.iloc[0]
    assert abs(totals["difference"]) <= 1e-9 * max(1.0, totals["given"])
    shares = result.matrix.groupby("from_code")["share"].sum()
    assert shares.tolist() == pytest.approx([1, 1, 1], rel=1e-9)
    inside = result.uncertainty
    assert (inside["lower"] <= inside["value"] * (1 + 1e-9) + 1e-9).all()
    assert (inside["value"] <= inside["upper"] * (1 + 1e-9) + 1e-9).all()


# --- real -------------------------------------------------------------------------------------


def test_real_outlines_of_the_five_share_a_figure_by_their_true_areas(real_data):
    folder = real_data / "communes-2025"
    five = gpd.read_file(folder / "binhson_5_communes_2025.geojson").to_crs(5898)
    many = gpd.read_file(folder / "binhson_5_plus_neighbours_2025.geojson").to_crs(5898)
    column = next(name for name in ("code", "ma", "maXa", "id") if name in five)
    five, many = (each.rename(columns={column: "code"}) for each in (five, many))
    codes = five["code"].astype(str).tolist()
    west, south, east, north = five.total_bounds
    middle = (west + east) / 2
    halves = gpd.GeoDataFrame(
        {"code": ["W", "E"], "name": ["W", "E"]},
        geometry=[
            box(west - 1, south - 1, middle, north + 1),
            box(middle, south - 1, east + 1, north + 1),
        ],
        crs=5898,
    )
    # strange codes, so that outlines and not the register answer
    five = five.assign(code=[f"X{code}" for code in codes])
    area = shapely.area(five.geometry.to_numpy()) / 10_000
    result = carried(figures(code=five["code"], ha=area), units_from=five, units_to=halves)
    drawn = [float(five.intersection(half).area.sum() / 10_000) for half in halves.geometry]
    # strips narrower than fifty metres go with the rest
    assert values(result) == pytest.approx({"W": drawn[0], "E": drawn[1]}, rel=1e-3)
    assert abs(result.totals["difference"].iloc[0]) <= 1e-9 * area.sum()


def test_every_rule_has_its_sentences():
    table = findings.many("carry.sliver", rows=[1], value=["x"], size=[3.0], other_feature=["y"])
    assert "3,00 m²" in table["message_vi"].iloc[0]
