/** The facts of a version's map, waited for while they are made. */
const AGAIN = 1500; // ms between two looks

/** What `map.json` answers once it is ready; undefined where there is no map. `say` tells meanwhile. */
export async function factsOf(address, say) {
  for (;;) {
    const answer = await fetch(address);
    const facts = await answer.json();
    if (facts.state === "ready") return facts;
    say(facts.words);
    if (facts.state !== "making") return undefined;
    await new Promise((go) => setTimeout(go, AGAIN));
  }
}

/** The extent of facts as a map takes it; undefined where no entity has a location. */
export function extentOfFacts({ extent }) {
  return extent ? [extent.slice(0, 2), extent.slice(2)] : undefined;
}

/** Says on the line over a map what is the matter; nothing takes it away. */
export function sayOn(root) {
  const line = root.querySelector("[data-map-state]");
  return (words) => {
    line.textContent = words ?? "";
    line.hidden = !words;
  };
}
