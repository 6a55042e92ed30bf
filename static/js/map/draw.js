/**
 * Drawing one shape on a map, and changing one that is there; loaded when somebody draws (Terra Draw).
 *
 *   const drawing = await map.draw();
 *   drawing.begin("polygon");        // point, circle, box, polygon or line, in place of what was drawn
 *   drawing.edit(geometry);          // or well-known text; throws a RangeError where it is too large
 *   drawing.edit(ring, "circle");    // a ring that was one, or a "box", keeps its form when it is pulled
 *   drawing.show(geometry);          // the same, without handles
 *   drawing.clear();                 // nothing is drawn, and the map answers clicks again
 *   drawing.stop();                  // the end; the tools are taken off the map
 *
 * Events: `change` while a shape is drawn or dragged, `finish` when it stands; both give a shape, or
 * undefined once it is cleared by Escape or Delete:
 *
 *   {kind, geometry, wkt, circle: {latitude, longitude, km}, box: {south, west, north, east}}
 *
 * `circle` and `box` are there for these two kinds alone; `geometry` is GeoJSON, of a circle the ring
 * around it. Drawn coordinates have six decimals (0.1 m); of an edited geometry the vertices that were
 * left alone keep all their digits.
 */
import {
  TerraDraw,
  TerraDrawCircleMode,
  TerraDrawLineStringMode,
  TerraDrawPointMode,
  TerraDrawPolygonMode,
  TerraDrawRectangleMode,
  TerraDrawSelectMode,
} from "../../vendor/terra-draw/terra-draw.modern.js";
import { TerraDrawMapLibreGLAdapter } from "../../vendor/terra-draw/terra-draw-maplibre-gl-adapter.modern.js";
import { Emitter } from "./emitter.js";
import { circle, distance, eachPlace, extentOf } from "./geometry.js";
import { fromWkt, toWkt } from "./wkt.js";

const MODES = { point: "point", circle: "circle", box: "rectangle", polygon: "polygon", line: "linestring" };
const KINDS = { Point: "point", LineString: "line", Polygon: "polygon" };
const MOST_POINTS = 3000; // vertices with handles
const DECIMALS = 6;

const rounded = (place) => place.map((number) => Number(number.toFixed(DECIMALS)));
const mapPlaces = (list, change) =>
  typeof list[0] === "number" ? change(list) : list.map((part) => mapPlaces(part, change));

export class Drawing extends Emitter {
  #rebuild; // gives the whole geometry from the parts that lie on the map
  #kept = new Set(); // places of the geometry that came, with all their digits
  #kind;
  #waiting = 0;
  #leave;
  #unpaint;

  static open(map) {
    return new Drawing(map);
  }

