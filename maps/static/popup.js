// Popup: what stands at a place in the layers that are shown. All data become text nodes.
(function () {
  "use strict";

  const vung = window.vung;

  vung.popup = function (map, id) {
    map.vung.popup = vung.read(id);
    map.on("click", (event) => ask(map, event.latlng));
    map.getContainer().addEventListener("keydown", (event) => {
      if (event.key === "Enter" && event.target === map.getContainer()) {
        event.preventDefault();
        ask(map, map.getCenter());
      }
    });
    hover(map);
  };

  // everything with something to say at a place, what tells most first
  function hitsAt(map, latlng) {
    const layers = [];
    map.eachLayer((layer) => {
      if (layer instanceof vung.Polygons && layer.data.columns.length) layers.push(layer);
    });
    layers.sort((one, other) => other.data.rank - one.data.rank);
    return layers.flatMap((layer) => layer.hits(latlng).map((row) => ({ layer, row })));
  }

  function ask(map, latlng) {
    const hits = hitsAt(map, latlng);
    if (hits.length) vung.openPopup(map, latlng, hits, map.getContainer());
    else map.closePopup();
  }

  // a popup with a tab for each hit; closing it gives the focus back to its opener
  vung.openPopup = function (map, latlng, hits, opener) {
    const words = map.vung.popup.words;
    const body = vung.el("div", { class: "vung-card-body" });
    const tabs = hits.map((hit) => {
      const tab = vung.el("button", { type: "button", role: "tab" }, hit.layer.data.tab);
      tab.addEventListener("click", () => choose(tab, hit));
      return tab;
    });
    const choose = (tab, hit) => {
      for (const each of tabs) each.setAttribute("aria-selected", String(each === tab));
      body.replaceChildren(...card(map, hit.layer, hit.row));
      body.scrollTop = 0;
    };
    choose(tabs[0], hits[0]);
    // a head that does not scroll, so that the close button never lies on a scroll bar
    const list = { class: "vung-tabs", role: "tablist", "aria-label": words.here };
    const head =
      tabs.length > 1
        ? vung.el("div", list, tabs)
        : vung.el("p", { class: "vung-card-head" }, hits[0].layer.data.tab);
    const content = vung.el(
      "div",
      { class: "vung-card", role: "dialog", tabindex: -1, "aria-label": words.here },
      head,
      body
    );
    const room = map.getSize();
    const narrow = room.x <= vung.NARROW;
    if (narrow && map.vung.dock) map.vung.dock.open = false;
    const top = narrow ? underControls(map) : 12;
    const tall = Math.min(Math.round(room.y * 0.52), room.y - top - 90);
    body.style.maxHeight = Math.max(120, tall) + "px";
    const margins = vung.margins(map);
    const popup = L.popup({
      maxWidth: Math.min(380, room.x - 50),
      minWidth: Math.min(320, room.x - 50),
      autoPanPaddingTopLeft: [margins.paddingTopLeft[0], top],
      autoPanPaddingBottomRight: margins.paddingBottomRight,
      className: "vung-popup",
    })
      .setLatLng(latlng)
      .setContent(content);
    // Leaflet listens to Escape only while the map itself has the focus
    content.addEventListener("keydown", (event) => {
      if (event.key === "Escape") map.closePopup(popup);
    });
    popup.on("remove", () => {
      if (opener && content.contains(document.activeElement)) opener.focus({ preventScroll: true });
    });
    popup.openOn(map);
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close) close.setAttribute("aria-label", words.close);
    content.focus({ preventScroll: true });
    return popup;
  };

  // where a popup as wide as the map clears the buttons and the folded card above it
  function underControls(map) {
    const origin = map.getContainer().getBoundingClientRect().top;
    const controls = map.getContainer().querySelectorAll(".leaflet-top .leaflet-control");
    const feet = Array.from(controls, (each) => each.getBoundingClientRect().bottom - origin);
    return Math.round(Math.max(4, ...feet)) + 8;
  }

  // text in which "(needs review by the land office)" stands out as a mark
  function marked(map, value) {
    const doubt = map.vung.popup.words.doubt;
    return String(value)
      .split(" (" + doubt + ")")
      .flatMap((part, at) =>
        at ? [" ", vung.el("span", { class: "vung-mark" }, "⚠ " + doubt), part] : [part]
      );
  }

  const KINDS = {
    heading: (value) => vung.el("h2", {}, value),
    subheading: (value) => vung.el("p", { class: "vung-subheading" }, value),
    notice: (value) => vung.el("p", { class: "vung-notice" }, "⚠ ", value),
    verdict: (value, label, map) => verdict(map, value, "vung-verdict"),
    amounts: (value, label, map) => [heading(label), vung.el("ul", { class: "vung-amounts" },
      value.map((part) => amount(map, part)))],
    list: (value, label, map) => [heading(label), vung.el("ul", {},
      value.map((each) => vung.el("li", {}, marked(map, each))))],
    rules: (value, label, map) => [heading(label), vung.el("ol", { class: "vung-rules" },
      gravestFirst(map, value).map((id) => rule(map, id)))],
  };

  function card(map, layer, row) {
    const nodes = [];
    let table = null;
    for (const column of layer.data.columns) {
      const value = layer.value(column, row);
      if (value === null || value === undefined || (Array.isArray(value) && !value.length)) continue;
      if (column.kind !== "text") {
        table = null;
        nodes.push(KINDS[column.kind](value, column.label, map));
        continue;
      }
      if (!table) nodes.push((table = vung.el("dl", {})));
      table.append(vung.el("dt", {}, column.label), vung.el("dd", {}, value));
    }
    return nodes.flat();
  }

  function heading(label) {
    return vung.el("h3", {}, label);
  }

  function verdict(map, at, className) {
    const known = map.vung.popup.verdicts[at];
    return vung.el("p", { class: className }, vung.swatch(known.style), known.title);
  }

  function amount(map, [at, text, share]) {
    const known = map.vung.popup.verdicts[at];
    const bar = vung.el("span", { class: "vung-bar" });
    bar.style.width = Math.max(1, 100 * share) + "%";
    bar.style.backgroundColor = known.style.fill;
    return vung.el(
      "li",
      {},
      vung.el("span", {}, known.title),
      vung.el("span", { class: "vung-number" }, text),
      vung.el("span", { class: "vung-bar-ground", "aria-hidden": "true" }, bar)
    );
  }

  function gravestFirst(map, ids) {
    const gravity = (id) => (map.vung.popup.rules[id] || { verdict: -1 }).verdict;
    return [...ids].sort((one, other) => gravity(other) - gravity(one));
  }

  function rule(map, id) {
    const words = map.vung.popup.words;
    const known = map.vung.popup.rules[id];
    if (!known) return vung.el("li", {}, id);
    const line = (name, value) =>
      value
        ? vung.el("p", { class: "vung-small" }, vung.el("b", {}, name + ": "), marked(map, value))
        : null;
    const checked = known.verified ? "✓ " + words.verified : "⚠ " + words.unverified;
    return vung.el(
      "li",
      {},
      known.verdict === null ? null : verdict(map, known.verdict, "vung-rule-verdict"),
      vung.el("p", {}, marked(map, known.procedure || id)),
      line(words.citation, known.citation),
      line(words.decides, known.decides),
      known.verified === null
        ? null
        : vung.el("p", { class: known.verified ? "vung-good" : "vung-doubt" }, checked)
    );
  }

  // name of the zone under the pointer
  function hover(map) {
    const tip = L.tooltip({ direction: "top", offset: [0, -8], opacity: 1, className: "vung-tip" });
    let last = null;
    let asked = 0;
    map.on("mousemove", (event) => {
      if (asked) return;
      asked = L.Util.requestAnimFrame(() => {
        asked = 0;
        const hit = named(map, event.latlng);
        map.getContainer().classList.toggle("vung-pointing", Boolean(hit));
        if (!hit) {
          map.closeTooltip(tip);
          last = null;
          return;
        }
        if (last !== hit.layer.data.labels[hit.row]) {
          last = hit.layer.data.labels[hit.row];
          tip.setContent(vung.el("span", {}, last));
        }
        tip.setLatLng(event.latlng);
        if (!map.hasLayer(tip)) map.openTooltip(tip);
      });
    });
    map.on("mouseout", () => map.closeTooltip(tip));
  }

  function named(map, latlng) {
    let found = null;
    map.eachLayer((layer) => {
      if (layer instanceof vung.Polygons && layer.data.labelKind === "zone") {
        const [row] = layer.hits(latlng);
        if (row !== undefined) found = { layer, row };
      }
    });
    return found;
  }
})();
