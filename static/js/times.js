/** Keeps relative times fresh (time[data-ago]); the exact time stands in their title. */
import { _, fromNow } from "./language.js";

const STEPS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [14 * 86_400, 86_400, "day"],
  [60 * 86_400, 7 * 86_400, "week"],
  [730 * 86_400, 30 * 86_400, "month"],
  [Infinity, 365 * 86_400, "year"],
];

/** The same words as the server's `ago`. */
export function ago(then, now = Date.now()) {
  const seconds = (now - then) / 1000;
  const span = Math.abs(seconds);
  if (span < 10) return _("just now");
  const [, unit, name] = STEPS.find(([limit]) => span < limit);
  const count = Math.max(1, Math.floor(span / unit));
  return fromNow(seconds > 0 ? -count : count, name);
}

function freshen() {
  for (const element of document.querySelectorAll("time[data-ago]")) {
    const then = Date.parse(element.dateTime);
    if (!Number.isNaN(then)) element.textContent = ago(then);
  }
}

freshen();
setInterval(() => document.hidden || freshen(), 20_000);
document.addEventListener("htmx:afterSettle", freshen);
