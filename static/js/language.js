/**
 * Words in the reader's language, numbers and times as they write them.
 *
 *   _("Sending {name}", { name })
 *   several("{count} row", "{count} rows", count)
 *
 * English stands in the scripts; what <html> names in data-words holds it in another language, and is
 * fetched once, before the first word is said. Texts stand in double quotes: `manage.py messages`
 * finds them by reading the scripts. Values are put in as they are; a number goes through `number`.
 */
const root = document.documentElement;
const { style, words: address } = root.dataset;
const language = root.lang || "en";

const { forms, words } = await catalogue();

async function catalogue() {
  if (!address) return { words: {} };
  try {
    const answer = await fetch(address);
    if (answer.ok) return await answer.json();
  } catch {
    /* The site cannot be reached: English is better than nothing. */
  }
  return { words: {} };
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

export function _(text, values = {}) {
  return filled(words[text] || text, values);
}

/** The form for one or that for more; {count} is written as the reader has it. */
export function several(one, many, count, values = {}) {
  const known = words[one];
  const form = Number(forms?.[count < 200 ? count : 100 + (count % 100)] ?? (count === 1 ? 0 : 1));
  const text = (Array.isArray(known) ? known[form] : "") || (count === 1 ? one : many);
  return filled(text, { count: number(count), ...values });
}

/* The server groups digits from the first thousand on, as some locales of Intl do not. */
const formats = new Map();

export function number(value, decimals = 0) {
  if (!formats.has(decimals)) {
    const options = {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      useGrouping: "always",
    };
    formats.set(decimals, new Intl.NumberFormat(style || undefined, options));
  }
  return formats.get(decimals).format(value).replace("-", "−");
}

/** Bytes in words: 4.1 MB. */
export function size(bytes) {
  const units = ["", "KB", "MB", "GB"];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  if (!unit) return _("{count} bytes", { count: bytes });
  return `${number(bytes / 1024 ** unit, 1)} ${units[unit]}`;
}

/** A time to wait, roughly: "20 s", "3 min", "2 h". */
export function duration(seconds) {
  if (seconds < 90) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`;
  return `${Math.round(seconds / 3600)} h`;
}

const relative = new Intl.RelativeTimeFormat(language, { numeric: "always" });

/** `count` units from now, negative for the past: "3 days ago", "in 27 days". */
export function fromNow(count, unit) {
  return relative.format(count, unit);
}
