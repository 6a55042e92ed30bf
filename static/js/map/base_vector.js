/** A quiet look for vector tiles in the OpenMapTiles schema, in the page's colours. */
const within = (...values) => ["in", ["get", "class"], ["literal", values]];
const wider = (near, far) => ["interpolate", ["exponential", 1.5], ["zoom"], 6, near, 16, far];

/** Layers from the ground up; `colours` names the custom properties that they are painted with. */
export function openMapTiles(source, font) {
  const layer = (id, type, from, colours, more = {}) => ({
    id: `base-${id}`,
    type,
    source,
    "source-layer": from,
    colours,
    ...more,
  });
  const names = (id, from, filter, size) =>
    layer(id, "symbol", from, { "text-color": "--map-name", "text-halo-color": "--map-land" }, {
      filter,
      layout: {
        "text-field": ["coalesce", ["get", "name:latin"], ["get", "name"]],
        "text-font": font,
        "text-size": size,
        "text-max-width": 8,
        "text-padding": 6,
      },
      paint: { "text-halo-width": 1.2 },
    });
  const road = (id, classes, near, far, minzoom) =>
    layer(id, "line", "transportation", { "line-color": "--map-road" }, {
      filter: within(...classes),
      minzoom,
      paint: { "line-width": wider(near, far) },
    });
  return [
    { id: "base-land", type: "background", colours: { "background-color": "--map-land" } },
    layer("green", "fill", "landcover", { "fill-color": "--map-green" }, { filter: within("wood", "grass") }),
    layer("water", "fill", "water", { "fill-color": "--map-water" }),
    layer("rivers", "line", "waterway", { "line-color": "--map-water" }, { paint: { "line-width": wider(0.5, 4) } }),
    layer("buildings", "fill", "building", { "fill-color": "--map-line" }, { minzoom: 14, paint: { "fill-opacity": 0.4 } }),
    road("paths", ["minor", "service", "track"], 0.2, 8, 12),
    road("streets", ["secondary", "tertiary"], 0.4, 12, 9),
    road("roads", ["motorway", "trunk", "primary"], 0.8, 16, 5),
    layer("borders", "line", "boundary", { "line-color": "--map-line" }, {
      filter: ["<=", ["get", "admin_level"], 4],
      paint: { "line-dasharray": [3, 2], "line-width": ["case", ["<=", ["get", "admin_level"], 2], 1, 0.6] },
    }),
    names("towns", "place", within("city", "town", "village"), ["interpolate", ["linear"], ["zoom"], 4, 10, 14, 15]),
    names("countries", "place", within("country"), ["interpolate", ["linear"], ["zoom"], 1, 10, 6, 15]),
  ];
}
