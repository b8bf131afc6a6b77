"""A provider is known in one place: its own file or folder under aims/providers/."""

import re
from pathlib import Path

from aims.providers import registry
from checks import sources
from checks.finding import Finding

FOLDER = "aims/providers/"
MODELS = "aims/catalog/models/"
NOT_PROVIDERS = registry.NOT_PROVIDERS | {"__init__"}
# The sandbox is a part of the product that people read about: an ordinary word here.
ORDINARY_WORDS = frozenset({"sandbox"})
# The OpenAI-compatible routes are a face, whoever makes the pictures: whatever answers or describes them says for whose
# clients. Files elsewhere call it `web.openai`.
FACES = {"openai": re.compile(r"\b(aims\.)?web\.openai\b|from aims\.web import .*")}

# Two doors of one house: the second may name the first.
KIN = {"google": "vertex"}

_ID = re.compile(r'^id\s*=\s*"([^"]+)"', re.MULTILINE)


def check(root: Path) -> list[Finding]:
    """No provider is named in another Python file of the product (the catalogue's data files may name it)."""
    product = [path for path in sources.files(root) if path.startswith("aims/") and path.endswith(".py")]
    providers = {
        path.removeprefix(FOLDER).split("/")[0].removesuffix(".py") for path in product if _in_folder(path)
    }
    providers = {name for name in providers - NOT_PROVIDERS - ORDINARY_WORDS if not name.startswith("_")}
    models = _model_ids(root)
    findings: list[Finding] = []
    for path in product:
        text = models.sub("", sources.read_text(root, path) or "")
        for name in sorted(providers):
            if not _is_home(path, name):
                findings += _mentions(path, text, name)
    return findings


def _model_ids(root: Path) -> re.Pattern[str]:
    """Ids of models, in quotes or as a word of their own: many begin with a maker's name, and a default or an example
    of a command has to name one.
    """
    files = [path for path in sources.files(root) if path.startswith(MODELS) and path.endswith(".toml")]
    ids = [found for path in files for found in _ID.findall(sources.read_text(root, path) or "")]
    return re.compile("|".join(rf"(?<=[\"'` ]){re.escape(model)}(?=[\"'` ])" for model in ids) or r"(?!)")


def _mentions(path: str, text: str, name: str) -> list[Finding]:
    # An underscore ends a word here: a setting such as NAME_KEY is a mention as well.
    word = re.compile(rf"(?<![a-z0-9]){re.escape(name)}(?![a-z0-9])", re.IGNORECASE)
    if not word.search(text):
        return []
    face = FACES.get(name)
    sentence = f"`{name}` is known to {FOLDER}{name} only; say what it does, not who does it."
    return [
        Finding(path, number, sentence)
        for number, line in enumerate(text.splitlines(), start=1)
        if word.search(face.sub("", line) if face else line)
    ]


def _in_folder(path: str) -> bool:
    return path.startswith(FOLDER)


def _is_home(path: str, name: str) -> bool:
    homes = [f"{FOLDER}{each}" for each in (name, KIN.get(name)) if each] + (
        ["aims/web"] if name in FACES else []
    )
    return any(path == f"{home}.py" or path.startswith(f"{home}/") for home in homes)
