/** The builder's groups and conditions as elements; the tree is read back from what they hold. */
import { element } from "../map/popup.js";
import { valueField } from "./values.js";

const NO_VALUE = ["null", "notnull"];
let made = 0;

export class Rows {
  constructor(box, { properties, operators, words }, changed) {
    Object.assign(this, { box, properties, operators, words, changed });
    box.addEventListener("click", (event) => this.#clicked(event));
    box.addEventListener("input", (event) => this.#input(event));
    box.addEventListener("change", (event) => event.stopPropagation());
  }

  show(tree) {
    this.tree = tree;
    this.#draw();
  }

  #draw() {
    this.box.replaceChildren(this.#group(this.tree, []));
  }

  /* --- elements --- */

  #group(group, path) {
    const part = element("fieldset", undefined, path.length ? "builder-group" : "builder-root");
    part.append(element("legend", this.words.group, "unseen"));
    const head = element("div", undefined, "builder-head");
    head.append(this.#join(group, path), this.#not(group, path));
    if (path.length) head.append(this.#button("removeGroup", path, "close"));
    part.append(head);
    if (!group.terms.length && !path.length) part.append(element("p", this.words.empty, "muted small"));
    const list = element("ul", undefined, "builder-terms");
    group.terms.forEach((term, place) => {
      const at = [...path, place];
      const item = element("li");
      item.append("join" in term ? this.#group(term, at) : this.#condition(term, at));
      list.append(item);
    });
    part.append(list, this.#adders(path), this.#fault(path));
    return part;
  }

  #join(group, path) {
    const select = this.#select(path, "join", this.words.join, [
      ["and", this.words.all],
      ["or", this.words.any],
    ]);
    select.value = group.join;
    return select;
  }

  #not(term, path) {
    const label = element("label", undefined, "builder-not");
    const box = element("input");
    Object.assign(box, { type: "checkbox", checked: term.not });
    this.#tie(box, path, "not");
    label.append(box, element("span", this.words.not));
    return label;
  }

  #condition(term, path) {
    const part = element("div", undefined, "builder-condition");
    const names = this.properties.map(({ name }) => [name, name]);
    const unknown = term.property && !this.#typeOf(term.property);
    if (unknown) names.unshift([term.property, term.property]);
    const property = this.#select(path, "property", this.words.property, [
      ...(term.property ? [] : [["", this.words.chooseProperty]]),
      ...names,
    ]);
    property.value = term.property;
    part.append(this.#not(term, path), property);
    const type = this.#typeOf(term.property);
    if (type) {
      const operators = this.operators[type].map((name) => [name, this.#operator(name, type)]);
      const operator = this.#select(path, "op", this.words.operator, operators);
      operator.value = term.op;
      part.append(operator);
      if (!NO_VALUE.includes(term.op)) part.append(valueField(term, type, this, path));
    }
    part.append(this.#button("removeCondition", path, "close"), this.#fault(path));
    return part;
  }

  #operator(name, type) {
    if (type === "Edm.DateTime" && name in this.words.opDate) return this.words.opDate[name];
    if (type === "Edm.String" && name in this.words.opText) return this.words.opText[name];
    return this.words.op[name];
  }

  #adders(path) {
    const line = element("div", undefined, "builder-adders");
    line.append(this.#button("addCondition", path, "plus", true));
    if (path.length < 4) line.append(this.#button("addGroup", path, "plus", true));
    return line;
  }

  #button(act, path, icon, shown = false) {
    const button = element("button", undefined, shown ? "btn btn-small" : "btn btn-quiet btn-icon");
    button.type = "button";
    button.append(iconOf(icon), element("span", this.words[act], shown ? "" : "unseen"));
    if (!shown) button.title = this.words[act];
    Object.assign(button.dataset, { act, path: JSON.stringify(path) });
    return button;
  }

  #select(path, part, label, options) {
    const select = element("select");
    select.setAttribute("aria-label", label);
    for (const [value, words] of options) select.append(new Option(words, value));
    return this.#tie(select, path, part);
  }

  /** Ties an element to its part of the tree. */
  #tie(field, path, part) {
    field.dataset.part = part;
    field.dataset.path = JSON.stringify(path);
    return field;
  }

  tie(field, path, part) {
    field.setAttribute("aria-describedby", this.#faultId(path));
    return this.#tie(field, path, part);
  }

  #faultId(path) {
    return `builder-fault-${path.join("-") || "root"}`;
  }

  #fault(path) {
    const line = element("p", undefined, "field-error");
    Object.assign(line, { id: this.#faultId(path), hidden: true });
    line.dataset.faultOf = JSON.stringify(path);
    return line;
  }

  #typeOf(name) {
    return this.properties.find((one) => one.name === name)?.type;
  }

  /* --- what happens --- */

  #at(path) {
    return path.reduce((term, place) => term.terms[place], this.tree);
  }

  #input(event) {
    const { part, path } = event.target.dataset;
    if (!part) return;
    event.stopPropagation();
    const term = this.#at(JSON.parse(path));
    if (part === "not") term.not = event.target.checked;
    else if (part === "values") term.values = event.target.value.split("\n");
    else term[part] = event.target.value;
    if (part === "property") this.#otherType(term);
    if (part === "op" && term.op === "in") term.values ??= term.value ? [term.value] : [];
    if (part === "property" || part === "op") this.#redraw(path, part);
    this.changed();
  }

  /* Another property may not have the operator, nor the value make sense. */
  #otherType(term) {
    const type = this.#typeOf(term.property);
    if (!this.operators[type].includes(term.op)) term.op = this.operators[type][0];
  }

  #redraw(path, part) {
    this.#draw();
    this.#find(path, part)?.focus();
  }

  #find(path, part) {
    return this.box.querySelector(`[data-part="${part}"][data-path="${CSS.escape(path)}"]`);
  }

  #clicked(event) {
    const button = event.target.closest("[data-act]");
    if (!button) return;
    const path = JSON.parse(button.dataset.path);
    const act = button.dataset.act;
    if (act === "addCondition") this.#add(path, { property: "", op: "eq", value: "", not: false }, "property");
    if (act === "addGroup") {
      const first = { property: "", op: "eq", value: "", not: false };
      this.#add(path, { join: "or", not: false, terms: [first] }, "join");
    }
    if (act.startsWith("remove")) this.#remove(path);
    this.changed();
  }

  #add(path, term, part) {
    const group = this.#at(path);
    group.terms.push(term);
    this.#draw();
    this.#find(JSON.stringify([...path, group.terms.length - 1]), part)?.focus();
  }

  #remove(path) {
    const group = this.#at(path.slice(0, -1));
    group.terms.splice(path.at(-1), 1);
    this.#draw();
    const left = group.terms.length;
    const next = [...path.slice(0, -1), Math.min(path.at(-1), left - 1)];
    const target = left ? this.#find(JSON.stringify(next), "property") : undefined;
    (target ?? this.box.querySelector("[data-act=addCondition]"))?.focus();
  }

  /** Writes what is wrong under the conditions. */
  mark(faults) {
    const byPath = new Map(faults.map(({ path, words }) => [JSON.stringify(path), words]));
    for (const line of this.box.querySelectorAll("[data-fault-of]")) {
      const words = byPath.get(line.dataset.faultOf) ?? "";
      line.textContent = words;
      line.hidden = !words;
      const parts = this.box.querySelectorAll(`[data-path="${CSS.escape(line.dataset.faultOf)}"][data-part=value]`);
      for (const field of parts) field.setAttribute("aria-invalid", String(Boolean(words)));
    }
  }
}

function iconOf(name) {
  const model = document.querySelector("svg.icon use").getAttribute("href").split("#")[0];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon icon-small");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${model}#${name}`);
  svg.append(use);
  return svg;
}

export const nextId = () => `builder-${++made}`;
