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
          ...notes(data, map)
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

  // the first notes, and a button for the others
  function notes(data, map) {
    const items = data.notes.map((note) => vung.el("li", {}, note));
    const list = vung.el("ul", { id: map.vung.page.id + "_notes" }, items);
    const more = items.slice(data.notesShown);
    if (!more.length) return [list];
    const toggle = vung.el("button", {
      type: "button",
      class: "vung-more",
      "aria-controls": list.id,
    });
    const show = (all) => {
      for (const item of more) item.hidden = !all;
      toggle.textContent = all ? data.showFewer : data.showAll;
      toggle.setAttribute("aria-expanded", String(all));
    };
    toggle.addEventListener("click", () => {
      show(toggle.getAttribute("aria-expanded") !== "true");
      // the button moves with the list; it must not leave the view of who pressed it
      toggle.scrollIntoView({ block: "nearest" });
    });
    show(false);
    return [list, toggle];
  }
})();
