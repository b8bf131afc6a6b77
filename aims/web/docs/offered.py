"""What this studio offers, as the pages list it: models with their prices and settings, and styles."""

from dataclasses import dataclass
from typing import Any

from aims import catalog
from aims.catalog.spec import Model, Style, Task
from aims.generation import Studio, is_available
from aims.providers.registry import INSTANCE

MAKES: dict[Task, str] = {
    "text2img": "Pictures from words",
    "img2img": "Edits of pictures",
    "text2video": "Films from words",
    "img2video": "Films from a picture",
    "ref2video": "Films with references",
    "firstlast2video": "Films between two frames",
    "extendvideo": "Films that go on",
}


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that a request may set on a model."""

    name: str
    kind: str
    default: str
    choices: list[str]
    says: str
    required: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """A model. multipliers: what changes the price, in words. words: what a search finds it by, in lower case.

    available: False while no provider that makes it is connected here.
    """

    id: str
    name: str
    task: str
    makes: str
    says: str
    credits: int
    unit: str
    multipliers: list[str]
    settings: list[Setting]
    available: bool
    words: str


@dataclass(frozen=True, slots=True)
class Look:
    """A style preset. preview: the address of its picture; empty when none can be drawn here."""

    slug: str
    name: str
    category: str
    says: str
    preview: str
    words: str


def models(studio: Studio) -> list[Offered]:
    """Every model that can be asked for, pictures first, each kind from the cheapest."""
    return [_offered(model, is_available(studio, INSTANCE, model)) for model in studio.shelf.models()]


def looks(studio: Studio) -> list[Look]:
    """Every style, by category."""
    drawn = studio.providers.get("sandbox") is not None
    return [_look(style, drawn) for style in studio.shelf.styles()]


def found(words: str, query: str) -> bool:
    """Whether a search finds these words: all of its own have to be in them."""
    return all(each in words for each in query.lower().split())


def _look(style: Style, drawn: bool) -> Look:
    words = f"{style.slug} {style.name} {style.category} {style.description}".lower()
    preview = f"/previews/styles/{style.slug}.webp" if drawn else ""
    return Look(style.slug, style.name, style.category, style.description, preview, words)


def _offered(model: Model, available: bool) -> Offered:
    told = catalog.describe(model)
    price = told["price"]
    makes = MAKES[model.task]
    return Offered(
        id=model.id,
        name=model.name,
        task=model.task,
        makes=makes,
        says=model.description,
        credits=price["credits"],
        unit=price["unit"],
        multipliers=[_multiplier(each) for each in price["multipliers"]],
        settings=[_setting(name, each) for name, each in told["available_settings"].items()],
        available=available,
        words=f"{model.id} {model.name} {makes} {model.task} {model.kind}".lower(),
    )


def _multiplier(told: dict[str, Any]) -> str:
    top, _, bottom = told["factor"].partition("/")
    factor = f"{int(top) / int(bottom or 1):.2f}".rstrip("0").rstrip(".")
    return f"{told['name']} × {factor}"


def _setting(name: str, told: dict[str, Any]) -> Setting:
    kind = {"urls": "list of addresses", "url": "address", "choice": "string"}.get(told["type"], told["type"])
    low, high = told.get("min"), told.get("max")
    if low is not None and high is not None:
        kind = f"{kind}, {low:,} to {high:,}"
    default = told.get("default", "")
    return Setting(
        name,
        kind,
        str(default).lower() if isinstance(default, bool) else str(default),
        [str(each) for each in told.get("choices", ())],
        told["help"],
        bool(told.get("required")) and "instead" not in told,
    )
