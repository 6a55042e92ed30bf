/** Filter: conditions on any property, all of which hold for the rows that are shown. */
import { button, icon, make } from "./dom.js";

const TEXT = ["contains", "lacks", "is", "is_not", "starts", "ends", "empty", "filled"];
const NUMBER = ["is", "is_not", "less", "at_most", "more", "at_least", "empty", "filled"];
const OPERATORS = {
  "Edm.String": TEXT,
  "Edm.Int64": NUMBER,
  "Edm.Double": NUMBER,
  "Edm.Boolean": ["is", "empty", "filled"],
  "Edm.DateTime": ["is", "less", "at_most", "more", "at_least", "empty", "filled"],
  "Edm.Geography": ["empty", "filled"],
};
const OF_DATES = { is: "on", less: "before", at_most: "until", more: "after", at_least: "since" };

export function filterPanel(page, given) {
  const { words, columns, store } = page;
  const list = make("div", { class: "conditions" });
  const said = make("p", { class: "field-error", role: "alert" });
  const content = make(
    "form",
    { class: "side-content", novalidate: true },
    list,
    make("div", { class: "side-acts" }, button(words("addCondition"), () => add(), { icon: "plus" })),
    said,
    make(
      "div",
      { class: "side-foot" },
      make("button", { type: "submit", class: "btn btn-primary btn-small" }, words("apply")),
      button(words("clearFilter"), () => apply([])),
    ),
  );

  const add = (column = columns.list[0], operator, value = "") => {
    const name = make("select", { "aria-label": words("property") }, ...columns.list.map((one) => make("option", { value: one.id }, one.name)));
    name.value = column.id;
    const how = make("select", { "aria-label": words("operator") });
    const slot = make("div", { class: "condition-value" });
    const off = make("button", { type: "button", class: "btn btn-icon btn-quiet", "aria-label": words("removeCondition"), title: words("removeCondition"), onclick: () => part.remove() }, icon("close"));
    const part = make("div", { class: "condition" }, name, off, how, slot);
    const refill = (wanted, text) => {
      const { type } = columns.byId.get(name.value);
      how.replaceChildren(...OPERATORS[type].map((one) => make("option", { value: one }, words(`op_${(type === "Edm.DateTime" && OF_DATES[one]) || one}`))));
      if (OPERATORS[type].includes(wanted)) how.value = wanted;
      fill(text);
    };
    const fill = (text) => {
      const isOpen = how.value === "empty" || how.value === "filled";
      slot.replaceChildren(...(isOpen ? [] : [valueField(columns.byId.get(name.value), text, words)]));
    };
    name.addEventListener("change", () => refill(how.value, ""));
    how.addEventListener("change", () => fill(slot.firstElementChild?.value ?? ""));
    refill(operator, value);
    list.append(part);
    return part;
  };

  const read = () =>
    [...list.children].map((part) => {
      const [name, how] = part.querySelectorAll(":scope > select");
      return [name.value, how.value, part.querySelector(".condition-value > *")?.value ?? ""];
    });

  const apply = async (where) => {
    said.textContent = "";
    try {
      await page.select({ where });
      if (!where.length) list.replaceChildren();
    } catch (error) {
      said.textContent = error.message;
    }
  };

  content.addEventListener("submit", (event) => {
    event.preventDefault();
    apply(read());
  });
  for (const [id, operator, value] of store.selection.where) {
    if (columns.byId.has(id)) add(columns.byId.get(id), operator, value);
  }
  const fresh = given || !store.selection.where.length ? add(given) : undefined;
  const focus = (fresh ?? list.lastElementChild)?.querySelector(given ? ".condition-value > *, select:nth-of-type(2)" : "select");
  return { title: words("filter"), content, focus };
}

function valueField(column, text, words) {
  const shared = { "aria-label": words("value") };
  if (column.type === "Edm.Boolean") {
    const field = make("select", shared, make("option", { value: "true" }, words("yes")), make("option", { value: "false" }, words("no")));
    field.value = text || "true";
    return field;
  }
  const kind = column.type === "Edm.DateTime" ? "date" : "text";
  const mode = column.type === "Edm.Int64" || column.type === "Edm.Double" ? "decimal" : undefined;
  const field = make("input", { ...shared, type: kind, inputmode: mode, autocomplete: "off" });
  field.value = kind === "date" ? text.slice(0, 10) : text;
  return field;
}
