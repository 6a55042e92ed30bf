/** The line above the grid: where one is, the whole value, and what is wrong with it. */
import { problemsAt, sentences } from "./cells.js";
import { make } from "./dom.js";
import { display } from "./values.js";
import { figure } from "./words.js";

export class CellBar {
  constructor(element, page) {
    Object.assign(this, { element, page });
    this.name = make("span", { class: "bar-name" });
    this.value = make("span", { class: "bar-value" });
    this.note = make("span", { class: "bar-note" });
    element.replaceChildren(this.name, this.value, this.note);
    page.selection.on("change", () => this.draw());
    page.store.on("rows", () => this.draw());
    this.draw();
  }

  draw() {
    const { selection, columns, words, store } = this.page;
    const row = selection.current;
    const column = columns.list[selection.column];
    if (selection.isMany && selection.row >= 0) return this.#block();
    if (!row || !column) return this.#put(row ? words("rowOf", { row: figure(selection.row + 1), total: figure(store.total) }) : "", "", "");
    const id = row.texts[columns.list[0].place] || words("emptyId");
    const text = row.texts[column.place];
    const long = row.more.long?.[column.place];
    const value = text === null ? words("empty") : display(text, column.type, words) + (long ? ` ${words("more", { n: figure(long - text.length + 1) })}` : "");
    this.#put(`${id} · ${column.name}`, value, this.#noteOf(row, column));
    this.value.classList.toggle("muted", text === null);
    this.note.classList.toggle("bar-wrong", problemsAt(row, column.place).some(([, , , , isWarning]) => !isWarning));
  }

  #noteOf(row, column) {
    const { words } = this.page;
    const problems = sentences(problemsAt(row, column.place));
    if (problems) return problems;
    if (row.more.refused) return words("refusedBy", { text: row.more.refused });
    const { was } = row.more;
    if (!was || !(column.place in was)) return "";
    return words("was", { text: was[column.place] === null ? words("empty") : display(was[column.place], column.type, words) });
  }

  #block() {
    const { selection, words } = this.page;
    const { top, bottom, left, right } = selection.block;
    const size = { rows: figure(bottom - top + 1), columns: figure(right - left + 1) };
    this.#put(words("selected", size), "", "");
  }

  #put(name, value, note) {
    this.name.textContent = name;
    this.value.textContent = value;
    this.note.textContent = note;
    this.note.classList.remove("bar-wrong");
  }
}
