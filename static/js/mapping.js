/** The mapping page: what was not chosen steps back, and a column left out is shown as such. */
function show(form) {
  const place = new FormData(form).get("place");
  for (const part of form.querySelectorAll("[data-when]")) {
    part.hidden = part.dataset.when !== `place=${place}`;
  }
  for (const box of form.querySelectorAll("tbody input[type=checkbox]")) {
    box.closest("tr").classList.toggle("mapping-out", !box.checked);
  }
}

document.addEventListener("change", (event) => {
  const form = event.target.closest?.("form[data-mapping]");
  if (form) show(form);
});

for (const form of document.querySelectorAll("form[data-mapping]")) show(form);
