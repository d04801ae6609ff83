// Moves through the inbox by keyboard. Lines are links and checkboxes; nothing here is the only way to do anything.

const keysOn = document.querySelector("[data-keys-on]");
const OFF = "inbox-keys-off";
for (const part of document.querySelectorAll("[data-with-keys]")) part.hidden = false;
keysOn.checked = localStorage.getItem(OFF) === null;
keysOn.addEventListener("change", () => (keysOn.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));

const links = () => [...document.querySelectorAll("[data-row] [data-open]")];
const boxes = () => [...document.querySelectorAll("[data-row] input[type=checkbox]")];
const here = () => document.activeElement.closest("[data-row]");

function move(step) {
  const all = links();
  const at = all.findIndex((link) => link.closest("[data-row]") === here());
  const next = at < 0 ? (step > 0 ? 0 : all.length - 1) : at + step;
  all[Math.min(Math.max(next, 0), all.length - 1)]?.focus();
}

function tick() {
  const box = here()?.querySelector("input[type=checkbox]");
  if (!box) return;
  box.checked = !box.checked;
  count();
}

const KEYS = {
  j: () => move(1),
  k: () => move(-1),
  x: tick,
  "/": () => document.querySelector("[data-search]")?.focus(),
  a: () => document.querySelector("#bulk-to")?.focus(),
  n: () => document.querySelector("[data-key=n]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const writes = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (writes) return;
  if ((event.key === "ArrowDown" || event.key === "ArrowUp") && here()) {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (keysOn.checked && KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});

// On a phone the tabs stand in one line: begin with the one that is shown.
const shown = document.querySelector(".inbox-tabs [aria-current]");
shown?.closest("nav").scrollTo({ left: shown.offsetLeft - 40 });

// How many are ticked, and all at once.
const chosen = document.querySelector("[data-chosen]");
const all = document.querySelector("[data-tick-all]");
function count() {
  const ticked = boxes().filter((box) => box.checked).length;
  // Over the lines only while there is something to do with them.
  document.querySelector("[data-bulk]")?.classList.toggle("is-needed", ticked > 0);
  if (chosen) chosen.textContent = ticked ? `（${ticked}）` : "";
  if (all) all.checked = ticked > 0 && ticked === boxes().length;
}
if (all) {
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    count();
  });
}
document.addEventListener("change", (event) => event.target.name === "chosen" && count());
addEventListener("pageshow", count);
