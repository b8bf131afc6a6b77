// Runs before the page is drawn, so that it never flashes in the other theme. What a person chose is kept here alone.
const root = document.documentElement;
const KEY = "aims.theme";
const WORDS = ["system", "light", "dark"];

function kept() {
  try {
    const word = localStorage.getItem(KEY);
    return WORDS.includes(word) ? word : "system";
  } catch {
    return "system"; // a browser that keeps nothing follows the system
  }
}

function show(theme) {
  if (theme === "system") delete root.dataset.theme;
  else root.dataset.theme = theme;
  for (const button of document.querySelectorAll("[data-themes]")) {
    button.dataset.themes = theme;
    button.setAttribute("aria-label", `Theme: ${theme}. Change it`);
    button.title = `Theme: ${theme}`;
  }
}

root.dataset.scripted = "";
show(kept());
document.addEventListener("DOMContentLoaded", () => show(kept()));
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-themes]");
  if (!button) return;
  const next = WORDS[(WORDS.indexOf(kept()) + 1) % WORDS.length];
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // then it holds for this page
  }
  show(next);
});
addEventListener("storage", (event) => event.key === KEY && show(kept()));
