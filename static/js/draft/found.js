/** What a geocoder found for a row, with how sure it is: to be accepted or left out. */
import { button, icon, make } from "./dom.js";

const SIGNS = { high: "good", medium: "info", low: "warning" };

/** `one.overtaken` says, if so, why it can no longer be accepted. */
export function foundEntry(page, one, { accept, leave }) {
  const { words } = page;
  const title = make("button", { type: "button", class: "problem-row", onclick: () => page.goTo(one.row, undefined) }, one.id || words("emptyId"));
  const position = `${one.latitude.toFixed(5)}, ${one.longitude.toFixed(5)}`;
  return make(
    "li",
    { class: "locate-found", "data-found": one.row },
    make("span", {}, title, " ", make("span", { class: "muted" }, one.asked)),
    make("span", {}, one.words),
    make("span", { class: "locate-line" }, make("span", { class: `locate-sure locate-${one.confidence}` }, icon(SIGNS[one.confidence]), words(`sure_${one.confidence}`)), make("span", { class: "mono small" }, position)),
    one.overtaken ? make("span", { class: "small" }, one.overtaken) : undefined,
    make(
      "span",
      { class: "side-acts" },
      one.overtaken ? undefined : button(words("accept"), () => accept(one), { "aria-label": words("acceptOf", { id: one.id }) }),
      button(words("reject"), () => leave(one), { kind: "quiet", "aria-label": words("rejectOf", { id: one.id }) }),
    ),
  );
}
