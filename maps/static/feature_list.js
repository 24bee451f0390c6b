// List of features, zones or findings: each entry goes to its feature and opens its popup.
(function () {
  "use strict";

  const vung = window.vung;

  vung.featureList = function (map, id) {
    const data = vung.read(id);
    const layer = vung.layers[data.layer];
    const entries = data.entries.map((entry) => {
      const node = vung.el(
        "button",
        { type: "button", class: "vung-zone" },
        vung.swatch(entry.style),
        vung.el("span", { class: "vung-zone-name" }, entry.name),
        vung.el("span", { class: "vung-zone-area" }, entry.area),
        vung.el("span", { class: "vung-zone-verdict" }, entry.verdict)
      );
      node.addEventListener("click", () => show(map, layer, entry.at, node, data.maxZoom));
      return vung.el("li", {}, node);
    });
    const title = data.title + " (" + data.count + ")";
    const list = vung.el("ul", { class: "vung-zones" }, entries);
    if (data.more) list.append(vung.el("li", { class: "vung-more" }, data.more));
    // the features are what people came for: they stand before the notes
    const panel = vung.panel(map);
    const section = vung.section(title, "vung-zone-list", true, list);
    panel.insertBefore(section, panel.querySelector(".vung-notes"));
  };

  function show(map, layer, row, opener, maxZoom) {
    if (!map.hasLayer(layer)) map.addLayer(layer);
    const box = layer.latLngBounds(row);
    map.fitBounds(box.pad(0.6), { ...vung.margins(map), animate: false, maxZoom: maxZoom });
    // above the feature, so that the popup does not hide it
    const place = L.latLng(box.getNorth(), box.getCenter().lng);
    if (vung.openPopup) vung.openPopup(map, place, [{ layer: layer, row: row }], opener);
  }
})();
