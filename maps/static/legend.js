// Legend: a section for each layer that is shown.
(function () {
  "use strict";

  const vung = window.vung;

  vung.legend = function (map, id) {
    const data = vung.read(id);
    const sections = data.sections.map((section) => [
      vung.layers[section.layer],
      build(section, data.areaHead),
    ]);
    const refresh = () => {
      for (const [layer, node] of sections) node.hidden = !map.hasLayer(layer);
    };
    map.on("layeradd layerremove", refresh);
    refresh();
    const nodes = sections.map(([, node]) => node);
    vung.dock(map).append(vung.section(data.title, "vung-legend", true, nodes));
  };

  function build(section, areaHead) {
    const areas = section.entries.some((entry) => entry.area);
    const codes = section.entries.some((entry) => entry.code);
    const rows = section.entries.map((entry) =>
      vung.el(
        "tr",
        {},
        vung.el("td", {}, vung.swatch(entry.style)),
        codes ? vung.el("td", { class: "vung-code" }, entry.code) : null,
        vung.el(
          "td",
          {},
          entry.title,
          entry.mark ? " " : null,
          entry.mark ? vung.el("span", { class: "vung-mark" }, entry.mark) : null
        ),
        areas ? vung.el("td", { class: "vung-number" }, entry.area) : null
      )
    );
    return vung.el(
      "div",
      { class: "vung-legend-part" },
      vung.el("h3", {}, section.title, areas ? vung.el("span", {}, areaHead) : null),
      vung.el("table", {}, vung.el("tbody", {}, rows)),
      section.notes.map((note) => vung.el("p", { class: "vung-small" }, note))
    );
  }
})();
