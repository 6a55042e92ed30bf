/**
 * Missing locations: addresses looked up, or the names of places, some rows here and now, or all of
 * them by the site (lookup.js). What is found is shown with how sure the geocoder is; nothing is put
 * in before it is accepted.
 */
import { button, make } from "./dom.js";
import { foundEntry } from "./found.js";
import { Lookup } from "./lookup.js";
import { figure } from "./words.js";

const ADDRESS = /address|street|road|city|town|place|postal|zip|postcode|region|state|county|country|locality|municipal|district/i;
const DECIMALS = 6;

/** `kind`: what is looked up, where the address of the page says so. */
export function locatePanel(page, kind) {
  return new Locate(page, kind).panel;
}

class Locate {
  #after = null;
  #isOver = false;
  #isBusy = false;
  #isRunning = false;

  constructor(page, kind) {
    this.page = page;
    const { words, columns } = page;
    const named = (name) => columns.list.find((one) => one.name.toLowerCase() === name && one.type === "Edm.Double");
    this.pair = [named("latitude"), named("longitude")];
    if (!this.pair.every(Boolean)) this.pair = undefined;
    this.geography = columns.list.find((one) => one.type === "Edm.Geography");
    const places = new Set([...(this.pair ?? []), this.geography]);
    this.texts = columns.list.filter((one) => one.type === "Edm.String" && !one.key && !places.has(one));
    this.kind = make("select", { id: "locate-kind", onchange: () => this.#restart() }, make("option", { value: "find" }, words("locateFind")), make("option", { value: "name" }, words("locateName")));
    if (kind === "name") this.kind.value = kind;
    this.choices = make("fieldset", { class: "locate-columns" });
    this.look = button(words("locateLook"), () => this.#more(), { kind: "primary" });
    this.all = button(words("locateAll"), () => this.lookup.start(this.#chosen));
    this.lookup = new Lookup(page, (isRunning) => {
      this.#isRunning = isRunning;
      this.#enable();
    });
    this.said = make("p", { class: "side-said", role: "status" });
    this.list = make("ol", { class: "found-list" });
    this.acts = make("div", { class: "side-acts" });
    const field = make("div", { class: "field" }, make("label", { for: "locate-kind" }, words("locateWhat")), this.kind);
    const looks = make("div", { class: "side-acts" }, this.look, this.all);
    const content = make("div", { class: "side-content" }, field, this.choices, looks, this.said, this.acts, this.list, this.lookup.element);
    this.#restart();
    this.panel = { title: words("locate"), content, focus: this.kind, closed: () => this.#close() };
  }

  #close() {
    this.lookup.close();
    history.replaceState(history.state, "", location.pathname);
  }

  #restart() {
    const { words } = this.page;
    const isFind = this.kind.value === "find";
    this.#after = null;
    this.#isOver = false;
    this.found = [];
    this.unknown = 0;
    this.said.textContent = "";
    const likely = this.texts.filter((one) => ADDRESS.test(one.name));
    const boxes = this.texts.map((one) => {
      const isOn = isFind ? likely.includes(one) : one === (likely[0] ?? this.texts[0]);
      const input = make("input", { type: isFind ? "checkbox" : "radio", name: "locate", value: one.id, checked: isOn, onchange: () => (this.#after = null) });
      return make("label", { class: "choice" }, input, one.name);
    });
    this.choices.replaceChildren(make("legend", {}, words(isFind ? "locateOf" : "locateInto")), ...boxes);
    this.#enable();
    this.#draw();
    // A notice of a lookup leads here, and is none where the panel is open.
    history.replaceState(history.state, "", `${location.pathname}?panel=locate&kind=${this.kind.value}`);
    this.lookup.show(this.kind.value);
  }

  #enable() {
    const canLook = this.texts.length && (this.pair || this.geography) && this.page.mayEdit();
    this.look.disabled = !canLook || this.#isBusy;
    this.all.disabled = !canLook || this.#isBusy || this.#isRunning;
  }

  get #chosen() {
    return [...this.choices.querySelectorAll("input:checked")].map((one) => one.value);
  }

  /* --- looking --- */

  async #more() {
    const { words, api } = this.page;
    if (this.#isOver) this.#after = null;
    this.#busy(true);
    this.said.textContent = words("looking");
    try {
      const given = { do: this.kind.value, columns: this.#chosen, after: this.#after };
      const { rows, left, last, total } = await api.post("locate", given);
      this.#take(rows);
      this.#after = last ?? this.#after;
      this.#isOver = !left;
      this.said.textContent = words("locateFound", { n: figure(this.found.length), unknown: figure(this.unknown), left: figure(left), total: figure(total) });
      this.#draw();
    } catch (error) {
      this.said.textContent = error.message || words("failed", { status: error.status ?? "–" });
    } finally {
      this.#busy(false);
    }
  }

  #busy(isBusy) {
    this.#isBusy = isBusy;
    this.#enable();
  }

  #take(rows) {
    const known = new Set(this.found.map(({ row }) => row));
    this.unknown += rows.filter((one) => !one.confidence).length;
    this.found.push(...rows.filter((one) => one.confidence && !known.has(one.row)));
  }

  /* --- what was found --- */

  #draw() {
    const { words } = this.page;
    const sure = (level) => this.found.filter((one) => one.confidence === level);
    const many = [
      ["high", sure("high")],
      ["medium", sure("medium")],
    ].filter(([, rows]) => rows.length);
    this.acts.replaceChildren(
      ...many.map(([level, rows]) => button(words(`accept_${level}`, { n: figure(rows.length) }), () => this.#accept(rows), { icon: "good" })),
      ...(this.found.length ? [button(words("acceptAll", { n: figure(this.found.length) }), () => this.#accept(this.found))] : []),
    );
    const acts = { accept: (one) => this.#accept([one]), leave: (one) => this.#drop([one]) };
    this.list.replaceChildren(...this.found.map((one) => foundEntry(this.page, one, acts)));
  }

  #drop(rows) {
    this.found = this.found.filter((one) => !rows.includes(one));
    this.#draw();
    (this.list.querySelector("button") ?? this.look).focus();
  }

  async #accept(rows) {
    const cells = rows.flatMap((one) => this.#cells(one));
    const accepted = [...rows];
    for (let start = 0; start < cells.length; start += 4000) {
      if (!(await this.page.send({ do: "place", cells: cells.slice(start, start + 4000) }))) return;
    }
    this.#drop(accepted);
  }

  #cells({ row, latitude, longitude, words }) {
    if (this.kind.value === "name") return [[row, this.#chosen[0], words, null]];
    const [lat, long] = [latitude, longitude].map((number) => String(Number(number.toFixed(DECIMALS))));
    if (!this.pair) return [[row, this.geography.id, `POINT (${long} ${lat})`, null]];
    return [
      [row, this.pair[0].id, lat, null],
      [row, this.pair[1].id, long, null],
    ];
  }
}
