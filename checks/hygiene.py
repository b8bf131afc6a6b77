"""What must not stand in any text file of the repository.

The patterns are written so that none of them matches its own text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks import sources
from checks.finding import Finding


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern that is refused, and what to say about it."""

    pattern: re.Pattern[str]
    sentence: str
    in_vendored: bool = True


def _rule(pattern: str, sentence: str, *, in_vendored: bool = True) -> Rule:
    return Rule(re.compile(pattern), sentence, in_vendored)


_HOME = "a home directory; write a path that holds on every machine."
_HOST = "a download host; where packages come from is the installer's matter."

RULES = (
    _rule(r"(?<![\w.~-])/(?:hom[e]|User[s])/[\w.-]+/", _HOME),
    _rule(r"(?<![\w.~-])/roo[t]/", _HOME),
    _rule(r"\b[A-Z]:\\+User[s]\\+\w", _HOME),
    _rule(r"files\.pythonhosted|pypi\.org/simple|registry\.(?:npmjs|yarnpkg)", _HOST),
    _rule(r"--(?:extra-|default-)?index[-]url|find[-]links", _HOST),
    _rule(r"-----BEGIN [A-Z ]*PRIVATE[ ]KEY", "a private key; make one in the test that needs it."),
    _rule(r"^(?:<{7}|>{7}|\|{7})(?: |$)", "a merge marker."),
    _rule(r"\b(?:TO[D]O|FIX[M]E|X[X]X)\b", "do it, or open an issue.", in_vendored=False),
)

# Prefixes of keys with what follows them. Placeholders are told from keys by how little they vary.
_KEYS = re.compile(
    r"(?<![A-Za-z0-9_-])(?:"
    r"sk-[A-Za-z0-9_-]{20,}|AKIA[A-Z0-9]{16}|AIza[A-Za-z0-9_-]{35}|gh[pousr]_[A-Za-z0-9]{36}"
    r"|r8_[A-Za-z0-9]{37}|hf_[A-Za-z0-9]{34}|whsec_[A-Za-z0-9+/]{32,}|aims_[A-Za-z0-9_-]{40,})"
)
_DISTINCT, _DIGITS = 14, 2

# Direction overrides and isolates, zero-width characters, soft hyphen, tags, rare variation selectors.
_HIDDEN = re.compile("[\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e01ef]")


def check(root: Path) -> list[Finding]:
    """No path of a machine, download host, key, hidden character, merge marker or unfinished mark."""
    rules = (*RULES, *_own_path(root))
    findings: list[Finding] = []
    for path, text in sources.texts(root):
        vendored = "vendor" in path.split("/")
        asked = [rule for rule in rules if rule.in_vendored or not vendored]
        for number, line in enumerate(text.splitlines(), start=1):
            findings += [Finding(path, number, sentence) for sentence in _said_of(line, asked)]
    return findings


def _said_of(line: str, rules: list[Rule]) -> Iterator[str]:
    for rule in rules:
        if rule.pattern.search(line):
            yield rule.sentence
    if any(_looks_real(key.group()) for key in _KEYS.finditer(line)):
        yield "this looks like a real key; take it out and revoke it (a test makes its own)."
    if hidden := _HIDDEN.search(line):
        yield f"U+{ord(hidden.group()):04X} is not visible; write it as an escape, or take it out."


def _looks_real(key: str) -> bool:
    varied = len(set(key)) >= _DISTINCT and sum(letter.isdigit() for letter in key) >= _DIGITS
    return varied and "EXAMPLE" not in key.upper()


def _own_path(root: Path) -> tuple[Rule, ...]:
    # A checkout straight below the root folder has a path such as /studio, which is an address on the web.
    if len(root.parts) < 3:
        return ()
    pattern = rf"(?<![\w.-]){re.escape(root.as_posix())}(?![\w-])"
    return (_rule(pattern, "the path of this checkout; write it relative to the repository."),)
