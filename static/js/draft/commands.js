/** What can be done in the grid, by key, button and menu. */
import { fromTable, toTable } from "./clipboard.js";
import { openMenu } from "./menu.js";
import { fit } from "./pointer.js";
import { figure } from "./words.js";

const MOST_COPIED = 500_000; // cells

export class Commands {
  constructor(page) {
    this.page = page;
  }

  /* --- cells --- */

  edit() {
    const { selection, editor } = this.page;
    if (selection.column < 0) return this.form();
    if (this.page.mayEdit()) return editor.begin("change");
    return this.form();
  }

  clear() {
    const { selection, columns, page } = this.#parts();
    const { top, bottom, left, right, isRows } = selection.block;
    if (selection.row < 0) return;
    if (isRows) return this.remove();
    const ids = columns.list.slice(left, right + 1).map((column) => column.id);
    page.send({ do: "clear", from: top, to: bottom + 1, order: page.store.order, columns: ids });
  }

  fillDown() {
    const { selection, columns, page } = this.#parts();
    const { top, bottom, left, right } = selection.block;
    const row = page.store.at(top);
    if (!row || top === bottom) return;
    const chosen = columns.list.slice(left, right + 1);
    const texts = [chosen.map((column) => row.texts[column.place])];
    this.#put(top + 1, chosen, texts, bottom - top);
  }

