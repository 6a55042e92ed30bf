/** A list of IDs: how many there are, and which of them are asked at a time. */
const MOST = 50;

export class Ids {
  constructor(form, composer, words) {
    Object.assign(this, { form, composer, words });
    this.box = form.querySelector("[data-ids]");
    this.parts = this.box.querySelector("[data-parts]");
    this.before = this.box.querySelector("[data-part-before]");
    this.after = this.box.querySelector("[data-part-after]");
    this.before.addEventListener("click", () => this.#go(-1));
    this.after.addEventListener("click", () => this.#go(1));
    form.elements.ids.addEventListener("input", () => (form.elements.part.value = "1"));
  }

  async #go(step) {
    this.form.elements.part.value = String(this.now.part + step);
    await this.composer.now();
    this.form.requestSubmit();
  }

  take(ids) {
    this.now = ids;
    const { count, part, parts } = ids;
    this.parts.hidden = parts < 2;
    this.before.disabled = part <= 1;
    this.after.disabled = part >= parts;
    const words = this.box.querySelector("[data-ids-words]");
    if (parts < 2) {
      words.textContent = count === 1 ? this.words.oneId : count ? fill(this.words.idsCount, { count }) : "";
      return;
    }
    const from = (part - 1) * MOST + 1;
    const to = Math.min(part * MOST, count);
    words.textContent = fill(this.words.idsPart, { from, to, count, most: MOST });
  }
}

/** "{from} to {to}" with its values in place. */
export function fill(text, values) {
  return text.replace(/\{(\w+)\}/g, (all, name) => values[name] ?? all);
}
