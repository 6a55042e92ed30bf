/** Cells that another tab changed meanwhile: both values, and a choice. */
import { make } from "./dom.js";

/** Asks what to do with an edit that would overwrite; gives true to put it in, false to leave it. */
export function askClash(page, clashes, typed) {
  const { words, columns } = page;
  const dialog = make("dialog", { class: "dialog", "aria-labelledby": "clash-title" });
  const value = (text) => (text === null ? words("empty") : text);
  const facts = clashes.map(([number, id, now]) => {
    const place = page.store.placeOf(number);
    const name = page.store.at(place)?.texts[columns.list[0].place] ?? words("emptyId");
    return make(
      "dl",
      { class: "facts" },
      make("dt", {}, `${name} · ${columns.byId.get(id)?.name ?? id}`),
      make("dd", {}),
      make("dt", {}, words("clashNow")),
      make("dd", {}, value(now)),
      make("dt", {}, words("clashMine")),
      make("dd", {}, value(typed(number, id))),
    );
  });
  return new Promise((resolve) => {
    const end = (answer) => {
      dialog.close();
      dialog.remove();
      resolve(answer);
    };
    dialog.append(
      make(
        "div",
        { class: "dialog-form" },
        make("h2", { id: "clash-title" }, words("clashTitle")),
        ...facts,
        make(
          "div",
          { class: "dialog-actions" },
          make("button", { type: "button", class: "btn", onclick: () => end(false) }, words("clashKeep")),
          make("button", { type: "button", class: "btn btn-primary", onclick: () => end(true) }, words("clashPut")),
        ),
      ),
    );
    dialog.addEventListener("cancel", () => resolve(false));
    document.body.append(dialog);
    dialog.showModal();
  });
}
