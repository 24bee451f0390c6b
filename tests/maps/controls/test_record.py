from maps.controls.record import Record


def test_the_record_names_data_rules_settings_and_hash(small):
    rows = dict(Record(small.provenance, lang="en").data["rows"])
    assert rows["Rule set"] == small.provenance["rules_version"]
    assert rows["Hash of the table"] == small.provenance["table_sha256"]
    assert rows["Least area that decides a zone"] == "100 m²"
    assert rows["Area"] == "Areas are computed in VN-2000 (EPSG:5898)."


def test_layers_are_named_with_their_version():
    layers = [{"dataset": "zones/z", "version": "abc"}, {"dataset": "communes/c", "version": "d"}]
    rows = dict(Record({"layers": layers, "crs": "EPSG:9217"}).data["rows"])
    assert rows["Lớp dữ liệu"] == "zones/z @ abc\ncommunes/c @ d"
    assert rows["Diện tích"] == "Diện tích tính trong EPSG:9217."


def test_what_is_not_known_is_left_out():
    assert Record({}).data["rows"] == []
