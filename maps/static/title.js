// Title at the head of the side panel; the band over the map stays in sight.
(function () {
  "use strict";

  const vung = window.vung;

  vung.title = function (map, id) {
    const data = vung.read(id);
    const facts = data.facts.map(([name, value]) => [
      vung.el("dt", {}, name),
      vung.el("dd", {}, value),
    ]);
    vung.panel(map).append(
      vung.el(
        "header",
        { class: "vung-title" },
        vung.el("p", { class: "vung-brand" }, data.brand),
        vung.el("h1", {}, data.heading),
        vung.el("dl", {}, facts.flat())
      )
    );
    if (data.notes.length) {
      vung.panel(map).append(
        vung.section(
          data.notesTitle + " (" + data.notes.length + ")",
          "vung-notes",
          true,
          vung.el("ul", {}, data.notes.map((note) => vung.el("li", {}, note)))
        )
      );
    }
    if (data.notice) {
      const band = map.vung.page.querySelector(".vung-band");
      band.hidden = false;
      band.append(data.notice);
      map.invalidateSize({ animate: false });
    }
  };
})();
