// Layer tree: boxes for layers and categories, a choice of one for land use.
(function () {
  "use strict";

  const vung = window.vung;

  vung.layerTree = function (map, id) {
    const data = vung.read(id);
    const groups = data.groups.map((group, at) =>
      vung.el(
        "fieldset",
        {},
        vung.el("legend", {}, group.title),
        group.single ? choices(map, data, group, id + "_" + at) : boxes(map, data, group)
      )
    );
    const tree = vung.el("div", { class: "vung-tree" }, groups);
    vung.dock(map).append(vung.el("section", { "aria-label": data.title }, tree));
  };

  function boxes(map, data, group) {
    return group.layers.map((entry) => {
      const layer = vung.layers[entry.layer];
      const parts = entry.categories.map((title, category) =>
        box(title, true, vung.swatch(layer.data.styles[category]), (on) =>
          layer.hideCategory(category, !on)
        )
      );
      const node = box(entry.title, map.hasLayer(layer), null, (on) => {
        if (on) map.addLayer(layer);
        else map.removeLayer(layer);
        for (const part of parts) part.querySelector("input").disabled = !on;
      });
      // a layer can be shown from elsewhere too
      map.on("layeradd layerremove", (event) => {
        if (event.layer === layer) node.querySelector("input").checked = map.hasLayer(layer);
      });
      return vung.el("div", {}, node, parts.length ? nested(data.kinds, parts) : null);
    });
  }

  function nested(title, parts) {
    return vung.el("details", { class: "vung-nested" }, vung.el("summary", {}, title), parts);
  }

  function box(title, checked, swatch, change) {
    const input = vung.el("input", { type: "checkbox", checked: checked });
    input.addEventListener("change", () => change(input.checked));
    return vung.el("label", {}, input, swatch, vung.el("span", {}, title));
  }

  function choices(map, data, group, name) {
    const layers = group.layers.map((entry) => vung.layers[entry.layer]);
    const choose = (chosen) => {
      for (const layer of layers) if (layer !== chosen) map.removeLayer(layer);
      if (chosen) map.addLayer(chosen);
    };
    const radio = (title, layer) => {
      const on = layer ? map.hasLayer(layer) : !layers.some((each) => map.hasLayer(each));
      const input = vung.el("input", { type: "radio", name: name, checked: on });
      input.addEventListener("change", () => choose(layer));
      return vung.el("label", {}, input, vung.el("span", {}, title));
    };
    const strength = vung.el("input", {
      type: "range",
      min: 10,
      max: 100,
      step: 5,
      value: Math.round(100 * group.layers[0].opacity),
    });
    strength.addEventListener("input", () => {
      for (const layer of layers) layer.setOpacity(Number(strength.value) / 100);
    });
    return [
      ...group.layers.map((entry, at) => radio(entry.title, layers[at])),
      radio(data.none, null),
      vung.el("label", { class: "vung-strength" }, vung.el("span", {}, data.opacity), strength),
    ];
  }
})();
