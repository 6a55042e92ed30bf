/** The form's place as a shape on the map, and a drawn shape as the form's place. */
import { circle } from "../map/geometry.js";
import { fromWkt } from "../map/wkt.js";

const number = (field) => (field.value.trim() === "" ? NaN : Number(field.value));
const wrapped = (longitude) => ((((longitude + 180) % 360) + 360) % 360) - 180;
const tidy = (value) => String(Number(value.toFixed(6)));
const DECIMALS = 12; // of what is drawn: the tools refuse more than 15
const rounded = (list) =>
  typeof list[0] === "number" ? list.map((one) => Number(one.toFixed(DECIMALS))) : list.map(rounded);

/** {geometry, kind} of what the form says; undefined where it says no place, or none yet. */
export function placeOf({ elements }) {
  if (elements.find.value === "id") return undefined;
  const reader = READERS[elements.where.value];
  const place = reader?.(elements);
  return place && { ...place, geometry: drawable(place.geometry) };
}

function drawable(geometry) {
  if (geometry.type === "GeometryCollection") {
    return { ...geometry, geometries: geometry.geometries.map(drawable) };
  }
  return { ...geometry, coordinates: rounded(geometry.coordinates) };
}

const READERS = {
  near({ lat, lon, km }) {
    const [y, x, radius] = [lat, lon, km].map(number);
    const fits = Math.abs(y) <= 90 && Math.abs(x) <= 180 && radius > 0 && radius <= 1000;
    return fits ? { geometry: circle([x, y], radius), kind: "circle" } : undefined;
  },
  box({ south, west, north, east }) {
    const [low, left, high, right] = [south, west, north, east].map(number);
    const fits = low <= high && Math.abs(low) <= 90 && Math.abs(high) <= 90;
    if (!fits || !(Math.abs(left) <= 180 && Math.abs(right) <= 180)) return undefined;
    const over = right < left ? right + 360 : right; // it crosses the antimeridian
    const ring = [[left, low], [over, low], [over, high], [left, high], [left, low]];
    return { geometry: { type: "Polygon", coordinates: [ring] }, kind: "box" };
  },
  shape({ wkt }) {
    if (!wkt.value.trim()) return undefined;
    try {
      return { geometry: fromWkt(wkt.value) };
    } catch {
      return undefined; // the field's own fault says why
    }
  },
  route({ start, end }) {
    const ends = [start, end].map(positionIn);
    if (!ends[0] || !ends[1]) return undefined;
    return { geometry: { type: "LineString", coordinates: ends }, kind: "line" };
  },
};

/* "55.68,12.57" as [longitude, latitude]; an address is none. */
function positionIn({ value }) {
  const pair = /^\s*(-?\d+(?:\.\d+)?)\s*,\s*(-?\d+(?:\.\d+)?)\s*$/.exec(value);
  return pair ? [Number(pair[2]), Number(pair[1])] : undefined;
}

/** Writes a drawn shape into the form, as the tool that drew it means it. */
export function fillForm({ elements }, tool, shape) {
  const set = (values) => {
    for (const [name, value] of Object.entries(values)) elements[name].value = value;
  };
  if (tool === "near") {
    const { latitude, longitude, km } = shape.circle;
    const radius = Math.min(1000, Math.max(0.16, km));
    set({ lat: tidy(latitude), lon: tidy(wrapped(longitude)), km: String(radius) });
  } else if (tool === "box") {
    set(corners(shape.box));
  } else if (tool === "route") {
    const { coordinates } = shape.geometry;
    const text = ([x, y]) => `${tidy(y)},${tidy(wrapped(x))}`;
    set({ start: text(coordinates[0]), end: text(coordinates.at(-1)) });
  } else {
    set({ wkt: shape.wkt });
  }
  elements.where.value = WHERE[tool];
}

export const WHERE = { near: "near", box: "box", polygon: "shape", line: "shape", point: "shape", route: "route" };

/** A box as the form writes it; one around the whole world has all longitudes. */
export function corners({ south, west, north, east }) {
  const whole = east - west >= 360;
  return {
    south: tidy(Math.max(-90, south)),
    north: tidy(Math.min(90, north)),
    west: tidy(whole ? -180 : wrapped(west)),
    east: tidy(whole ? 180 : wrapped(east)),
  };
}
