/** The grid's keys, those of a spreadsheet. */
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** `page`: {grid, selection, editor, commands} */
export function listen(page) {
  document.addEventListener("keydown", (event) => elsewhere(event, page));
  page.grid.element.addEventListener("keydown", (event) => {
    if (page.editor.isOpen || event.isComposing || event.target.closest(".cell-hint")) return;
    if (press(event, page)) event.preventDefault();
  });
}

/* Undo and redo wherever the focus is, unless it is in a field, which has its own. */
function elsewhere(event, { grid, commands, mayEdit }) {
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
  if (!isCommand || !mayEdit() || grid.hasFocus || event.target.closest("input, textarea, select, dialog")) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) commands.redo();
  else commands.undo();
}

function press(event, page) {
  const { selection, grid, editor, commands } = page;
  const { key, shiftKey } = event;
  const isCommand = event.ctrlKey || event.metaKey;
  // The first column is always in sight, so that going there would not show those beside it.
  if (key === "Home" || (key === "ArrowLeft" && isCommand)) grid.element.scrollLeft = 0;
  if (key in STEPS && !event.altKey) return step(STEPS[key], isCommand, shiftKey, selection);
  if (isCommand) return command(key.toLowerCase(), shiftKey, page);
  if (event.altKey && key !== "ArrowDown") return false;
  if (selection.row < 0) return inHead(key, page);
  const moves = {
    Home: () => go(selection, shiftKey, undefined, 0),
    End: () => go(selection, shiftKey, undefined, selection.lastColumn),
    PageUp: () => go(selection, shiftKey, -grid.page, undefined, true),
    PageDown: () => go(selection, shiftKey, grid.page, undefined, true),
    Tab: () => tab(selection, shiftKey),
    Enter: () => selection.move(Math.max(0, selection.row + (shiftKey ? -1 : 1)), selection.column),
    Escape: () => selection.move(selection.row, selection.column),
  };
  if (key === "Tab") return moves.Tab();
  if (key in moves) return moves[key](), true;
  if (key === " " && shiftKey) return selection.rows(selection.row, selection.toRow), true;
  return edits(event, page, editor, commands);
}

function edits({ key }, { selection, mayEdit }, editor, commands) {
  if (key === "F2") return commands.edit(), true;
  if (!mayEdit()) return false;
  if (key === "Delete" || key === "Backspace") return commands.clear(), true;
  if (key.length !== 1 || selection.column < 0) return false;
  editor.begin("replace"); // the letter goes into the field, which has the focus by now
  return false;
}

function step([down, right], isFar, isExtended, selection) {
  const from = isExtended ? [selection.toRow, selection.toColumn] : [selection.row, selection.column];
  const far = [down * (selection.lastRow + 1), right * (selection.lastColumn + 1)];
  const [rows, columns] = isFar ? far : [down, right];
  const to = [from[0] + rows, from[1] + columns];
  if (isFar && down < 0) to[0] = Math.max(0, to[0]);
  if (isFar && right < 0) to[1] = Math.max(0, to[1]);
  if (isExtended) selection.extend(...to);
  else selection.move(...to);
  return true;
}

function go(selection, isExtended, rows, column, isRelative = false) {
  const [row, at] = isExtended ? [selection.toRow, selection.toColumn] : [selection.row, selection.column];
  const to = [isRelative ? Math.max(0, row + rows) : row, column ?? at];
  if (isExtended) selection.extend(...to);
  else selection.move(...to);
}

/** To the next cell; past the last one the focus leaves the grid, as it must. */
function tab(selection, isBack) {
  const column = selection.column + (isBack ? -1 : 1);
  if (column < 0 || column > selection.lastColumn) return false;
  selection.move(selection.row, column);
  return true;
}

function inHead(key, { commands, selection }) {
  if (key === "Enter" || key === " " || key === "F2") commands.headMenu();
  else if (key === "Home") selection.move(-1, 0);
  else if (key === "End") selection.move(-1, selection.lastColumn);
  else if (key === "PageDown") selection.move(0, selection.column);
  else return false;
  return true;
}

function command(key, isShift, { selection, commands, mayEdit }) {
  const acts = {
    a: () => selection.everything(),
    home: () => selection.move(0, 0),
    end: () => selection.move(selection.lastRow, selection.lastColumn),
    f: () => commands.find(),
    h: () => commands.find(),
    enter: () => commands.form(),
    ...(mayEdit() && {
      z: () => (isShift ? commands.redo() : commands.undo()),
      y: () => commands.redo(),
      d: () => commands.fillDown(),
      "+": () => commands.add(),
      "=": () => commands.add(),
      "-": () => commands.remove(),
    }),
  };
  if (!(key in acts)) return false;
  acts[key]();
  return true;
}
