/**
 * The grid: some hundred thousand rows, of which those in sight are elements of the page.
 *
 * Rows stand in a body as high as all of them, or, where a browser would not draw that, in one that
 * is as high as it may be and is scrolled through faster. The column with the state and the entity ID
 * stay in sight; of the others those in sight are there. The active cell is always there, since it
 * has the focus.
 */
import { fillCell, fillState } from "./cells.js";
import { STATE_WIDTH } from "./columns.js";
import { make } from "./dom.js";
import { fillHead, fillStateHead } from "./head.js";

export const ROW = 32; // pixels
export const HEAD = 36;
const HIGHEST = 8_000_000; // pixels that every browser draws
const MORE = 6; // rows beyond those in sight

export class Grid {
  #rows = new Map(); // place -> element
  #spare = [];
  #frame = 0;
  #asking = 0;
  #marked = [];

  constructor({ store, columns, selection, words, mayEdit, label }) {
    Object.assign(this, { store, columns, selection, words, mayEdit });
    this.head = make("div", { role: "rowgroup", class: "grid-head" });
    this.headRow = make("div", { role: "row", class: "grid-row", "aria-rowindex": 1 });
    this.head.append(this.headRow);
    this.body = make("div", { role: "rowgroup", class: "grid-body" });
    this.element = make(
      "div",
      { role: "grid", class: "grid", tabindex: -1, "aria-label": label, "aria-multiselectable": "true", "aria-readonly": !mayEdit && "true" },
      this.head,
      this.body,
    );
    this.element.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.element);
    store.on("rows", () => this.refill());
    store.on("total", () => this.resize());
    store.on("forgotten", () => this.#ask());
    columns.on("widths", () => this.resize());
    selection.on("change", ({ by }) => this.#moved(by));
    this.resize();
  }

  /* --- measures --- */

  get view() {
    return Math.max(0, this.element.clientHeight - HEAD);
  }

  get height() {
    return Math.min(HIGHEST, Math.max(0, this.store.total) * ROW);
  }

  /** How many pixels of rows go by for one that is scrolled: 1 unless there are very many. */
  get ratio() {
    const [all, drawn] = [Math.max(0, this.store.total) * ROW, this.height];
    return all > drawn ? (all - this.view) / (drawn - this.view) : 1;
  }

  /** Of rows that fill the view: how many there are. */
  get page() {
    return Math.max(1, Math.floor(this.view / ROW) - 1);
  }

  resize() {
    const { store, columns } = this;
    this.element.setAttribute("aria-rowcount", Math.max(0, store.total) + 1);
    this.element.setAttribute("aria-colcount", columns.list.length + 1);
    this.body.style.height = `${this.height}px`;
    this.body.style.width = this.headRow.style.width = `${columns.width}px`;
    this.#forgetRows();
    this.draw();
  }

  #forgetRows() {
    for (const element of this.#rows.values()) element.remove();
    this.#rows.clear();
    this.#spare = [];
  }

  /* --- drawing --- */

  draw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const hadFocus = this.hasFocus;
    this.#drawAll();
    // Elements come and go with what is in sight: the focus does not go with them.
    if (hadFocus && !this.editing && document.activeElement !== this.active) {
      (this.active ?? this.element).focus({ preventScroll: true });
    }
  }