  #put(row, columns, texts, height = texts.length) {
    const { page } = this;
    const ids = columns.map((column) => column.id);
    return page.send({ do: "block", row, columns: ids, texts, height, order: page.store.order });
  }

  #parts() {
    const { page } = this;
    page.editor.finish();
    return { page, selection: page.selection, columns: page.columns };
  }

  /* --- the clipboard --- */

  /** The block as text; a promise of it where rows have to be fetched first. */
  copied() {
    const { selection, columns, page } = this.#parts();
    const { top, bottom, left, right } = selection.block;
    const chosen = columns.list.slice(left, right + 1);
    const size = (bottom - top + 1) * chosen.length;
    if (size > MOST_COPIED) {
      page.say(page.words("tooFar", { n: figure(MOST_COPIED) }));
      return undefined;
    }
    const told = () => page.say(page.words("copied", { rows: figure(bottom - top + 1), columns: figure(chosen.length) }));
    const here = [];
    for (let place = top; place <= bottom; place += 1) here.push(page.store.at(place));
    if (here.every((row) => row && chosen.every(({ place }) => !(place in (row.more.long ?? {}))))) {
      told();
      return toTable(here.map((row) => chosen.map(({ place }) => row.texts[place])));
    }
    return this.#fetched(top, bottom + 1, chosen).then((text) => (told(), text));
  }

  async #fetched(from, to, chosen) {
    const { page } = this;
    const rows = await page.store.all(from, to);
    const table = [];
    for (const row of rows) {
      const line = [];
      for (const column of chosen) {
        const isLong = column.place in (row.more.long ?? {});
        line.push(isLong ? await page.wholeText(row, column) : row.texts[column.place]);
      }
      table.push(line);
    }
    return toTable(table);
  }

  paste(text) {
    const { selection, columns, page } = this.#parts();
    if (!page.mayEdit()) return page.say(page.words("readOnly"));
    if (!text) return page.say(page.words("noText"));
    const { row, column } = selection;
    if (row < 0) return page.say(page.words("pasteHere"));
    const texts = fromTable(text).map((line) => line.map((cell) => cell || null));
    const { top, bottom, left, right } = selection.block;
    const width = Math.max(...texts.map((line) => line.length));
    // A block that fits the selection several times fills it, as in a spreadsheet.
    const height = bottom - top + 1;
    const isFilled = selection.isMany && height % texts.length === 0 && (right - left + 1) % width === 0;
    const wide = isFilled ? right - left + 1 : width;
    const start = column < 0 ? 0 : left;
    const chosen = columns.list.slice(start, start + wide);
    const cut = texts.map((line) => Array.from({ length: width }, (_, at) => line[at] ?? null));
    return this.#put(top, chosen, cut, isFilled ? height : texts.length);
  }

  /* --- rows --- */

  #rows() {
    const { top, bottom } = this.page.selection.block;
    return { from: top, to: bottom + 1, order: this.page.store.order };
  }

  async add() {
    const { page, selection } = this.#parts();
    if (!page.mayEdit()) return;
    const row = selection.current;
    const anchor = row ? row.number : undefined;
    const answer = await page.send({ do: "add", anchor, rows: [{}] });
    if (answer?.added.length) await page.goTo(answer.added[0], 0, { edit: true });
  }

  async duplicate() {
    const { page } = this.#parts();
    const answer = await page.send({ do: "duplicate", ...this.#rows() });
    if (answer?.added.length) await page.goTo(answer.added[0], 0);
  }

  remove() {
    const { page, selection } = this.#parts();
    if (selection.row >= 0) page.send({ do: "delete", ...this.#rows() });
  }

  restore() {
    const { page, selection } = this.#parts();
    if (selection.row >= 0) page.send({ do: "restore", ...this.#rows() });
  }

  undo() {
    this.#parts();
    this.page.turn(false);
  }

  redo() {
    this.#parts();
    this.page.turn(true);
  }

  /* --- panels and menus --- */

  find() {
    this.#parts().page.side.open("find");
  }

  filter(column) {
    this.#parts().page.side.open("filter", column);
  }

  problems() {
    this.#parts().page.side.open("problems");
  }

  form() {
    if (this.page.selection.row >= 0) this.page.side.open("form");
  }

  headMenu() {
    const { grid, columns, selection, words } = this.page;
    const column = columns.list[selection.column];
    if (!column) return;
    const { store } = this.page;
    const sorted = store.selection.sort.find(([id]) => id === column.id);
    const name = column.name;
    const sort = (isDown) => this.page.select({ sort: [[column.id, isDown]] });
    const kind = { "Edm.Int64": "", "Edm.Double": "", "Edm.DateTime": "Date", "Edm.Boolean": "Yes" }[column.type] ?? "Text";
    const items = [
      { label: words(`sortUp${kind}`, { name }), act: () => sort(false), isOn: sorted?.[1] === false },
      { label: words(`sortDown${kind}`, { name }), act: () => sort(true), isOn: sorted?.[1] === true },
      { label: words("sortNot", { name }), act: () => this.page.select({ sort: [] }), isOn: !sorted },
      null,
      { label: words("filterBy", { name }), icon: "filter", act: () => this.filter(column) },
      null,
      { label: words("wider", { name }), act: () => columns.setWidth(column, column.width + 40) },
      { label: words("narrower", { name }), act: () => columns.setWidth(column, column.width - 40) },
      { label: words("fit", { name }), act: () => fit(column.id, this.page) },
    ];
    openMenu(grid.active ?? grid.element, items, words("menuOf", { name }));
  }

  rowMenu() {
    const { grid, words, selection, store } = this.page;
    const row = selection.current;
    if (!row) return;
    const items = [{ label: words("openForm"), icon: "form", act: () => this.form() }];
    if (this.page.mayEdit()) {
      const isGone = store.at(selection.row)?.kind === "deleted";
      items.push(
        { label: words("addBelow"), icon: "plus", act: () => this.add() },
        { label: words("duplicate"), icon: "copy", act: () => this.duplicate() },
        isGone
          ? { label: words("restore"), icon: "undo", act: () => this.restore() }
          : { label: words("delete"), icon: "trash", act: () => this.remove() },
      );
    }
    openMenu(grid.active ?? grid.element, items, words("form", { id: row.texts[0] ?? "" }));
  }
}

/** Copy, cut and paste of the page, where the grid has the focus. */
export function listenClipboard(page) {
  const isOurs = () => page.grid.hasFocus && !page.editor.isOpen;
  const take = (event) => {
    if (!isOurs() || page.selection.row < 0) return false;
    const text = page.commands.copied();
    event.preventDefault();
    if (typeof text === "string") event.clipboardData.setData("text/plain", text);
    else text?.then((late) => navigator.clipboard.writeText(late)).catch((error) => page.fault(error));
    return true;
  };
  document.addEventListener("copy", take);
  document.addEventListener("cut", (event) => {
    if (take(event) && page.mayEdit()) page.commands.clear();
  });
  document.addEventListener("paste", (event) => {
    if (!isOurs()) return;
    event.preventDefault();
    page.commands.paste(event.clipboardData.getData("text/plain"));
  });
}
