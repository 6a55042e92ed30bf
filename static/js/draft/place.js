/**
 * Where an entity is, on a map: drawn, dragged, or taken away; the map library comes only now.
 *
 * What is drawn goes into the geography, a point into latitude and longitude too; a data source
 * without a geography takes points alone.
 */
import { extentOf } from "../map/geometry.js";
import { openMap } from "../map/open.js";
import { fromWkt } from "../map/wkt.js";
import { button, make } from "./dom.js";

const NEAR = 13; // zoom at a point
const DECIMALS = 6;

export function placePanel(page) {
  return new Place(page).panel;
}

class Place {
  #map;
  #drawing;
  #shown; // what lies on the map: the row's number and its geometry as text
  #asked = 0;
  #drawn; // the number of the row for which something is being drawn

  constructor(page) {
    this.page = page;
    const { columns, words, box } = page;
    const named = (name) => columns.list.find((one) => one.name.toLowerCase() === name && one.type === "Edm.Double");
    this.geography = columns.list.find((one) => one.type === "Edm.Geography");
    this.pair = [named("latitude"), named("longitude")].every(Boolean) ? [named("latitude"), named("longitude")] : undefined;
    this.said = make("p", { class: "side-said", role: "status" });
    this.coordinates = make("p", { class: "mono small muted place-words" });
    this.box = box.querySelector("[data-map-template]").content.firstElementChild.cloneNode(true);
    this.tools = make("div", { class: "side-acts", role: "toolbar", "aria-label": words("drawTools") }, ...this.#buttons());
    const content = make("div", { class: "side-content" }, this.tools, this.box, this.said, this.coordinates, make("p", { class: "field-help" }, words("placeHelp")));
    const stops = [page.store.on("rows", () => this.#follow()), page.selection.on("change", () => this.#follow())];
    this.panel = {
      title: words("place"),
      content,
      opened: () => this.#open(),
      closed: () => {
        stops.forEach((stop) => stop());
        this.#map?.remove();
      },
    };
  }

  #buttons() {
    const { words } = this.page;
    if (!this.page.mayEdit()) return [];
    const kinds = this.geography ? ["point", "line", "polygon"] : ["point"];
    const label = { point: "drawPoint", line: "drawLine", polygon: "drawPolygon" };
    return [
      ...kinds.map((kind) => button(words(label[kind]), () => this.#begin(kind), { icon: `draw-${kind}` })),
      button(words("takeAway"), () => this.#write(undefined), { icon: "trash" }),
    ];
  }

  async #open() {
    const { words } = this.page;
    try {
      this.#map = await openMap(this.box, {});
      this.#drawing = await this.#map.draw();
      this.#drawing.on("finish", (shape) => this.#write(shape?.geometry, shape?.wkt));
      this.box.dataset.map = "open";
      await this.#follow();
    } catch (error) {
      console.error(error);
      this.box.dataset.map = "failed";
      this.box.replaceChildren(make("p", { class: "map-fault" }, words("noMap")));
    }
  }

  #begin(kind) {
    const row = this.page.selection.current;
    if (!this.#drawing || !row) return;
    this.#drawn = row.number;
    this.said.textContent = this.page.words(`${{ point: "drawPoint", line: "drawLine", polygon: "drawPolygon" }[kind]}Help`);
    this.#drawing.begin(kind);
  }

  /* --- the row --- */

  async #follow() {
    const row = this.page.selection.current;
    if (!this.#drawing || !row || this.#drawn === row.number) return;
    this.#drawn = undefined;
    const asked = (this.#asked += 1);
    const text = await this.#textOf(row);
    const mark = `${row.number} ${text} ${row.kind}`;
    if (asked !== this.#asked || mark === this.#shown) return;
    const isAnother = !this.#shown?.startsWith(`${row.number} `);
    this.#shown = mark;
    this.coordinates.textContent = text.length > 400 ? `${text.slice(0, 400)}…` : text;
    this.page.side.retitle(this.page.words("placeOf", { id: row.texts[this.page.columns.list[0].place] || this.page.words("emptyId") }));
    this.#lay(text, row, isAnother);
  }

  async #textOf(row) {
    const { geography, pair } = this;
    const whole = (column) => (column.place in (row.more.long ?? {}) ? this.page.wholeText(row, column) : row.texts[column.place]);
    const text = geography && (await whole(geography));
    if (text) return text;
    const [latitude, longitude] = pair?.map(({ place }) => row.texts[place]) ?? [];
    return latitude && longitude ? `POINT (${longitude} ${latitude})` : "";
  }

  #lay(text, row, isAnother) {
    const { words } = this.page;
    this.said.textContent = text ? "" : words("noPlace");
    this.#drawing.clear();
    if (!text) return;
    try {
      const geometry = fromWkt(text);
      if (this.page.mayEdit() && row.kind !== "deleted") this.#drawing.edit(geometry);
      else this.#drawing.show(geometry);
      if (!isAnother) return;
      if (geometry.type === "Point") this.#map.fly(geometry.coordinates, NEAR);
      else this.#map.show(extentOf([{ geometry }]));
    } catch (error) {
      this.said.textContent = words(error instanceof RangeError ? "placeTooLarge" : "placeUnread");
    }
  }

  /** Puts what was drawn into the row's cells; undefined takes it away. */
  async #write(geometry, wkt) {
    const { page, geography, pair } = this;
    const row = page.selection.current;
    if (!row || !page.mayEdit()) return;
    const cells = [];
    const put = async (column, text) => {
      const isLong = column.place in (row.more.long ?? {});
      const was = isLong ? await page.wholeText(row, column) : row.texts[column.place];
      if ((was ?? null) !== (text ?? null)) cells.push([row.number, column.id, text ?? null, was]);
    };
    if (geography) await put(geography, wkt);
    if (pair && (!geometry || geometry.type === "Point")) {
      const [longitude, latitude] = geometry?.coordinates ?? [];
      await put(pair[0], geometry && String(Number(latitude.toFixed(DECIMALS))));
      await put(pair[1], geometry && String(Number(longitude.toFixed(DECIMALS))));
    }
    if (cells.length) await page.send({ do: "set", cells });
    this.#drawn = undefined;
    this.#shown = `${row.number} `; // the row's answer is laid anew where it is, without moving the map
    await this.#follow();
  }
}
