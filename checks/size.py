"""A file is at most 400 lines, a function at most 60."""

import ast
from pathlib import Path

from checks import sources
from checks.exceptions import Allowed
from checks.finding import Finding

FILE_LINES = 400
FUNCTION_LINES = 60


def file_lines(root: Path) -> list[Finding]:
    """Every Python file, tests and measurements too."""
    allowed = Allowed.read(root, "file-lines")
    findings: list[Finding] = []
    for source in sources.python(root):
        count = len(source.text.splitlines())
        if count > FILE_LINES and not allowed.covers(source.path):
            sentence = f"{count} lines, and {FILE_LINES} is the most: which two things are in this file?"
            findings.append(Finding(source.path, 1, sentence))
    return findings + allowed.unused()


def function_lines(root: Path) -> list[Finding]:
    """Every function of the product and of these checks."""
    allowed = Allowed.read(root, "function-lines")
    findings: list[Finding] = []
    for source in sources.python(root, "aims", "checks"):
        for node in ast.walk(source.tree):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            if count > FUNCTION_LINES and not allowed.covers(f"{source.path}:{node.name}"):
                sentence = f"{node.name} has {count} lines, and {FUNCTION_LINES} is the most."
                findings.append(Finding(source.path, node.lineno, sentence))
    return findings + allowed.unused()
