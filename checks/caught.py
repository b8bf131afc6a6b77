"""Catch what you can name: everything is caught only in the worker loop and at the top of each face."""

import ast
from pathlib import Path

from checks import sources
from checks.calls import dotted, named_functions
from checks.exceptions import Allowed
from checks.finding import Finding

EVERYTHING = frozenset({"Exception", "BaseException"})


def check(root: Path) -> list[Finding]:
    """No bare `except` and no `except Exception` in aims/ outside the places in checks/exceptions.txt.

    A handler that ends in `raise` tidies up or translates and hides nothing, so it may catch everything.
    """
    allowed = Allowed.read(root, "catch")
    findings: list[Finding] = []
    for source in sources.python(root, "aims"):
        for inside, node in named_functions(source.tree):
            if _hides_everything(node) and not allowed.covers(f"{source.path}:{inside}"):
                sentence = f"{inside or 'this file'} catches everything; catch what you can name."
                findings.append(Finding(source.path, getattr(node, "lineno", 1), sentence))
    return findings + allowed.unused()


def _hides_everything(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        last = node.body[-1]
        return _is_everything(node.type) and not isinstance(last, ast.Raise)
    if isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] == "suppress":
        return any(_is_everything(argument) for argument in node.args)
    return False


def _is_everything(caught: ast.expr | None) -> bool:
    if isinstance(caught, ast.Tuple):
        return any(_is_everything(part) for part in caught.elts)
    return caught is None or dotted(caught) in EVERYTHING
