"""Reading calls in a syntax tree."""

import ast
from collections.abc import Iterator


def dotted(node: ast.expr) -> str:
    """`a.b.c` for a name or a chain of attributes; `.c` when the chain starts at anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that is imported anywhere in the file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def within(name: str, modules: frozenset[str]) -> str | None:
    """The one of `modules` that `name` is or lies in."""
    return next((module for module in modules if name == module or name.startswith(f"{module}.")), None)


def named_functions(tree: ast.Module) -> Iterator[tuple[str, ast.AST]]:
    """Every node, with the dotted name of the function or class that holds it (empty at the top)."""
    pending: list[tuple[str, ast.AST]] = [("", tree)]
    while pending:
        name, node = pending.pop()
        yield name, node
        for child in ast.iter_child_nodes(node):
            inner = name
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{name}.{child.name}".lstrip(".")
            pending.append((inner, child))
