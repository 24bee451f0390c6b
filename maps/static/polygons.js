// Polygons on a canvas, from compact data: drawn by category, found by place, labelled.
(function () {
  "use strict";

  const vung = window.vung;
  const TILE = 256; // side of the world in pixels at zoom 0
  const MICRO = 1e-6;
  const SMALL = 11; // polygons below this many pixels get a mark, where a layer wants marks
  const NEAR = 9; // pixels around a mark that still hit it

  // fractions of the world, as Leaflet's spherical Mercator has them
  function projectX(lon) {
    return lon / 360 + 0.5;
  }

  function projectY(lat) {
    const sine = Math.sin((lat * Math.PI) / 180);
    return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
  }

  function unproject(x, y) {
    const lat = (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;
    return L.latLng(lat, (x - 0.5) * 360);
  }

  function decode(ring) {
    const points = new Float64Array(ring.length);
    let lon = 0;
    let lat = 0;
    for (let at = 0; at < ring.length; at += 2) {
      lon += ring[at];
      lat += ring[at + 1];
      points[at] = projectX(lon * MICRO);
      points[at + 1] = projectY(lat * MICRO);
    }
    return points;
  }

  function boxOf(rings) {
    const box = [Infinity, Infinity, -Infinity, -Infinity];
    for (const ring of rings) {
      for (let at = 0; at < ring.length; at += 2) {
        box[0] = Math.min(box[0], ring[at]);
        box[1] = Math.min(box[1], ring[at + 1]);
        box[2] = Math.max(box[2], ring[at]);
        box[3] = Math.max(box[3], ring[at + 1]);
      }
    }
    return box;
  }

  // even-odd rule over all rings: holes and parts alike
  function inside(rings, x, y) {
    let odd = false;
    for (const ring of rings) {
      let before = ring.length - 2;
      for (let at = 0; at < ring.length; before = at, at += 2) {
        const above = ring[at + 1] > y;
        if (above === ring[before + 1] > y) continue;
        const t = (y - ring[at + 1]) / (ring[before + 1] - ring[at + 1]);
        if (x < ring[at] + t * (ring[before] - ring[at])) odd = !odd;
      }
    }
    return odd;
  }

  const patterns = new Map();

  // pattern of a style, as a small canvas that is repeated
  function tile(style) {
    const key = [style.hatch, style.ink, style.gap].join();
    if (patterns.has(key)) return patterns.get(key);
    const side = style.gap;
    const canvas = vung.el("canvas", { width: side, height: side });
    const context = canvas.getContext("2d");
    context.strokeStyle = context.fillStyle = style.ink;
    context.lineWidth = side > 12 ? 1 : 1.2;
    const line = (x0, y0, x1, y1) => {
      context.beginPath();
      context.moveTo(x0, y0);
      context.lineTo(x1, y1);
      context.stroke();
    };
    if (style.hatch === "dots") {
      context.fillRect(1, 1, 1.7, 1.7);
      context.fillRect(side / 2 + 1, side / 2 + 1, 1.7, 1.7);
    } else if (style.hatch === "horizontal") {
      line(0, side / 2, side, side / 2);
    } else {
      // drawn beyond the corners, so that the lines meet in the next tile
      if (style.hatch !== "back") {
        for (const by of [-side, 0, side]) line(by - 1, side + 1, by + side + 1, -1);
      }
      if (style.hatch !== "diagonal") {
        for (const by of [-side, 0, side]) line(by - 1, -1, by + side + 1, side + 1);
      }
    }
    patterns.set(key, canvas);
    return canvas;
  }

  function paint(context, path, style) {
    if (style.fill) {
      context.fillStyle = style.fill;
      context.fill(path, "evenodd");
      // covers the hairline that smoothing leaves between neighbours
      context.setLineDash([]);
      context.lineWidth = 0.8;
      context.strokeStyle = style.fill;
      context.stroke(path);
    }
    if (style.hatch) {
      context.fillStyle = context.createPattern(tile(style), "repeat");
      context.fill(path, "evenodd");
    }
  }

  function outline(context, path, style, width) {
    if (!style.stroke) return;
    context.lineJoin = "round";
    if (style.casing) {
      context.setLineDash([]);
      context.strokeStyle = style.casing;
      context.lineWidth = width + 2;
      context.stroke(path);
    }
    context.setLineDash(style.dash || []);
    context.strokeStyle = style.stroke;
    context.lineWidth = width;
    context.stroke(path);
    context.setLineDash([]);
  }

  // small picture of a style, for legends and lists
  vung.swatch = function (style) {
    const ratio = 2;
    const canvas = vung.el("canvas", {
      class: "vung-swatch",
      width: 26 * ratio,
      height: 16 * ratio,
      "aria-hidden": "true",
    });
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    const path = new Path2D();
    path.rect(2.5, 2.5, 21, 11);
    paint(context, path, { ...style, gap: 8 });
    if (style.stroke) outline(context, path, style, Math.max(style.width || 1, 0.8));
    return canvas;
  };

  vung.Polygons = L.Renderer.extend({
    initialize: function (data) {
      const pane = "vung-" + data.order;
      L.Renderer.prototype.initialize.call(this, { padding: 0.15, pane: pane });
      this.data = data;
      this.drawn = 0;
      this.hidden = new Set();
      this.rings = data.rings.map((rings) => rings.map(decode));
      this.boxes = this.rings.map(boxOf);
    },

    onAdd: function (map) {
      if (!map.getPane(this.options.pane)) {
        const pane = map.createPane(this.options.pane);
        pane.style.zIndex = String(400 + this.data.order);
        pane.style.pointerEvents = "none";
      }
      L.Renderer.prototype.onAdd.call(this, map);
      this.setOpacity(this.data.opacity);
      if (this.data.labelKind) labelsOf(map).watch(this);
      return this;
    },

    setOpacity: function (opacity) {
      this.data.opacity = opacity;
      if (this._container) this._container.style.opacity = String(opacity);
    },

    hideCategory: function (category, hide) {
      if (hide) this.hidden.add(category);
      else this.hidden.delete(category);
      if (this._map) this._draw();
    },

    // value of a column at a row
    value: function (column, row) {
      return column.at ? column.values[column.at[row]] : column.values[row];
    },

    latLngBounds: function (row) {
      const [x0, y0, x1, y1] = this.boxes[row];
      return L.latLngBounds(unproject(x0, y1), unproject(x1, y0));
    },

    // rows at a place, the last drawn first
    hits: function (latlng) {
      const x = projectX(latlng.lng);
      const y = projectY(latlng.lat);
      const pixel = 1 / (TILE * Math.pow(2, this._map.getZoom()));
      const found = [];
      for (let row = this.rings.length - 1; row >= 0; row -= 1) {
        if (this.hidden.has(this.data.of[row]) || !this.rings[row].length) continue;
        const box = this.boxes[row];
        const reach = this._isSmall(box, pixel) ? NEAR * pixel : 0;
        if (x < box[0] - reach || x > box[2] + reach) continue;
        if (y < box[1] - reach || y > box[3] + reach) continue;
        if (reach || inside(this.rings[row], x, y)) found.push(row);
      }
      return found;
    },

    _isSmall: function (box, pixel) {
      return this.data.markers && Math.max(box[2] - box[0], box[3] - box[1]) < SMALL * pixel;
    },

    _initContainer: function () {
      this._container = vung.el("canvas", { "data-layer": this.data.key });
      this._context = this._container.getContext("2d");
    },

    _destroyContainer: function () {
      L.DomUtil.remove(this._container);
      delete this._container;
      delete this._context;
      this.drawn = 0;
    },

    _updatePaths: function () {},

    _update: function () {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const size = this._bounds.getSize();
      const ratio = Math.min(window.devicePixelRatio || 1, 2);
      const canvas = this._container;
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = Math.round(ratio * size.x);
      canvas.height = Math.round(ratio * size.y);
      canvas.style.width = size.x + "px";
      canvas.style.height = size.y + "px";
      this._ratio = ratio;
      this._draw();
    },

    _draw: function () {
      const context = this._context;
      const size = this._bounds.getSize();
      const origin = this._map.getPixelOrigin().add(this._bounds.min);
      const scale = TILE * Math.pow(2, this._map.getZoom());
      const wide = this._map.getZoom() >= 14 ? 1 : 0.75;
      context.setTransform(this._ratio, 0, 0, this._ratio, 0, 0);
      context.clearRect(0, 0, size.x, size.y);
      this.drawn = 0;
      for (let row = 0; row < this.rings.length; row += 1) {
        const box = this.boxes[row];
        if (this.hidden.has(this.data.of[row]) || !this.rings[row].length) continue;
        if (box[2] * scale < origin.x || box[0] * scale > origin.x + size.x) continue;
        if (box[3] * scale < origin.y || box[1] * scale > origin.y + size.y) continue;
        const style = this.data.styles[this.data.of[row]];
        if (this._isSmall(box, 1 / scale)) this._mark(box, style, scale, origin);
        else this._polygon(this.rings[row], style, scale, origin, wide);
        this.drawn += 1;
      }
    },

    _polygon: function (rings, style, scale, origin, wide) {
      const path = new Path2D();
      for (const ring of rings) {
        let lastX = ring[0] * scale - origin.x;
        let lastY = ring[1] * scale - origin.y;
        path.moveTo(lastX, lastY);
        for (let at = 2; at < ring.length; at += 2) {
          const x = ring[at] * scale - origin.x;
          const y = ring[at + 1] * scale - origin.y;
          // steps below a third of a pixel cannot be seen
          if (Math.abs(x - lastX) + Math.abs(y - lastY) < 0.35) continue;
          path.lineTo(x, y);
          lastX = x;
          lastY = y;
        }
        path.closePath();
      }
      paint(this._context, path, style);
      // thin borders of many small polygons would hide their colours from afar
      if (style.width >= 1 || wide === 1) outline(this._context, path, style, style.width * wide);
    },

    // a diamond where a polygon is too small to be seen
    _mark: function (box, style, scale, origin) {
      const x = ((box[0] + box[2]) / 2) * scale - origin.x;
      const y = ((box[1] + box[3]) / 2) * scale - origin.y;
      const path = new Path2D();
      path.moveTo(x, y - 7);
      path.lineTo(x + 7, y);
      path.lineTo(x, y + 7);
      path.lineTo(x - 7, y);
      path.closePath();
      paint(this._context, path, { fill: style.stroke || style.fill });
      outline(this._context, path, { stroke: style.casing || "#1d2733" }, 1.6);
    },
  });

  vung.polygons = function (id) {
    const layer = new vung.Polygons(vung.read(id));
    vung.layers[id] = layer;
    return layer;
  };

  // polygons of each layer, and how many of them the last drawing showed
  vung.counts = function () {
    const found = {};
    for (const layer of Object.values(vung.layers)) {
      found[layer.data.key] = { features: layer.rings.length, drawn: layer.drawn };
    }
    return found;
  };

  // labels of all layers of a map: an earlier one keeps its place, a later one gives way
  const Labels = L.Layer.extend({
    initialize: function () {
      this.layers = [];
    },

    watch: function (layer) {
      if (this.layers.includes(layer)) return;
      this.layers.push(layer);
      this.layers.sort((one, other) => other.data.order - one.data.order);
    },

    onAdd: function (map) {
      const pane = map.createPane("vung-labels");
      pane.style.zIndex = "640";
      pane.style.pointerEvents = "none";
      this._holder = vung.el("div", { class: "leaflet-zoom-hide" });
      pane.append(this._holder);
    },

    getEvents: function () {
      return {
        moveend: this._place,
        zoomend: this._place,
        resize: this._place,
        layeradd: this._soon,
        layerremove: this._soon,
      };
    },

    _soon: function () {
      L.Util.requestAnimFrame(this._place, this);
    },

    _place: function () {
      const shown = this.layers.filter((layer) => this._map.hasLayer(layer));
      const taken = [...this._covered(), ...shown.flatMap((layer) => this._shapes(layer))];
      this._holder.replaceChildren();
      for (const layer of shown) this._placeLayer(layer, taken);
    },

    _placeLayer: function (layer, taken) {
      const data = layer.data;
      const view = this._map.getBounds();
      const low = this._map.containerPointToLayerPoint([0, 0]);
      const high = low.add(this._map.getSize());
      const whole = (place) =>
        place[0] > low.x && place[1] > low.y && place[2] < high.x && place[3] < high.y;
      data.labels.forEach((text, row) => {
        if (!text) return;
        const spot = L.latLng(data.spots[row][1], data.spots[row][0]);
        const box = layer.latLngBounds(row);
        if (!view.intersects(box)) return;
        const node = vung.el("div", { class: "vung-label vung-label-" + data.labelKind }, text);
        this._holder.append(node);
        const size = [node.offsetWidth, node.offsetHeight];
        const places = data.labelKind === "zone" ? this._beside(box, size) : [this._amid(spot, size)];
        const free = places.find(
          (place) => whole(place) && !taken.some((other) => overlap(place, other))
        );
        if (!free) {
          node.remove();
          return;
        }
        taken.push(free);
        L.DomUtil.setPosition(node, L.point(free[0], free[1]));
      });
    },

    // what controls cover of the map
    _covered: function () {
      const origin = this._map.getContainer().getBoundingClientRect();
      const controls = this._map.getContainer().querySelectorAll(".leaflet-control");
      return Array.from(controls, (control) => {
        const box = control.getBoundingClientRect();
        const at = this._map.containerPointToLayerPoint([
          box.left - origin.left,
          box.top - origin.top,
        ]);
        return [at.x, at.y, at.x + box.width, at.y + box.height];
      });
    },

    // polygons that a label must not hide; a commune's name stands in the commune
    _shapes: function (layer) {
      if (layer.data.labelKind !== "zone") return [];
      return layer.boxes.map((_, row) => {
        const box = layer.latLngBounds(row);
        const low = this._map.latLngToLayerPoint(box.getSouthWest());
        const high = this._map.latLngToLayerPoint(box.getNorthEast());
        const x = (low.x + high.x) / 2;
        const y = (low.y + high.y) / 2;
        const wide = Math.max((high.x - low.x) / 2, 7);
        const tall = Math.max((low.y - high.y) / 2, 7);
        return [x - wide, y - tall, x + wide, y + tall];
      });
    },

    _amid: function (spot, size) {
      const at = this._map.latLngToLayerPoint(spot);
      return around(at.x - size[0] / 2, at.y - size[1] / 2, size);
    },

    // right of a polygon, left of it, above, below; those two moved in from the map's edge
    _beside: function (box, size) {
      const low = this._map.latLngToLayerPoint(box.getSouthWest());
      const high = this._map.latLngToLayerPoint(box.getNorthEast());
      const x = (low.x + high.x) / 2;
      const y = (low.y + high.y) / 2;
      const edge = this._map.containerPointToLayerPoint([0, 0]).x + 2;
      const last = edge + this._map.getSize().x - 4 - size[0];
      const amid = Math.max(edge, Math.min(x - size[0] / 2, last));
      return [
        around(Math.max(high.x, x + 7) + 5, y - size[1] / 2, size),
        around(Math.min(low.x, x - 7) - 5 - size[0], y - size[1] / 2, size),
        around(amid, Math.min(high.y, y - 7) - 4 - size[1], size),
        around(amid, Math.max(low.y, y + 7) + 4, size),
      ];
    },
  });

  function around(x, y, size) {
    return [Math.round(x), Math.round(y), Math.round(x) + size[0], Math.round(y) + size[1]];
  }

  function overlap(one, other) {
    return one[0] < other[2] && other[0] < one[2] && one[1] < other[3] && other[1] < one[3];
  }

  function labelsOf(map) {
    if (!map.vung.labels) map.vung.labels = new Labels().addTo(map);
    return map.vung.labels;
  }
})();
