/** The small map on a data source's page: loaded once it comes into view, a popup on a click. */
import { openMap } from "./map/index.js";
import { cardOf } from "./mapview/card.js";
import { extentOfFacts, factsOf, sayOn } from "./mapview/facts.js";

const NEARER = 2.5; // zooms that a click on many goes nearer

async function open(box) {
  const panel = box.closest(".mappanel");
  const say = sayOn(panel);
  box.dataset.drawn = "begun";
  try {
    const facts = await factsOf(box.dataset.mapPanel, say);
    if (!facts) return void (box.dataset.drawn = "absent");
    say();
    const map = await openMap(box, { extent: extentOfFacts(facts), cooperative: true });
    const layer = map.addVersion(facts);
    layer.on("click", (hit) => (hit.count > 1 ? nearer(map, hit, facts) : show(map, hit, facts)));
    layer.on("gone", () => map.notice(map.words("gone")));
    if (!facts.located) map.notice(map.words("noLocations"));
    map.raw.once("idle", () => (box.dataset.drawn = "yes"));
  } catch (error) {
    console.error(error);
    say(JSON.parse(box.dataset.words).noMap);
    box.dataset.drawn = "failed";
  }
}

function nearer(map, { place }, facts) {
  map.fly(place, Math.min(map.raw.getZoom() + NEARER, facts.max_zoom));
}

async function show(map, { fid, place }, facts) {
  const answer = await fetch(`${facts.entity}?${new URLSearchParams({ fid })}`);
  if (!answer.ok) return;
  const entity = await answer.json();
  map.highlight("chosen", entity.geometry);
  map.popup(place, cardOf(entity, map.words), { onClose: () => map.highlight("chosen") });
}

const seen = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      open(target);
    }
  },
  { rootMargin: "200px" },
);

function look() {
  for (const box of document.querySelectorAll("[data-map-panel]:not([data-drawn])")) {
    box.dataset.drawn = "";
    seen.observe(box);
  }
}

document.addEventListener("htmx:afterSettle", look);
look();
