/** The right field for a value: by the property's type and the operator. */
import { element } from "../map/popup.js";

export function valueField(term, type, rows, path) {
  if (term.op === "in") return listField(term, rows, path);
  if (type === "Edm.Boolean") return choiceField(term, rows, path);
  const field = element("input");
  field.type = "text";
  if (type === "Edm.DateTime") dateField(field, term);
  else field.value = term.value ?? "";
  if (type === "Edm.Int64" || type === "Edm.Double") field.inputMode = "decimal";
  Object.assign(field, { autocomplete: "off", spellcheck: false });
  field.setAttribute("aria-label", rows.words.value);
  rows.tie(field, path, "value");
  if (type !== "Edm.DateTime") return field;
  const part = element("span", undefined, "builder-date");
  part.append(field, element("span", rows.words.utc, "muted small"));
  return part;
}

/* A picker takes no zone and no decimals: what has more than minutes and seconds stays a text. */
function dateField(field, term) {
  const plain = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?))?Z?$/.exec(term.value ?? "");
  if (term.value && !plain) {
    field.value = term.value;
    return;
  }
  field.type = "datetime-local";
  field.step = "1";
  field.value = plain ? `${plain[1]}T${plain[2] ?? "00:00"}` : "";
}

function listField(term, rows, path) {
  const field = element("textarea");
  field.rows = Math.min(8, Math.max(3, (term.values ?? []).length + 1));
  field.value = (term.values ?? []).join("\n");
  field.className = "input-mono";
  field.spellcheck = false;
  field.placeholder = rows.words.values;
  field.setAttribute("aria-label", rows.words.values);
  return rows.tie(field, path, "values");
}

function choiceField(term, rows, path) {
  const field = element("select");
  field.setAttribute("aria-label", rows.words.value);
  field.append(new Option("–", ""), new Option(rows.words.true, "true"), new Option(rows.words.false, "false"));
  field.value = term.value ?? "";
  return rows.tie(field, path, "value");
}
