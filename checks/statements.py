"""SQL is never put together from pieces (INP-03): values are bound, statements are constants."""

import ast
from pathlib import Path

from checks import sources
from checks.calls import dotted, named_functions
from checks.exceptions import Allowed
from checks.finding import Finding

EXECUTING = frozenset({"execute", "executemany", "executescript", "exec_driver_sql"})
MAKING = frozenset({"text", "DDL", "literal_column"})
LIBRARY = frozenset({"sa", "sqlalchemy"})


def check(root: Path) -> list[Finding]:
    """No formatted, joined or percent-filled string reaches a database in aims/, bench/ or tests/."""
    allowed = Allowed.read(root, "sql")
    findings: list[Finding] = []
    for source in sources.python(root, "aims", "bench", "tests"):
        built = _built_names(source.tree)
        for inside, node in named_functions(source.tree):
            if not isinstance(node, ast.Call) or not node.args or not _takes_sql(node.func):
                continue
            first = node.args[0]
            is_built = _is_built(first) or (isinstance(first, ast.Name) and (inside, first.id) in built)
            if is_built and not allowed.covers(f"{source.path}:{inside}"):
                sentence = "SQL is put together from pieces here; write one statement and bind its values."
                findings.append(Finding(source.path, node.lineno, sentence))
    return findings + allowed.unused()


def _takes_sql(function: ast.expr) -> bool:
    if isinstance(function, ast.Name):
        return function.id in MAKING
    if not isinstance(function, ast.Attribute):
        return False
    return function.attr in EXECUTING or (function.attr in MAKING and dotted(function.value) in LIBRARY)


def _is_built(node: ast.expr) -> bool:
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        return any(_is_text(side) or _is_built(side) for side in (node.left, node.right))
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("format", "join")
    ):
        return _is_text(node.func.value)
    return False


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _built_names(tree: ast.Module) -> set[tuple[str, str]]:
    """Names that were given such a string, each with the function it happened in."""
    return {
        (inside, target.id)
        for inside, node in named_functions(tree)
        if isinstance(node, ast.Assign) and _is_built(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
