"""Build the schematic sample district: ``python data/sample/build.py``.

Everything this writes is invented except the figures named in README.md; each file says so.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import anneal
import classes
import communes
import geopandas as gpd
import legend
import mesh
import network
import numpy as np
import numpy.typing as npt
import pandas as pd
import place
import plan
import setting
import shapely
import sites
import terrain
from place import Shape

DATA = place.HERE.parent
SEEDS = place.INPUTS / "commune_seeds.csv"


class District(NamedTuple):
    """Everything the files are written from."""

    mesh: mesh.Mesh
    strips: list[network.Corridor]
    relief: terrain.Relief
    parcels: mesh.Ints
    present: classes.Codes
    plan_parcels: mesh.Ints
    planned: classes.Codes


def make() -> District:
    """Run all steps from the tables of inputs."""
    units = communes.build(SEEDS)
    relief = terrain.Relief(communes.coast_line(), network.river_line())
    keep_out = sites.held_areas()
    hamlets = network.hamlets(list(zip(place.units(), units, strict=True)), relief, keep_out)
    spots = [spot for _code, spot in hamlets]
    lanes = network.lanes(spots, keep_out)
    strips = network.corridors(lanes)
    plots = setting.public_plots(hamlets, keep_out)
    # water first, then single sites, then roads; public plots give way to all but village lanes
    strips = [*strips[:2], *setting.named_plots(), *strips[2:-1], *plots, strips[-1]]
    around = setting.Surroundings(relief, spots, lanes)
    seeds = mesh.scatter(
        *setting.trial_points(shapely.coverage_union_all(units).buffer(300.0), around)
    )
    net = mesh.build(units, strips, seeds)
    land = classes.fields(net, strips, around)
    present = classes.present(land, sites.hints(land.site))
    future = plan.planned(land, present, sites.held(land.site))
    parcels, parcel_codes = classes.parcels(net, land.group, present, key=5)
    planned = plan.cut_in(net, strips, parcels, land.group, future)
    return District(net, strips, relief, parcels, parcel_codes, *planned)


def frame(geometry: npt.NDArray[np.object_], columns: dict[str, object]) -> gpd.GeoDataFrame:
    """Frame with the notices, neighbours in space near each other in the file."""
    table = gpd.GeoDataFrame(columns, geometry=geometry, crs=place.CRS)
    table["notice_vi"], table["notice_en"] = place.NOTICE_VI, place.NOTICE_EN
    return table


def hilbert(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Sort rows along a space-filling curve."""
    order = np.argsort(table.hilbert_distance(level=12).to_numpy(), kind="stable")
    return table.iloc[order].reset_index(drop=True)


def commune_frame(district: District) -> gpd.GeoDataFrame:
    """23 units to 2025-06-30 and the five since, from the same faces as all land."""
    net = district.mesh
    units = place.units()
    old = mesh.dissolve(net.commune, net)
    rows: list[tuple[str, str, str, str | None, Shape]] = [
        (unit.code, unit.name, "2020-02-01", "2025-06-30", shape)
        for unit, shape in zip(units, old, strict=True)
    ]
    for row in place.read_rows(place.INPUTS / "communes_2025.csv"):
        members = [i for i, unit in enumerate(units) if unit.successor == row["code"]]
        shape = shapely.normalize(shapely.coverage_union_all(old[members]))
        rows.append((row["code"], row["name"], "2025-07-01", None, shape))
    code, name, start, end, shapes = zip(*rows, strict=True)
    columns: dict[str, object] = {
        "code": code,
        "name": name,
        "valid_from": start,
        "valid_to": pd.array(end, dtype="string"),
    }
    return frame(np.array(shapes, dtype=object), columns)


def land_use_frame(
    shapes: npt.NDArray[np.object_], codes: classes.Codes, **columns: object
) -> gpd.GeoDataFrame:
    """Land-use layer: one row a parcel."""
    return hilbert(frame(shapes, {"code": codes.astype(str), **columns}))


def general_plan_frame(district: District) -> gpd.GeoDataFrame:
    """General plan of one commune of 2025."""
    net = district.mesh
    inside = np.array([u.successor == plan.GENERAL_PLAN_COMMUNE for u in place.units()])[
        net.commune
    ]
    group, codes, chosen = plan.general(net, district.plan_parcels, district.planned, inside)
    part = net._replace(faces=net.faces[chosen])
    return land_use_frame(
        mesh.dissolve(group, part),
        codes,
        code_table=plan.GENERAL_PLAN_TABLE,
        status="planned",
        plan_kind="general_plan",
        year=2030,
    )


