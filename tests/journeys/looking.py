"""What is asked of every page the browser shows: axe, one h1, a language, a label for each input, no sideways scroll."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Response, Route, WebError

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE_OPTIONS = {
    "runOnly": {"type": "tag", "values": WCAG},
    "resultTypes": ["violations"],
    # Where a style sheet imports another, axe would copy it into an inline style, which our policy rightly refuses.
    "preload": False,
}
THIS_MACHINE = "127.0.0.1"

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 900}
WIDTHS = {"phone": PHONE, "desktop": DESKTOP}

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

axe = Axe()


@dataclass
class Watch:
    """Everything a browser complains of while a test runs; any of it fails the test."""

    problems: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", self._error)
        context.on("response", self._response)
        context.on("requestfailed", self._failed)
        context.route(lambda url: urlsplit(url).hostname != THIS_MACHINE, self._elsewhere)

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

    def _elsewhere(self, route: Route) -> None:
        self.problems.append(f"asks another machine: {route.request.url}")
        route.abort()


def problems(page: Page) -> list[str]:
    """What is wrong with the page as it stands."""
    return [*page.evaluate(STRUCTURE), *sideways(page), *violations(page)]


def sideways(page: Page) -> list[str]:
    found = page.evaluate(SIDEWAYS)
    return [found] if found else []


def violations(page: Page) -> list[str]:
    """Each as axe's rule, its words, and the first places."""
    if page.evaluate("() => !window.axe"):
        page.evaluate(axe.axe_script)
    result = page.evaluate("(options) => axe.run(options)", AXE_OPTIONS)["violations"]
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
