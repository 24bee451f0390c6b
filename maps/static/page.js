// The page around a map: data blocks, the frame, and the docks that controls stand in.
(function () {
  "use strict";

  const vung = (window.vung = { layers: {}, maps: {} });

  // a map up to this many pixels wide has no room beside its controls
  vung.NARROW = 700;

  // data of an element, from its JSON block
  vung.read = function (id) {
    return JSON.parse(document.getElementById(id).textContent);
  };

  // an element with attributes and children; a child that is no node becomes text, never markup
  vung.el = function (tag, attributes, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes || {})) {
      if (value === true) node.setAttribute(name, "");
      else if (value !== null && value !== undefined && value !== false) {
        node.setAttribute(name, String(value));
      }
    }
    for (const child of children.flat()) {
      if (child === null || child === undefined || child === "") continue;
      node.append(child instanceof Node ? child : String(child));
    }
    return node;
  };

  vung.section = function (title, className, open, ...children) {
    return vung.el(
      "details",
      { class: "vung-section " + className, open: open },
      vung.el("summary", {}, title),
      ...children
    );
  };

  vung.map = function (id, optionsId) {
    const options = vung.read(optionsId);
    const words = options.words;
    const node = document.getElementById(id);
    document.documentElement.classList.add("vung-document");
    node.setAttribute("role", "application");
    node.setAttribute("aria-label", words.map);
    const map = L.map(node, {
      attributionControl: false,
      zoomControl: false,
      zoomSnap: 0.25,
      zoomDelta: 0.75,
      wheelPxPerZoomLevel: 90,
      minZoom: 6,
      maxZoom: 20,
    });
    map.vung = {
      words: words,
      lang: options.lang,
      page: document.getElementById(id + "_page"),
      home: options.bounds,
      dock: null,
      fitting: false,
      atHome: false,
    };
    vung.maps[id] = map;
    map.setView(options.centre, options.zoom);
    L.control
      .zoom({ position: "topleft", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out })
      .addTo(map);
    corner(map, "topleft", "vung-button", button("⤢", words.overview, () => vung.overview(map)));
    L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
    corner(map, "bottomleft", "vung-north", north(words));
    // a phone that is turned, or a panel put away, still shows all zones; a chosen view stays
    map.on("movestart zoomstart", () => {
      if (!map.vung.fitting) map.vung.atHome = false;
    });
    map.on("resize", () => {
      if (map.vung.atHome) vung.overview(map);
    });
    window.addEventListener("load", () => {
      map.invalidateSize({ animate: false });
      vung.overview(map);
    });
    return map;
  };

  // room that the docked controls take from the map's right side
  vung.margins = function (map) {
    const dock = map.vung.dock;
    const open = dock && dock.open && map.getSize().x > vung.NARROW;
    return {
      paddingTopLeft: [map.getSize().x > vung.NARROW ? 60 : 12, 28],
      paddingBottomRight: [open ? dock.offsetWidth + 36 : 36, 40],
    };
  };

  vung.overview = function (map) {
    if (!map.vung.home) return;
    map.vung.fitting = true;
    map.fitBounds(map.vung.home, { ...vung.margins(map), animate: false, maxZoom: 16 });
    map.vung.fitting = false;
    map.vung.atHome = true;
  };

  // column at the left of the page, outside the map
  vung.panel = function (map) {
    const panel = map.vung.page.querySelector(".vung-panel");
    if (!panel.id) {
      panel.hidden = false;
      panel.id = map.vung.page.id + "_panel";
      const toggle = button("☰", map.vung.words.panel, () => {
        panel.hidden = !panel.hidden;
        toggle.setAttribute("aria-expanded", String(!panel.hidden));
        map.invalidateSize({ animate: false });
      });
      toggle.setAttribute("aria-controls", panel.id);
      toggle.setAttribute("aria-expanded", "true");
      corner(map, "topleft", "vung-button vung-toggle", toggle, true);
      if (window.innerWidth < 800) toggle.click();
    }
    return panel;
  };

  // card over the map's right side, for layers and legend
  vung.dock = function (map) {
    if (!map.vung.dock) {
      const body = vung.el("div", { class: "vung-dock-body" });
      const dock = vung.section(map.vung.words.layers_and_legend, "vung-dock", true, body);
      if (window.innerWidth < 800) dock.open = false;
      corner(map, "topright", "vung-dock-corner", dock);
      map.vung.dock = dock;
      const fit = () => {
        const head = dock.querySelector("summary").offsetHeight;
        body.style.maxHeight = Math.max(120, map.getSize().y - head - 34) + "px";
      };
      map.on("resize", fit);
      window.addEventListener("load", fit);
      fit();
    }
    return map.vung.dock.querySelector(".vung-dock-body");
  };

  function button(sign, title, action) {
    const node = vung.el("button", { type: "button", title: title, "aria-label": title }, sign);
    node.addEventListener("click", action);
    return node;
  }

  function north(words) {
    return vung.el(
      "div",
      { class: "vung-arrow", role: "img", "aria-label": words.north, title: words.north },
      vung.el("span", { "aria-hidden": "true" }, "▲"),
      vung.el("span", {}, words.north_letter)
    );
  }

  function corner(map, position, className, node, first) {
    const Corner = L.Control.extend({
      options: { position: position },
      onAdd: function () {
        const holder = vung.el("div", { class: "leaflet-control " + className }, node);
        L.DomEvent.disableClickPropagation(holder);
        L.DomEvent.disableScrollPropagation(holder);
        return holder;
      },
    });
    const control = new Corner().addTo(map);
    const holder = control.getContainer();
    if (first) holder.parentNode.prepend(holder);
    return control;
  }
})();
