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
