"""Every file of the product says in its first lines what it is for."""

import ast
from pathlib import Path

from checks import sources
from checks.finding import Finding


def check(root: Path) -> list[Finding]:
    """Each Python file under aims/ has a module docstring."""
    return [
        Finding(source.path, 1, "say in a sentence what this file is for (a module docstring).")
        for source in sources.python(root, "aims")
        if not (ast.get_docstring(source.tree) or "").strip()
    ]
