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
# A picture that stands in the HTML itself. Megabytes of it would push the words out of what we read.
_DATA_PICTURE = re.compile(r"""data:(image/[a-z+.-]{1,30});base64,([A-Za-z0-9+/=\s]*)""")
_META_CHARSET = re.compile(rb"""<meta[^>]{0,200}charset\s*=\s*["']?([A-Za-z0-9_:.-]{1,40})""", re.IGNORECASE)
QUOTES = ("quote", "cite", "reply", "yahoo_quoted")
"""Parts of the class names by which mailers mark what they quote."""
LONGEST_ALT = 8


def charset_in(html: bytes) -> str:
    """The charset that the HTML itself names, where its headers name none."""
    named = _META_CHARSET.search(html[:4000])
    return named[1].decode() if named else ""


def split_pictures(html: str) -> tuple[str, list[tuple[str, str]]]:
    """The HTML without the pictures written into it, and those: their types and their base64."""
    pictures: list[tuple[str, str]] = []

    def note(found: "re.Match[str]") -> str:
        pictures.append((found[1], found[2]))
        return ""

    return _DATA_PICTURE.sub(note, html), pictures


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
        self._quotes: list[bool] = []
        """Of each blockquote that is open, whether it quotes: people indent by the same tag."""
        self._boxes: list[bool] = []
        """Of each div that is open, whether a mailer says that it holds a quote."""
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
                self._quotes.append(self._is_quote(dict(attrs)))
            elif tag == "div":
                self._boxes.append(_is_named_quote(dict(attrs)))
            elif tag == "li":
                self._line = "・"
        elif tag == "img":
            self._line += _sign_of(dict(attrs))
        elif tag == "a":
            self._link = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(0, self._unseen - 1)
        elif tag in LINES:
            self._break(apart=tag in APART)
            if tag == "blockquote" and self._quotes:
                self._quotes.pop()
            elif tag == "div" and self._boxes:
                self._boxes.pop()
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
        depth = min(sum(self._quotes), DEEPEST)
        prefix = ">" * depth + " " if depth else ""
        if line or always:
            self._lines.append((prefix + line).rstrip())
        if apart and self._lines and self._lines[-1].strip("> "):
            self._lines.append(prefix.rstrip())

    def _is_quote(self, attributes: dict[str, str | None]) -> bool:
        """An indent has a margin and no line at its side."""
        if any(self._boxes) or _is_named_quote(attributes):
            return True
        style = (attributes.get("style") or "").lower()
        return "margin" not in style or "border-left" in style


def _is_named_quote(attributes: dict[str, str | None]) -> bool:
    name = (attributes.get("class") or "").lower()
    is_cited = (attributes.get("type") or "").lower() == "cite" or "cite" in attributes
    return is_cited or any(quote in name for quote in QUOTES)


def _sign_of(attributes: dict[str, str | None]) -> str:
    """A sign drawn as a picture, as some mailers do: its name is the sign itself."""
    name = (attributes.get("alt") or "").strip()
    is_sign = len(name) <= LONGEST_ALT and not any(sign.isalnum() for sign in name)
    return name if is_sign else ""