  constructor(map) {
    super();
    this.map = map;
    this.tools = new TerraDraw({
      adapter: new TerraDrawMapLibreGLAdapter({ map: map.raw, coordinatePrecision: 15 }),
      modes: modesFor(map),
    });
    this.tools.start();
    this.tools.on("finish", (id, { action }) => this.#finished(id, action));
    this.tools.on("change", (ids, type) => this.#changed(type));
    this.#leave = map.on("remove", () => this.stop());
    this.#unpaint = map.on("theme", () => this.#paint());
    this.tools.setMode("select");
  }

  /* --- what others call --- */

  begin(kind) {
    this.clear();
    this.#kind = kind;
    this.map.picking.resting = true;
    this.tools.setMode(MODES[kind]);
    this.map.raw.getCanvas().focus();
  }

  edit(given, kind) {
    this.#place(given, kind);
    const [first] = this.tools.getSnapshot();
    this.tools.setMode("select");
    this.tools.selectFeature(first.id);
    this.map.picking.resting = true;
  }

  show(given, kind) {
    this.#place(given, kind);
    this.tools.setMode("static");
    this.map.picking.resting = false;
  }

  clear() {
    this.#rebuild = undefined; // first: nobody is told of what is cleared on purpose
    this.tools.clear();
    this.#kept.clear();
    this.#kind = undefined;
    this.tools.setMode("static");
    this.map.picking.resting = false;
  }

  stop() {
    cancelAnimationFrame(this.#waiting);
    this.#leave();
    this.#unpaint();
    this.tools.stop();
    this.map.picking.resting = false;
    this.silence();
  }

  /** The shape as it is now; undefined where there is none. */
  get shape() {
    if (!this.#rebuild) return undefined;
    const geometry = this.#rebuild();
    if (!geometry) return undefined;
    return { kind: this.#kind, geometry, wkt: toWkt(geometry), ...this.#measures(geometry) };
  }

  /* --- parts --- */

  #place(given, kind) {
    const geometry = typeof given === "string" ? fromWkt(given) : given;
    let count = 0;
    eachPlace(geometry, () => (count += 1));
    if (count > MOST_POINTS) throw new RangeError(`${count} points`);
    this.clear();
    eachPlace(geometry, (place) => this.#kept.add(String(place)));
    this.#kind = kind ?? KINDS[geometry.type] ?? "shape";
    this.#rebuild = this.#put(geometry);
  }

  /** Puts a geometry on the map in parts that have handles; gives what puts them together again. */
  #put(geometry) {
    const { type } = geometry;
    if (type === "GeometryCollection" || type.startsWith("Multi")) return this.#putParts(geometry);
    if (type !== "Polygon") {
      const read = this.#putOne(geometry);
      return () => read();
    }
    const rings = geometry.coordinates.map((ring) =>
      this.#putOne({ type: "Polygon", coordinates: [ring] }),
    );
    return () => {
      const left = rings.map((read) => read()?.coordinates[0]);
      return left[0] && { type, coordinates: left.filter(Boolean) };
    };
  }

  #putParts({ type, coordinates, geometries }) {
    const single = type.replace("Multi", "");
    const parts = geometries ?? coordinates.map((part) => ({ type: single, coordinates: part }));
    const readers = parts.map((part) => this.#put(part));
    return () => {
      const left = readers.map((read) => read()).filter(Boolean);
      if (!left.length) return undefined;
      if (geometries) return { type, geometries: left };
      return { type, coordinates: left.map((part) => part.coordinates) };
    };
  }

  #putOne({ type, coordinates }) {
    const isRound = this.#kind === "circle" || this.#kind === "box";
    const mode = MODES[isRound ? this.#kind : KINDS[type]];
    const geometry = { type, coordinates };
    const feature = { type: "Feature", geometry, properties: { mode } };
    const [{ id, valid, reason }] = this.tools.addFeatures([feature]);
    if (!valid) throw new RangeError(reason);
    return () => this.#read(id);
  }

  #read(id) {
    const feature = this.tools.getSnapshotFeature(id);
    if (!feature) return undefined;
    const { type, coordinates } = feature.geometry;
    const tidy = (place) => (this.#kept.has(String(place)) ? place : rounded(place));
    return { type, coordinates: mapPlaces(coordinates, tidy) };
  }

  #measures({ coordinates }) {
    if (this.#kind === "circle") {
      const [ring] = coordinates;
      const corners = ring.slice(0, -1);
      const [, south] = corners.reduce((low, place) => (place[1] < low[1] ? place : low));
      const [, north] = corners.reduce((high, place) => (place[1] > high[1] ? place : high));
      const longitude = corners.reduce((sum, [x]) => sum + x, 0) / corners.length;
      const middle = rounded([longitude, (south + north) / 2]);
      const km = distance([longitude, south], [longitude, north]) / 2;
      return {
        circle: { latitude: middle[1], longitude: middle[0], km: Number(km.toPrecision(4)) },
      };
    }
    if (this.#kind === "box") {
      const [[west, south], [east, north]] = extentOf([{ geometry: { type: "Polygon", coordinates } }]);
      return { box: { south, west, north, east } };
    }
    return {};
  }

  /* --- what happens on the map --- */

  #finished(id, action) {
    if (action === "draw") {
      this.#rebuild = () => this.#read(id);
      this.tools.setMode("select");
      this.tools.selectFeature(id);
    }
    if (this.#kind === "circle") this.#round(id);
    this.emit("finish", this.shape);
  }

  /** A circle that was pulled larger is made round again, on the Earth and not on the map. */
  #round(id) {
    const { latitude, longitude, km } = this.shape.circle;
    const { type, coordinates } = circle([longitude, latitude], km);
    this.tools.updateFeatureGeometry(id, { type, coordinates: mapPlaces(coordinates, rounded) });
  }

  #changed(type) {
    if (type === "delete" && this.#rebuild && !this.#rebuild()) {
      this.#rebuild = undefined;
      this.emit("finish", undefined);
      return;
    }
    if (type !== "update" || !this.#rebuild || this.#waiting) return;
    this.#waiting = requestAnimationFrame(() => {
      this.#waiting = 0;
      this.emit("change", this.shape);
    });
  }

  #paint() {
    for (const [mode, options] of Object.entries(stylesFor(this.map))) {
      this.tools.updateModeOptions(mode, { styles: options });
    }
  }
}

/* --- how it looks --- */

function stylesFor(map) {
  const [accent, edge] = [map.colour("--accent"), map.colour("--map-edge")];
  const area = { fillColor: accent, fillOpacity: 0.15, outlineColor: accent, outlineWidth: 2 };
  const closing = { closingPointColor: accent, closingPointOutlineColor: edge, closingPointWidth: 6 };
  const selected = {
    selectedPolygonColor: accent,
    selectedPolygonFillOpacity: 0.15,
    selectedPolygonOutlineColor: accent,
    selectedPolygonOutlineWidth: 2,
    selectedLineStringColor: accent,
    selectedLineStringWidth: 3,
    selectedPointColor: accent,
    selectedPointOutlineColor: edge,
    selectedPointWidth: 8,
    selectionPointColor: edge,
    selectionPointOutlineColor: accent,
    selectionPointOutlineWidth: 2,
    selectionPointWidth: 5,
    midPointColor: accent,
    midPointOutlineColor: edge,
    midPointWidth: 3,
  };
  return {
    point: { pointColor: accent, pointOutlineColor: edge, pointWidth: 8, pointOutlineWidth: 2 },
    linestring: { lineStringColor: accent, lineStringWidth: 3, ...closing },
    polygon: { ...area, ...closing },
    rectangle: area,
    circle: area,
    select: selected,
  };
}

function modesFor(map) {
  const styles = stylesFor(map);
  const vertices = { midpoints: true, draggable: true, deletable: true };
  const flags = {
    point: { feature: { draggable: true } },
    linestring: { feature: { draggable: true, coordinates: vertices } },
    polygon: { feature: { draggable: true, coordinates: vertices } },
    rectangle: { feature: { draggable: true, coordinates: { resizable: "opposite" } } },
    circle: { feature: { draggable: true, coordinates: { resizable: "center" } } },
  };
  return [
    new TerraDrawPointMode({ styles: styles.point }),
    new TerraDrawLineStringMode({ styles: styles.linestring }),
    new TerraDrawPolygonMode({ styles: styles.polygon }),
    new TerraDrawRectangleMode({ styles: styles.rectangle }),
    new TerraDrawCircleMode({ styles: styles.circle, projection: "globe" }),
    new TerraDrawSelectMode({ styles: styles.select, flags }),
  ];
}
