// Says on the page why a passkey did not work. The library's script only tells the browser's console.

const box = document.querySelector("[data-passkey-problem]");
let pressed;

const REASONS = { NotAllowedError: "stopped", AbortError: "stopped", InvalidStateError: "known", SecurityError: "address" };

function reason(error) {
  if (!window.PublicKeyCredential) return "browser";
  return REASONS[error?.name] ?? "other";
}

document.addEventListener(
  "click",
  (event) => {
    pressed = event.target.closest("button") ?? pressed;
    for (const words of box.children) words.hidden = true;
  },
  true,
);

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const why = reason(event.detail.exception);
  pressed?.closest("p, .actions")?.after(box);
  for (const words of box.children) words.hidden = words.dataset.reason !== why;
});
