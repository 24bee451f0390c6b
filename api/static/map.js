// the map of a page: the features that the page lists, or the extent of a collection
"use strict";

(() => {
  const place = document.getElementById("map");
  if (!place || !window.L) return;
  const map = L.map(place, { attributionControl: false, preferCanvas: true });
  L.control.scale({ imperial: false }).addTo(map);
  const style = { color: "#0b5d3b", weight: 1.5, fillColor: "#2f9e66", fillOpacity: 0.25 };
  const show = (bounds) => {
    if (bounds.isValid()) map.fitBounds(bounds, { padding: [12, 12], maxZoom: 19 });
    else map.setView([15.3, 108.75], 11);
  };

  if (place.dataset.extent) {
    const [west, south, east, north] = place.dataset.extent.split(",").map(Number);
    show(L.rectangle([[south, west], [north, east]], style).addTo(map).getBounds());
    return;
  }
  const choose = (id) => {
    for (const row of document.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
    const row = document.getElementById(`f${id}`);
    if (row) {
      row.classList.add("chosen");
      row.scrollIntoView({ block: "nearest" });
    }
  };
  fetch(place.dataset.features)
    .then((answer) => answer.json())
    .then((features) => {
      const drawn = L.geoJSON(features, {
        style,
        onEachFeature: (feature, shape) => {
          if (place.dataset.item) shape.on("click", () => choose(feature.id));
        },
      }).addTo(map);
      show(drawn.getBounds());
    });
})();
