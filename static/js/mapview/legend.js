/** The legend: what colours mean and how many entities each has; and the choices that change it. */
import { number } from "../language.js";
import { element } from "../map/popup.js";
import { CATEGORIES, OTHER, categoryColour, classColour } from "../map/styling.js";

const FEW = 30; // different numbers that are still offered as categories
const style = document.documentElement.dataset.style || undefined; // how the reader writes numbers
const brief = new Intl.NumberFormat(style, { maximumFractionDigits: 4 });
const day = new Intl.DateTimeFormat(style, { dateStyle: "medium", timeZone: "UTC" });
const moment = new Intl.DateTimeFormat(style, { dateStyle: "medium", timeStyle: "short", timeZone: "UTC" });
const DAY = 86_400_000; // ms
const writtenDate = (time) => (time % DAY ? moment : day).format(time);
const IS_NUMBER = ["Edm.Int64", "Edm.Double", "Edm.DateTime"];

export class Legend {
  /** `change(style)` is called when somebody chooses; `words` are the page's. */
  constructor(box, facts, words, change) {
    Object.assign(this, { box, facts, words, change });
    this.list = box.querySelector("[data-map-legend]");
    this.fields = Object.fromEntries(
      ["by", "as", "method", "count", "show"].map((name) => [name, box.querySelector(`[name=${name}]`)]),
    );
    const names = facts.properties.filter((one) => !one.is_key && one.filled);
    this.fields.by.append(...names.map(({ name }) => new Option(name, name)));
    box.querySelector("[data-for=points]").hidden = !facts.kinds.points;
    box.querySelector("[data-map-total]").textContent = this.#total();
    box.addEventListener("change", (event) => this.#chosen(event.target.name));
  }

  #total() {
    const { located } = this.facts;
    return `${number(located)} ${this.words(located === 1 ? "entity" : "entities")}`;
  }

  #property(name) {
    return this.facts.properties.find((one) => one.name === name);
  }

  /** Which of the two ways a property is best shown. */
  usual(name) {
    const { type, distinct } = this.#property(name);
    return IS_NUMBER.includes(type) && (distinct === null || distinct > CATEGORIES) ? "number" : "category";
  }

  #ways({ type, distinct }) {
    const ranges = IS_NUMBER.includes(type);
    return { number: ranges, category: !ranges || (distinct !== null && distinct <= FEW) };
  }

  /** Takes over what an address said, as far as it fits the version; gives the style. */
  async begin({ by, as, method, count, show }) {
    const { fields } = this;
    if (by && this.#property(by)) {
      fields.by.value = by;
      fields.as.value = as && this.#ways(this.#property(by))[as] ? as : this.usual(by);
    }
    if ([...fields.method.options].some((option) => option.value === method)) fields.method.value = method;
    if (count >= 2 && count <= 9) fields.count.value = count;
    if (show === "clusters") fields.show.value = show;
    return this.#style();
  }

  async #chosen(name) {
    if (name === "by" && this.fields.by.value) this.fields.as.value = this.usual(this.fields.by.value);
    this.change(await this.#style());
  }

  /** The style that is chosen, its classes asked for; the legend is drawn anew. */
  async #style() {
    const { by, as, method, count, show } = Object.fromEntries(
      Object.entries(this.fields).map(([name, field]) => [name, field.value]),
    );
    const style = { by, as: by ? as : "", method, count, show, breaks: [] };
    this.#offer(style);
    if (!by) this.#drawPlain();
    else if (as === "number") style.breaks = await this.#drawClasses(style);
    else this.#drawCategories(by);
    return style;
  }

  #offer({ by, as }) {
    const property = by && this.#property(by);
    const ways = property ? this.#ways(property) : {};
    for (const option of this.fields.as.options) option.disabled = !ways[option.value];
    this.box.querySelector("[data-for=by]").hidden = !by;
    for (const field of this.box.querySelectorAll("[data-for=number]")) {
      field.hidden = !by || as !== "number";
    }
  }

  /* --- what is listed --- */

  #row(colour, words, count, className = "") {
    const row = element("li", undefined, `legend-row ${className}`);
    const swatch = element("span", undefined, "legend-swatch");
    swatch.style.setProperty("--swatch", `var(${colour})`);
    row.append(swatch, element("span", words, "legend-words"));
    row.append(element("span", number(count), "legend-count"));
    return row;
  }

  #none(count) {
    return count ? [this.#row(categoryColour(undefined), this.words("noValue"), count, "legend-none")] : [];
  }

  #drawPlain() {
    const kinds = Object.entries(this.facts.kinds).filter(([, count]) => count);
    this.list.replaceChildren(
      ...kinds.map(([kind, count]) => this.#row("--map-data", this.words(kind), count, `legend-${kind}`)),
    );
  }

  #drawCategories(name) {
    const { values, filled, distinct, type } = this.#property(name);
    const named = values.slice(0, CATEGORIES);
    const rows = named.map(([value, count], place) =>
      this.#row(categoryColour(place), this.#shown(value, type), count),
    );
    const rest = filled - named.reduce((sum, [, count]) => sum + count, 0);
    if (rest) {
      const left = distinct === null ? "" : ` (${number(distinct - named.length)})`;
      rows.push(this.#row(categoryColour(OTHER), this.words("others") + left, rest));
    }
    this.list.replaceChildren(...rows, ...this.#none(this.facts.count - filled));
  }

  #shown(value, type) {
    if (type === "Edm.DateTime") return writtenDate(Date.parse(value));
    if (value === "") return this.words("emptyText");
    if (typeof value === "boolean") return this.words(value ? "yes" : "no");
    return String(value);
  }

  async #drawClasses({ by, method, count }) {
    const query = new URLSearchParams({ by, method, count });
    const answer = await fetch(`${this.facts.classes}?${query}`);
    if (!answer.ok) throw new Error(`The classes answered ${answer.status}`);
    const { breaks, counts, low, high, empty } = await answer.json();
    const isDate = this.#property(by).type === "Edm.DateTime";
    const written = (value) => (isDate ? writtenDate(value * 1000) : brief.format(value));
    const edges = [low, ...breaks, high];
    const rows = counts.map((held, place) =>
      this.#row(
        classColour(place, counts.length),
        counts.length === 1 ? written(low) : `${written(edges[place])} – ${written(edges[place + 1])}`,
        held,
      ),
    );
    this.list.replaceChildren(...rows, ...this.#none(empty));
    return breaks;
  }
}
