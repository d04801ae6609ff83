// Makes pages smoother. Every page works without it: nothing here is the only way to do anything.

// <… hidden data-with-script>: there only where scripts run (passkeys need one).
for (const part of document.querySelectorAll("[data-with-script]")) part.hidden = false;

// A form with mistakes: start where they are listed.
document.querySelector("[data-error-summary]")?.focus();

// <form data-once>: a second press while the first is under way sends nothing.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-once]") || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Disabled only after the browser has read the form, so that the pressed button's value is sent.
  setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true")));
});

// Back from the browser's memory: the form may be sent again.
addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  document.querySelectorAll("[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  });
});

// <a href="/…/cancel/" data-dialog="id">: opens the dialog of that id instead of the confirming page.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    const dialog = document.getElementById(opener.dataset.dialog);
    if (dialog?.showModal) {
      event.preventDefault();
      dialog.showModal();
    }
  }
  const closer = event.target.closest("[data-close]");
  if (closer) {
    event.preventDefault();
    closer.closest("dialog")?.close();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = event.target.closest?.("details.menu[open]");
  if (menu) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

// <textarea maxlength data-count="あと{left}文字">: how many characters are left, spoken when few are.
for (const area of document.querySelectorAll("textarea[maxlength][data-count]")) {
  const counter = document.createElement("p");
  counter.className = "counter";
  const show = () => {
    const left = area.maxLength - area.value.length;
    counter.textContent = area.dataset.count.replace("{left}", left);
    counter.setAttribute("aria-live", left < 20 ? "polite" : "off");
  };
  area.after(counter);
  area.addEventListener("input", show);
  show();
}

// <form data-submit-on-change>: a filter that shows its result at once.
document.addEventListener("change", (event) => {
  event.target.form?.matches("[data-submit-on-change]") && event.target.form.requestSubmit();
});

// <input type="checkbox" data-reload="60">: a screen that nobody touches looks again after so many seconds, while ticked.
for (const box of document.querySelectorAll("[data-reload]")) {
  setInterval(() => box.checked && location.reload(), box.dataset.reload * 1000);
}

// <button hidden data-print>: only there where it works.
for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// Several forms on one page: pressing the button of one keeps what was typed in the others. It comes back into the same
// forms on the page that follows: in this tab, for the same person, for half an hour; signing out forgets it. Where the
// step took those forms away, the page shows what was typed in them.
const personTag = document.querySelector("meta[name=person]");
const person = personTag?.content;
const KEPT = `typed:${person}`;
const KEPT_FOR = 30 * 60 * 1000;
const TYPED_IN =
  "textarea, select, input:not([type=hidden], [type=file], [type=password], [type=submit], [type=button], [type=reset], [type=image])";

const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.matches(TYPED_IN));

const isTick = (field) => field.matches("[type=checkbox], [type=radio]");

const isTyped = (field) => {
  if (isTick(field)) return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  const first = [...field.options].find((option) => option.defaultSelected) ?? field.options[0];
  return field.value !== first?.value;
};

// What each form posts to names it, and its place among those that post there.
const namedForms = () => {
  const forms = new Map();
  for (const form of document.querySelectorAll("form[method=post i]")) {
    if (!fieldsOf(form).length) continue;
    const path = new URL(form.getAttribute("action") || location.pathname, location.href).pathname;
    let place = 0;
    while (forms.has(`${path} ${place}`)) place += 1;
    forms.set(`${path} ${place}`, form);
  }
  return forms;
};

const readKept = () => JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");

if (person) {
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    if (new URL(event.target.action).pathname.endsWith("/logout/")) {
      sessionStorage.removeItem(KEPT);
      return;
    }
    if (event.target.method !== "post") return;
    const kept = readKept();
    for (const [name, form] of namedForms()) {
      const typed = fieldsOf(form).flatMap((field, place) =>
        isTyped(field) ? [{ name: field.name, place, value: isTick(field) ? field.checked : field.value }] : [],
      );
      if (form === event.target || !typed.length) delete kept[name];
      else kept[name] = { at: Date.now(), page: location.pathname, typed };
    }
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  });

  const kept = readKept();
  const forms = namedForms();
  const homeless = [];
  for (const [name, { at, page, typed }] of Object.entries(kept)) {
    const form = forms.get(name);
    const isOld = Date.now() - at >= KEPT_FOR;
    if (form || isOld) delete kept[name];
    else if (page === location.pathname) homeless.push(...typed.map(({ value }) => value));
    if (!form || isOld) continue;
    const fields = fieldsOf(form);
    for (const { name: fieldName, place, value } of typed) {
      const field = fields[place]?.name === fieldName ? fields[place] : form.elements[fieldName];
      if (!field?.matches?.(TYPED_IN)) continue;
      if (isTick(field)) field.checked = value;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      for (let fold = field.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    }
  }
  sessionStorage.setItem(KEPT, JSON.stringify(kept));

  const texts = homeless.filter((value) => typeof value === "string" && value.trim());
  if (texts.length) {
    const fold = document.createElement("details");
    fold.className = "fold";
    fold.open = true;
    fold.dataset.keptTexts = "";
    fold.append(Object.assign(document.createElement("summary"), { textContent: personTag.dataset.kept }));
    for (const text of texts) {
      fold.append(Object.assign(document.createElement("p"), { className: "keep-lines", textContent: text }));
    }
    (document.querySelector("#content, #main") ?? document.body).prepend(fold);
  }
}

// In a table of times or days the arrow keys go to the next link that way.
document.addEventListener("keydown", (event) => {
  const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const way = ways[event.key];
  const table = event.target.closest?.("table.availability, table.month");
  if (!way || !table || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const middle = (link) => {
    const box = link.getBoundingClientRect();
    return [box.x + box.width / 2, box.y + box.height / 2];
  };
  const [x, y] = middle(event.target);
  let nearest = null;
  let least = Infinity;
  for (const link of table.querySelectorAll("tbody a")) {
    const [toX, toY] = middle(link);
    const along = (toX - x) * way[0] + (toY - y) * way[1];
    const aside = Math.abs((toX - x) * way[1]) + Math.abs((toY - y) * way[0]);
    const far = along + 4 * aside;
    if (along > 1 && far < least && link.offsetParent) [nearest, least] = [link, far];
  }
  if (!nearest) return;
  event.preventDefault();
  nearest.focus();
});
