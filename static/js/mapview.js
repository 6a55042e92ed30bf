/**
 * The map page: a version's map with its legend, search and table, each in a module of its own under
 * mapview/.
 */
import { number } from "./language.js";
import { element, extentOf, loadLibrary, openMap, wordsOf } from "./map/index.js";
import { readAddress, writeAddress } from "./mapview/address.js";
import { cardOf } from "./mapview/card.js";
import { extentOfFacts, factsOf, sayOn } from "./mapview/facts.js";
import { Find } from "./mapview/find.js";
import { Legend } from "./mapview/legend.js";
import { EntityTable } from "./mapview/table.js";

const NEAR = 12; // zoom at which one entity is shown
const LATE = 2500; // ms after which the table no longer waits for the first picture
const WORLD = [-180, -90, 180, 90];
const NEARER = 2.5; // zooms that a click on many goes nearer

class MapView {
  #chosen;

  constructor(root, box, map, facts) {
    Object.assign(this, { root, box, map, facts });
    this.words = map.words;
    const part = (name) => root.querySelector(`[data-map-${name}]`);
    this.legend = new Legend(part("style"), facts, this.words, (style) => this.#restyle(style));
    this.find = new Find(part("search"), facts.find, this.words, (match) => this.go(match));
    this.table = new EntityTable(part("entities"), facts.entities, this.words, {
      hover: (row) => this.#pointAt(row),
      choose: (row, byKey) => this.choose({ fid: row.fid }, { place: row.place, byKey }),
      gone: () => map.notice(this.words("gone")),
    });
  }

  async begin(given) {
    const { map } = this;
    this.style = await this.legend.begin(given);
    this.layer = map.addVersion(this.facts, { style: this.style });
    map.raw.once("idle", () => this.#drawn());
    setTimeout(() => this.table.bounds ?? this.#moved(), LATE);
    this.layer.on("click", (hit) => this.#clicked(hit));
    this.layer.on("hover", (hit) => this.#hovered(hit));
    this.layer.on("gone", () => map.notice(this.words("gone")));
    this.layer.on("trouble", () => map.notice(this.words("trouble")));
    map.on("empty", () => this.choose());
    map.on("view", () => this.#moved());
    if (given.entity) await this.choose({ id: given.entity }, { near: !given.center });
    if (!this.facts.located) map.notice(this.words("noLocations"));
  }

  /** The first picture stands; the table comes after it. */
  #drawn() {
    performance.mark("map-drawn");
    this.box.dataset.drawn = "yes";
    this.#moved();
  }

  /* --- what moves --- */

  #moved() {
    this.table.show(this.map.view.bounds, this.style.by);
    this.#note();
  }

  #note() {
    const { by, as, method, count, show } = this.style;
    const graduated = by && as === "number";
    writeAddress(this.map.view, {
      by,
      as: by && as !== this.legend.usual(by) ? as : "",
      method: graduated && method !== "quantiles" ? method : "",
      count: graduated && count !== "5" ? count : "",
      show: show === "clusters" ? show : "",
      entity: this.#chosen?.key,
    });
  }

  #restyle(style) {
    const sameColumns = style.by === this.style.by;
    this.style = style;
    this.layer.setStyle(style);
    if (!sameColumns) this.table.show(this.map.view.bounds, style.by);
    this.#note();
  }

  /* --- what is pointed at --- */

  #pointAt(row) {
    this.layer.hover(row?.fid);
    this.map.highlight("hover", row?.place);
  }

  #hovered(hit) {
    const lone = hit?.count === 1 ? hit : undefined;
    this.table.light(lone?.fid);
    this.map.highlight("hover", hit?.part === "dots" ? hit.place : undefined);
  }

  /* --- what is chosen --- */

