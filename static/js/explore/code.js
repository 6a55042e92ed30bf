/** The URL as it will be sent, and the same query as code in the language chosen. */
export function showCode(form, composed, words) {
  const sent = form.querySelector("[data-sent-url]");
  const [first = ""] = composed.urls;
  const without = form.querySelector("[name=source], [name=at]") ? words.incomplete : words.noSource;
  sent.textContent = composed.urls.join("\n") || (composed.ready ? words.fromArchive : without);
  sent.classList.toggle("muted", !first);
  const copy = form.querySelector("[data-copy-url]");
  Object.assign(copy, { hidden: !first });
  copy.dataset.copy = first;
  form.querySelector("[data-code]").hidden = !composed.code.length;
  pick(form, composed.code, words);
  for (const radio of form.elements.language) {
    radio.onchange = () => pick(form, composed.code, words);
  }
}

function pick(form, code, words) {
  const name = form.elements.language.value;
  const chosen = code.find((one) => one.name === name);
  form.querySelector("[data-code-text]").textContent = chosen?.code ?? "";
  form.querySelector("[data-copy-code]").dataset.copy = chosen?.code ?? "";
  form.querySelector("[data-code-steps]").hidden = name !== "qgis";
  const hint = form.querySelector("[data-code-words]");
  hint.textContent = name === "qgis" ? "" : words.codeKey;
}
