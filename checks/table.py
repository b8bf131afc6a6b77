"""All checks, by the name that `./dev check NAME` takes."""

from checks import (
    caught,
    changelog,
    dangerous,
    decided,
    docstrings,
    exceptions,
    hygiene,
    locks,
    names,
    one_provider,
    outbound,
    pages,
    size,
    statements,
    testing,
    tools,
    weight,
)
from checks.finding import Check

# These start another program, so they run beside the rest. The slowest stands first.
TOOLS: dict[str, Check] = {
    "types": tools.types,
    "imports": tools.imports,
    "lint": tools.lint,
    "format": tools.formatting,
}

HOUSE: dict[str, Check] = {
    "file-lines": size.file_lines,
    "function-lines": size.function_lines,
    "names": names.check,
    "one-provider": one_provider.check,
    "sql": statements.check,
    "execution": dangerous.execution,
    "pixel-limit": dangerous.pixel_limit,
    "outbound": outbound.check,
    "catch": caught.check,
    "pages": pages.check,
    "text": hygiene.check,
    "locks": locks.check,
    "dependencies": decided.check,
    "sleeps": testing.sleeps,
    "skips": testing.skips,
    "docstrings": docstrings.check,
    "changelog": changelog.check,
    "weight": weight.check,
    "exceptions": exceptions.check,
}

ALL: dict[str, Check] = TOOLS | HOUSE
