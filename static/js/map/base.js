/** The base map: Natural Earth's land and borders, from files of our own, in the page's colours. */
let loading;

async function load(box) {
  loading ??= (async () => {
    await import(box.dataset.topojson);
    const answer = await fetch(box.dataset.world);
    if (!answer.ok) throw new Error(`The base map answered ${answer.status}`);
    const world = await answer.json();
    const { feature, mesh } = globalThis.topojson;
    const { land, countries } = world.objects;
    return {
      land: unwrapped(feature(world, land)),
      borders: unwrapped(mesh(world, countries, (one, other) => one !== other)),
    };
  })();
  loading.catch(() => (loading = undefined));
  return loading;
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

const COLOURS = [
  ["water", "background-color", "--map-water"],
  ["land", "fill-color", "--map-land"],
  ["coast", "line-color", "--map-line"],
  ["borders", "line-color", "--map-line"],
];

/** A style with nothing but the ground, in the page's colour. */
export function plainStyle(colour) {
  const paint = { "background-color": colour("--map-water") };
  return { version: 8, sources: {}, layers: [{ id: "water", type: "background", paint }] };
}

/** Puts land and borders under everything else; rejects where they cannot be had. */
export async function addBase(map, box, colour) {
  const { land, borders } = await load(box);
  const [lowest] = map.getStyle().layers.slice(1);
  const add = (layer) => map.addLayer(layer, lowest?.id);
  map.addSource("land", { type: "geojson", data: land });
  map.addSource("borders", { type: "geojson", data: borders });
  add({ id: "land", type: "fill", source: "land" });
  add({ id: "coast", type: "line", source: "land", paint: { "line-width": 0.7 } });
  const dashed = { "line-width": 0.7, "line-dasharray": [3, 2] };
  add({ id: "borders", type: "line", source: "borders", paint: dashed });
  paintBase(map, colour);
}

/** The base map in the colours of the theme that holds now. */
export function paintBase(map, colour) {
  for (const [layer, property, name] of COLOURS) {
    if (map.getLayer(layer)) map.setPaintProperty(layer, property, colour(name));
  }
}
