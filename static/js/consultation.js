// The consultation page: who else is here, and keys. Every step works without it.

const place = document.getElementById("present");
const address = place?.dataset.presence;
const typed = () =>
  [...document.querySelectorAll("[data-writing] textarea")].some((area) => area.value.trim() && area.value !== area.defaultValue);

const say = (words) => {
  const token = document.querySelector("[name=csrfmiddlewaretoken]");
  const body = new URLSearchParams({ csrfmiddlewaretoken: token.value, ...words });
  return fetch(address, { method: "POST", body, keepalive: true, credentials: "same-origin" });
};

// Every twenty seconds while somebody has the page before them; the answer says who else has.
if (address) {
  const beat = async () => {
    if (document.hidden) return;
    try {
      const answer = await say({ writing: typed() ? "1" : "0" });
      if (!answer.ok) return;
      const others = await answer.text();
      // Spoken by a screen reader only when it says something new.
      if (others.trim() !== place.innerHTML.trim()) place.innerHTML = others;
    } catch {
      // Away for a moment: the next beat tries again.
    }
  };
  beat();
  setInterval(beat, 20_000);
  document.addEventListener("visibilitychange", beat);
  addEventListener("pagehide", () => say({ leaves: "1" }));
}

// A canned text goes in where the cursor stands; without a script the button sends the form and comes back with it.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-canned-insert]");
  if (!button) return;
  const area = button.form.querySelector("[data-insert-here], textarea[name=message]");
  const chosen = button.form.querySelector("[data-canned]").selectedOptions[0];
  if (!area || !chosen?.dataset.text) return;
  event.preventDefault();
  const lead = area.value.trim() && area.selectionStart > 0 ? "\n\n" : "";
  area.setRangeText(lead + chosen.dataset.text, area.selectionStart, area.selectionEnd, "end");
  area.focus();
});

// Similar ones are looked for when somebody asks, and shown in their place; without a script the link opens their page.
document.querySelector("[data-similar] a")?.addEventListener("click", async (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const link = event.currentTarget;
  try {
    const answer = await fetch(link.href, { credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    link.closest("[data-similar]").replaceChildren(...page.getElementById("found").children);
  } catch {
    location.assign(link.href);
  }
});

// n, r, t: what to write; c: close it. Only where nobody is typing; whoever is disturbed by it switches it off, here
// and in the inbox at once.
const OFF = "inbox-keys-off";
const help = document.querySelector("[data-with-keys]");
const keysOn = document.querySelector("[data-keys-on]");
if (help) {
  help.hidden = false;
  keysOn.checked = localStorage.getItem(OFF) === null;
  keysOn.addEventListener("change", () => (keysOn.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "1")));
}
const panels = { n: "write-note", r: "write-reply", t: "write-talk" };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const opened = event.key === "Escape" && event.target.closest?.(".consult-step[open]");
  if (opened) {
    opened.open = false;
    opened.querySelector("summary").focus();
    return;
  }
  if (!keysOn?.checked || event.target.closest("input:not([type=radio], [type=checkbox]), textarea, select")) return;
  const radio = document.getElementById(panels[event.key]);
  const closing = event.key === "c" && document.getElementById("step-close");
  if (radio) {
    event.preventDefault();
    radio.checked = true;
    document.querySelector(`.for-${radio.id.slice(6)} textarea`)?.focus();
  } else if (closing) {
    event.preventDefault();
    closing.open = true;
    closing.querySelector("select").focus();
  }
});
