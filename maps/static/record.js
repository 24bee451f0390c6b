// Sources and versions, collapsed at the foot of the side panel.
(function () {
  "use strict";

  const vung = window.vung;

  vung.record = function (map, id) {
    const data = vung.read(id);
    const rows = data.rows.map(([name, value]) => [
      vung.el("dt", {}, name),
      vung.el("dd", {}, value),
    ]);
    const list = vung.el("dl", {}, rows.flat());
    vung.panel(map).append(vung.section(data.title, "vung-record", false, list));
  };
})();
