/** The map of a comparison's differences: shapes and colours as in the legend, a popup on a click. */
import { extentOf, openMap } from "./map.js";

const KINDS = ["added", "changed", "removed"];
const SIZE = 26; // pixels of a mark's picture, drawn at twice its size
const MOST_CHANGES = 12; // properties that a popup shows

const SHAPES = {
  added: (pen) => pen.arc(13, 13, 8.5, 0, 2 * Math.PI),
  changed: (pen) => {
    pen.moveTo(13, 2.5);
    for (const [x, y] of [[23.5, 13], [13, 23.5], [2.5, 13]]) pen.lineTo(x, y);
    pen.closePath();
  },
  removed: (pen) => pen.rect(5, 5, 16, 16),
};

function drawn(kind, fill, edge) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const pen = canvas.getContext("2d");
  pen.beginPath();
  SHAPES[kind](pen);
  pen.fillStyle = fill;
  pen.strokeStyle = edge;
  pen.lineWidth = 2;
  pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, SIZE, SIZE);
}

const isShape = ["!=", ["geometry-type"], "Point"];
const isPoint = ["==", ["geometry-type"], "Point"];
const notMoved = ["!=", ["get", "kind"], "moved"];

function paint(map, colour, data) {
  const byKind = ["match", ["get", "kind"]];
  for (const kind of KINDS) {
    const fill = colour(`--diff-${kind}`);
    const image = drawn(kind, fill, colour("--map-edge"));
    if (map.hasImage(kind)) map.updateImage(kind, image);
    else map.addImage(kind, image, { pixelRatio: 2 });
    byKind.push(kind, fill);
  }
  byKind.push(colour("--diff-changed"));
  if (map.getSource("differences")) {
    map.setPaintProperty("areas", "fill-color", byKind);
    map.setPaintProperty("lines", "line-color", byKind);
    map.setPaintProperty("moves", "line-color", colour("--diff-changed"));
    return;
  }
  map.addSource("differences", { type: "geojson", data });
  const shared = { source: "differences" };
  const layers = [
    {
      id: "areas",
      type: "fill",
      filter: ["all", ["in", ["geometry-type"], ["literal", ["Polygon", "MultiPolygon"]]], notMoved],
      paint: { "fill-color": byKind, "fill-opacity": 0.35 },
    },
    {
      id: "lines",
      type: "line",
      filter: ["all", isShape, notMoved],
      paint: { "line-color": byKind, "line-width": 2 },
    },
    {
      id: "moves",
      type: "line",
      filter: ["==", ["get", "kind"], "moved"],
      paint: {
        "line-color": colour("--diff-changed"),
        "line-width": 1.5,
        "line-dasharray": [2, 1.5],
      },
    },
    {
      id: "marks",
      type: "symbol",
      filter: isPoint,
      layout: {
        "icon-image": ["get", "kind"],
        "icon-allow-overlap": true,
        "icon-ignore-placement": true,
      },
    },
  ];
  for (const layer of layers) map.addLayer({ ...shared, ...layer });
}

function element(name, words, className) {
  const made = document.createElement(name);
  if (words !== undefined) made.textContent = words;
  if (className) made.className = className;
  return made;
}

function popupOf({ kind, key, changes }) {
  const box = element("div", undefined, "map-popup");
  const word = kind === "moved" ? "changed" : kind;
  box.append(element("strong", key), element("span", ` ${word}`, `kind kind-${word}`));
  const list = element("dl");
  for (const [name, old, now] of changes.slice(0, MOST_CHANGES)) {
    const value = element("dd");
    value.append(element("del", old), " → ", element("ins", now));
    list.append(element("dt", name), value);
  }
  if (changes.length) box.append(list);
  if (changes.length > MOST_CHANGES) {
    box.append(element("p", `and ${changes.length - MOST_CHANGES} more properties`));
  }
  return box;
}

const CLICKABLE = ["marks", "areas", "lines", "moves"];

function answerClicks(map, maplibre, data) {
  /* What the map gives back of a feature may have lost its lists: the features as they came. */
  const byKey = new Map(data.features.map(({ properties }) => [properties.key, properties]));
  map.on("click", (event) => {
    const { x, y } = event.point;
    const near = [[x - 6, y - 6], [x + 6, y + 6]];
    const [found] = map.queryRenderedFeatures(near, { layers: CLICKABLE });
    if (!found) return;
    const point = found.geometry.type === "Point";
    new maplibre.Popup({ maxWidth: "320px" })
      .setLngLat(point ? found.geometry.coordinates : event.lngLat)
      .setDOMContent(popupOf(byKey.get(found.properties.key)))
      .addTo(map);
  });
  for (const layer of CLICKABLE) {
    map.on("mouseenter", layer, () => (map.getCanvas().style.cursor = "pointer"));
    map.on("mouseleave", layer, () => (map.getCanvas().style.cursor = ""));
  }
}

async function show(box) {
  box.dataset.differencesMap = "begun";
  try {
    const answer = await fetch(box.dataset.features);
    if (!answer.ok) throw new Error(`The differences answered ${answer.status}`);
    const data = await answer.json();
    const { map, maplibre } = await openMap(
      box,
      (map, colour) => paint(map, colour, data),
      extentOf(data.features),
    );
    answerClicks(map, maplibre, data);
    map.once("idle", () => (box.dataset.differencesMap = "drawn"));
  } catch (error) {
    console.error(error);
    box.replaceChildren(
      element("p", "The map could not be drawn. The table below lists the same entities.", "map-fault"),
    );
    box.dataset.differencesMap = "failed";
  }
}

function look() {
  for (const box of document.querySelectorAll('[data-differences-map=""]')) show(box);
}

document.addEventListener("htmx:afterSettle", look);
look();
