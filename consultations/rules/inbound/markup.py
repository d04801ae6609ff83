"""The text of a mail that has only HTML. Nothing of the HTML itself is kept or shown."""

import re
from html.parser import HTMLParser

UNSEEN = {"head", "script", "style", "title", "template", "noscript"}
LINES = {"address", "article", "div", "dl", "dt", "dd", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6"} | {
    "header", "hr", "li", "ol", "p", "pre", "section", "table", "tr", "ul", "blockquote", "center"
}  # fmt: skip
APART = {"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "pre"}
DEEPEST = 20
_NO_TAG = re.compile(r"<(?![A-Za-z/!?])")


def text_of(html: str) -> str:
    reader = _Reader()
    reader.feed(_without_loose_ends(html))
    reader.close()
    return reader.text


def _without_loose_ends(html: str) -> str:
    """A sign that opens no tag, or one that nothing closes, is a sign of the text. The parser would look for the end of
    each through all that follows: a mail of half a megabyte kept it busy for minutes.
    """
    end = html.rfind(">") + 1
    return _NO_TAG.sub("&lt;", html[:end]) + html[end:].replace("<", "&lt;")


class _Reader(HTMLParser):
    """Line by line; what a blockquote holds gets the > of a plain mail, so that both are cut by one rule."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._lines: list[str] = []
        self._line = ""
        self._depth = 0
        self._unseen = 0
        self._link = ""

    @property
    def text(self) -> str:
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self._lines)).strip()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        elif tag == "br":
            self._break(always=True)
        elif tag in LINES:
            self._break(apart=tag in APART)
            if tag == "blockquote":
                self._depth = min(self._depth + 1, DEEPEST)
            elif tag == "li":
                self._line = "・"
        elif tag == "a":
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in LINES:
            self._break(apart=tag in APART)
            if tag == "blockquote":
                self._depth = max(0, self._depth - 1)
        elif tag in ("td", "th"):
            self._line += " "
        elif tag == "a":
            if self._link.startswith(("http://", "https://")) and self._link not in self._line:
                self._line += f" <{self._link}>"
            self._link = ""

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            words = re.sub(r"\s+", " ", data)
            self._line += words if self._line else words.lstrip()

    def _break(self, *, always: bool = False, apart: bool = False) -> None:
        line, self._line = self._line.rstrip(), ""
        prefix = ">" * self._depth + " " if self._depth else ""
        if line or always:
            self._lines.append((prefix + line).rstrip())
        if apart and self._lines and self._lines[-1].strip("> "):
            self._lines.append(prefix.rstrip())
