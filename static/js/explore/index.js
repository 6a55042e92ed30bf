/**
 * The query explorer: the form, what follows from it while it is filled in, the map, the answer.
 * Each module looks after one thing of the form and finds its elements by data-*.
 */
import { Builder } from "./builder.js";
import { showCode } from "./code.js";
import { Composer } from "./compose.js";
import { Exports } from "./export.js";
import { showFaults } from "./faults.js";
import { Ids } from "./ids.js";
import { ExploreMap } from "./map.js";
import { Picks } from "./picks.js";
import { placeOf } from "./places.js";
import { Runner } from "./run.js";
import { toWkt } from "../map/wkt.js";

const read = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");

function kinds(form) {
  const find = form.elements.find.value;
  const where = form.elements.where.value;
  for (const part of form.querySelectorAll("[data-find] [data-kind]")) part.hidden = part.dataset.kind !== find;
  for (const part of form.querySelectorAll("[data-where] [data-kind]")) part.hidden = part.dataset.kind !== where;
  form.querySelector("[data-where]").hidden = find === "id";
  for (const part of form.querySelectorAll("[data-not-single]")) part.hidden = find === "id";
}

/* One value that two fields show: that without a name follows the one with it, and leads it. */
function twins(form, target) {
  const name = target.dataset?.sameAs;
  if (name) form.elements[name].value = target.value;
  for (const twin of form.querySelectorAll(`[data-same-as="${CSS.escape(target.name || "-")}"]`)) twin.value = target.value;
}

/* "55.68, 12.57" pasted as a latitude is both. */
function pastedPair(form, event) {
  if (event.target.name !== "lat") return;
  const text = event.clipboardData?.getData("text") ?? "";
  const pair = /^\s*(-?\d+(?:\.\d+)?)\s*[,;\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(text);
  if (!pair) return;
  event.preventDefault();
  [form.elements.lat.value, form.elements.lon.value] = pair.slice(1);
  form.elements.lat.dispatchEvent(new Event("input", { bubbles: true }));
}

/* The place under Where, whatever its kind, as the shape that the answer is cut with. */
function sameShape(form) {
  const place = placeOf(form);
  if (!place) return;
  form.elements.common.value = form.elements.where.value === "shape" ? form.elements.wkt.value : toWkt(place.geometry);
  form.elements.common.dispatchEvent(new Event("input", { bubbles: true }));
}

function begin(form) {
  form.dataset.explore = "begun";
  const words = read("explore-words");
  const composer = new Composer(form, read("explore-composed"));
  const builder = new Builder(form, read("explore-builder"), composer);
  const ids = new Ids(form, composer, words);
  const picks = new Picks(form);
  const map = new ExploreMap(form, composer, words);
  const runner = new Runner(form, composer, words);
  const touched = new Set();
  new Exports(form, words);

  const changed = (event) => {
    if (!event.target.name && !event.target.dataset.sameAs) return;
    twins(form, event.target);
    kinds(form);
    if (event.target.name) touched.add(event.target.name);
    picks.tell();
    if (event.target.matches("[data-version]")) {
      if (event.type === "input") return; // the change follows: one of them leads on
      composer.now().then((composed) => location.assign(`${form.dataset.page}?${composed.address}`));
    } else {
      composer.soon();
    }
  };
  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.querySelector("[data-same-shape]").addEventListener("click", () => sameShape(form));
  form.addEventListener("paste", (event) => pastedPair(form, event));
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      form.requestSubmit();
    }
  });
  runner.on("asked", () => {
    for (const field of form.elements) if (field.name) touched.add(field.name);
    showFaults(form, composer.last, touched);
  });
  runner.on("answered", (features) => map.showAnswer(features));
  composer.on("composed", (composed) => {
    const link = document.querySelector("[data-copy-link]");
    link.dataset.copy = new URL(`${form.dataset.page}?${composed.address}`, location).href;
    showFaults(form, composed, touched);
    showCode(form, composed, words);
    builder.take(composed.filter);
    ids.take(composed.ids);
    map.followForm();
  });

  kinds(form);
  composer.emit("composed", composer.last);
  picks.tell();
  if (form.dataset.asks !== undefined) onceReady(() => form.requestSubmit());
}

/* Modules run before htmx has looked at the page: it does so when the page is all there. */
let isReady = document.readyState === "complete";
document.addEventListener("DOMContentLoaded", () => (isReady = true));

function onceReady(act) {
  if (isReady) act();
  else document.addEventListener("DOMContentLoaded", act, { once: true });
}

function look() {
  const form = document.querySelector('form[data-explore=""]');
  if (form) begin(form);
}

document.addEventListener("htmx:afterSettle", look);
look();
