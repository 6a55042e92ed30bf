/**
 * Editing in a cell: the field that fits the type, in the cell's place until it is left.
 *
 * `begin("replace")` starts with nothing, as by typing; `begin("change")` with what is there. Enter,
 * Tab and, when replacing, arrows commit and move on; Escape leaves the cell as it was.
 */
import { make } from "./dom.js";
import { display, meant, readDate, typedDate } from "./values.js";

const AWAY = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Editor {
  #field;
  #hint;

  /** `page`: {grid, selection, columns, words, commit(row, column, text), openGeography(), wholeText(row, column)} */
  constructor(page) {
    this.page = page;
  }

  get isOpen() {
    return Boolean(this.#field);
  }

  async begin(how) {
    const { grid, selection, columns, words } = this.page;
    const row = selection.current;
    const column = columns.list[selection.column];
    if (!row || !column || this.isOpen) return;
    if (row.kind === "deleted") return this.page.say(words("deletedRow"));
    if (column.type === "Edm.Geography") return this.page.openGeography(row, column);
    const isLong = column.place in (row.more.long ?? {});
    const text = how === "replace" ? "" : isLong ? await this.page.wholeText(row, column) : (row.texts[column.place] ?? "");
    Object.assign(this, { row, column, how, text, isOver: false });
    grid.focus(); // brings the cell into sight
    const cell = grid.active;
    if (!cell) return;
    this.#field = this.#fieldFor(column, text, row);
    grid.editing = this.#field;
    cell.classList.add("cell-editing");
    cell.replaceChildren(this.#field);
    this.#addHint(cell, column);
    this.#field.focus();
    if (how === "change") this.#field.select?.();
    this.#grow();
  }

  #fieldFor(column, text, row) {
    const { words, columns } = this.page;
    const id = row.texts[columns.list[0].place] || words("emptyId");
    const shared = {
      class: "cell-field",
      "aria-label": words("edit", { name: column.name, id }),
      onkeydown: (event) => this.#key(event),
      onblur: () => this.#leave(),
    };
    if (column.type === "Edm.Boolean") return this.#choice(text, shared);
    if (column.type === "Edm.String") {
      const field = make("textarea", { ...shared, rows: 1, spellcheck: "false", oninput: () => this.#grow() });
      field.value = text;
      return field;
    }
    const mode = { "Edm.Int64": "numeric", "Edm.Double": "decimal" }[column.type];
    const field = make("input", { ...shared, type: "text", inputmode: mode, autocomplete: "off", spellcheck: "false", oninput: () => this.#reread() });
    field.value = column.type === "Edm.DateTime" ? typedDate(text) : text;
    if (column.isRight) field.classList.add("cell-field-right");
    return field;
  }

  #choice(text, shared) {
    const { words } = this.page;
    const choices = [["", words("empty")], ["true", words("yes")], ["false", words("no")]];
    const known = choices.some(([value]) => value === text);
    if (!known) choices.unshift([text, text]);
    const field = make("select", shared, ...choices.map(([value, label]) => make("option", { value }, label)));
    field.value = text;
    return field;
  }

  /** Under a date: how what is typed is read, and the buttons a date needs. */
  #addHint(cell, column) {
    if (column.type !== "Edm.DateTime") return;
    const { words } = this.page;
    const told = make("p", { class: "cell-hint-words", role: "status" });
    const put = (text) => {
      this.#field.value = text;
      this.#reread();
      this.#field.focus();
    };
    const now = () => put(`${new Date().toISOString().slice(0, 19)}Z`.replace(/T(.*)Z/, " $1"));
    const keep = { onmousedown: (event) => event.preventDefault() }; // the field keeps the focus
    this.#hint = make(
      "div",
      { class: "cell-hint" },
      told,
      make("button", { type: "button", class: "btn btn-small", tabindex: -1, ...keep, onclick: now }, words("now")),
      make("button", { type: "button", class: "btn btn-small", tabindex: -1, ...keep, onclick: () => put("") }, words("noValue")),
    );
    const [here, room] = [cell.getBoundingClientRect(), this.page.grid.element.getBoundingClientRect()];
    this.#hint.classList.toggle("cell-hint-left", here.left + 270 > room.right);
    this.#hint.classList.toggle("cell-hint-up", here.bottom + 90 > room.bottom);
    cell.append(this.#hint);
    this.#reread();
  }

  #reread() {
    if (!this.#hint) return;
    const { words } = this.page;
    const read = readDate(this.#field.value);
    const spelt = read && words("readAs", { text: display(read, "Edm.DateTime", words) });
    this.#hint.firstElementChild.textContent = spelt || words("utc");
  }

  /** A long text grows over its neighbours. */
  #grow() {
    const field = this.#field;
    if (field?.tagName !== "TEXTAREA") return;
    field.style.height = "auto";
    field.style.height = `${Math.min(240, field.scrollHeight)}px`;
    field.style.width = field.value.length * 8 > field.parentElement.clientWidth ? "360px" : "100%";
  }

  #key(event) {
    const { key } = event;
    if (event.isComposing) return;
    if (key === "Escape") this.cancel();
    else if (key === "Enter" && event.altKey && this.#field.tagName === "TEXTAREA") {
      this.#field.setRangeText("\n", this.#field.selectionStart, this.#field.selectionEnd, "end");
      this.#grow();
    } else if (key === "Enter") this.#commit(event.shiftKey ? -1 : 1, 0);
    else if (key === "Tab") this.#commit(0, event.shiftKey ? -1 : 1);
    else if (this.how === "replace" && key in AWAY && this.#field.tagName !== "SELECT") this.#commit(...AWAY[key]);
    else {
      event.stopPropagation(); // what is typed in the field is not for the grid
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #leave() {
    if (this.isOpen && !this.isOver) this.#commit(0, 0, { stay: true });
  }

  /** Commits what is open, as before something else begins. */
  finish() {
    if (this.isOpen) this.#commit(0, 0, { stay: true });
  }

  #commit(down, right, { stay = false } = {}) {
    const { row, column, text } = this;
    const { words, selection, grid } = this.page;
    const typed = meant(this.#field.value, column.type, words);
    this.#close();
    if ((typed ?? "") !== (text ?? "") || this.how === "replace") {
      if ((typed ?? null) !== (row.texts[column.place] ?? null)) this.page.commit(row, column, typed);
    }
    if (stay) return;
    if (down || right) selection.move(Math.max(0, selection.row + down), Math.max(0, selection.column + right));
    grid.focus();
  }

  cancel() {
    this.#close();
    this.page.grid.focus();
  }

  #close() {
    this.isOver = true;
    this.#hint = undefined;
    this.#field = undefined;
    this.page.grid.editing = undefined;
    this.page.grid.refill();
  }
}
