/** An entity's popup: all its properties, whatever they hold, as text. */
import { element, popupOf } from "../map/popup.js";

const LONG = 300; // characters shown before the rest is folded away

function shown(value, words) {
  if (value === null) return element("span", "–", "muted");
  if (value.length <= LONG) return value === "" ? element("span", words("emptyText"), "muted") : value;
  const more = element("details");
  more.append(element("summary", `${value.slice(0, LONG)}…`), value.slice(LONG));
  return more;
}

/** The popup's content for what `entity.json` answered. */
export function cardOf({ key, title, shape, properties }, words) {
  const rows = properties.map(({ name, value }) => [name, shown(value, words)]);
  if (shape) rows.push([words("geography"), shape]);
  const tag = title === key ? undefined : element("span", key, "mono muted");
  const box = popupOf(title, rows, { tag });
  box.classList.add("map-card");
  box.tabIndex = 0; // it scrolls
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", title);
  return box;
}
