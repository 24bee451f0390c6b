from gis.rules import VERDICTS
from maps.controls.zone_list import ZoneList
from maps.layers.zones import zone_layer


def test_every_zone_is_listed_and_the_worst_stands_first(small):
    layer = zone_layer(small)
    entries = ZoneList(small, layer).data["entries"]
    assert {entry["name"] for entry in entries} == {"Vùng một", "Vùng hai"}
    order = [VERDICTS.index(small.zones["verdict"].iloc[entry["at"]]) for entry in entries]
    assert order == sorted(order, reverse=True)


def test_an_entry_leads_to_the_row_of_its_zone(small):
    layer = zone_layer(small, lang="en")
    control = ZoneList(small, layer, lang="en")
    assert control.data["layer"] is layer
    for entry in control.data["entries"]:
        zone = small.zones.iloc[entry["at"]]
        assert entry["name"] == zone["name_en"]
        assert entry["area"] == f"{zone['area_ha']:.2f} ha"
