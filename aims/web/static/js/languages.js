// The language of the examples: chosen once, kept, and the same for all of them that have it.
const KEY = "aims.language";
const inputs = [...document.querySelectorAll(".languages input")];

function choose(language) {
  for (const input of inputs) if (input.value === language) input.checked = true;
}

try {
  const kept = localStorage.getItem(KEY);
  if (kept) choose(kept);
} catch {
  // a browser that keeps nothing shows the first one
}

document.addEventListener("change", (event) => {
  if (!event.target.matches(".languages input")) return;
  // The one that was clicked stays where it is on the screen while others above it change their height.
  const before = event.target.getBoundingClientRect().top;
  choose(event.target.value);
  scrollBy({ top: event.target.getBoundingClientRect().top - before, behavior: "instant" });
  try {
    localStorage.setItem(KEY, event.target.value);
  } catch {
    // then it holds for this page
  }
});
