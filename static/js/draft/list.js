/** The rows as a list, for narrow screens: each opens its form. */
import { make, shapeOf } from "./dom.js";
import { display } from "./values.js";
import { figure } from "./words.js";

const ROW = 60; // pixels
const HIGHEST = 8_000_000;
const MORE = 6;
const SHOWN = 3; // properties beside the entity ID

export class List {
  #rows = new Map();
  #frame = 0;

  constructor({ store, columns, selection, words, label }) {
    Object.assign(this, { store, columns, selection, words });
    this.body = make("div", { class: "list-body", role: "list", "aria-label": label });
    this.element = make("div", { class: "list", tabindex: -1 }, this.body);
    this.element.addEventListener("scroll", () => this.draw(), { passive: true });
    new ResizeObserver(() => this.draw()).observe(this.element);
    this.body.addEventListener("click", (event) => {
      const card = event.target.closest("[data-row]");
      if (card) this.onOpen?.(Number(card.dataset.row));
    });
    for (const name of ["rows", "total", "forgotten"]) store.on(name, () => this.draw(true));
    const texts = columns.list.filter((one) => !one.key && one.type === "Edm.String");
    this.shown = [...texts, ...columns.list.filter((one) => !one.key && !texts.includes(one))].slice(0, SHOWN);
  }

  get height() {
    return Math.min(HIGHEST, Math.max(0, this.store.total) * ROW);
  }

  get ratio() {
    const [all, view] = [this.store.total * ROW, this.element.clientHeight];
    return all > this.height ? (all - view) / (this.height - view) : 1;
  }

  draw(isFresh = false) {
    if (isFresh) this.isFresh = true;
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#draw();
    });
  }

  #draw() {
    const { element, store } = this;
    if (!element.clientHeight) return;
    this.body.style.height = `${this.height}px`;
    const top = element.scrollTop * this.ratio;
    const first = Math.max(0, Math.floor(top / ROW) - MORE);
    const last = Math.min(store.total - 1, Math.ceil((top + element.clientHeight) / ROW) + MORE);
    for (const [place, part] of this.#rows) {
      if (place >= first && place <= last && !this.isFresh) continue;
      if (part.contains(document.activeElement) && place >= first && place <= last) continue;
      part.remove();
      this.#rows.delete(place);
    }
    const offset = element.scrollTop - top;
    for (let place = first; place <= last; place += 1) this.#drawRow(place, place * ROW + offset);
    this.isFresh = false;
    store.need(first, last + 1).catch((error) => this.onFault?.(error));
  }

  #drawRow(place, y) {
    let part = this.#rows.get(place);
    const row = this.store.at(place);
    if (!part) {
      part = make("div", { role: "listitem", class: "list-row", "aria-setsize": this.store.total, "aria-posinset": place + 1 });
      this.#rows.set(place, part);
      const next = [...this.#rows.keys()].filter((one) => one > place).sort((a, b) => a - b)[0];
      this.body.insertBefore(part, next === undefined ? null : this.#rows.get(next));
    }
    part.style.transform = `translateY(${y}px)`;
    if (part.filled === row && part.firstChild) return;
    part.filled = row;
    part.replaceChildren(row ? this.#card(row, place) : make("span", { class: "list-waiting" }, this.words("loading")));
  }

  #card(row, place) {
    const { words, columns } = this;
    const name = row.texts[columns.list[0].place] || words("emptyId");
    const line = this.shown.map((column) => display(row.texts[column.place], column.type, words)).filter(Boolean).join(" · ");
    const wrong = row.more.problems?.some(([, , , , isWarning]) => !isWarning);
    const marks = [];
    if (row.kind) marks.push(make("span", { class: `kind kind-${row.kind}` }, shapeOf(row.kind), words(row.kind)));
    if (wrong) marks.push(make("span", { class: "list-wrong" }, words("hasProblems")));
    return make(
      "button",
      { type: "button", class: `list-card row-${row.kind || "same"}`, "data-row": place },
      make("span", { class: "list-head" }, make("span", { class: "list-name" }, name), make("span", { class: "list-number" }, figure(place + 1))),
      make("span", { class: "list-words" }, ...marks, line),
    );
  }

  focus() {
    const card = this.#rows.get(this.selection.row)?.querySelector("button");
    (card ?? this.element).focus({ preventScroll: true });
  }

  show(place) {
    const top = (place * ROW) / this.ratio;
    const view = this.element.clientHeight;
    if (top < this.element.scrollTop || top + ROW > this.element.scrollTop + view) {
      this.element.scrollTop = Math.max(0, top - view / 3);
    }
    this.draw();
  }
}
