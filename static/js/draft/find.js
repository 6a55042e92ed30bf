/** Find and replace: every cell that matches, counted, the first of them as they would become. */
import { button, make } from "./dom.js";
import { figure } from "./words.js";

const PAUSE = 250; // milliseconds after a letter

export function findPanel(page) {
  const { words, api, columns, selection, store } = page;
  const mayEdit = page.mayEdit();
  const text = make("input", { type: "text", id: "find-text", autocomplete: "off", spellcheck: "false", maxlength: 2560 });
  const by = make("input", { type: "text", id: "find-by", autocomplete: "off", spellcheck: "false", maxlength: 2560 });
  const where = make(
    "select",
    { id: "find-where" },
    make("option", { value: "" }, words("everywhere")),
    ...columns.list.map((column) => make("option", { value: column.id }, column.name)),
  );
  const matchCase = make("input", { type: "checkbox", id: "find-case" });
  const whole = make("input", { type: "checkbox", id: "find-whole" });
  const said = make("p", { class: "side-said", role: "status" });
  const list = make("ol", { class: "found-list" });
  const all = button(words("replaceAll", { n: 0 }), () => replace(), { kind: "primary", disabled: true });
  const onlyHere = columns.list[selection.column];
  if (onlyHere && selection.isMany && selection.block.left === selection.block.right) where.value = onlyHere.id;
  let timer;
  let asked = 0;

  const sought = () => ({
    text: text.value,
    by: mayEdit ? by.value : null,
    matchCase: matchCase.checked,
    whole: whole.checked,
    columns: where.value ? [where.value] : [],
  });

  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(look, PAUSE);
  };

  const look = async () => {
    const mine = (asked += 1);
    if (!text.value) return clear();
    said.textContent = words("looking");
    try {
      const found = await api.post("find", sought());
      if (mine !== asked) return;
      said.textContent = found.cells ? words("found", { n: figure(found.cells), rows: figure(found.rows) }) : words("foundNone");
      all.disabled = !found.cells;
      all.textContent = words(by.value ? "replaceAll" : "removeAll", { n: figure(found.cells) });
      list.replaceChildren(...found.shown.map(entry));
    } catch (error) {
      if (mine !== asked) return;
      clear();
      said.textContent = error.message;
    }
  };

  const clear = () => {
    said.textContent = "";
    all.disabled = true;
    list.replaceChildren();
  };

  const entry = ([number, id, now, then]) => {
    const column = columns.byId.get(id);
    const shown = mayEdit && by.value ? [make("del", {}, now), " → ", make("ins", {}, then || words("empty"))] : [now];
    return make(
      "li",
      {},
      make("button", { type: "button", class: "found-cell", onclick: () => page.goTo(number, column.place) }, make("span", { class: "found-name" }, column.name), make("span", { class: "found-text" }, ...shown)),
    );
  };

  const replace = async () => {
    all.disabled = true;
    text.focus(); // the button that had the focus is closed
    await page.send({ do: "replace", ...sought(), by: by.value });
    look();
  };

  for (const field of [text, by]) field.addEventListener("input", later);
  for (const field of [where, matchCase, whole]) field.addEventListener("change", look);
  text.addEventListener("keydown", (event) => event.key === "Enter" && look());
  const field = (input, name) => make("div", { class: "field" }, make("label", { for: input.id }, name), input);
  const choice = (input, name) => make("div", { class: "choice" }, input, make("label", { for: input.id }, name));
  const content = make(
    "div",
    { class: "side-content" },
    field(text, words("findText")),
    ...(mayEdit ? [field(by, words("findBy"))] : []),
    field(where, words("findWhere")),
    choice(matchCase, words("matchCase")),
    choice(whole, words("wholeCell")),
    ...(mayEdit ? [make("div", { class: "side-acts" }, all)] : []),
    said,
    list,
  );
  const stop = store.on("state", () => text.value && later());
  return {
    title: words(mayEdit ? "findReplace" : "findOnly"),
    content,
    focus: text,
    closed: () => {
      stop();
      clearTimeout(timer);
    },
  };
}
