/**
 * The explorer's map: tools that draw the form's place, the place as the form has it, and what was
 * found, tied to the table's rows by hover and click.
 */
import { openMap } from "../map/open.js";
import { extentOf } from "../map/geometry.js";
import { element, popupOf } from "../map/popup.js";
import { WHERE, corners, fillForm, placeOf } from "./places.js";
import { fill } from "./ids.js";

const DRAWS = { near: "circle", box: "box", polygon: "polygon", line: "line", point: "point", route: "line" };
const SAYS = { near: "drawCircle", box: "drawBox", polygon: "drawPolygon", line: "drawLine", point: "drawPoint", route: "drawRoute" };
const MOST_ROWS = 40; // properties in a popup

export class ExploreMap {
  #map;
  #drawing;
  #layer;
  #drawn = ""; // what lies on the map, as text to compare
  #tool;
  #busy = false; // while the form is filled by a drawing

  constructor(form, composer, words) {
    Object.assign(this, { form, composer, words });
    this.box = form.querySelector("[data-map]");
    this.answer = document.getElementById("answer");
    form.querySelector("[data-tools]").addEventListener("click", (event) => this.#clicked(event));
    form.addEventListener("keydown", (event) => event.key === "Escape" && this.#rest());
    this.answer.addEventListener("mouseover", (event) => this.#layer?.hover(keyAt(event)));
    this.answer.addEventListener("mouseleave", () => this.#layer?.hover(undefined));
    this.answer.addEventListener("click", (event) => this.#chosen(event));
    this.ready = this.#open();
  }

  async #open() {
    try {
      const map = await openMap(this.box, { cooperative: true, fullScreen: this.box.parentElement });
      this.#map = map;
      this.box.dataset.map = "open";
      await this.followForm();
      return map;
    } catch (error) {
      console.error(error);
      this.box.replaceChildren(element("p", this.words.noMap, "map-fault"));
      this.box.dataset.map = "failed";
      for (const button of this.form.querySelectorAll("[data-tool]")) button.disabled = true;
      return undefined;
    }
  }

  /* --- drawing --- */

  async #tools() {
    if (this.#drawing) return this.#drawing;
    this.#drawing = await this.#map.draw();
    this.#drawing.on("change", (shape) => this.#took(shape));
    this.#drawing.on("finish", (shape) => this.#took(shape, true));
    return this.#drawing;
  }

  async #clicked(event) {
    const tool = event.target.closest("[data-tool]")?.dataset.tool;
    if (!tool || !(await this.ready)) return;
    if (tool === "clear") return this.#anywhere();
    if (tool === "view") return this.#take(() => this.#boxOfView());
    if (tool === "adjust") return this.#adjust();
    if (tool === this.#tool) return this.#rest();
    const drawing = await this.#tools();
    this.#press(tool);
    this.#drawn = "";
    this.#map.notice(this.words[SAYS[tool]]);
    drawing.begin(DRAWS[tool]);
  }

  #press(tool) {
    this.#tool = tool;
    for (const button of this.form.querySelectorAll("[data-tool]")) {
      button.setAttribute("aria-pressed", String(button.dataset.tool === tool));
    }
  }

  /* The end of drawing: the place lies there without handles, and the map answers clicks again. */
  async #rest() {
    if (!this.#tool) return;
    this.#press(undefined);
    this.#map?.notice();
    this.#drawn = "";
    await this.followForm();
  }

  #took(shape, isWhole = false) {
    if (!this.#tool || (!isWhole && this.#tool !== "adjust")) return;
    if (!shape) {
      this.#anywhere();
      return;
    }
    const tool = this.#tool === "adjust" ? this.adjusted : this.#tool;
    this.#take(() => fillForm(this.form, tool, shape));
    if (this.#tool !== "adjust") this.#rest();
  }

  /** Fills the form, and lets everybody know that it was. */
  #take(change) {
    this.#busy = true;
    change();
    const field = this.form.querySelector("[name=where]:checked");
    field.dispatchEvent(new Event("change", { bubbles: true }));
    this.#busy = false;
  }

  #boxOfView() {
    const [west, south, east, north] = this.#map.view.bounds;
    for (const [name, value] of Object.entries(corners({ south, west, north, east }))) {
      this.form.elements[name].value = value;
    }
    this.form.elements.where.value = "box";
  }

  #anywhere() {
    this.#press(undefined);
    this.#map.notice();
    // Not by the group's value: Chromium checks no button of a group whose value is set to "".
    this.#take(() => (this.form.querySelector('[name=where][value=""]').checked = true));
  }

  /** Handles on the place that the form has. */
  async #adjust() {
    const place = placeOf(this.form);
    if (!place || this.#tool === "adjust") return this.#rest();
    const drawing = await this.#tools();
    const { where } = this.form.elements;
    this.adjusted = Object.keys(WHERE).find((tool) => WHERE[tool] === where.value);
    try {
      drawing.edit(place.geometry, place.kind === "line" ? undefined : place.kind);
    } catch {
      this.#map.notice(this.words.tooLarge);
      return undefined;
    }
    this.#map.closePopup();
    this.#map.show(extentOf([{ geometry: place.geometry }]));
    this.#press("adjust");
    this.#map.notice(this.words.adjust);
    return undefined;
  }

  /** The form's place on the map, unless somebody is drawing it. */
  async followForm() {
    const adjust = this.form.querySelector("[data-tool=adjust]");
    const place = placeOf(this.form);
    if (adjust) adjust.disabled = !place;
    if (!this.#map || this.#busy || this.#tool) return;
    const text = JSON.stringify(place ?? null);
    if (text === this.#drawn || (!place && !this.#drawing)) return;
    this.#drawn = text;
    const drawing = await this.#tools();
    if (!place) {
      drawing.clear();
      return;
    }
    try {
      drawing.show(place.geometry, place.kind === "line" ? undefined : place.kind);
      this.#map.notice();
    } catch (error) {
      drawing.clear();
      this.#map.notice(fill(this.words.noShape, { why: error.message }));
    }
    if (!this.#layer?.data.features.length) this.#map.show(extentOf([{ geometry: place.geometry }]));
  }

  /* --- what was found --- */

  async showAnswer(features) {
    const map = await this.ready;
    if (!map) return;
    const data = features ?? { type: "FeatureCollection", features: [] };
    map.closePopup();
    if (this.#layer) this.#layer.setData(data);
    else this.#addLayer(data);
    this.#layer.select();
    const place = placeOf(this.form);
    map.extent = extentOf(data.features) ?? (place && extentOf([{ geometry: place.geometry }]));
    map.show(map.extent);
    this.box.dataset.shown = String(data.features.length);
  }

  #addLayer(data) {
    this.#layer = this.#map.addFeatures(data, { kinds: KINDS });
    this.#layer.on("hover", (hit) => this.#light(hit?.key));
    this.#layer.on("click", ({ key, place }) => this.#choose(key, place));
    this.#map.on("empty", () => this.#unchoose());
  }

  #row(key) {
    return this.answer.querySelector(`tr[data-key="${CSS.escape(key)}"]`);
  }

  #light(key) {
    for (const row of this.answer.querySelectorAll(".row-lit")) row.classList.remove("row-lit");
    if (key === undefined) return;
    const row = this.#row(key);
    row?.classList.add("row-lit");
    reveal(row);
  }

  #chosen(event) {
    const row = event.target.closest("tr[data-key]");
    if (!row || getSelection().toString()) return;
    const { key } = row.dataset;
    const feature = this.#layer?.data.features.find((one) => one.properties.key === key);
    if (!feature) return;
    const [low, high] = extentOf([feature]);
    const place = [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2];
    if (feature.geometry.type === "Point") this.#map.fly(place, 7);
    else this.#map.show([low, high]);
    this.#choose(key, place);
    if (event.target.closest("[data-show]") && innerWidth <= 1100) {
      this.box.scrollIntoView({ block: "center" });
    }
  }

  #choose(key, place) {
    this.#map.closePopup(); // first: with it goes what was chosen before
    this.#unchoose();
    this.#layer.select(key);
    const row = this.#row(key);
    row?.classList.add("row-chosen");
    reveal(row);
    const content = popupFor(row, this.words);
    this.#map.popup(place, content, { onClose: () => this.#unchoose() });
    if (content.scrollHeight > content.clientHeight) content.tabIndex = 0; // for those who scroll with keys
  }

