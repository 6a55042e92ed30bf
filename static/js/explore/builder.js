/**
 * The filter builder: groups of conditions over the properties of the schema.
 *
 * The tree is the one of `datasources.query.tree`; the site writes it as text and says what is wrong
 * with it, so that nothing of the grammar is known here. What is edited last, builder or text, leads.
 */
import { Rows } from "./rows.js";

const EMPTY = { join: "and", not: false, terms: [] };

export class Builder {
  #rows;

  constructor(form, given, composer) {
    Object.assign(this, { form, composer, words: given.words });
    this.box = form.querySelector("[data-builder]");
    this.textBox = form.querySelector("[data-filter-text]");
    this.note = form.querySelector("[data-not-shown]");
    this.text = form.elements.filter;
    this.tree = composer.last.filter.tree;
    this.#rows = new Rows(this.box, given, () => this.#edited());
    for (const radio of form.elements.edit) radio.addEventListener("change", () => this.#turned());
    if (this.mode === "builder") this.#rows.show(this.tree ?? structuredClone(EMPTY));
    this.#write();
    this.#arrange();
  }

  get mode() {
    return this.form.elements.edit.value;
  }

  #write() {
    this.form.elements.tree.value = this.mode === "builder" ? JSON.stringify(this.#rows.tree) : "";
  }

  #edited() {
    this.#write();
    this.composer.soon();
  }

  #arrange() {
    const building = this.mode === "builder";
    this.box.hidden = !building;
    this.textBox.hidden = building;
  }

  /* Between builder and text: the text is that of the builder, the builder shows what is typed. */
  async #turned() {
    if (this.mode === "text") {
      this.#write();
      this.#arrange();
      this.note.hidden = true;
      return;
    }
    this.form.elements.edit.value = "text";
    const { filter } = await this.composer.now();
    if (!filter.tree) {
      this.#explain(filter);
      return;
    }
    this.form.elements.edit.value = "builder";
    this.#rows.show(filter.tree);
    this.note.hidden = true;
    this.#write();
    this.#arrange();
  }

  #explain({ notShown, fault }) {
    this.note.querySelector("span").textContent = notShown;
    this.note.hidden = Boolean(fault); // which stands under the text itself
    if (fault) this.text.focus();
  }

  /** What the site made of it. */
  take(filter) {
    if (this.mode === "builder") {
      this.text.value = filter.text;
      this.#rows.mark(filter.faults);
    } else if (!this.note.hidden && filter.tree) {
      this.note.hidden = true;
    }
  }
}
