/**
 * Well-known text to GeoJSON and back: point, line string, polygon, their multi forms, geometry
 * collection; longitude before latitude, as Edm.Geography has it.
 */
const KINDS = {
  POINT: ["Point", 0],
  MULTIPOINT: ["MultiPoint", 1],
  LINESTRING: ["LineString", 1],
  MULTILINESTRING: ["MultiLineString", 2],
  POLYGON: ["Polygon", 2],
  MULTIPOLYGON: ["MultiPolygon", 3],
};
const WORDS = Object.fromEntries(Object.entries(KINDS).map(([word, [type]]) => [type, word]));
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

/** The GeoJSON geometry of a text; throws a SyntaxError that says what is wrong. */
export function fromWkt(text) {
  const tokens = text.match(/[a-z]+|[-+.\d][-+.\deE]*|[(),]|[^\s]/gi) ?? [];
  const reader = new Reader(tokens);
  const geometry = reader.geometry(0);
  if (reader.at < tokens.length) reader.fail("the end");
  return geometry;
}

class Reader {
  constructor(tokens) {
    this.tokens = tokens;
    this.at = 0;
  }

  fail(wanted) {
    const found = this.tokens[this.at];
    throw new SyntaxError(`${wanted} expected, ${found ? `“${found}” found` : "but it ends"}`);
  }

  take(token) {
    if (this.tokens[this.at] !== token) this.fail(`“${token}”`);
    this.at += 1;
  }

  number() {
    const found = this.tokens[this.at] ?? "";
    if (!NUMBER.test(found)) this.fail("a number");
    this.at += 1;
    return Number(found);
  }

  /** A list in parentheses of whatever `item` reads. */
  list(item) {
    this.take("(");
    const items = [item()];
    while (this.tokens[this.at] === ",") {
      this.at += 1;
      items.push(item());
    }
    this.take(")");
    return items;
  }

  place() {
    return [this.number(), this.number()];
  }

  nested(depth) {
    return depth === 1 ? this.list(() => this.place()) : this.list(() => this.nested(depth - 1));
  }

  geometry(depth) {
    const word = (this.tokens[this.at] ?? "").toUpperCase();
    if (word === "GEOMETRYCOLLECTION" && depth < 32) {
      this.at += 1;
      return {
        type: "GeometryCollection",
        geometries: this.list(() => this.geometry(depth + 1)),
      };
    }
    if (!(word in KINDS)) this.fail("a type of geography");
    this.at += 1;
    const [type, nesting] = KINDS[word];
    if (type === "Point") return { type, coordinates: this.list(() => this.place())[0] };
    if (type === "MultiPoint") return { type, coordinates: this.points() };
    return { type, coordinates: this.nested(nesting) };
  }

  /** `(1 2, 3 4)` and `((1 2), (3 4))` are both in use. */
  points() {
    return this.list(() =>
      this.tokens[this.at] === "(" ? this.list(() => this.place())[0] : this.place(),
    );
  }
}

/** Every digit kept, and no exponent, which not every reader takes. */
const written = (number) => {
  const text = String(number);
  return text.includes("e") ? number.toFixed(12).replace(/\.?0+$/, "") : text;
};
const placed = ([x, y]) => `${written(x)} ${written(y)}`;
const listed = (list) =>
  typeof list[0] === "number" ? placed(list) : `(${list.map(listed).join(", ")})`;

/** A GeoJSON geometry as text. */
export function toWkt(geometry) {
  if (geometry.type === "GeometryCollection") {
    return `GEOMETRYCOLLECTION (${geometry.geometries.map(toWkt).join(", ")})`;
  }
  const { type, coordinates } = geometry;
  const body = type === "Point" ? `(${placed(coordinates)})` : listed(coordinates);
  return `${WORDS[type]} ${body}`;
}
