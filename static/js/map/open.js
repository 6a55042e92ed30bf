/** One map in one element: base map, controls, theme, layers, and an end that leaves nothing behind. */
import { BaseMap, plainStyle } from "./base.js";
import { MapButton, localeOf } from "./controls.js";
import { Emitter } from "./emitter.js";
import { FeatureLayer } from "./features.js";
import { Highlight } from "./highlight.js";
import { loadLibrary, wordsOf } from "./library.js";
import { Picking } from "./picking.js";
import { VersionLayer } from "./version.js";

const WORLD = [[-170, -58], [190, 74]];
const PADDING = 48; // pixels around an extent that is shown
const BESIDE = 14; // pixels between a popup and its place, so that the ring around it is seen
const NARROW = 420; // pixels of a map in which popups are sheets
const NEAREST = 13; // zoom that an extent is shown at, at most
const still = matchMedia("(prefers-reduced-motion: reduce)");
const dark = matchMedia("(prefers-color-scheme: dark)");
const alive = new Set();

export class CairnMap extends Emitter {
  #owners = new Map();
  #layers = new Set();
  #popup;
  #highlight;
  #notices;
  #watcher;
  #repaint = () => this.#paint();

  constructor(box, maplibre, options) {
    super();
    this.box = box;
    this.library = maplibre;
    this.words = wordsOf(box);
    this.extent = options.extent;
    const { center, zoom } = options.view ?? {};
    const where = center ? { center, zoom } : { bounds: options.extent ?? WORLD };
    this.raw = new maplibre.Map({
      container: box,
      style: plainStyle((name) => this.colour(name), new URL(box.dataset.font, document.baseURI).href),
      ...where,
      fitBoundsOptions: { padding: PADDING, maxZoom: NEAREST },
      attributionControl: false,
      cooperativeGestures: Boolean(options.cooperative),
      maxPitch: 0,
      dragRotate: false,
      fadeDuration: still.matches ? 0 : 120,
      locale: localeOf(this.words, box.dataset.title ?? ""),
    });
    this.raw.touchZoomRotate.disableRotation();
    this.raw.keyboard.disableRotation();
    this.picking = new Picking(this.raw, this.#owners);
    this.#addControls(options);
    this.base = new BaseMap(this);
    this.#watchTheme();
    this.raw.on("moveend", () => this.emit("view", this.view));
    this.raw.on("cairn-empty", (event) => this.emit("empty", event.lngLat.toArray()));
    alive.add(this);
  }

  #addControls({ fullScreen }) {
    const { library, raw, words } = this;
    raw.addControl(new library.NavigationControl({ showCompass: false }), "top-right");
    const extent = new MapButton(words("extent"), "extent", () => this.show(this.extent));
    raw.addControl(extent, "top-right");
    if (fullScreen) {
      raw.addControl(new library.FullscreenControl({ container: fullScreen }), "top-right");
    }
    raw.addControl(new library.ScaleControl({ unit: "metric" }), "bottom-left");
  }

  /* --- colours --- */

  /** A custom property of the box, as it is in the theme that holds now. */
  colour(name) {
    return getComputedStyle(this.box).getPropertyValue(name).trim();
  }

