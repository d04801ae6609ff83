"""What is asked of every page the browser shows: axe, one h1, a language, a label for each input, no sideways scroll."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit
from weakref import WeakKeyDictionary

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import (
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    WebError,
)

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": WCAG},
    "resultTypes": ["violations"],
    # Where a style sheet imports another, axe would copy it into an inline style, which our policy rightly refuses.
    "preload": False,
}
THIS_MACHINE = "127.0.0.1"
ITS_NAMES = (THIS_MACHINE, "localhost")

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
WIDTHS = {"phone": PHONE, "desktop": DESKTOP}
NARROWEST = ViewportSize(width=320, height=640)
"""A small old phone, and a wide screen at 400 percent (WCAG 1.4.10)."""

STRUCTURE = """() => {
  const wrong = [];
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) wrong.push(`${headings} h1`);
  if (document.documentElement.lang !== "ja") wrong.push(`lang is "${document.documentElement.lang}"`);
  if (!document.title.trim()) wrong.push("no title");
  const asked = "input:not([type=hidden]):not([type=submit]):not([type=button]), select, textarea";
  for (const one of document.querySelectorAll(asked)) {
    if (!one.getClientRects().length) continue;
    const named = one.labels?.length || one.ariaLabel || one.getAttribute("aria-labelledby");
    if (!named) wrong.push(`no label: ${one.name || one.id || one.outerHTML.slice(0, 80)}`);
  }
  return wrong;
}"""

SIDEWAYS = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return "";
  const guilty = [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > wide + 1)
    .slice(0, 3).map((one) => one.tagName.toLowerCase() + "." + one.className);
  return `scrolls sideways by ${document.documentElement.scrollWidth - wide}px: ${guilty.join(", ")}`;
}"""

# Most of what axe costs is contrast, and two hundred cells of a timetable look the same. Of elements that stand at the
# same place of the structure, in the same state, colours and type, all the way up, the first that a visitor of a test
# meets is measured; the others are marked, and the rule passes them by. Whatever differs in any of this, at the other
# width too, is measured.
MARK_ALIKE = """(known) => {
  const hash = (text) => {
    let a = 0xdeadbeef, b = 0x41c6ce57;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      a = Math.imul(a ^ code, 2654435761);
      b = Math.imul(b ^ code, 1597334677);
    }
    a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
    b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
    return 4294967296 * (2097151 & b) + (a >>> 0);
  };
  const looks = ["color", "backgroundColor", "backgroundImage", "opacity", "filter", "mixBlendMode", "position", "zIndex",
                 "display", "visibility", "fontSize", "fontWeight", "textShadow"];
  const states = ["class", "type", "disabled", "placeholder", "aria-current", "aria-disabled", "aria-selected",
                  "aria-invalid", "aria-hidden"];
  const seen = new Set(known), fresh = [], keys = new Map([[null, 0]]);
  for (const one of document.querySelectorAll("*")) {
    const style = getComputedStyle(one);
    const key = hash([keys.get(one.parentElement), one.localName, !!one.getClientRects().length,
                      ...looks.map((name) => style[name]), ...states.map((name) => one.getAttribute(name))].join("|"));
    keys.set(one, key);
    if (seen.has(key)) one.dataset.alike = "";
    else { delete one.dataset.alike; seen.add(key); fresh.push(key); }
  }
  return fresh;
}"""
RUN = """(options) => {
  axe.configure({rules: [{id: "color-contrast", selector: "*:not([data-alike])"}]});
  return axe.run(options);
}"""

axe = Axe()
measured: WeakKeyDictionary[BrowserContext, set[int]] = WeakKeyDictionary()


@dataclass
class Watch:
    """Everything a browser complains of while a test runs; any of it fails the test."""

    problems: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)
        # Only watched: a route would send every request through here, and put the browser's cache out of use. That
        # nothing gets through is seen to by the browser's own resolver (conftest.FLAGS).
        context.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # A page that answers 403 or 422 is said to have "failed to load": the status is looked at below.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console at {message.page.url if message.page else '?'}: {message.text}")

    def _error(self, error: WebError) -> None:
        self.problems.append(f"script: {error.error}")

    def _response(self, response: Response) -> None:
        is_page = response.request.resource_type == "document"
        if response.status >= (500 if is_page else 400):
            self.problems.append(f"{response.status}: {response.url}")

    def _failed(self, request: Request) -> None:
        # What a page no longer waits for when the next is opened is no failure.
        if request.failure not in ("net::ERR_ABORTED", None):
            self.problems.append(f"{request.failure}: {request.url}")

    def _request(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in ("http", "https", "ws", "wss") and address.hostname not in ITS_NAMES:
            self.problems.append(f"asks another machine: {request.url}")


def problems(page: Page) -> list[str]:
    """What is wrong with the page as it stands, once its style sheets are there: words can be found before them."""
    page.wait_for_load_state("load")
    return [*page.evaluate(STRUCTURE), *sideways(page), *violations(page)]


def sideways(page: Page) -> list[str]:
    """Where the page is wider than the screen, and than the narrowest one."""
    scrolls = page.evaluate(SIDEWAYS)
    size = page.viewport_size
    if scrolls or size is None:
        return [scrolls] if scrolls else []
    page.set_viewport_size(NARROWEST)
    scrolls = page.evaluate(SIDEWAYS)
    page.set_viewport_size(size)
    return [f"at 320 pixels: {scrolls}"] if scrolls else []


def violations(page: Page) -> list[str]:
    """Each as axe's rule, its words, and the first places."""
    if page.evaluate("() => !window.axe"):
        page.evaluate(axe.axe_script)
    known = measured.setdefault(page.context, set())
    known.update(page.evaluate(MARK_ALIKE, list(known)))
    result = page.evaluate(RUN, AXE_OPTIONS)["violations"]
    return [
        f"axe {one['id']}: {one['help']} — "
        + "; ".join(
            f"{' '.join(map(str, node['target']))} ({_why(node)}) {node['html'][:160]}"
            for node in one["nodes"][:3]
        )
        for one in result
    ]


def _why(node: dict[str, list[dict[str, str]]]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return ", ".join(check["message"] for check in checks)[:200]
