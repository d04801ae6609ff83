// The log form: looks up who is calling while somebody types. Without it the button "さがす" does the same.

const form = document.querySelector("[data-log]");
const words = form.querySelector("[data-words]");
const lines = form.querySelector("[data-known-lines]");
const WAIT = 250;
let timer;
let asked = 0;

for (const part of form.querySelectorAll("[data-with-log]")) part.hidden = false;

async function look(typed) {
  const mine = ++asked;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.set("words", typed);
  try {
    const answer = await fetch(form.dataset.findUrl, { method: "POST", body, credentials: "same-origin" });
    const found = await answer.text();
    // Whoever typed on has asked again meanwhile.
    if (mine === asked && (answer.ok || [401, 429].includes(answer.status))) show(found, answer.ok);
  } catch {
    // No line to the server: the button still works when it is back.
  }
}

// Enter in the search box: whoever it may be is looked up at once, and the keyboard goes on in the lines found.
async function lookNow() {
  clearTimeout(timer);
  if (!words.value.trim()) return;
  await look(words.value.trim());
  hits()[0]?.focus();
}

function show(found, isPage) {
  if (isPage) lines.innerHTML = found;
  else lines.textContent = found;
}

if (words) {
  for (const field of [words, ...form.querySelectorAll("[data-known]")]) {
    field.addEventListener("input", (event) => {
      if (event.isComposing) return;
      clearTimeout(timer);
      const typed = field.value.trim();
      if (!typed) return;
      timer = setTimeout(() => look(typed), WAIT);
    });
    field.addEventListener("compositionend", () => field.dispatchEvent(new Event("input")));
  }
}

const hits = () => [...form.querySelectorAll("[data-hit]")];
// The Enter that ends a Japanese word is not meant for the form; Safari tells so by the old number alone.
const endsWord = (event) => event.isComposing || event.keyCode === 229;

function pressEnter(event) {
  const saves = event.ctrlKey || event.metaKey;
  if (!saves && (endsWord(event) || !event.target.matches("input:not([type=checkbox], [type=radio])"))) return;
  event.preventDefault();
  if (!saves && event.target === words) lookNow();
  else form.requestSubmit(form.elements.save);
}

// From the search box down into the lines and back; Enter presses the line.
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter") {
    pressEnter(event);
    return;
  }
  if (endsWord(event) || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
  const all = hits();
  const at = all.indexOf(document.activeElement);
  if (at < 0 && document.activeElement !== words) return;
  event.preventDefault();
  const to = at + (event.key === "ArrowDown" ? 1 : -1);
  (to < 0 ? words : all[Math.min(to, all.length - 1)])?.focus();
});
