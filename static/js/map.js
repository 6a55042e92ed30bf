/**
 * A map on the offline base map (Natural Earth land and borders), light and dark.
 *
 * `openMap(box, paint)` loads the library named by the box's data-library, data-worker,
 * data-topojson and data-world, and calls `paint(map, colour)` once the base map stands and again
 * whenever the theme changes; `colour(name)` reads a custom property of the box.
 */
let library;

async function load(box) {
  library ??= (async () => {
    const [maplibre] = await Promise.all([import(box.dataset.library), import(box.dataset.topojson)]);
    maplibre.setWorkerUrl(new URL(box.dataset.worker, document.baseURI).href);
    const answer = await fetch(box.dataset.world);
    if (!answer.ok) throw new Error(`The base map answered ${answer.status}`);
    const world = await answer.json();
    const { feature, mesh } = globalThis.topojson;
    const { land, countries } = world.objects;
    return {
      maplibre,
      land: unwrapped(feature(world, land)),
      borders: unwrapped(mesh(world, countries, (one, other) => one !== other)),
    };
  })();
  library.catch(() => (library = undefined));
  return library;
}

/* --- lines that cross the antimeridian go on beyond 180 degrees, and never back around the world --- */

function unwrappedLine(line) {
  let turn = 0;
  return line.map(([x, y], place) => {
    if (place) {
      const step = x - line[place - 1][0];
      if (Math.abs(step) > 180) turn -= Math.sign(step) * 360;
    }
    return [x + turn, y];
  });
}

function unwrappedRing(ring) {
  const line = unwrappedLine(ring);
  const [first, last] = [line[0], line.at(-1)];
  if (first[0] === last[0]) return line;
  const pole = first[1] < 0 ? -90 : 90; // it goes around a pole, and is closed there
  return [...line, [last[0], pole], [first[0], pole], first];
}

function unwrapped(shape) {
  if (shape.type === "FeatureCollection") {
    return { ...shape, features: shape.features.map(unwrapped) };
  }
  if (shape.type === "Feature") return { ...shape, geometry: unwrapped(shape.geometry) };
  const { type, coordinates } = shape;
  const turned = {
    Polygon: (rings) => rings.map(unwrappedRing),
    MultiPolygon: (parts) => parts.map((rings) => rings.map(unwrappedRing)),
    MultiLineString: (lines) => lines.map(unwrappedLine),
  }[type];
  return turned ? { ...shape, coordinates: turned(coordinates) } : shape;
}

const colourOf = (box) => (name) => getComputedStyle(box).getPropertyValue(name).trim();

function baseStyle(colour, { land, borders }) {
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: land },
      borders: { type: "geojson", data: borders },
    },
    layers: [
      { id: "water", type: "background", paint: { "background-color": colour("--map-water") } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": colour("--map-land") } },
      {
        id: "coast",
        type: "line",
        source: "land",
        paint: { "line-color": colour("--map-line"), "line-width": 0.7 },
      },
      {
        id: "borders",
        type: "line",
        source: "borders",
        paint: {
          "line-color": colour("--map-line"),
          "line-width": 0.7,
          "line-dasharray": [3, 2],
        },
      },
    ],
  };
}

/** A button among the map's own: `act` is called with the map. */
export class MapButton {
  constructor(label, kind, act) {
    Object.assign(this, { label, kind, act });
  }

  onAdd(map) {
    this.part = document.createElement("div");
    this.part.className = "maplibregl-ctrl maplibregl-ctrl-group";
    const button = document.createElement("button");
    button.type = "button";
    button.title = this.label;
    button.setAttribute("aria-label", this.label);
    button.className = `map-button map-button-${this.kind}`;
    button.addEventListener("click", () => this.act(map));
    this.part.append(button);
    return this.part;
  }

  onRemove() {
    this.part.remove();
  }
}

/** The box around GeoJSON features, [[west, south], [east, north]]; undefined where there are none. */
export function extentOf(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  const widen = (place) => {
    if (typeof place[0] !== "number") return place.forEach(widen);
    const [x, y] = place;
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  };
  for (const { geometry } of features) {
    for (const part of geometry.geometries ?? [geometry]) widen(part.coordinates);
  }
  return box[0] > box[2] ? undefined : [box.slice(0, 2), box.slice(2)];
}

/** Shows an extent whole, at most as near as a town. */
export function showExtent(map, extent) {
  if (!extent) return;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  map.fitBounds(extent, { padding: 48, maxZoom: 11, animate: !still, duration: 400 });
}

export async function openMap(box, paint, extent) {
  const parts = await load(box);
  const { maplibre } = parts;
  const colour = colourOf(box);
  const map = new maplibre.Map({
    container: box,
    style: baseStyle(colour, parts),
    bounds: extent,
    fitBoundsOptions: { padding: 48, maxZoom: 11 },
    attributionControl: false,
    maxPitch: 0,
    dragRotate: false,
    locale: { "Map.Title": box.dataset.title ?? "Map" },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), "top-right");
  map.addControl(
    new MapButton("Show everything", "extent", () => showExtent(map, extent)),
    "top-right",
  );
  map.addControl(new maplibre.ScaleControl({ unit: "metric" }), "bottom-left");
  await new Promise((ready) => map.once("load", ready));
  paint(map, colour);
  watchTheme(box, () => {
    map.setPaintProperty("water", "background-color", colour("--map-water"));
    map.setPaintProperty("land", "fill-color", colour("--map-land"));
    map.setPaintProperty("coast", "line-color", colour("--map-line"));
    map.setPaintProperty("borders", "line-color", colour("--map-line"));
    paint(map, colour);
  });
  return { map, maplibre };
}

function watchTheme(box, change) {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const again = () => {
    if (box.isConnected) return change();
    system.removeEventListener("change", again);
    watcher.disconnect();
  };
  const watcher = new MutationObserver(again);
  watcher.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  system.addEventListener("change", again);
}
