/** Keeps relative times fresh, and gives the exact time in the person's own zone on hover. */
const STEPS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [14 * 86_400, 86_400, "day"],
  [60 * 86_400, 7 * 86_400, "week"],
  [730 * 86_400, 30 * 86_400, "month"],
  [Infinity, 365 * 86_400, "year"],
];
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });

/** The same words as the server's `ago`. */
export function ago(then, now = Date.now()) {
  const seconds = (now - then) / 1000;
  const span = Math.abs(seconds);
  if (span < 10) return "just now";
  const [, unit, name] = STEPS.find(([limit]) => span < limit);
  const count = Math.max(1, Math.floor(span / unit));
  const words = `${count} ${name}${count === 1 ? "" : "s"}`;
  return seconds > 0 ? `${words} ago` : `in ${words}`;
}

function freshen() {
  for (const element of document.querySelectorAll("time[datetime]")) {
    const then = Date.parse(element.dateTime);
    if (Number.isNaN(then)) continue;
    element.textContent = ago(then);
    element.title = exact.format(then);
  }
}

freshen();
setInterval(() => document.hidden || freshen(), 20_000);
document.addEventListener("htmx:afterSettle", freshen);
