/** Extents and distances. Places are [longitude, latitude] in degrees, distances kilometres. */
const EARTH = 6371.0088; // km, mean radius

/** Calls `visit` with every place of a GeoJSON geometry. */
export function eachPlace(geometry, visit) {
  if (!geometry) return;
  if (geometry.type === "GeometryCollection") {
    for (const part of geometry.geometries) eachPlace(part, visit);
    return;
  }
  const walk = (list) => (typeof list[0] === "number" ? visit(list) : list.forEach(walk));
  walk(geometry.coordinates);
}

/** The box around GeoJSON features, [[west, south], [east, north]]; undefined where there are none. */
export function extentOf(features) {
  const box = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { geometry } of features) {
    eachPlace(geometry, ([x, y]) => {
      box[0] = Math.min(box[0], x);
      box[1] = Math.min(box[1], y);
      box[2] = Math.max(box[2], x);
      box[3] = Math.max(box[3], y);
    });
  }
  return box[0] > box[2] ? undefined : [box.slice(0, 2), box.slice(2)];
}

/** The middle of a geometry's extent. */
export function middleOf(geometry) {
  const extent = extentOf([{ geometry }]);
  return extent && [(extent[0][0] + extent[1][0]) / 2, (extent[0][1] + extent[1][1]) / 2];
}

const radians = (degrees) => (degrees * Math.PI) / 180;
const degrees = (angle) => (angle * 180) / Math.PI;

/** Along the great circle. */
export function distance([x1, y1], [x2, y2]) {
  const [a, b] = [radians(y1), radians(y2)];
  const half =
    Math.sin((b - a) / 2) ** 2 +
    Math.cos(a) * Math.cos(b) * Math.sin(radians(x2 - x1) / 2) ** 2;
  return 2 * EARTH * Math.asin(Math.min(1, Math.sqrt(half)));
}

/** The ring of all places that far from a place, as a GeoJSON polygon. */
export function circle([x, y], km, segments = 96) {
  const [latitude, angle] = [radians(y), km / EARTH];
  const ring = Array.from({ length: segments }, (_, step) => {
    const course = (-2 * Math.PI * step) / segments;
    const north = Math.asin(
      Math.sin(latitude) * Math.cos(angle) +
        Math.cos(latitude) * Math.sin(angle) * Math.cos(course),
    );
    const east = Math.atan2(
      Math.sin(course) * Math.sin(angle) * Math.cos(latitude),
      Math.cos(angle) - Math.sin(latitude) * Math.sin(north),
    );
    return [x + degrees(east), degrees(north)];
  });
  return { type: "Polygon", coordinates: [[...ring, ring[0]]] };
}
