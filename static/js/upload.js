/** The upload page: one question at a time, drag and drop, the format told early, real progress. */
import { isSending, onArrival, send, stop } from "./resumable.js";
import { _, size } from "./language.js";

const LOOKED_AT = 64 * 1024; // bytes of the file's head that tell its format

function formOf() {
  return document.querySelector("form[data-upload]");
}

/* --- one question at a time --- */

function answered(form, ask) {
  const data = new FormData(form);
  if (ask === "file") {
    const location = data.get("location").trim() || data.get("kept_location");
    return Boolean(fileOf(form) || data.get("kept") || location);
  }
  if (ask === "operation") return data.has("operation");
  if (ask !== "purpose") return true;
  const field = { create: "new_name", update: "source" }[data.get("purpose")];
  return Boolean(field && data.get(field).trim());
}

function show(form) {
  const data = new FormData(form);
  for (const part of form.querySelectorAll("[data-when]")) {
    const [name, values] = part.dataset.when.split("=");
    part.hidden = !values.split(",").includes(data.get(name));
    const choice = part.matches("label") && part.querySelector("input");
    if (part.hidden && choice) choice.checked = false;
  }
  let open = true;
  for (const ask of form.querySelectorAll("[data-ask]")) {
    const wrong = ask.querySelector(".field-error") !== null;
    ask.hidden = !(open || wrong);
    open = open && answered(form, ask.dataset.ask);
  }
}

/* --- the file --- */

/* The field loses its name while the file goes by itself, so that the form does not send it again. */
function fieldOf(form) {
  return form.querySelector("#id_file");
}

function fileOf(form) {
  return fieldOf(form).files[0];
}

function tooLarge(form, file) {
  const limit = Number(form.dataset.limit);
  if (file.size <= limit) return "";
  return _("{name} has {size}; this site takes {limit}.", {
    name: file.name,
    size: size(file.size),
    limit: size(limit),
  });
}

async function tellFormat(form, file) {
  const data = new FormData();
  data.append("head", file.slice(0, LOOKED_AT), "head");
  data.append("name", file.name);
  const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
  const answer = await fetch(form.dataset.formatUrl, {
    method: "POST",
    body: data,
    headers: { "X-CSRFToken": token, "HX-Request": "true" },
  });
  if (!answer.ok || fileOf(form) !== file) return;
  form.querySelector("#detected").innerHTML = await answer.text();
}

function chosen(form) {
  const file = fileOf(form);
  const words = form.querySelector("[data-file-words]");
  if (!file) return;
  stop();
  form.elements.kept.value = form.elements.kept_location.value = form.elements.location.value = "";
  const fault = tooLarge(form, file);
  words.textContent = fault || `${file.name} (${size(file.size)})`;
  words.classList.toggle("strong", !fault);
  words.closest("[data-drop]").classList.toggle("drop-refused", Boolean(fault));
  if (fault) {
    fieldOf(form).value = "";
    return;
  }
  tellFormat(form, file).catch(() => {});
  if (send(form, file)) fieldOf(form).removeAttribute("name");
}

function dropZone(event) {
  return event.target.closest?.("[data-drop]");
}

for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  document.addEventListener(kind, (event) => {
    if (!formOf()) return;
    event.preventDefault(); // a file that misses the zone does not replace the page
    const zone = dropZone(event);
    document.querySelector("[data-drop]").classList.toggle("drop-over", zone && /over|enter/.test(kind));
    if (kind !== "drop" || !zone || !event.dataTransfer.files.length) return;
    const form = formOf();
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    fieldOf(form).files = one.files;
    fieldOf(form).dispatchEvent(new Event("change", { bubbles: true }));
  });
}

function cancel(form) {
  stop({ forGood: true });
  fieldOf(form).value = "";
  fieldOf(form).name = "file";
  form.elements.kept.value = "";
  form.querySelector("[data-sending]").hidden = true;
  const words = form.querySelector("[data-file-words]");
  words.textContent = _("Drop a file here, or choose one");
  form.querySelector("#detected").replaceChildren();
  show(form);
}

/* A URL takes the place of a file, and nothing can be told from its content. */
function located(form) {
  if (!form.elements.location.value.trim()) return;
  if (fileOf(form) || form.elements.kept.value) cancel(form);
  form.elements.format.closest("details").open = true;
}

document.addEventListener("click", (event) => {
  const form = event.target.closest?.("[data-cancel]")?.form;
  if (form) cancel(form);
});

/* --- sending --- */

/* Pressed before the file has arrived: the form waits for it, then goes by itself. */
document.addEventListener("htmx:confirm", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-upload]") || !isSending()) return;
  event.preventDefault();
  const part = form.querySelector("[data-progress]");
  part.hidden = false;
  part.querySelector("progress").hidden = true;
  part.querySelector("[data-progress-words]").textContent = _(
    "Goes on by itself when the file has arrived",
  );
  onArrival(() => event.detail.issueRequest(true));
});

function progress(form, loaded, total) {
  const part = form.querySelector("[data-progress]");
  const percent = total ? Math.floor((100 * loaded) / total) : 0;
  part.hidden = false;
  part.querySelector("progress").value = percent;
  part.querySelector("[data-progress-words]").textContent =
    percent < 100
      ? _("{done} of {size}, {percent} %", { done: size(loaded), size: size(total), percent })
      : _("{size} arrived, being stored", { size: size(total) });
}

/* Only what the form itself sends: the suggestions of its fields are requests of their own. */
document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target;
  if (!form.matches?.("form[data-upload]") || !event.detail.lengthComputable) return;
  progress(form, event.detail.loaded, event.detail.total);
});

for (const kind of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target;
    if (!form.matches?.("form[data-upload]")) return;
    form.querySelector("[data-progress]").hidden = false;
    const status = event.detail.xhr?.status;
    form.querySelector("[data-progress-words]").textContent = status
      ? _("The site answered {status}: nothing was kept. Try again.", { status })
      : _("The connection broke: nothing was kept. Try again.");
  });
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-upload]");
    if (!form) return;
    if (kind === "change" && event.target.id === "id_file") chosen(form);
    if (kind === "change" && event.target.name === "location") located(form);
    show(form);
  });
}

document.addEventListener("htmx:afterSettle", () => formOf() && show(formOf()));
if (formOf()) show(formOf());
