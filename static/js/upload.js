/** The upload page: one question at a time, drag and drop, the format told early, real progress. */
const LOOKED_AT = 64 * 1024; // bytes of the file's head that tell its format

function formOf() {
  return document.querySelector("form[data-upload]");
}

function size(bytes) {
  const units = ["bytes", "KB", "MB", "GB"];
  const unit = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  return `${(bytes / 1024 ** unit).toFixed(unit ? 1 : 0)} ${units[unit]}`;
}

/* --- one question at a time --- */

function answered(form, ask) {
  const data = new FormData(form);
  if (ask === "file") return Boolean(data.get("file")?.size || data.get("kept"));
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

function tooLarge(form, file) {
  const limit = Number(form.dataset.limit);
  return file.size > limit ? `${file.name} has ${size(file.size)}; this site takes ${size(limit)}.` : "";
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
  if (!answer.ok || form.elements.file.files[0] !== file) return;
  form.querySelector("#detected").innerHTML = await answer.text();
}

function chosen(form) {
  const file = form.elements.file.files[0];
  const words = form.querySelector("[data-file-words]");
  if (!file) return;
  const fault = tooLarge(form, file);
  words.textContent = fault || `${file.name} (${size(file.size)})`;
  words.classList.toggle("strong", !fault);
  words.closest("[data-drop]").classList.toggle("drop-refused", Boolean(fault));
  if (fault) form.elements.file.value = "";
  else tellFormat(form, file).catch(() => {});
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
    form.elements.file.files = one.files;
    form.elements.file.dispatchEvent(new Event("change", { bubbles: true }));
  });
}

/* --- sending --- */

function progress(form, loaded, total) {
  const part = form.querySelector("[data-progress]");
  const percent = total ? Math.floor((100 * loaded) / total) : 0;
  part.hidden = false;
  part.querySelector("progress").value = percent;
  part.querySelector("[data-progress-words]").textContent =
    percent < 100 ? `${size(loaded)} of ${size(total)}, ${percent} %` : `${size(total)} arrived, being stored`;
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
      ? `The site answered ${status}: nothing was kept. Try again.`
      : "The connection broke: nothing was kept. Try again.";
  });
}

for (const kind of ["input", "change"]) {
  document.addEventListener(kind, (event) => {
    const form = event.target.closest?.("form[data-upload]");
    if (!form) return;
    if (kind === "change" && event.target.name === "file") chosen(form);
    show(form);
  });
}

document.addEventListener("htmx:afterSettle", () => formOf() && show(formOf()));
if (formOf()) show(formOf());
