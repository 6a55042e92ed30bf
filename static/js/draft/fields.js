/** The field that fits a property, in a form: text, numbers, yes or no, date and time, geography. */
import { make } from "./dom.js";
import { display, meant, readDate, typedDate } from "./values.js";

let made = 0;

/**
 * A labelled field for a property; `commit(text)` is called when its value was changed and left.
 * Gives {element, input, set(text), problems(list)}.
 */
export function fieldFor(column, { words, mayEdit, commit, text, onGeography }) {
  const id = `field-${(made += 1)}`;
  const input = inputFor(column, id, { words, mayEdit });
  const hint = make("p", { class: "field-help", id: `${id}-help` });
  const errors = make("div", { id: `${id}-errors`, class: "field-problems" });
  const describe = [`${id}-help`, `${id}-errors`].join(" ");
  input.setAttribute("aria-describedby", describe);
  const type = make("span", { class: "field-type" }, column.key ? words("entityId") : words(column.type));
  const label = make("label", { for: id }, column.name, " ", type);
  const element = make("div", { class: "field draft-field" }, label, input, hint, errors);
  if (column.type === "Edm.Geography" && onGeography) {
    element.append(make("button", { type: "button", class: "btn btn-small", onclick: onGeography }, words("onMap")));
  }
  let before = text;
  const set = (value) => {
    before = value;
    input.value = column.type === "Edm.DateTime" ? typedDate(value) : (value ?? "");
    tell();
  };
  const tell = () => {
    if (column.type !== "Edm.DateTime") return;
    const read = readDate(input.value);
    hint.textContent = read ? words("readAs", { text: display(read, column.type, words) }) : words("utc");
  };
  input.addEventListener("input", tell);
  input.addEventListener("change", () => {
    const value = meant(input.value, column.type, words);
    if ((value ?? null) === (before ?? null)) return;
    const was = before;
    before = value;
    commit(value, was);
  });
  set(text);
  return { element, input, set, problems: (list) => show(errors, input, list), isTouched: () => document.activeElement === input };
}

function inputFor(column, id, { words, mayEdit }) {
  const shared = { id, readonly: !mayEdit };
  if (column.type === "Edm.Boolean") {
    const options = [["", words("empty")], ["true", words("yes")], ["false", words("no")]];
    return make("select", { id, disabled: !mayEdit }, ...options.map(([value, name]) => make("option", { value }, name)));
  }
  if (column.type === "Edm.Geography") return make("textarea", { ...shared, rows: 3, class: "input-mono", spellcheck: "false" });
  if (column.type === "Edm.String" && !column.key) return make("textarea", { ...shared, rows: 1, class: "field-grows" });
  const mode = { "Edm.Int64": "numeric", "Edm.Double": "decimal" }[column.type];
  return make("input", { ...shared, type: "text", inputmode: mode, autocomplete: "off", spellcheck: "false" });
}

function show(errors, input, problems) {
  errors.replaceChildren(
    ...problems.map(([, , message, advice, isWarning]) =>
      make("p", { class: isWarning ? "field-help" : "field-error" }, `${message} ${advice}`.trim()),
    ),
  );
  const isWrong = problems.some(([, , , , isWarning]) => !isWarning);
  if (isWrong) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
}
