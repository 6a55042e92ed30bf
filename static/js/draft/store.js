/**
 * The rows that the grid shows, fetched in blocks when they come into sight and kept for a while.
 *
 * A row is { number, kind, texts, more }: `texts` in the order of the columns, null where empty;
 * `more` has `was` (texts before, by the column's place), `problems`, `long` (whole lengths of texts
 * that were cut) and `refused`. Places of rows run from 0 in the order that is shown.
 *
 * Events: `rows` when rows have come or changed, `total` when their number has, `state` with what the
 * site says of the draft.
 */
import { Emitter } from "../map/emitter.js";
import { Refusal } from "./api.js";

const BLOCK = 100; // rows
const MOST = 60; // blocks kept

export class Store extends Emitter {
  order = "";
  total = 0;
  revision = 0;
  selection = { sort: [], where: [], search: "", kinds: [] };
  #blocks = new Map();
  #asked = new Map(); // block -> {controller, promise}
  #places = new Map(); // row number -> place
  #generation = 0;

  constructor(api) {
    super();
    this.api = api;
  }

  /** The row at a place, if it is here. */
  at(place) {
    return this.#blocks.get(Math.floor(place / BLOCK))?.[place % BLOCK];
  }

  /** Where a row is, if it was fetched. */
  placeOf(number) {
    return this.#places.get(number);
  }

  /** Sees to it that rows are here; what is asked for and no longer wanted is called off. */
  async need(from, to) {
    const first = Math.floor(Math.max(0, from) / BLOCK);
    const last = Math.floor(Math.max(0, Math.min(to, Math.max(this.total, 1)) - 1) / BLOCK);
    for (const [block, asked] of this.#asked) {
      if (block < first - 1 || block > last + 1) asked.controller.abort();
    }
    const waits = [];
    for (let block = first; block <= last; block += 1) waits.push(this.#fetch(block));
    await Promise.all(waits);
  }

  /** All rows from a place to another, fetched if need be. */
  async all(from, to) {
    const found = [];
    for (let start = from; start < to; start += 500) {
      const count = Math.min(500, to - start);
      const answer = await this.#ask(start, count);
      found.push(...answer.rows.map(rowOf));
    }
    return found;
  }

  #fetch(block) {
    if (this.#blocks.has(block)) return undefined;
    const known = this.#asked.get(block);
    if (known) return known.promise;
    const asked = { controller: new AbortController() };
    this.#asked.set(block, asked);
    asked.promise = this.#load(block, asked.controller.signal).finally(() => {
      if (this.#asked.get(block) === asked) this.#asked.delete(block);
    });
    return asked.promise;
  }

  async #load(block, signal) {
    const generation = this.#generation;
    try {
      const answer = await this.#ask(block * BLOCK, BLOCK, signal);
      if (generation === this.#generation) this.#take(block, answer);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (error instanceof Refusal && error.code === "OrderGone") await this.select(this.selection);
      else throw error;
    }
  }

  #ask(from, count, signal) {
    return this.api.get("rows", { from, count, order: this.order || undefined }, { signal });
  }

  #take(block, { rows, total, revision }) {
    this.#blocks.delete(block);
    this.#blocks.set(block, rows.map(rowOf));
    rows.forEach(([number], place) => this.#places.set(number, block * BLOCK + place));
    while (this.#blocks.size > MOST) this.#blocks.delete(this.#blocks.keys().next().value);
    this.#setTotal(total);
    if (revision > this.revision) this.emit("moved", revision);
    this.emit("rows");
  }

  #setTotal(total) {
    if (total === this.total) return;
    this.total = total;
    this.emit("total", total);
  }

  /** Puts one row at a place, as it is typed. */
  put(place, row) {
    const block = this.#blocks.get(Math.floor(place / BLOCK));
    if (block?.[place % BLOCK]?.number !== row.number) return;
    block[place % BLOCK] = row;
    this.emit("rows");
  }

  /** Puts rows in the place of what is here of them; true if all of them could be. */
  patch(rows) {
    let isWhole = true;
    for (const given of rows) {
      const row = rowOf(given);
      const place = this.#places.get(row.number);
      const block = this.#blocks.get(Math.floor(place / BLOCK));
      if (place === undefined) isWhole = false;
      else if (block?.[place % BLOCK]?.number === row.number) block[place % BLOCK] = row;
    }
    this.emit("rows");
    return isWhole;
  }

  /** Forgets what is here, as after a change of many rows; what is in sight is asked for again. */
  forget() {
    this.#generation += 1;
    for (const { controller } of this.#asked.values()) controller.abort();
    this.#asked.clear();
    this.#blocks.clear();
    this.#places.clear();
    this.emit("forgotten");
  }

  /** Sorts and narrows: {sort: [[column, descending]], where: [[column, operator, value]], search, kinds}. */
  async select(selection) {
    const { order, total } = await this.api.post("order", selection);
    this.selection = selection;
    this.order = order;
    this.forget();
    this.total = -1;
    this.#setTotal(total);
    this.emit("selected", selection);
  }

  /** What the site says of the draft after a step. */
  note(state) {
    this.revision = state.revision;
    this.emit("state", state);
  }
}

const rowOf = ([number, kind, texts, more]) => ({ number, kind, texts, more });
