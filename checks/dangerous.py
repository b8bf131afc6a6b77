"""Constructs that turned data into code, or a small file into all memory, in projects like this one."""

import ast
from pathlib import Path

from checks import sources
from checks.calls import dotted, imported, within
from checks.finding import Finding

BUILT_IN = frozenset({"eval", "exec"})
MODULES = frozenset({"pickle", "cPickle", "marshal", "shelve", "dill"})
FUNCTIONS = frozenset({"yaml.load", "yaml.unsafe_load", "yaml.full_load", "os.system", "os.popen"})
KEYWORDS = frozenset({"shell", "allow_pickle"})


def execution(root: Path) -> list[Finding]:
    """No eval, exec, pickle, marshal, yaml.load or shell (INP-03), anywhere in the repository."""
    findings: list[Finding] = []
    for source in sources.python(root):
        for line, name in imported(source.tree):
            if module := within(name, MODULES):
                findings.append(
                    Finding(source.path, line, f"{module} runs what it reads; use JSON or msgspec.")
                )
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                findings += [Finding(source.path, node.lineno, sentence) for sentence in _said_of(node)]
    return findings


def _said_of(call: ast.Call) -> list[str]:
    name = dotted(call.func)
    said: list[str] = []
    if name in BUILT_IN or name in FUNCTIONS:
        said.append(f"{name} turns data into code; it is refused.")
    for keyword in call.keywords:
        if (
            keyword.arg in KEYWORDS
            and isinstance(keyword.value, ast.Constant)
            and keyword.value.value is True
        ):
            said.append(f"{keyword.arg}=True turns data into code; it is refused.")
    return said


def pixel_limit(root: Path) -> list[Finding]:
    """Nobody switches off Pillow's pixel limit, which holds for the whole process (MED-01)."""
    findings: list[Finding] = []
    for source in sources.python(root):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Assign) and _is_none(node.value) and any(map(_is_limit, node.targets)):
                sentence = "with no pixel limit a picture of 34 bytes takes 4 GB; set a number."
                findings.append(Finding(source.path, node.lineno, sentence))
    return findings


def _is_limit(target: ast.expr) -> bool:
    return dotted(target).rpartition(".")[2] == "MAX_IMAGE_PIXELS"


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
