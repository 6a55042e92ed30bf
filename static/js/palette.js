/**
 * The command palette: Ctrl+K (⌘K) or its button opens it, on any page and over any dialog; arrows
 * choose, Enter follows, Escape gives focus back to where it was. What answers comes from the server.
 */
const dialog = document.getElementById("palette");
const box = document.querySelector("[data-palette]");
const IS_MAC = /mac|iphone|ipad/i.test(navigator.platform);

if (box) {
  const field = box.querySelector('[role="combobox"]');
  const found = document.getElementById("palette-found");
  const said = box.querySelector("[data-palette-said]");
  const options = () => [...found.querySelectorAll('[role="option"]')];
  const chosen = () => found.querySelector('[aria-selected="true"]');

  const choose = (option) => {
    chosen()?.setAttribute("aria-selected", "false");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) field.setAttribute("aria-activedescendant", option.id);
    else field.removeAttribute("aria-activedescendant");
  };

  const show = () => {
    const all = options();
    for (const option of all) option.tabIndex = -1;
    field.setAttribute("aria-expanded", String(all.length > 0));
    choose(all[0]);
    said.textContent = found.querySelector("[data-said]")?.dataset.said ?? "";
  };

  const open = () => {
    if (dialog && !dialog.open) {
      field.value = "";
      dialog.showModal();
    }
    field.focus();
    field.select();
    htmx.trigger(field, "palette-open");
  };

  const step = (by) => {
    const all = options();
    const at = all.indexOf(chosen());
    if (all.length) choose(all[(at + by + all.length) % all.length]);
  };

  const MOVES = { ArrowDown: () => step(1), ArrowUp: () => step(-1) };

  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (MOVES[event.key]) {
      event.preventDefault();
      MOVES[event.key]();
    } else if (event.key === "Enter") {
      event.preventDefault();
      chosen()?.click();
    }
  });
  box.addEventListener("submit", (event) => event.preventDefault());
  found.addEventListener("click", (event) => {
    if (event.target.closest('[role="option"]') && !event.ctrlKey && !event.metaKey) dialog?.close();
  });
  found.addEventListener("htmx:afterSwap", show);
  found.addEventListener("mousemove", (event) => {
    const option = event.target.closest('[role="option"]');
    if (option && option !== chosen()) choose(option);
  });
  dialog?.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-palette-close]")) dialog.close();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      const isOurs = IS_MAC ? event.metaKey && !event.ctrlKey : event.ctrlKey && !event.metaKey;
      if (!isOurs || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
      event.preventDefault();
      event.stopPropagation();
      open();
    },
    { capture: true },
  );
  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-palette-open]");
    if (!opener || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  if (IS_MAC) {
    for (const hint of document.querySelectorAll(".palette-open kbd")) hint.textContent = "⌘ K";
  }
  if (!dialog) show();
}
