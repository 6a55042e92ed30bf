/** Light, dark or as the system: kept in a cookie that the server renders into <html>. */
const YEAR = 31_536_000;
const root = document.documentElement;

function mark() {
  const now = root.dataset.theme ?? "system";
  for (const button of document.querySelectorAll("button[data-theme-choice]:not([role])")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === now));
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-theme-choice]");
  if (!button) return;
  const choice = button.dataset.themeChoice;
  if (choice === "system") {
    delete root.dataset.theme;
    document.cookie = "theme=; path=/; max-age=0; samesite=lax";
  } else {
    root.dataset.theme = choice;
    document.cookie = `theme=${choice}; path=/; max-age=${YEAR}; samesite=lax`;
  }
  mark();
});

mark();
