/** From a style to what the map library paints by. Colours are custom properties of map.css. */
export const CATEGORIES = 9; // the server names as many, `OTHER` stands for the rest
export const OTHER = CATEGORIES;
const STEPS = 9; // of the ramp

/** The custom property of a category, of the others, or of no value (undefined). */
export function categoryColour(number) {
  if (number === undefined) return "--cat-none";
  return number >= CATEGORIES ? "--cat-other" : `--cat-${number + 1}`;
}

/** The custom property of a class among so many, from the least to the greatest. */
export function classColour(number, count) {
  const step = count < 2 ? (STEPS + 1) / 2 : 1 + (number * (STEPS - 1)) / (count - 1);
  return `--ramp-${Math.round(step)}`;
}

/** The expression of a style's colours; features carry the value as `v`. */
export function colourBy({ by, as, breaks = [] }, colour) {
  if (!by) return colour("--map-data");
  const none = colour(categoryColour(undefined));
  const value = ["get", "v"];
  if (as === "number") {
    const count = breaks.length + 1;
    const steps = breaks.flatMap((start, place) => [start, colour(classColour(place + 1, count))]);
    const first = colour(classColour(0, count));
    return ["case", ["has", "v"], breaks.length ? ["step", value, first, ...steps] : first, none];
  }
  const named = Array.from({ length: CATEGORIES }, (_, place) => [place, colour(categoryColour(place))]);
  const other = colour(categoryColour(OTHER));
  return ["case", ["has", "v"], ["match", value, ...named.flat(), other], none];
}

/* The area of a dot grows with the logarithm of what it stands for, the whole with the zoom. */
const many = ["log10", ["max", 1, ["get", "n"]]];
const sized = (one, thousand) => ["interpolate", ["linear"], many, 0, one, 3, thousand, 5, thousand * 1.5];

/** The radius of dots, in pixels: few entities in all have larger ones, at any zoom. */
export function dotRadius(count) {
  const least = Math.min(6, Math.max(1.3, 7 - 1.35 * Math.log10(Math.max(1, count))));
  const stop = (one, thousand) => {
    const grown = Math.max(one, least);
    return sized(grown, Math.max(thousand, grown + 2));
  };
  return [
    "interpolate", ["linear"], ["zoom"],
    0, stop(1.3, 2.6),
    3, stop(1.7, 3.4),
    6, stop(2.4, 5),
    9, stop(4, 8),
    13, stop(6, 11),
  ];
}

export const clusterRadius = [
  "interpolate", ["linear"], many,
  0, 5, 0.301, 11, 2, 15, 3, 19, 4, 23, 5, 28,
];

const thousands = ["number-format", ["/", ["get", "n"], 1000], { "max-fraction-digits": 1 }];

export const clusterLabel = [
  "case",
  [">=", ["get", "n"], 10_000],
  ["concat", ["number-format", ["round", ["/", ["get", "n"], 1000]], {}], "k"],
  [">=", ["get", "n"], 1000],
  ["concat", thousands, "k"],
  ["to-string", ["get", "n"]],
];
