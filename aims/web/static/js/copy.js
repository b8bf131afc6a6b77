// Buttons that copy: the code that is shown beside them, or what `data-copy` says, or the address of their heading.
const MOMENT = 1600;

function textOf(button) {
  if (button.dataset.copy !== undefined) return button.dataset.copy;
  if (button.dataset.anchor) return new URL(`#${button.dataset.anchor}`, location.href).href;
  const texts = [...button.closest(".code, .sample").querySelectorAll("pre")];
  return texts.find((text) => text.offsetParent !== null).textContent;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  const said = document.getElementById("said");
  try {
    await navigator.clipboard.writeText(textOf(button));
    button.dataset.done = "";
    said.textContent = "Copied.";
    setTimeout(() => delete button.dataset.done, MOMENT);
  } catch {
    said.textContent = "The browser did not allow copying.";
  }
  if (button.dataset.anchor) history.replaceState(null, "", `#${button.dataset.anchor}`);
});
