"""What the pages of the documentation show: their examples, as a reader would copy them."""

from dataclasses import dataclass
from html.parser import HTMLParser

TABS = ("/docs", "/docs/cli", "/docs/mcp", "/docs/skills")
RUN = ("curl", "python", "javascript", "cli")


@dataclass(frozen=True, slots=True)
class Shown:
    """An example in one language. name: that of its figure, without `example-`."""

    name: str
    language: str
    text: str


class Reading(HTMLParser):
    """Reads the examples out of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.examples: list[Shown] = []
        self._name = self._language = ""
        self._text: list[str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        about = dict(attrs)
        if tag == "figure":
            self._name = (about.get("id") or "").removeprefix("example-")
        self._language = about.get("data-language") or self._language
        if tag == "code" and self._name:
            self._text = []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "code" and self._text is not None:
            self.examples.append(Shown(self._name, self._language, "".join(self._text)))
            self._text = None
        if tag == "figure":
            self._name = self._language = ""
