import base64
import hashlib
import json
import re

import folium
import folium.plugins
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.errors import InputError, ShippedDataError
from maps import base
from maps.controls.layer_tree import Group, LayerTree
from maps.controls.title import Title
from maps.layers.communes import commune_layer

ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-1000, 1000) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(ANY_JSON)
def test_a_data_block_reads_back_and_cannot_end_its_element(data):
    written = base.json_block(data)
    assert json.loads(written) == data
    assert not set(written) & {"<", "\u2028", "\u2029"}


def test_a_data_block_refuses_a_number_that_json_has_not():
    with pytest.raises(ValueError, match="JSON"):
        base.json_block([float("nan")])


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_page_names_its_language_character_set_and_title(lang, elements):
    found = elements(base.offline_map(title="A < B & C", lang=lang))
    assert found[0].tag == "html"
    assert found[0].attrs == {"lang": lang}
    assert next(each for each in found if "charset" in each.attrs).attrs["charset"] == "utf-8"
    assert next(each for each in found if each.tag == "title").text.strip() == "A < B & C"


def test_a_map_of_another_language_is_refused():
    with pytest.raises(InputError, match="use vi or en"):
        base.offline_map(lang="fr")


def policy_of(found):
    (meta,) = (each for each in found if each.attrs.get("http-equiv") == "Content-Security-Policy")
    parts = (part.split() for part in meta.attrs["content"].split(";"))
    return {name: values for name, *values in parts}


def test_the_policy_stands_before_every_script_and_style(elements, small):
    tags = [each.tag for each in elements(full_page(small))]
    policy = next(at for at, tag in enumerate(tags) if tag == "meta") + 1
    assert policy < min(tags.index("script"), tags.index("style"))


def full_page(small):
    page = base.offline_map()
    commune_layer(small.context.communes).add_to(page)
    Title("Bản đồ").add_to(page)
    return page


def test_the_policy_allows_exactly_the_scripts_and_styles_of_the_page(elements, small):
    found = elements(full_page(small))
    policy = policy_of(found)
    for tag in ("script", "style"):
        hashes = {
            f"'sha256-{base64.b64encode(hashlib.sha256(each.text.encode()).digest()).decode()}'"
            for each in found
            if each.tag == tag and "type" not in each.attrs
        }
        assert {*policy[f"{tag}-src"]} == hashes
    assert policy["default-src"] == ["'none'"]
    assert "unsafe" not in str(policy)


def test_no_element_of_the_page_points_to_a_file(elements, small):
    attributes = {name for each in elements(full_page(small)) for name in each.attrs}
    assert not attributes & {"src", "href", "srcset", "action", "data", "style"}
    assert not any(name.startswith("on") for name in attributes)


def test_styles_ask_for_no_picture(small):
    html = full_page(small).get_root().render()
    styles = "".join(re.findall(r"<style>(.*?)</style>", html, re.DOTALL))
    assert "url(" not in styles
    assert "@import" not in styles
    assert "sourceMappingURL" not in html


def test_the_licence_of_leaflet_travels_with_it():
    html = base.offline_map().get_root().render()
    assert "Redistribution and use in source and binary forms" in html


def test_scripts_stand_on_the_page_once_however_many_layers_use_them(small):
    page = full_page(small)
    commune_layer(small.context.communes, other_set=True).add_to(page)
    assert page.get_root().render().count("vung.Polygons = L.Renderer.extend") == 1


def test_a_page_can_be_rendered_twice(small):
    page = full_page(small)
    assert page.get_root().render() == page.get_root().render()


def test_the_same_map_gives_the_same_bytes(small):
    one, other = (full_page(small).get_root().render() for _ in range(2))
    assert one == other


def test_a_control_made_before_its_layer_is_added_still_finds_it(small, blocks):
    page = base.offline_map()
    layer = commune_layer(small.context.communes)
    tree = LayerTree([Group(title="A", layers=[layer])])
    tree.add_to(page)
    layer.add_to(page)
    named = next(block for block in blocks(page) if "groups" in block)
    assert named["groups"][0]["layers"][0]["layer"] == layer.get_name()


def test_a_layer_on_no_map_is_refused(small):
    with pytest.raises(InputError, match="on no map"):
        commune_layer(small.context.communes).render()


def test_a_control_on_a_map_from_elsewhere_is_refused():
    page = folium.Map()
    Title("x").add_to(page)
    with pytest.raises(InputError, match=r"maps\.base\.offline_map"):
        page.get_root().render()


def test_something_that_needs_the_network_is_refused():
    page = base.offline_map()
    folium.plugins.MarkerCluster().add_to(page)
    with pytest.raises(InputError, match="opens without a network"):
        page.get_root().render()


def test_a_missing_script_is_named(monkeypatch, tmp_path):
    monkeypatch.setattr(base, "STATIC", tmp_path)
    with pytest.raises(ShippedDataError, match=r"'none\.js' is missing"):
        base.static("none.js")


def test_names_with_template_marks_are_not_computed(blocks):
    page = base.offline_map(title="{{ 7*7 }} {% for x in y %}")
    Title("{{ 7*7 }}", notes=["{% raise %}", "{# gone #}"]).add_to(page)
    html = page.get_root().render()
    assert "<title>{{ 7*7 }} {% for x in y %}</title>" in html
    title = next(block for block in blocks(html) if "heading" in block)
    assert title["heading"] == "{{ 7*7 }}"
    assert title["notes"] == ["{% raise %}", "{# gone #}"]


def test_a_page_without_layers_shows_its_home_and_one_with_layers_all_of_them(blocks, small):
    def bounds(page):
        return next(block for block in blocks(page) if "bounds" in block)["bounds"]

    assert bounds(base.offline_map()) is None
    page = base.offline_map()
    layer = commune_layer(small.context.communes).add_to(page)
    assert bounds(page) == layer.get_bounds()
    page.focus = base.LatLonBox(15.0, 108.0, 15.5, 108.5)
    assert bounds(page) == [[15.0, 108.0], [15.5, 108.5]]


def test_a_notebook_shows_the_whole_page_in_a_frame(small):
    shown = full_page(small)._repr_html_()
    assert shown.count("<iframe") == 1
    assert "Content-Security-Policy" in shown
