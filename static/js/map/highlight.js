/** What is pointed at and what is chosen, drawn over all else: an outline, or a ring around a point. */
const EMPTY = { type: "FeatureCollection", features: [] };
const POINTS = ["==", ["geometry-type"], "Point"];

export class Highlight {
  constructor(map) {
    this.map = map;
    this.raw = map.raw;
    this.shown = new Map(); // "hover" | "chosen" -> a GeoJSON feature
  }

  pickable = [];

  attach() {
    this.raw.addSource("highlight", { type: "geojson", data: EMPTY });
    const add = (id, layer) => this.raw.addLayer({ id: `highlight-${id}`, source: "highlight", ...layer });
    const width = (chosen, hover) => ["match", ["get", "role"], "chosen", chosen, hover];
    const line = { "line-join": "round", "line-cap": "round" };
    add("casing", { type: "line", filter: ["!", POINTS], layout: line, paint: { "line-width": width(7, 6) } });
    add("line", { type: "line", filter: ["!", POINTS], layout: line, paint: { "line-width": width(3.5, 2.5) } });
    const circle = { "circle-radius": width(11, 9), "circle-opacity": 0 };
    add("ring-casing", { type: "circle", filter: POINTS, paint: { ...circle, "circle-stroke-width": width(6, 5) } });
    add("ring", { type: "circle", filter: POINTS, paint: { ...circle, "circle-stroke-width": width(3, 2) } });
  }

  paint(colour) {
    const [mark, casing] = [colour("--map-chosen"), colour("--map-edge")];
    this.raw.setPaintProperty("highlight-casing", "line-color", casing);
    this.raw.setPaintProperty("highlight-line", "line-color", mark);
    this.raw.setPaintProperty("highlight-ring-casing", "circle-stroke-color", casing);
    this.raw.setPaintProperty("highlight-ring", "circle-stroke-color", mark);
  }

  detach() {
    for (const id of ["ring", "ring-casing", "line", "casing"]) this.raw.removeLayer(`highlight-${id}`);
    this.raw.removeSource("highlight");
  }

  /** Above the layers that were added since. */
  raise() {
    for (const id of ["casing", "line", "ring-casing", "ring"]) this.raw.moveLayer(`highlight-${id}`);
  }

  /** Shows a geometry, or a place, in a role: "hover" or "chosen"; nothing takes it away. */
  show(role, given) {
    if (given) {
      const geometry = Array.isArray(given) ? { type: "Point", coordinates: given } : given;
      const simple = geometry.type === "MultiPoint" ? this.#points(geometry) : [geometry];
      this.shown.set(role, simple.map((one) => ({ type: "Feature", properties: { role }, geometry: one })));
    } else if (!this.shown.delete(role)) return;
    const features = [...this.shown.values()].flat();
    this.raw.getSource("highlight")?.setData({ type: "FeatureCollection", features });
  }

  #points({ coordinates }) {
    return coordinates.map((place) => ({ type: "Point", coordinates: place }));
  }
}
