"""Names and prompts never become code on a page (WEB-06)."""

import re
from pathlib import Path

from checks import sources
from checks.finding import Finding

_SCRIPT = re.compile(r"\b(?:innerHTML|outerHTML|insertAdjacentHTML|document\.write|new Function)\b")
_TEMPLATE = re.compile(r"\|\s*safe\b|\bautoescape\s+false\b|\son[a-z]+\s*=\s*[\"']|javascript:")


def check(root: Path) -> list[Finding]:
    """No script of ours writes HTML from text; no template switches escaping off or has inline scripts."""
    findings: list[Finding] = []
    for path, text in sources.texts(root):
        pattern, sentence = _asked_of(path)
        if pattern is not None:
            lines = enumerate(text.splitlines(), start=1)
            findings += [Finding(path, number, sentence) for number, line in lines if pattern.search(line)]
    return findings


def _asked_of(path: str) -> tuple[re.Pattern[str] | None, str]:
    if not path.startswith("aims/") or "vendor" in path.split("/"):
        return None, ""
    if path.endswith((".js", ".mjs")):
        return _SCRIPT, "this writes HTML from text; set textContent or build nodes."
    if path.endswith((".html", ".svg")):
        return _TEMPLATE, "this lets text become code; leave escaping on and put scripts in files."
    return None, ""
