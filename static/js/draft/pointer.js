/** The grid under a mouse, a pen or a finger: cells, blocks, whole rows, column widths. */

/** `page`: {grid, selection, columns, editor, commands, mayEdit} */
export function listen(page) {
  const { grid } = page;
  grid.element.addEventListener("pointerdown", (event) => press(event, page));
  grid.element.addEventListener("dblclick", (event) => {
    if (event.target.closest("[data-handle]")) return fit(event.target.dataset.handle, page);
    if (placeOf(event)?.row >= 0) page.commands.edit();
  });
  grid.element.addEventListener("contextmenu", (event) => {
    const at = placeOf(event);
    if (!at || at.row < 0 || page.editor.isOpen) return;
    event.preventDefault();
    if (!page.selection.has(at.row, at.column)) page.selection.move(at.row, at.column);
    grid.focus();
    page.commands.rowMenu();
  });
}

function placeOf(event) {
  const cell = event.target.closest?.(".cell");
  const part = cell?.closest(".grid-row");
  if (!cell || cell.dataset.column === undefined) return undefined;
  return { row: part.dataset.row === undefined ? -1 : Number(part.dataset.row), column: Number(cell.dataset.column) };
}

function press(event, page) {
  if (event.button !== 0 || event.target.closest(".cell-field, .cell-hint")) return;
  const handle = event.target.closest("[data-handle]");
  if (handle) return drag(event, handle.dataset.handle, page);
  const at = placeOf(event);
  if (!at) return;
  const { selection, grid, editor, commands } = page;
  editor.finish();
  if (at.row < 0) {
    event.preventDefault();
    selection.move(-1, at.column);
    grid.focus();
    if (at.column >= 0) commands.headMenu();
    return;
  }
  if (event.pointerType === "touch") return tap(at, page);
  event.preventDefault();
  const isRow = at.column < 0;
  if (event.shiftKey) selection.extend(at.row, isRow ? selection.toColumn : at.column);
  else if (isRow) selection.rows(at.row, at.row);
  else selection.move(at.row, at.column);
  grid.focus();
  follow(event, page, isRow);
}

/* A finger scrolls; what it taps becomes the active cell. */
function tap(at, { selection, grid }) {
  selection.move(at.row, at.column);
  grid.active?.focus({ preventScroll: true });
}

/** While the button is down, the block goes with the pointer. */
function follow(event, { selection, grid }, isRow) {
  const move = (moved) => {
    const found = placeOf({ target: document.elementFromPoint(moved.clientX, moved.clientY) ?? grid.element });
    const at = found ?? beyond(moved, grid, selection);
    if (!at || at.row < 0) return;
    const isSame = at.row === selection.toRow && (isRow || at.column === selection.toColumn);
    if (isSame) return;
    if (isRow) selection.rows(selection.row, at.row);
    else selection.extend(at.row, Math.max(0, at.column));
  };
  const end = () => {
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", end);
    document.removeEventListener("pointercancel", end);
  };
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
}

/** Outside of the grid the block grows by a row or a column with each move. */
function beyond(event, grid, { toRow, toColumn }) {
  const box = grid.element.getBoundingClientRect();
  const row = toRow + (event.clientY > box.bottom) - (event.clientY < box.top);
  const column = toColumn + (event.clientX > box.right) - (event.clientX < box.left);
  return { row: Math.max(0, row), column };
}

/* --- widths --- */

function drag(event, id, { columns }) {
  event.preventDefault();
  event.stopPropagation();
  const column = columns.byId.get(id);
  const [from, width] = [event.clientX, column.width];
  const move = (moved) => columns.setWidth(column, width + moved.clientX - from);
  const end = () => {
    document.removeEventListener("pointermove", move);
    document.removeEventListener("pointerup", end);
  };
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", end);
}

/** As wide as what is in sight of the column. */
export function fit(id, { columns, grid }) {
  const column = columns.byId.get(id);
  const at = columns.list.indexOf(column);
  const cells = grid.element.querySelectorAll(`[data-column="${at}"]`);
  const ruler = document.createElement("canvas").getContext("2d");
  ruler.font = getComputedStyle(grid.element).font;
  const widest = Math.max(...[...cells].map((cell) => ruler.measureText(cell.textContent).width));
  columns.setWidth(column, widest + 32);
}
