/** The heads of columns: name, type, how the rows are sorted by it, and a handle for its width. */
import { icon, make } from "./dom.js";

/** Fills the head of a column. */
export function fillHead(cell, column, grid) {
  const { store, words } = grid;
  const at = store.selection.sort.findIndex(([id]) => id === column.id);
  const isDown = at >= 0 && store.selection.sort[at][1];
  const isFiltered = store.selection.where.some(([id]) => id === column.id);
  const key = `${column.id} ${at} ${isDown} ${isFiltered}`;
  cell.className = `cell cell-head${column.isRight ? " cell-right" : ""}${column.key ? " cell-frozen" : ""}`;
  if (cell.dataset.head === key) return;
  cell.dataset.head = key;
  const type = column.key ? words("entityId") : words(column.type);
  const parts = [
    make("span", { class: "head-words" }, make("span", { class: "head-name" }, column.name), make("span", { class: "head-type" }, type)),
  ];
  if (isFiltered) parts.push(icon("filter"));
  if (at >= 0) parts.push(make("span", { class: "head-sort", "aria-hidden": "true" }, isDown ? "↓" : "↑"));
  parts.push(make("span", { class: "head-handle", "aria-hidden": "true", "data-handle": column.id }));
  cell.replaceChildren(...parts);
  cell.setAttribute("aria-haspopup", "menu");
  if (at === 0) cell.setAttribute("aria-sort", isDown ? "descending" : "ascending");
  else cell.removeAttribute("aria-sort");
}

/** Fills the head of the column with row number and state. */
export function fillStateHead(cell, { words }) {
  cell.setAttribute("role", "columnheader");
  if (cell.dataset.head === "state") return;
  cell.dataset.head = "state";
  cell.replaceChildren(make("span", { class: "head-name" }, words("state")));
}
