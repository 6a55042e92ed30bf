/** The map of a comparison's differences: kinds by shape, colour and dash, a popup on a click. */
import { _, several } from "./language.js";
import { element, popupOf } from "./map/index.js";
import { lookFor } from "./mapview/shapes.js";

const MOST_CHANGES = 12; // properties that a popup shows
const KINDS = {
  added: { colour: "--diff-added", shape: "circle" },
  changed: { colour: "--diff-changed", shape: "diamond", dash: [5, 1.5] },
  removed: { colour: "--diff-removed", shape: "square", dash: [1.2, 1.2] },
  moved: { colour: "--diff-changed", dash: [2, 1.5], lineOnly: true },
};

const WORDS = { added: _("added"), changed: _("changed"), removed: _("removed") };

function popup({ kind, key, changes }) {
  const shown = kind === "moved" ? "changed" : kind;
  const rows = changes.slice(0, MOST_CHANGES).map(([name, old, now]) => {
    const value = element("span");
    value.append(element("del", old), " → ", element("ins", now));
    return [name, value];
  });
  const box = popupOf(key, rows, { tag: element("span", WORDS[shown], `kind kind-${shown}`) });
  if (changes.length > MOST_CHANGES) {
    const more = changes.length - MOST_CHANGES;
    box.append(element("p", several("and {count} more property", "and {count} more properties", more)));
  }
  return box;
}

lookFor("differencesMap", {
  kinds: KINDS,
  popup,
  table: () => document.getElementById("differences"),
  attribute: "key",
});
