"""The short list of places where a rule is knowingly not kept."""

from dataclasses import dataclass, field
from pathlib import Path

from checks.finding import Finding

LIST = "checks/exceptions.txt"
RULES = frozenset({"catch", "file-lines", "function-lines", "sql"})


@dataclass(slots=True)
class Allowed:
    """The exceptions of one rule. Ask `covers` for each place that breaks it, then report `unused`."""

    rule: str
    lines: dict[str, int]
    _used: set[str] = field(default_factory=set)

    @classmethod
    def read(cls, root: Path, rule: str) -> "Allowed":
        """The lines of the list that belong to `rule`."""
        return cls(
            rule, {words[1]: line for line, words in _entries(root) if words[0] == rule and len(words) == 3}
        )

    def covers(self, place: str) -> bool:
        """Whether `place` (PATH or PATH:NAME) is on the list."""
        if place not in self.lines:
            return False
        self._used.add(place)
        return True

    def unused(self) -> list[Finding]:
        """Lines that no place needed: they are to be taken out."""
        return [
            Finding(LIST, line, f"`{self.rule} {place}` is no longer needed; take the line out.")
            for place, line in self.lines.items()
            if place not in self._used
        ]


def check(root: Path) -> list[Finding]:
    """Every line names a rule, a place and a reason."""
    findings: list[Finding] = []
    for line, words in _entries(root):
        if words[0] not in RULES:
            findings.append(Finding(LIST, line, f"`{words[0]}` is not a rule that has exceptions."))
        elif len(words) < 3:
            findings.append(Finding(LIST, line, "an exception is RULE PLACE REASON; the reason is missing."))
    return findings


def _entries(root: Path) -> list[tuple[int, list[str]]]:
    listed = root / LIST
    if not listed.is_file():
        return []
    lines = enumerate(listed.read_text(encoding="utf-8").splitlines(), start=1)
    return [
        (number, text.split(None, 2)) for number, text in lines if text.strip() and not text.startswith("#")
    ]
