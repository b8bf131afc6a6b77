"""Which words of an example are drawn in which colour. It need not be exact: what it does not know stays as it is."""

import re
from dataclasses import dataclass

STRING = r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'"
_VALUE = r"(?<![\w.-])-?\d+(?:\.\d+)?(?![\w.-])|\b(?:true|false|null|True|False|None)\b"
_WORDS = {
    "python": "import|from|with|as|for|in|if|not|raise|print|await|def|return",
    "javascript": "import|from|const|let|await|for|of|if|throw|new|async|return|function",
}
_QUOTED_BODY = r"'[^']*'"
_PATTERNS = {
    "json": re.compile(rf"(?P<string>{STRING})|(?P<value>{_VALUE})"),
    # A body in single quotes may have several lines.
    "curl": re.compile(rf"(?P<remark>(?m:^)#[^\n]*)|(?P<string>\"(?:[^\"\\]|\\.)*\"|{_QUOTED_BODY})"),
    **{
        name: re.compile(
            rf"(?P<remark>(?:#|//)(?= )[^\n]*)|(?P<string>{STRING}|`[^`]*`)"
            rf"|(?P<word>\b(?:{words})\b)|(?P<value>{_VALUE})"
        )
        for name, words in _WORDS.items()
    },
}
_PATTERNS["cli"] = _PATTERNS["curl"]


@dataclass(frozen=True, slots=True)
class Part:
    """Some text of one colour: `string`, `value`, `word`, `remark`, or none."""

    colour: str
    text: str


def coloured(text: str, language: str) -> list[Part]:
    """The same text in parts. Nothing is lost: the parts one after the other are the text."""
    pattern = _PATTERNS.get(language)
    if pattern is None:
        return [Part("", text)]
    parts: list[Part] = []
    end = 0
    for found in pattern.finditer(text):
        if found.start() > end:
            parts.append(Part("", text[end : found.start()]))
        parts.append(Part(found.lastgroup or "", found[0]))
        end = found.end()
    return [*parts, Part("", text[end:])] if end < len(text) else parts