  #clicked(hit) {
    if (hit.count === 1) this.choose({ fid: hit.fid }, { place: hit.place });
    else this.#nearer(hit);
  }

  /** Many at one spot: nearer, or where that is of no use, a word on them. */
  #nearer({ place, count }) {
    this.choose();
    const zoom = this.map.raw.getZoom();
    const isNearest = zoom >= this.facts.max_zoom;
    const words = element("div", undefined, "map-popup");
    words.append(element("strong", this.words("here", { count: number(count) })));
    if (isNearest) words.append(element("p", this.words("samePlace")));
    if (isNearest) this.map.popup(place, words);
    else this.map.fly(place, Math.min(zoom + NEARER, this.facts.max_zoom));
  }

  /** A match of the search: to it, and chosen. */
  go({ fid }) {
    return this.choose({ fid }, { near: true, byKey: true });
  }

  /**
   * Chooses an entity by {fid} or {id} and shows all of it at a `place` on it; goes `near` it where
   * that is asked for, or where it is out of view. Chosen `byKey`, the focus goes to what is shown
   * of it, and back once that is closed. Without an entity, none is chosen.
   */
  async choose(wanted, options = {}) {
    this.map.closePopup();
    this.#chosen = undefined;
    this.map.highlight("chosen");
    this.table.mark(undefined);
    if (wanted) await this.#show(wanted, options);
    this.#note();
  }

  async #show(wanted, { place, near, byKey }) {
    const answer = await fetch(`${this.facts.entity}?${new URLSearchParams(wanted)}`);
    const entity = await answer.json();
    if (!answer.ok) {
      const words = wanted.id ? this.words("noEntity", { key: wanted.id }) : entity.words;
      this.map.notice(words);
      return;
    }
    this.#chosen = entity;
    this.map.highlight("chosen", entity.geometry);
    this.table.mark(entity.fid);
    const isPoint = entity.geometry.type === "Point";
    const at = isPoint || !place ? entity.place : place;
    if (near || !this.map.shows(at)) this.#bringIntoView(entity);
    const card = cardOf(entity, this.words);
    const back = document.activeElement;
    this.map.popup(at, card, { onClose: () => this.#closed(entity, byKey && back) });
    this.#scrollToMap();
    if (byKey) card.focus({ preventScroll: true });
  }

  /** On a narrow screen the table stands under the map: what was chosen there is shown up here. */
  #scrollToMap() {
    const { top, height } = this.box.getBoundingClientRect();
    const middle = top + height / 2;
    if (middle < 0 || middle > innerHeight) this.box.scrollIntoView({ block: "center" });
  }

  #bringIntoView({ geometry, place }) {
    const extent = extentOf([{ geometry }]);
    if (geometry.type === "Point") this.map.fly(place, NEAR);
    else this.map.show(extent);
  }

  #closed(entity, back) {
    if (this.#chosen !== entity) return;
    if (back) (back.isConnected ? back : this.table.button(entity.fid))?.focus({ preventScroll: true });
    this.#chosen = undefined;
    this.map.highlight("chosen");
    this.table.mark(undefined);
    this.#note();
  }
}

async function open(root) {
  const box = root.querySelector("[data-version-map]");
  const say = sayOn(root);
  const given = readAddress();
  let facts;
  try {
    loadLibrary(box).catch(() => {}); // while the facts are on their way; `openMap` tells of faults
    facts = await factsOf(box.dataset.versionMap, say);
    if (!facts) return void (box.dataset.drawn = "absent");
    say();
    const map = await openMap(box, {
      extent: extentOfFacts(facts),
      view: given.center && { center: given.center, zoom: given.zoom },
      fullScreen: root,
    });
    const view = new MapView(root, box, map, facts);
    await view.begin(given);
  } catch (error) {
    console.error(error);
    say(wordsOf(box)("noMap"));
    box.dataset.drawn = "failed";
    if (facts) withoutMap(root, facts, wordsOf(box));
  }
}

/** Where no map can be drawn, the table and the search do without: all entities are listed. */
function withoutMap(root, facts, words) {
  const on = { hover: () => {}, choose: () => {} };
  const table = new EntityTable(root.querySelector("[data-map-entities]"), facts.entities, words, on);
  const around = ([x, y], by) => [x - by, y - by, x + by, y + by];
  new Find(root.querySelector("[data-map-search]"), facts.find, words, (match) => {
    table.mark(match.fid);
    table.show(around(match.place, 1e-4), "");
  });
  table.show(WORLD, "");
}

for (const root of document.querySelectorAll("[data-mapview]")) open(root);

/* Another version keeps the view: its address is that of now with another version in it. */
for (const form of document.querySelectorAll("[data-map-versions]")) {
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = new URLSearchParams(location.search);
    given.set("version", form.elements.version.value);
    location.assign(`${form.action}?${given.toString().replaceAll("%2C", ",")}`);
  });
}

