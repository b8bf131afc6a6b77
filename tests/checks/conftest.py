"""A small product that breaks no rule, to plant violations in."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from checks import locks

Plant = Callable[[Mapping[str, str]], Path]

HASH = "--hash=sha256:" + "0123456789abcdef" * 4
PROJECT = """[project]
name = "ai-media-studio"
dependencies = [
  "pillow>=13.0.0",
]

[tool.ruff]
line-length = 110

[tool.importlinter]
root_packages = ["aims"]

[[tool.importlinter.contracts]]
name = "Imports go down only"
type = "layers"
layers = ["aims.web", "aims.core"]
"""
CLEAN = {
    "pyproject.toml": PROJECT,
    "CHANGELOG.md": "# Changelog\n\n## 0.1.0 (unreleased)\n",
    "decisions/0002-dependencies.md": "| for | choice | why |\n| --- | --- | --- |\n| x | `pillow` | y |\n",
    "aims/__init__.py": '"""A studio."""\n',
    "aims/core/__init__.py": '"""Words for all."""\n',
    "aims/web/__init__.py": '"""A face."""\n',
    "aims/providers/registry.py": '"""Finds providers."""\n',
    "aims/providers/fal.py": '"""The fal provider."""\n\nKEY = "FAL_KEY"\n',
    "checks/exceptions.txt": "# RULE PLACE REASON\n",
    "checks/__init__.py": '"""Checks."""\n',
} | dict.fromkeys(locks.LOCKS, f"pillow==13.0.0 \\\n    {HASH}\n")


@pytest.fixture
def plant(tmp_path: Path) -> Plant:
    """Write the clean product and, over it, the given files. Returns its root folder."""

    def write(files: Mapping[str, str]) -> Path:
        for path, text in {**CLEAN, **files}.items():
            file = tmp_path / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return tmp_path

    return write