  #watchTheme() {
    this.#watcher = new MutationObserver(this.#repaint);
    this.#watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    dark.addEventListener("change", this.#repaint);
  }

  #paint() {
    if (!this.box.isConnected) return this.remove();
    const colour = (name) => this.colour(name);
    this.base.paint(colour);
    for (const layer of this.#layers) layer.paint(colour);
    this.emit("theme");
  }

  /* --- layers --- */

  /** GeoJSON features on the map: see `FeatureLayer`. */
  addFeatures(collection, options) {
    return this.addLayer(new FeatureLayer(this, collection, options));
  }

  /** An archived version, from its tiles: see `VersionLayer`. */
  addVersion(facts, options) {
    return this.addLayer(new VersionLayer(this, facts, options));
  }

  /** Draws a geometry or a place over all layers, as "hover" or "chosen"; without one, no longer. */
  highlight(role, given) {
    this.#highlight ??= this.addLayer(new Highlight(this));
    this.#highlight.show(role, given);
  }

  /** A layer of any kind: `attach()`, `paint(colour)`, `detach()`, `pickable` (IDs of style layers). */
  addLayer(layer) {
    this.#layers.add(layer);
    layer.attach();
    layer.paint((name) => this.colour(name));
    for (const id of layer.pickable) this.#owners.set(id, layer);
    if (this.#highlight && layer !== this.#highlight) this.#highlight.raise();
    return layer;
  }

  removeLayer(layer) {
    if (!this.#layers.delete(layer)) return;
    for (const id of layer.pickable) this.#owners.delete(id);
    layer.detach();
  }

  /* --- the view --- */

  /** {center: [longitude, latitude], zoom, bounds: [west, south, east, north]} */
  get view() {
    const { lng, lat } = this.raw.getCenter();
    return { center: [lng, lat], zoom: this.raw.getZoom(), bounds: this.raw.getBounds().toArray().flat() };
  }

  /** Shows an extent whole, at most as near as a town; without motion where a person asks for none. */
  show(extent, { animate = true } = {}) {
    if (!extent) return;
    const moves = animate && !still.matches;
    this.raw.fitBounds(extent, { padding: PADDING, maxZoom: NEAREST, animate: moves, duration: 400 });
  }

  /** Whether a place lies in view, a little inside its edge. */
  shows(place) {
    const { x, y } = this.raw.project(place);
    const { clientWidth, clientHeight } = this.box;
    return x > 8 && y > 8 && x < clientWidth - 8 && y < clientHeight - 8;
  }

  /** Goes to a place, at least as near as `zoom`. */
  fly(center, zoom = 0) {
    const near = Math.max(zoom, this.raw.getZoom());
    this.raw.easeTo({ center, zoom: near, duration: still.matches ? 0 : 400 });
  }

  /** A popup with an element in it, instead of the one before; gives it back. */
  popup(place, element, { onClose } = {}) {
    this.#popup?.remove();
    const popup = new this.library.Popup({ maxWidth: "340px", focusAfterOpen: false, offset: BESIDE });
    popup.setLngLat(place).setDOMContent(element).addTo(this.raw);
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      popup.remove();
    });
    if (onClose) popup.on("close", onClose);
    this.#popup = popup;
    if (this.box.clientWidth < NARROW) this.#asSheet(popup);
    return popup;
  }

  /** Where a popup would not fit beside its place, it lies along the lower edge, the place above it. */
  #asSheet(popup) {
    popup.addClassName("is-sheet");
    const reveal = () => {
      if (this.#popup !== popup || !popup.isOpen()) return;
      const { y } = this.raw.project(popup.getLngLat());
      const room = this.box.clientHeight - popup.getElement().offsetHeight;
      if (y > room - BESIDE) this.raw.panBy([0, y - room / 2], { duration: still.matches ? 0 : 200 });
    };
    if (this.raw.isMoving()) this.raw.once("moveend", reveal);
    else reveal();
  }

  closePopup() {
    this.#popup?.remove();
    this.#popup = undefined;
  }

  /** A quiet line in the corner of the map, one of each kind; without words it goes. */
  notice(words, kind = "") {
    if (!this.#notices) {
      this.#notices = document.createElement("div");
      this.#notices.className = "map-notices";
      this.#notices.setAttribute("role", "status");
      this.box.append(this.#notices);
    }
    const line = [...this.#notices.children].find((one) => one.dataset.kind === kind);
    if (!words) return line?.remove();
    if (line) return void (line.textContent = words);
    const made = Object.assign(document.createElement("p"), { className: "map-notice", textContent: words });
    made.dataset.kind = kind;
    this.#notices.append(made);
  }

  /* --- drawing --- */

  /** The drawing tools, loaded when they are first asked for: see `draw.js`. */
  async draw(options) {
    const { Drawing } = await import("./draw.js");
    return Drawing.open(this, options);
  }

  /** The end: canvas, worker's sources, listeners. A box that leaves the page ends its map by itself. */
  remove() {
    if (!alive.delete(this)) return;
    this.emit("remove");
    this.#watcher.disconnect();
    dark.removeEventListener("change", this.#repaint);
    this.#layers.clear();
    this.raw.remove();
    this.silence();
  }
}

/** Opens a map in an element that carries `{% map_attributes %}`; resolves once layers can be added. */
export async function openMap(box, options = {}) {
  const maplibre = await loadLibrary(box);
  const map = new CairnMap(box, maplibre, options);
  await new Promise((ready) => map.raw.once("style.load", ready));
  map.base.add(); // the data does not wait for it
  return map;
}

document.addEventListener("htmx:afterSettle", () => {
  for (const map of [...alive]) if (!map.box.isConnected) map.remove();
});
