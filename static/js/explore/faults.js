/** What is wrong, under its field, once that was touched; what the rules say against the whole. */
export function showFaults(form, { errors, warnings, filter }, touched) {
  for (const place of form.querySelectorAll("[data-errors]")) {
    const name = place.dataset.errors;
    const words = touched.has(name) || kept(form, name) ? (errors[name] ?? []) : [];
    place.textContent = words.join(" ");
    place.hidden = !words.length;
    const field = form.elements[name];
    if (field instanceof Element) field.toggleAttribute("aria-invalid", false);
    if (words.length && field instanceof Element) field.setAttribute("aria-invalid", "true");
  }
  const unread = form.querySelector("[data-filter-fault]");
  unread.textContent = filter.fault;
  unread.hidden = !filter.fault;
  const said = filter.fault ? [] : warnings; // the same rules found both
  const list = form.querySelector("[data-warnings]");
  list.replaceChildren(
    ...said.map((words) => Object.assign(document.createElement("li"), { textContent: words })),
  );
  list.hidden = !said.length;
}

/* A value that came with the address is as good as touched. */
function kept(form, name) {
  const field = form.elements[name];
  return field instanceof Element && field.defaultValue !== undefined && field.defaultValue !== "";
}
