/** The map on the settings page: the base map alone. */
import { openMap } from "./map/index.js";

for (const box of document.querySelectorAll("[data-base-map]")) {
  openMap(box, { cooperative: true, view: { center: [10, 50], zoom: 3 } }).then(
    (map) => map.raw.once("idle", () => (box.dataset.drawn = "yes")),
    (error) => console.error(error),
  );
}
