/** What stands in one cell of the grid, for the eye and for the ear. */
import { make, shapeOf } from "./dom.js";
import { display } from "./values.js";
import { figure } from "./words.js";

/** Problems of a row in one column: [[place, rule, message, advice, isWarning], …] */
export const problemsAt = (row, place) =>
  (row?.more.problems ?? []).filter(([column]) => column === place);

/** The problems of a cell as sentences. */
export const sentences = (problems) =>
  problems.map(([, , message, advice]) => `${message} ${advice}`.trim()).join(" ");

/** Fills the cell of a property. */
export function fillCell(cell, row, column, words) {
  const text = row.texts[column.place];
  const problems = problemsAt(row, column.place);
  const isWrong = problems.some(([, , , , isWarning]) => !isWarning);
  const hasOwn = column.place in (row.more.was ?? {});
  cell.className = [
    "cell",
    column.isRight && "cell-right",
    column.key && "cell-key",
    column.type === "Edm.Geography" && "cell-geography",
    hasOwn && row.kind !== "deleted" && "cell-changed",
    isWrong && "cell-wrong",
    problems.length && !isWrong && "cell-doubtful",
    row.waiting?.has(column.id) && "cell-waiting",
  ]
    .filter(Boolean)
    .join(" ");
  cell.textContent = display(text, column.type, words);
  if (problems.length) {
    cell.append(make("span", { class: "unseen" }, `. ${sentences(problems)}`));
    cell.title = sentences(problems);
  } else {
    cell.removeAttribute("title");
  }
  if (isWrong) cell.setAttribute("aria-invalid", "true");
  else cell.removeAttribute("aria-invalid");
}

/** Fills the cell before the first: the number of the row, and what the draft does to it. */
export function fillState(cell, row, place, words) {
  cell.className = `cell cell-state${row.kind ? ` kind kind-${row.kind}` : ""}`;
  const number = make("span", { class: "cell-number" }, figure(place + 1));
  if (row.kind) cell.replaceChildren(number, shapeOf(row.kind), make("span", {}, words(row.kind)));
  else cell.replaceChildren(number);
}
