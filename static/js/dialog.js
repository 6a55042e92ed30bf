/** The page's one <dialog>: opened when htmx has filled it, closed by its own buttons and events. */
const dialog = document.getElementById("dialog");

function close() {
  if (dialog?.open) dialog.close();
}

if (dialog) {
  let asked = "";

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.detail.target !== dialog || dialog.open) return;
    asked = event.detail.requestConfig.path;
    dialog.showModal();
    dialog.querySelector("[autofocus]")?.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-close]")) {
      event.preventDefault();
      close();
    }
  });
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    // The page may have been swapped meanwhile: back to what opened the dialog, as it stands now.
    if (document.activeElement === document.body) {
      document.querySelector(`main [hx-get="${CSS.escape(asked)}"]`)?.focus();
    }
  });
  document.addEventListener("dialog-close", close);
}

/* A button that stays closed until the name is typed: data-needs holds it, data-unlocks the input. */
document.addEventListener("input", (event) => {
  const needed = event.target.dataset?.needs;
  if (needed === undefined) return;
  const button = event.target.form?.querySelector("[data-unlocked]");
  if (button) button.disabled = event.target.value !== needed;
});
