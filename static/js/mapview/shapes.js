/** Maps of a list of features: what differs between two versions, what is wrong in a file. */
import { element, extentOf, openMap } from "../map/index.js";

/**
 * Opens a map in a box whose data-features names a GeoJSON collection. `popup(properties)` makes what
 * a click shows. Rows with `data-ATTRIBUTE` in `table()` are tied to features by their key.
 */
export async function showFeatures(box, { state, kinds, popup, table, attribute }) {
  box.dataset[state] = "begun";
  try {
    const answer = await fetch(box.dataset.features);
    if (!answer.ok) throw new Error(`The features answered ${answer.status}`);
    const data = await answer.json();
    const map = await openMap(box, { extent: extentOf(data.features), cooperative: true });
    const layer = map.addFeatures(data, { kinds });
    layer.on("click", ({ properties, place }) => map.popup(place, popup(properties)));
    tie(map, layer, { table, attribute });
    map.raw.once("idle", () => (box.dataset[state] = "drawn"));
  } catch (error) {
    console.error(error);
    const { noMap } = JSON.parse(box.dataset.words);
    box.replaceChildren(element("p", noMap, "map-fault"));
    box.dataset[state] = "failed";
  }
}

/** The row under the pointer is lit on the map, and the feature's row in the table. */
function tie(map, layer, { table, attribute }) {
  const rowOf = (event) => event.target.closest?.(`[data-${attribute}]`)?.dataset[attribute];
  const over = (event) => {
    if (!map.box.isConnected) return document.removeEventListener("pointerover", over);
    layer.hover(table()?.contains(event.target) ? rowOf(event) : undefined);
  };
  document.addEventListener("pointerover", over);
  map.on("remove", () => document.removeEventListener("pointerover", over));
  layer.on("hover", (hit) => {
    for (const row of table()?.querySelectorAll(`[data-${attribute}]`) ?? []) {
      row.classList.toggle("is-lit", row.dataset[attribute] === hit?.key);
    }
  });
}

/** Opens maps in boxes that ask for one (`data-STATE=""`), now and after every swap. */
export function lookFor(state, options) {
  const name = state.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const look = () => {
    for (const box of document.querySelectorAll(`[data-${name}=""]`)) {
      showFeatures(box, { state, ...options });
    }
  };
  document.addEventListener("htmx:afterSettle", look);
  look();
}
