/**
 * An archived version on the map, from its vector tiles.
 *
 *   const facts = await (await fetch(url)).json();   // …/versions/ID/map.json, state "ready"
 *   const layer = map.addVersion(facts, { style });
 *   layer.setStyle({ by: "City", as: "category", show: "dots" });
 *
 * A style says what colours come from: `by` (a property; none: one colour), `as` "category" or
 * "number" with `breaks` (where the second and each later class begins), and how points are shown,
 * `show` "dots" (thinned where they are many) or "clusters" (with their number in them).
 *
 * Events: `hover` and `click` give {key, fid, count, value, part, place, layer}: `count` entities
 * stand in a dot, `fid` is that of one of them; `gone` once the version is no longer kept. `hover(fid)`
 * lights a shape up.
 */
import { Emitter } from "./emitter.js";
import { colourBy, dotRadius, clusterLabel, clusterRadius } from "./styling.js";

let made = 0;
const FONT = ["Inter Variable", "sans-serif"];
const MANY = 2000; // dots that need no edge while they are small
const PLAIN = { by: "", as: "category", show: "dots", breaks: [] };
const isLit = ["boolean", ["feature-state", "hover"], false];
const PARTS = ["labels", "dots", "points", "lines", "outlines", "areas"];

export class VersionLayer extends Emitter {
  #lit;
  #listener;

  constructor(map, facts, { style = {} } = {}) {
    super();
    this.map = map;
    this.raw = map.raw;
    this.facts = facts;
    this.style = { ...PLAIN, ...style };
    this.name = `version-${++made}`;
  }

  get pickable() {
    return PARTS.filter((part) => part !== "labels").map((part) => this.#id(part));
  }

  #id(part) {
    return `${this.name}-${part}`;
  }

  /* --- what the map calls --- */

  attach() {
    this.#put();
    this.#listener = (event) => this.#failed(event);
    this.raw.on("error", this.#listener);
  }

  #put(above) {
    const { raw, name } = this;
    raw.addSource(name, { type: "vector", tiles: [this.#address()], maxzoom: this.facts.max_zoom });
    const add = (part, sourceLayer, layer) =>
      raw.addLayer({ id: this.#id(part), source: name, "source-layer": sourceLayer, ...layer }, above);
    add("areas", "areas", { type: "fill", paint: { "fill-opacity": ["case", isLit, 0.8, 0.6] } });
    const width = ["interpolate", ["linear"], ["zoom"], 2, ["case", isLit, 3, 0.5], 8, ["case", isLit, 3, 1]];
    const outline = { "line-width": width, "line-opacity": 0.7 };
    add("outlines", "areas", { type: "line", paint: outline });
    const line = { "line-width": ["case", isLit, 5, 2.4] };
    add("lines", "lines", { type: "line", layout: { "line-cap": "round" }, paint: line });
    add("points", "points", { type: "circle", paint: { "circle-stroke-width": 1 } });
    add("dots", "dots", { type: "circle", layout: { "circle-sort-key": ["get", "n"] } });
    add("labels", "dots", {
      type: "symbol",
      filter: [">", ["get", "n"], 1],
      layout: {
        visibility: "none",
        "text-field": clusterLabel,
        "text-font": FONT,
        "text-size": 12,
        "text-allow-overlap": true,
        "text-ignore-placement": true,
      },
    });
  }

  paint(colour) {
    const fill = colourBy(this.style, colour);
    const edge = colour("--map-mark-edge");
    const set = (part, values) => {
      for (const [name, value] of Object.entries(values)) {
        this.raw.setPaintProperty(this.#id(part), name, value);
      }
    };
    const clusters = this.style.show === "clusters";
    set("areas", { "fill-color": fill });
    set("outlines", { "line-color": colour("--map-mark-line") });
    set("lines", { "line-color": fill });
    set("points", { "circle-color": fill, "circle-stroke-color": edge, "circle-radius": 5 });
    set("dots", {
      "circle-color": fill,
      "circle-radius": clusters ? clusterRadius : dotRadius(this.facts.located),
      "circle-opacity": clusters ? 0.9 : 0.85,
      "circle-stroke-color": edge,
      "circle-stroke-width": clusters ? 1.5 : this.facts.located > MANY ? ["interpolate", ["linear"], ["zoom"], 4, 0, 8, 1] : 1,
    });
    set("labels", { "text-color": colour("--map-label"), "text-halo-color": colour("--map-label-halo") });
    set("labels", { "text-halo-width": 0.8 });
    this.raw.setLayoutProperty(this.#id("labels"), "visibility", clusters ? "visible" : "none");
  }

  detach() {
    this.raw.off("error", this.#listener);
    this.#takeOff();
    this.silence();
  }

  #takeOff() {
    for (const part of PARTS) this.raw.removeLayer(this.#id(part));
    this.raw.removeSource(this.name);
  }

  hitOf({ id, properties, sourceLayer }) {
    const { n = 1, v } = properties;
    const lone = sourceLayer !== "dots" || n === 1;
    return { key: `${sourceLayer}:${id}`, fid: id, count: lone ? 1 : n, value: v, part: sourceLayer };
  }

  hovered(hit) {
    this.hover(hit?.count === 1 ? hit.fid : undefined);
    this.emit("hover", hit);
  }

  /* --- what others call --- */

  setStyle(style) {
    const before = this.#address();
    this.style = { ...PLAIN, ...style };
    if (this.#address() !== before) {
      // Not `setTiles`: what is painted at the same time would have the old tiles taken for the new.
      const order = this.raw.getStyle().layers.map(({ id }) => id);
      const above = order[order.indexOf(this.#id(PARTS[0])) + 1];
      this.#lit = undefined;
      this.#takeOff();
      this.#put(above);
    }
    this.paint((name) => this.map.colour(name));
  }

  /** Lights up what is drawn of an entity as a shape; undefined: nothing. */
  hover(fid) {
    if (this.#lit === fid) return;
    if (this.#lit !== undefined) this.#light(this.#lit, false);
    this.#lit = fid;
    if (fid !== undefined) this.#light(fid, true);
  }

  #light(id, hover) {
    for (const sourceLayer of ["areas", "lines"]) {
      this.raw.setFeatureState({ source: this.name, sourceLayer, id }, { hover });
    }
  }

  remove() {
    this.map.removeLayer(this);
  }

  /* --- tiles --- */

  #address() {
    const { by, as, show } = this.style;
    const query = new URLSearchParams({ edition: this.facts.edition });
    if (by) query.set("by", by);
    if (by && as === "number") query.set("as", "number");
    if (show === "clusters") query.set("show", "clusters");
    return `${location.origin}${this.facts.tiles}?${query}`;
  }

  #failed({ error, sourceId }) {
    if (sourceId !== this.name) return;
    if (error?.status === 404 || error?.status === 410) this.emit("gone");
    else this.emit("trouble", error);
  }
}
