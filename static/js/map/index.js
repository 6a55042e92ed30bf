/**
 * Maps. A page puts `<div class="map" {% map_attributes %} data-title="…">` where it wants one (with
 * `{% load maps %}`, and `{% include "parts/map_head.html" %}` in its head), and a module of its own
 * opens it:
 *
 *   import { openMap } from "./map/index.js";
 *
 *   const map = await openMap(box, {
 *     extent: [[west, south], [east, north]],  // shown first, and by the extent button
 *     view: { center: [longitude, latitude], zoom },  // instead, where a link says so
 *     fullScreen: element,                     // what fills the screen; no button without it
 *     cooperative: true,                       // the wheel scrolls the page, Ctrl + wheel zooms
 *   });
 *
 * Places are [longitude, latitude] everywhere, in degrees.
 *
 * What a map does: `show(extent)`, `fly(place, zoom)`, `view`, `on("view" | "theme" | "empty", …)`
 * (moved; colours changed; clicked where nothing is), `popup(place, element)`, `notice(words)`,
 * `colour("--accent")`, `remove()`. A box that htmx takes off the page ends its map by itself. The
 * library's own map is `map.raw`, for what is not here.
 *
 * What lies on it: `map.addFeatures(collection, options)` for GeoJSON (`features.js`),
 * `map.addVersion(facts, options)` for an archived version of any size (`version.js`). Layers tell
 * what the pointer meets, `layer.on("hover" | "click", (hit) => …)`, and are lit up from outside,
 * `layer.hover(key)`, `layer.select(...keys)`: that is how a table and a map are tied together.
 * `map.highlight("hover" | "chosen", geometry)` draws a ring or an outline over all layers.
 *
 * Drawing: `const drawing = await map.draw()` loads the tools when somebody first draws (`draw.js`):
 *
 *   drawing.on("finish", ({ kind, geometry, wkt, circle, box }) => …);
 *   drawing.begin("circle");     // point, circle, box, polygon, line
 *   drawing.edit(geometry);      // or well-known text: vertices and the whole can be dragged
 *
 * Well-known text: `fromWkt(text)`, `toWkt(geometry)`.
 */
export { circle, distance, eachPlace, extentOf, middleOf } from "./geometry.js";
export { MapButton } from "./controls.js";
export { element, popupOf } from "./popup.js";
export { fromWkt, toWkt } from "./wkt.js";
export { loadLibrary, wordsOf } from "./library.js";
export { openMap } from "./open.js";
