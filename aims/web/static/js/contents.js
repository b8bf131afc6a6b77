// Marks, in the contents, the section that is being read.
const links = new Map(
  [...document.querySelectorAll(".contents a")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
);
const places = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
let current;

function mark() {
  const line = innerHeight * 0.25;
  const atEnd = innerHeight + scrollY >= document.documentElement.scrollHeight - 2;
  const passed = places.filter((place) => place.getBoundingClientRect().top <= line);
  const next = atEnd ? places.at(-1) : (passed.at(-1) ?? places[0]);
  if (next === current) return;
  if (current) links.get(current.id).removeAttribute("aria-current");
  current = next;
  if (!next) return;
  const link = links.get(next.id);
  link.setAttribute("aria-current", "true");
  const side = link.closest(".contents");
  const { top, bottom } = link.getBoundingClientRect();
  const box = side.getBoundingClientRect();
  if (top < box.top + 48 || bottom > box.bottom - 32) side.scrollTop += top - box.top - box.height / 3;
}

let asked = false;
addEventListener(
  "scroll",
  () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      mark();
    });
  },
  { passive: true },
);
mark();

for (const drawer of document.querySelectorAll(".contents-drawer"))
  drawer.addEventListener("click", (event) => event.target.closest("a") && (drawer.open = false));
