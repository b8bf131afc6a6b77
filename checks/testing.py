"""Tests wait for things to happen, not for time to pass, and none is skipped where everything should run."""

import ast
from pathlib import Path

from checks import sources
from checks.calls import dotted, imported
from checks.finding import Finding

LONGEST_SLEEP = 0.2
# An hour is longer than any test may take: it stands for a process that hangs and is to be killed.
HANGS = 3600
SLEEPS = frozenset({"time.sleep", "asyncio.sleep", "anyio.sleep"})
SKIPS = frozenset({"pytest.skip", "pytest.importorskip", "pytest.mark.skip", "pytest.mark.skipif"})
# Skips go through here, because AIMS_REQUIRE_ALL=1 has to turn every one of them into a failure.
MAY_SKIP = frozenset({"tests/conftest.py", "tests/machine.py"})


def sleeps(root: Path) -> list[Finding]:
    """No sleep of 0.2 s or more in tests, except an hour or more, which is a hang put there to be killed."""
    sentence = "this waits for time to pass; wait on an event, or poll with a deadline."
    return [
        Finding(source.path, node.lineno, sentence)
        for source in sources.python(root, "tests")
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and _full_name(source.tree, node.func) in SLEEPS and _is_long(node)
    ]


def skips(root: Path) -> list[Finding]:
    """No skip outside the one place that knows AIMS_REQUIRE_ALL."""
    sentence = "ask tests/machine.py for what is missing: a skip here is silent where everything must run."
    return [
        Finding(source.path, node.lineno, sentence)
        for source in sources.python(root, "tests")
        if source.path not in MAY_SKIP
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute | ast.Name) and _full_name(source.tree, node) in SKIPS
    ]


def _is_long(call: ast.Call) -> bool:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    first = given[0] if given else None
    number = first.value if isinstance(first, ast.Constant) else 0
    return isinstance(number, int | float) and LONGEST_SLEEP <= number < HANGS


def _full_name(tree: ast.Module, node: ast.expr) -> str:
    """`time.sleep` for `sleep` too, where it was imported by name."""
    name = dotted(node)
    if "." in name or not isinstance(node, ast.Name):
        return name
    return next((full for _, full in imported(tree) if full.endswith(f".{name}")), name)
