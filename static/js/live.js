/** Parts that htmx polls (data-live) rest while the tab is hidden. */
document.addEventListener("htmx:beforeRequest", (event) => {
  const element = event.detail.elt;
  if (element.dataset?.live !== undefined && document.hidden) event.preventDefault();
});

/* A part that a new answer leaves as it was keeps the person's place: focus inside is not lost. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const target = event.detail.target;
  if (target?.dataset?.same === undefined) return;
  const same = event.detail.xhr.getResponseHeader("X-Same");
  if (same !== null && same === target.dataset.same) event.detail.shouldSwap = false;
});

/* What a part has to say (data-say) is read out when an answer changes it: a state, an outcome. */
const region = document.getElementById("said");
/** What is said, by whom: the same words of another job are news. */
const sayings = () =>
  new Map(
    [...document.querySelectorAll("[data-say]")].map(({ dataset }) => [
      `${dataset.job ?? ""} ${dataset.say}`,
      dataset.say,
    ]),
  );
let before = sayings();

document.addEventListener("htmx:afterSettle", () => {
  const now = sayings();
  const fresh = [...now].filter(([key]) => !before.has(key)).map(([, words]) => words);
  before = now;
  if (region && fresh.length) region.textContent = fresh.join(". ");
});

/* Addresses carry only what narrows a list: fields left empty, or not shown, stay out of them. */
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters, verb } = event.detail;
  if (verb !== "get" || !elt.hasAttribute("hx-push-url")) return;
  const form = elt.closest("form");
  for (const name of Object.keys(parameters)) {
    const field = form?.elements.namedItem(name);
    const isOut = field?.type !== "hidden" && field?.offsetParent === null;
    if (parameters[name] === "" || isOut) delete parameters[name];
  }
});
