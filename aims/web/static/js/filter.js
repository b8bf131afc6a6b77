// Lists that narrow down while somebody types. Without this, the form around the field asks the server.
for (const form of document.querySelectorAll("form[data-filters]")) {
  const input = form.querySelector("input");
  const status = form.querySelector("[role=status]");
  const list = document.getElementById(form.dataset.filters);
  const empty = document.getElementById(`${form.dataset.filters}-empty`);
  const items = [...list.querySelectorAll("[data-words]")];
  const all = status.textContent;

  const narrow = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of items) {
      const fits = words.every((word) => item.dataset.words.includes(word));
      item.hidden = !fits;
      if (fits) shown += 1;
    }
    for (const group of list.querySelectorAll("[data-group]"))
      group.hidden = !group.querySelector("[data-words]:not([hidden])");
    if (empty) empty.hidden = shown > 0;
    status.textContent = words.length ? `${shown} of ${items.length} ${input.name}` : all;
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    narrow();
  });
  input.addEventListener("input", narrow);
  if (input.value) narrow();
}
