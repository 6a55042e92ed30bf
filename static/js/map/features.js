/**
 * GeoJSON on the map, each feature by its kind: a colour, a shape for points, a dash for lines.
 *
 *   const layer = map.addFeatures(collection, {
 *     kinds: {
 *       added: { colour: "--diff-added", shape: "circle" },
 *       moved: { colour: "--diff-changed", dash: [2, 1.5] },
 *     },
 *   });
 *
 * A feature's `properties.kind` names its kind (the first one where it names none), its
 * `properties.key` is what it is known by in `hover(key)`, `select(key)` and in hits. Colours are
 * custom properties, read anew when the theme changes. `points: false` leaves marks out, for
 * outlines alone. Events: `hover` (a hit, or undefined once the pointer has left) and `click`;
 * a hit is {key, properties, place: [longitude, latitude], layer}, its properties as they were given.
 */
import { Emitter } from "./emitter.js";
import { putMark } from "./marks.js";

let made = 0;
const AREAS = ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]];
const POINTS = ["in", ["geometry-type"], ["literal", ["Point", "MultiPoint"]]];
const DEFAULT = { shown: { colour: "--map-data", shape: "circle" } };
const lit = (then, otherwise) => [
  "case",
  ["any", ["boolean", ["feature-state", "hover"], false], ["boolean", ["feature-state", "selected"], false]],
  then,
  otherwise,
];

export class FeatureLayer extends Emitter {
  #state = { hover: undefined, selected: new Set() };

  constructor(map, collection, { kinds = DEFAULT, areas = true } = {}) {
    super();
    this.map = map;
    this.raw = map.raw;
    this.kinds = kinds;
    this.name = `features-${++made}`;
    this.areas = areas;
    this.#take(collection);
  }

  #take(collection) {
    this.data = collection;
    this.byKey = new Map(collection.features.map(({ properties }) => [String(properties.key), properties]));
  }

  get pickable() {
    const lines = Object.keys(this.kinds).map((kind) => this.#id(`line-${kind}`));
    return [this.#id("marks"), ...lines, this.#id("areas")];
  }

  #id(part) {
    return `${this.name}-${part}`;
  }

  get #kind() {
    const [first] = Object.keys(this.kinds);
    return ["coalesce", ["get", "kind"], first];
  }

  /* --- what the map calls --- */

  attach() {
    const source = this.name;
    this.raw.addSource(source, { type: "geojson", data: this.data, promoteId: "key" });
    const add = (part, layer) => this.raw.addLayer({ id: this.#id(part), source, ...layer });
    const solid = Object.keys(this.kinds).filter((kind) => !this.kinds[kind].lineOnly);
    add("areas", {
      type: "fill",
      filter: ["all", AREAS, ["in", this.#kind, ["literal", this.areas ? solid : []]]],
      paint: { "fill-opacity": lit(0.55, 0.3) },
    });
    for (const [kind, { dash }] of Object.entries(this.kinds)) {
      add(`line-${kind}`, {
        type: "line",
        filter: ["all", ["!", POINTS], ["==", this.#kind, kind]],
        paint: { "line-width": lit(4, 2), ...(dash && { "line-dasharray": dash }) },
      });
    }
    add("halo", {
      type: "circle",
      filter: POINTS,
      paint: { "circle-radius": lit(11, 0), "circle-opacity": 0.25, "circle-stroke-width": lit(2, 0) },
    });
    add("marks", {
      type: "symbol",
      filter: POINTS,
      layout: {
        "icon-image": ["concat", `${source}-`, this.#kind],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    });
  }

  paint(colour) {
    const byKind = ["match", this.#kind];
    const edge = colour("--map-edge");
    for (const [kind, { colour: name, shape = "circle" }] of Object.entries(this.kinds)) {
      const fill = colour(name);
      putMark(this.raw, `${this.name}-${kind}`, { shape, fill, edge });
      byKind.push(kind, fill);
      this.raw.setPaintProperty(this.#id(`line-${kind}`), "line-color", fill);
    }
    byKind.push(colour(Object.values(this.kinds)[0].colour));
    this.raw.setPaintProperty(this.#id("areas"), "fill-color", byKind);
    this.raw.setPaintProperty(this.#id("halo"), "circle-color", colour("--accent"));
    this.raw.setPaintProperty(this.#id("halo"), "circle-stroke-color", colour("--accent"));
  }

  detach() {
    for (const { id } of this.raw.getStyle().layers) {
      if (id.startsWith(`${this.name}-`)) this.raw.removeLayer(id);
    }
    this.raw.removeSource(this.name);
    for (const kind of Object.keys(this.kinds)) this.raw.removeImage(`${this.name}-${kind}`);
    this.silence();
  }

  /** What the map gives back of a feature may have lost its lists: the properties as they came. */
  hitOf(feature) {
    const key = String(feature.properties.key);
    return { key, properties: this.byKey.get(key) ?? feature.properties };
  }

  hovered(hit) {
    this.hover(hit?.key);
    this.emit("hover", hit);
  }

  /* --- what others call --- */

  /** Other features in place of those there are. */
  setData(collection) {
    this.#take(collection);
    this.raw.getSource(this.name).setData(collection);
  }

  /** Lights a feature up as the pointer would; undefined: none. */
  hover(key) {
    if (this.#state.hover !== undefined) this.#set(this.#state.hover, { hover: false });
    this.#state.hover = key;
    if (key !== undefined) this.#set(key, { hover: true });
  }

  /** Marks features as chosen, in place of those chosen before. */
  select(...keys) {
    for (const key of this.#state.selected) this.#set(key, { selected: false });
    this.#state.selected = new Set(keys.filter((key) => key !== undefined));
    for (const key of this.#state.selected) this.#set(key, { selected: true });
  }

  #set(id, state) {
    this.raw.setFeatureState({ source: this.name, id }, state);
  }

  remove() {
    this.map.removeLayer(this);
  }
}
