/** One entity as a form: for long texts, for narrow screens, for who would rather not use a grid. */
import { problemsAt } from "./cells.js";
import { button, icon, make, shapeOf } from "./dom.js";
import { fieldFor } from "./fields.js";

/** The panel with the active row's form. */
export function formPanel(page) {
  const { words, columns, store, selection } = page;
  const body = make("div", { class: "side-body" });
  const state = make("p", { class: "side-state" });
  const acts = make("div", { class: "side-acts" });
  const step = make("div", { class: "side-foot" });
  const content = make("div", { class: "side-content" }, state, acts, body, step);
  let number;
  let fields = [];
  const title = (row) => (row.texts[columns.list[0].place] ? words("form", { id: row.texts[columns.list[0].place] }) : words("formNew"));

  const draw = async () => {
    const row = selection.current;
    if (!row) return;
    if (row.number !== number) await build(row);
    else refresh(row);
  };

  const build = async (row) => {
    number = row.number;
    const whole = Object.keys(row.more.long ?? {}).length ? (await page.api.get("row", { row: row.number })).texts : row.texts;
    if (number !== row.number) return;
    const mayEdit = page.mayEdit() && row.kind !== "deleted";
    fields = columns.list.map((column) => {
      const field = fieldFor(column, {
        words,
        mayEdit,
        text: whole[column.place],
        commit: (text) => page.commit(store.at(store.placeOf(number)) ?? row, column, text),
        onGeography: page.openGeography && (() => page.openGeography(store.at(store.placeOf(number)) ?? row, column)),
      });
      return Object.assign(field, { column });
    });
    body.replaceChildren(...fields.map(({ element }) => element));
    refresh(row);
  };

  const refresh = (row) => {
    page.side.retitle(title(row));
    state.replaceChildren(...(row.kind ? [stateOf(row.kind)] : []), ...(row.more.refused ? [make("span", { class: "field-error" }, words("refusedBy", { text: row.more.refused }))] : []));
    acts.replaceChildren(...actsFor(row));
    for (const field of fields) {
      const { place } = field.column;
      if (!field.isTouched() && !(place in (row.more.long ?? {}))) field.set(row.texts[place]);
      field.problems(problemsAt(row, place));
    }
  };

  const stateOf = (kind) => make("span", { class: `kind kind-${kind}` }, shapeOf(kind), words(kind));

  const actsFor = (row) => {
    if (!page.mayEdit()) return [];
    const isGone = row.kind === "deleted";
    return [
      isGone
        ? button(words("restore"), () => page.commands.restore(), { icon: "undo" })
        : button(words("delete"), () => page.commands.remove(), { icon: "trash" }),
      ...(isGone ? [] : [button(words("duplicate"), () => page.commands.duplicate(), { icon: "copy" })]),
      button(words("place"), () => page.side.open("place"), { icon: "draw-point" }),
    ];
  };

  const go = (by) => {
    document.activeElement?.blur();
    selection.move(Math.max(0, selection.row + by), Math.max(0, selection.column));
  };
  step.append(
    make("button", { type: "button", class: "btn btn-small", onclick: () => go(-1) }, icon("left"), words("previous")),
    make("button", { type: "button", class: "btn btn-small", onclick: () => go(1) }, words("next"), icon("right")),
  );
  const again = () => {
    const row = selection.current;
    if (row && (row.kind === "deleted") !== (fields[0]?.input.readOnly ?? false) && page.mayEdit()) number = undefined;
    draw();
  };
  const stops = [store.on("rows", again), selection.on("change", again)];
  const row = selection.current;
  draw();
  return {
    title: row ? title(row) : words("formNew"),
    content,
    opened: () => fields[Math.max(0, selection.column)]?.input.focus(),
    closed: () => stops.forEach((stop) => stop()),
  };
}
