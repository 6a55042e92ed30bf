/** Buttons that copy a text (data-copy) and say so; without a clipboard the text is selected. */
import { _ } from "./language.js";

async function copy(button) {
  const words = button.querySelector(".unseen");
  const before = words?.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.classList.add("copied");
    if (words) words.textContent = _("Copied");
    setTimeout(() => {
      button.classList.remove("copied");
      if (words) words.textContent = before;
    }, 1500);
  } catch {
    const text = button.parentElement.querySelector("code, input");
    if (text) getSelection().selectAllChildren(text);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