  #unchoose() {
    this.#layer?.select();
    for (const row of this.answer.querySelectorAll(".row-chosen")) row.classList.remove("row-chosen");
  }
}

const KINDS = {
  shown: { colour: "--map-data", shape: "circle" },
  same: { colour: "--map-data", shape: "circle" },
  added: { colour: "--diff-added", shape: "circle" },
  changed: { colour: "--diff-changed", shape: "diamond", dash: [5, 1.5] },
  removed: { colour: "--diff-removed", shape: "square", dash: [1.2, 1.2] },
};

const keyAt = (event) => event.target.closest?.("tr[data-key]")?.dataset.key;

/* Scrolls the table alone: were the page scrolled, the map would leave the pointer that is on it. */
function reveal(row) {
  const box = row?.closest("[data-found]");
  if (!box) return;
  const { top, bottom } = row.getBoundingClientRect();
  const [head] = row.closest("table").tHead.rows[0].cells; // it stays in place
  const upper = head.getBoundingClientRect().bottom;
  const lower = box.getBoundingClientRect().top + box.clientTop + box.clientHeight;
  if (top < upper) box.scrollTop -= upper - top;
  else if (bottom > lower) box.scrollTop += bottom - lower;
}

/* What the table's row says, value by value: text nodes, whatever they hold. */
function popupFor(row, words) {
  const names = [...row.closest("table").querySelectorAll("thead th")].slice(1);
  const cells = [...row.cells].slice(1);
  const rows = names
    .map((name, place) => [name.textContent, cells[place].title || cells[place].textContent])
    .filter(([, value]) => value !== "–")
    .slice(0, MOST_ROWS);
  return popupOf(rows[0]?.[1] ?? words.entity, rows.slice(1));
}
