/** The columns that the grid shows: which, how wide, where; widths are remembered in this browser. */
import { Emitter } from "../map/emitter.js";

const WIDTHS = {
  "Edm.String": 180,
  "Edm.Int64": 96,
  "Edm.Double": 112,
  "Edm.Boolean": 76,
  "Edm.DateTime": 172,
  "Edm.Geography": 220,
};
export const STATE_WIDTH = 148; // of the column before the first, with row number and state
export const NARROWEST = 56;
export const WIDEST = 800;
const RIGHT = new Set(["Edm.Int64", "Edm.Double"]);

export class Columns extends Emitter {
  /** `given`: [{id, name, type, key}] in the order of the properties. */
  constructor(given, memory) {
    super();
    this.memory = memory;
    const kept = read(memory);
    // `place` is where a row's texts have the column; the entity ID is shown first, and stays in sight.
    const all = given.map((one, place) => ({
      ...one,
      place,
      width: kept[one.name] ?? Math.max(WIDTHS[one.type], Math.min(240, 40 + 8 * one.name.length)),
      isRight: RIGHT.has(one.type),
    }));
    this.list = [...all.filter((one) => one.key), ...all.filter((one) => !one.key)];
    this.byPlace = new Map(all.map((one) => [one.place, this.list.indexOf(one)]));
    this.byId = new Map(all.map((one) => [one.id, one]));
    this.#lay();
  }

  #lay() {
    let left = 0;
    for (const column of this.list.slice(1)) {
      column.left = left; // behind the columns that stay in sight
      left += column.width;
    }
    this.frozen = STATE_WIDTH + this.list[0].width;
    this.width = this.frozen + left;
  }

  /** The first and last column (of `list`, not the first) in sight between two pixels. */
  between(left, right) {
    let first = 1;
    while (first < this.list.length - 1 && this.list[first].left + this.list[first].width <= left) first += 1;
    let last = first;
    while (last < this.list.length - 1 && this.list[last + 1].left < right) last += 1;
    return [first, Math.min(last, this.list.length - 1)];
  }

  setWidth(column, width) {
    column.width = Math.round(Math.max(NARROWEST, Math.min(WIDEST, width)));
    this.#lay();
    const widths = Object.fromEntries(this.list.map((one) => [one.name, one.width]));
    try {
      localStorage.setItem(this.memory, JSON.stringify(widths));
    } catch {
      // A browser without storage forgets widths, nothing more.
    }
    this.emit("widths");
  }
}

function read(memory) {
  try {
    return JSON.parse(localStorage.getItem(memory)) ?? {};
  } catch {
    return {};
  }
}