def constraint_frame(district: District) -> gpd.GeoDataFrame:
    """Restricted areas."""
    land = (district.parcels, district.present)
    rows = sites.constraints(district.mesh, district.strips, land)
    columns: dict[str, object] = {
        name: [getattr(row, name) for row in rows] for name in rows[0]._fields if name != "area"
    }
    # all ends are open: without a type the column would be of type null
    columns["valid_to"] = pd.array([row.valid_to for row in rows], dtype="string")
    return frame(shapely.normalize(np.array([row.area for row in rows], dtype=object)), columns)


def zone_frame() -> gpd.GeoDataFrame:
    """Proposed zones in EPSG:5898."""
    columns: dict[str, object] = {
        "zone_id": [zone.zone_id for zone in sites.ZONES],
        "name_vi": [zone.name_vi for zone in sites.ZONES],
        "name_en": [zone.name_en for zone in sites.ZONES],
        "product": [zone.product for zone in sites.ZONES],
        "use": [zone.use for zone in sites.ZONES],
        "status": "candidate",
        "valid_from": sites.PERIOD[0],
        "valid_to": sites.PERIOD[1],
        "source": [sites.SOURCE[zone.product] for zone in sites.ZONES],
    }
    return frame(np.array([sites.shape(zone) for zone in sites.ZONES], dtype=object), columns)


def write_zones(path: Path) -> None:
    """Write the zones as GeoJSON in longitude and latitude, about a micrometre exact."""
    table = zone_frame().to_crs("EPSG:4326")
    features = []
    for row in table.itertuples(index=False):
        ring = shapely.get_coordinates(shapely.orient_polygons(row.geometry)).round(11).tolist()
        properties = {name: getattr(row, name) for name in table.columns if name != "geometry"}
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    text = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    path.write_text(
        f'{{"type": "FeatureCollection", "name": "zones", "features": [\n{text}\n]}}\n',
        encoding="utf-8",
    )


def write_table(table: gpd.GeoDataFrame, path: Path) -> None:
    """Write a layer as GeoParquet."""
    table.to_parquet(
        path, compression="zstd", compression_level=19, index=False, schema_version="1.1.0"
    )


def replace_with(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the file and put it in place at once, so that readers never see half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(suffix=path.suffix, dir=path.parent)
    os.close(handle)
    temporary = Path(name)
    try:
        write(temporary)
        temporary.chmod(0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def write_all(data: Path) -> None:
    """Build the district and write every file below `data`."""
    district = make()
    net = district.mesh
    old_table = {"code_table": "tt27-2018"}
    frames = {
        "communes": commune_frame(district),
        "land_use_2020": land_use_frame(
            mesh.dissolve(district.parcels, net),
            district.present,
            **old_table,
            status="current",
            year=2020,
        ),
        "land_use_plan_2030": land_use_frame(
            mesh.dissolve(district.plan_parcels, net),
            district.planned,
            **old_table,
            status="planned",
            plan_kind="land_use_plan",
            year=2030,
        ),
        "general_plan_2030": general_plan_frame(district),
        "constraints": constraint_frame(district),
    }
    sample = data / "sample"
    for name, table in frames.items():
        replace_with(sample / f"{name}.parquet", partial(write_table, table))
    whole = shapely.coverage_union_all(net.faces)
    draw = partial(terrain.write, relief=district.relief, district=whole)
    replace_with(sample / "terrain.tif", draw)
    replace_with(sample / "general_plan_legend.csv", legend.write_legend)
    for name, write in legend.DECISIONS.items():
        replace_with(sample / "decisions" / name, write)
    replace_with(data / "zones" / "zones.geojson", write_zones)


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and do what it asks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", nargs="?", choices=("build", "anneal"), default="build")
    parser.add_argument(
        "--out", type=Path, default=DATA, help="folder to write sample/ and zones/ in"
    )
    parser.add_argument("--rounds", type=int, default=30_000, help="moves tried when annealing")
    options = parser.parse_args(arguments)
    if options.task == "anneal":
        loss = anneal.search(SEEDS, rounds=options.rounds)
        sys.stdout.write(f"loss {loss:.2f}\n")
        return
    write_all(options.out)


if __name__ == "__main__":
    main()
