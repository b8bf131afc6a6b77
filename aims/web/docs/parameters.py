"""The tables of parameters: the fields of a request out of the API's document, and which models act on them."""

from dataclasses import dataclass

from aims.catalog import request_schema
from aims.catalog.spec import Kind
from aims.generation import Studio
from aims.web.openapi.reading import rows

from .offered import Setting, models

# These are the studio's own doing, whatever the model.
OURS = ("prompt", "model", "style_slug", "make_public", "sync_mode")
FEW = 3
"""So many models are named; more are counted."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A field of a request. takers: the models that act on it, in words; empty when all of them do."""

    name: str
    kind: str
    default: str
    choices: list[str]
    says: str
    required: bool
    takers: str


@dataclass(frozen=True, slots=True)
class Parameters:
    """The fields of a request: those that most models have a use for, and the others."""

    general: list[Parameter]
    particular: list[Parameter]


def parameters(studio: Studio, kind: Kind) -> Parameters:
    """The fields of a request for pictures or films."""
    offered = [each for each in models(studio) if each.task.endswith("img") == (kind == "image")]
    known = list(dict.fromkeys(each.name for each in offered))
    found = Parameters([], [])
    for row in rows(request_schema(kind)):
        # A model without them hands over to one that edits.
        ours = row.name in OURS or (kind, row.name) == ("image", "image_urls")
        taking = list(dict.fromkeys(each.name for each in offered if _takes(each.settings, row.name)))
        most = ours or 2 * len(taking) >= len(known)
        (found.general if most else found.particular).append(
            Parameter(
                name=row.name,
                kind=row.kind,
                default=row.default,
                choices=row.choices,
                says=row.says,
                required=row.note == "required",
                takers="" if ours or taking == known else _told(taking, known),
            )
        )
    return found


def _told(taking: list[str], known: list[str]) -> str:
    if not taking:
        return "No model here takes it."
    return ", ".join(taking) if len(taking) <= FEW else f"{len(taking)} of {len(known)} models"


def _takes(settings: list[Setting], name: str) -> bool:
    return any(each.name == name for each in settings)
