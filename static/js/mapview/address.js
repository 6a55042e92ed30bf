/** What of the map stands in the page's address, so that a link opens the same view again. */
const DECIMALS = 5;
const NAMES = ["by", "as", "method", "count", "show", "entity"];

/** {center, zoom, by, as, method, count, show, entity}, as far as the address says. */
export function readAddress() {
  const given = new URLSearchParams(location.search);
  const found = Object.fromEntries(NAMES.filter((name) => given.get(name)).map((name) => [name, given.get(name)]));
  const [longitude, latitude, zoom] = (given.get("at") ?? "").split(",").map(Number);
  const fits = Math.abs(longitude) <= 540 && Math.abs(latitude) <= 90 && zoom >= 0 && zoom <= 24;
  return fits ? { ...found, center: [longitude, latitude], zoom } : found;
}

/** Writes the view and whatever differs from what is usual; the history keeps its length. */
export function writeAddress(view, values) {
  const given = new URLSearchParams(location.search);
  const at = [...view.center.map((side) => side.toFixed(DECIMALS)), view.zoom.toFixed(2)];
  given.set("at", at.map(Number).join(","));
  for (const name of NAMES) {
    if (values[name]) given.set(name, values[name]);
    else given.delete(name);
  }
  const query = given.toString().replaceAll("%2C", ",");
  history.replaceState(history.state, "", `${location.pathname}?${query}`);
}
