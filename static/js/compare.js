/** The map of a comparison's differences: kinds by shape, colour and dash, a popup on a click. */
import { _, several } from "./language.js";
import { element, extentOf, openMap, popupOf } from "./map/index.js";

const MOST_CHANGES = 12; // properties that a popup shows
const KINDS = {
  added: { colour: "--diff-added", shape: "circle" },
  changed: { colour: "--diff-changed", shape: "diamond", dash: [5, 1.5] },
  removed: { colour: "--diff-removed", shape: "square", dash: [1.2, 1.2] },
  moved: { colour: "--diff-changed", dash: [2, 1.5], lineOnly: true },
};

const WORDS = { added: _("added"), changed: _("changed"), removed: _("removed") };

function popupFor({ kind, key, changes }) {
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

async function show(box) {
  box.dataset.differencesMap = "begun";
  try {
    const answer = await fetch(box.dataset.features);
    if (!answer.ok) throw new Error(`The differences answered ${answer.status}`);
    const data = await answer.json();
    const map = await openMap(box, { extent: extentOf(data.features), cooperative: true });
    const layer = map.addFeatures(data, { kinds: KINDS });
    layer.on("click", ({ properties, place }) => map.popup(place, popupFor(properties)));
    map.raw.once("idle", () => (box.dataset.differencesMap = "drawn"));
  } catch (error) {
    console.error(error);
    const words = _("The map could not be drawn. The table below lists the same entities.");
    box.replaceChildren(element("p", words, "map-fault"));
    box.dataset.differencesMap = "failed";
  }
}

function look() {
  for (const box of document.querySelectorAll('[data-differences-map=""]')) show(box);
}

document.addEventListener("htmx:afterSettle", look);
look();
