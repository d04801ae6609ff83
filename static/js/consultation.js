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
