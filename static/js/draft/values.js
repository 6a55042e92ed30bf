/** How values read in a cell, and what a person types for a date. */

/** A text as its cell shows it. */
export function display(text, type, words) {
  if (text === null || text === undefined) return "";
  if (type === "Edm.Boolean") return { true: words("yes"), false: words("no") }[text] ?? text;
  if (type === "Edm.DateTime") return text.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?Z$/, "$1 $2$3");
  return text.replaceAll("\n", " ⏎ ");
}

const DAY = /^(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(\d\d?):(\d\d)(?::(\d\d)(\.\d+)?)?)?\s*(Z|UTC)?$/i;

/** What is typed for a date and time, read as UTC, in the reference's spelling; "" if it is none. */
export function readDate(text) {
  const found = DAY.exec(text.trim());
  if (!found) return "";
  const [, year, month, day, hour = "0", minute = "0", second = "0", fraction = ""] = found;
  const two = (number) => number.padStart(2, "0");
  const spelt = `${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:${two(second)}`;
  const moment = new Date(`${spelt}Z`);
  if (Number.isNaN(moment.getTime()) || !moment.toISOString().startsWith(spelt)) return "";
  return `${spelt}${fraction.replace(/0+$/, "").replace(/^\.$/, "")}Z`;
}

/** What a person means by typing into a cell of that type: as it is sent. */
export function meant(text, type, words) {
  if (text === "") return null;
  if (type === "Edm.DateTime") return readDate(text) || text;
  if (type === "Edm.Boolean") {
    const word = text.trim().toLowerCase();
    if ([words("yes").toLowerCase(), "yes", "y", "true", "1"].includes(word)) return "true";
    if ([words("no").toLowerCase(), "no", "n", "false", "0"].includes(word)) return "false";
  }
  return text;
}

/** A date as it is typed: with a space, without the zone. */
export const typedDate = (text) => display(text, "Edm.DateTime");