  #drawAll() {
    const { element, store, columns } = this;
    const top = element.scrollTop * this.ratio;
    const first = Math.max(0, Math.floor(top / ROW) - MORE);
    const last = Math.min(store.total - 1, Math.ceil((top + this.view) / ROW) + MORE);
    const left = element.scrollLeft;
    this.span = columns.list.length > 1 ? columns.between(left, left + element.clientWidth - columns.frozen) : [1, 0];
    const wanted = new Set();
    for (let place = first; place <= last; place += 1) wanted.add(place);
    const { row } = this.selection;
    if (row >= 0 && row < store.total) wanted.add(row);
    this.#drawHead();
    for (const [place, part] of this.#rows) {
      if (wanted.has(place)) continue;
      this.#rows.delete(place);
      part.hidden = true;
      this.#spare.push(part);
    }
    const offset = element.scrollTop - top;
    for (const place of wanted) this.#drawRow(place, place * ROW + offset);
    this.seen = [first, last];
    this.#ask();
  }

  #ask() {
    clearTimeout(this.#asking);
    const ask = () => this.store.need(...this.#wanted()).catch((error) => this.onFault?.(error));
    // While somebody scrolls fast, rows that fly by are not asked for.
    this.#asking = setTimeout(ask, this.#isIdle() ? 0 : 30);
  }

  #isIdle() {
    const now = performance.now();
    const isIdle = now - (this.asked ?? -1000) > 150;
    this.asked = now;
    return isIdle;
  }

  #wanted() {
    const [first, last] = this.seen ?? [0, 40];
    return [first, Math.max(last + 1, first + 40)];
  }

  #drawHead() {
    const row = this.headRow;
    this.#place(row, 3 + this.span[1] - this.span[0] + 1);
    const [state, key, space, ...cells] = row.children;
    state.className = "cell cell-state cell-head";
    this.#mark(state, -1, -1);
    fillStateHead(state, this);
    const columns = this.columns.list;
    if (!columns.length) return;
    this.#headCell(key, 0);
    this.#space(space);
    cells.forEach((cell, at) => this.#headCell(cell, this.span[0] + at));
  }

  #headCell(cell, at) {
    const column = this.columns.list[at];
    cell.style.width = `${column.width}px`;
    fillHead(cell, column, this);
    cell.setAttribute("role", "columnheader");
    this.#mark(cell, -1, at);
  }

  #drawRow(place, y) {
    let part = this.#rows.get(place);
    if (!part) {
      part = this.#spare.pop() ?? this.body.appendChild(make("div", { role: "row", class: "grid-row" }));
      part.hidden = false;
      this.#rows.set(place, part);
      part.dataset.row = place;
      part.setAttribute("aria-rowindex", place + 2);
    }
    part.style.transform = `translateY(${y}px)`;
    part.style.width = `${this.columns.width}px`;
    this.#fillRow(part, place);
  }

  #fillRow(part, place) {
    const row = this.store.at(place);
    const key = `${this.span} ${this.columns.width}`;
    const isSame = part.filled === row && part.shape === key && part.place === place;
    if (!isSame && !part.contains(this.editing)) {
      Object.assign(part, { filled: row, shape: key, place });
      this.#place(part, 3 + this.span[1] - this.span[0] + 1);
      part.className = `grid-row${row?.kind ? ` row-${row.kind}` : ""}${row ? "" : " row-waiting"}${row?.more.refused ? " row-refused" : ""}`;
      const [state, id, space, ...cells] = part.children;
      if (row) fillState(state, row, place, this.words);
      else state.replaceChildren();
      this.#space(space);
      this.#cell(id, row, 0);
      cells.forEach((cell, at) => this.#cell(cell, row, this.span[0] + at));
    }
    this.#markRow(part, place);
  }

  #cell(cell, row, at) {
    const column = this.columns.list[at];
    cell.style.width = `${column.width}px`;
    cell.setAttribute("role", at === 0 ? "rowheader" : "gridcell");
    if (row) fillCell(cell, row, column, this.words);
    else {
      cell.className = "cell cell-empty";
      cell.textContent = at === 0 ? this.words("loading") : "";
    }
    if (at === 0) cell.classList.add("cell-frozen");
  }

  /** State, entity ID, a space for the columns out of sight, and so many cells. */
  #place(part, count) {
    while (part.children.length > count) part.lastElementChild.remove();
    while (part.children.length < count) {
      const at = part.children.length;
      const cell = make("div", at === 2 ? { class: "grid-space", role: "presentation" } : { role: "gridcell" });
      if (at === 0) cell.style.width = `${STATE_WIDTH}px`;
      part.append(cell);
    }
    part.children[0].style.width = `${STATE_WIDTH}px`;
    part.children[1].style.left = `${STATE_WIDTH}px`;
  }

  #space(space) {
    space.style.width = `${this.columns.list[this.span[0]]?.left ?? 0}px`;
  }

  /* --- what is active and selected --- */

  #markRow(part, place) {
    const [state, id, , ...cells] = part.children;
    this.#mark(state, place, -1);
    this.#mark(id, place, 0);
    cells.forEach((cell, at) => this.#mark(cell, place, this.span[0] + at));
  }

  #mark(cell, row, column) {
    const { selection } = this;
    const isActive = selection.row === row && selection.column === column;
    cell.tabIndex = isActive ? 0 : -1;
    cell.dataset.column = column;
    cell.setAttribute("aria-colindex", column + 2);
    cell.classList.toggle("cell-active", isActive);
    if (row < 0) return;
    const isSelected = selection.isMany && selection.has(row, column);
    cell.classList.toggle("cell-selected", isSelected);
    if (isActive || isSelected) cell.setAttribute("aria-selected", "true");
    else cell.removeAttribute("aria-selected");
  }

  /** Fills the rows in sight anew. */
  refill() {
    for (const part of this.#rows.values()) part.filled = undefined;
    this.draw();
  }

  #moved(by) {
    const { selection } = this;
    const { row, column, toRow, toColumn } = selection;
    if (by === "move") this.show(row, column);
    else if (by !== "all") this.show(toRow, by === "extend" && column >= 0 ? toColumn : -1);
    this.#draw();
    if (this.hasFocus) this.focus();
  }

  get hasFocus() {
    return this.element.contains(document.activeElement);
  }

  /** The element of a cell that is in the page. */
  cellAt(row, column) {
    const part = row < 0 ? this.headRow : this.#rows.get(row);
    return part?.querySelector(`:scope > [data-column="${column}"]`) ?? undefined;
  }

  get active() {
    return this.cellAt(this.selection.row, this.selection.column);
  }

  focus() {
    this.show(this.selection.row, this.selection.column);
    this.#draw();
    (this.active ?? this.element).focus({ preventScroll: true });
  }

  /** Scrolls until a cell is in sight. */
  show(row, column) {
    const { element, columns } = this;
    if (row >= 0) {
      const top = element.scrollTop * this.ratio;
      if (row * ROW < top) element.scrollTop = (row * ROW) / this.ratio;
      else if ((row + 1) * ROW > top + this.view) {
        element.scrollTop = ((row + 1) * ROW - this.view) / this.ratio;
      }
    }
    if (column < 1) return;
    const { left, width } = columns.list[column];
    const room = element.clientWidth - columns.frozen;
    if (left < element.scrollLeft) element.scrollLeft = left;
    else if (left + width > element.scrollLeft + room) {
      element.scrollLeft = Math.min(left, left + width - room);
    }
  }
}
