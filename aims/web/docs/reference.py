"""`/docs`: the API, from the first request to the last error."""

from dataclasses import dataclass

from aims.accounts import ANY, ROLES, SCOPES
from aims.generation import default_model
from aims.keys.api_keys import RATE_LIMIT
from aims.keys.limits import READS_FACTOR
from aims.providers.registry import INSTANCE
from aims.web.desk import Desk
from aims.web.openapi import wire
from aims.web.openapi.document import operations

from .offered import Look, Offered, found, looks, models
from .pages import DocsPage, Place
from .parameters import Parameters, parameters
from .samples import Sample, Samples

EVERY_SCOPE = (*SCOPES, *sorted(ANY - {*SCOPES}))
PLACES = (
    Place("quick-start", "Quick start"),
    Place("api-key", "Get an API key"),
    Place("authentication", "Authentication"),
    Place(
        "generate-images",
        "Generate images",
        (
            Place("image-parameters", "Parameters"),
            Place("image-model-parameters", "Model-specific parameters"),
        ),
    ),
    Place("public-sharing", "Public sharing"),
    Place("edit-images", "Edit images"),
    Place("style-presets", "Style presets"),
    Place(
        "generate-videos",
        "Generate videos",
        (
            Place("video-parameters", "Parameters"),
            Place("video-model-parameters", "Model-specific parameters"),
        ),
    ),
    Place("uploads", "Uploads"),
    Place("background", "Work in the background"),
    Place("prices", "Prices"),
    Place("models", "Available models"),
    Place("styles", "Available styles"),
    Place("code-examples", "Code examples"),
    Place("errors", "Error codes"),
    Place("rate-limits", "Rate limits"),
    Place("more", "Everything else"),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """An operation, by its name in the API's document."""

    name: str
    summary: str


@dataclass(frozen=True, slots=True)
class Scope:
    """What a key may be given. opens: the operations that need it. usual: whether a new key has it, if nobody said."""

    name: str
    opens: list[Opened]
    usual: bool


@dataclass(frozen=True, slots=True)
class Role:
    """What a member of a workspace is there. scopes: those that their keys may have."""

    name: str
    scopes: list[str]


@dataclass(frozen=True, slots=True)
class Status:
    """A status that the API answers with."""

    number: int
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Group:
    """Styles of one category."""

    name: str
    looks: list[Look]


@dataclass(frozen=True, slots=True)
class ReferencePage(DocsPage):
    """The whole of the API. models and styles are as narrow as the searches for them; the counts are of all."""

    scopes: list[Scope]
    roles: list[Role]
    images: Parameters
    videos: Parameters
    models: list[Offered]
    models_query: str
    models_count: int
    styles: list[Group]
    styles_query: str
    styles_count: int
    errors: list[Status]
    rate_limit: int
    reads_factor: int
    default_image: str
    default_video: str
    sandbox: bool
    samples: dict[str, Sample]


def page(at: Desk, wanted: str = "", look: str = "") -> ReferencePage:
    """All that stands on it."""
    studio = at.studio
    offered, every = models(studio), looks(studio)
    return ReferencePage(
        title="API Reference",
        base_url=studio.settings.base_url,
        tab="reference",
        places=PLACES,
        scopes=[_scope(name) for name in EVERY_SCOPE],
        roles=[Role(name, [one for one in EVERY_SCOPE if one in most]) for name, most in ROLES.items()],
        images=parameters(studio, "image"),
        videos=parameters(studio, "video"),
        models=[each for each in offered if found(each.words, wanted)],
        models_query=wanted,
        models_count=len(offered),
        styles=_grouped([each for each in every if found(each.words, look)]),
        styles_query=look,
        styles_count=len(every),
        errors=[
            Status(200, "OK", "The request was accepted. Each output says in `status` what became of it."),
            *_errors(),
        ],
        rate_limit=RATE_LIMIT,
        reads_factor=READS_FACTOR,
        default_image=default_model(studio, INSTANCE, "image"),
        default_video=default_model(studio, INSTANCE, "video"),
        sandbox=studio.providers.stands_in,
        samples={each.name: each for each in _samples(at)},
    )


def _scope(name: str) -> Scope:
    opened = {each.summary: Opened(each.name, each.summary) for each in operations() if each.access == name}
    return Scope(name, [*opened.values()], name in SCOPES)


def _grouped(every: list[Look]) -> list[Group]:
    names = dict.fromkeys(each.category for each in every)
    return [Group(name.capitalize(), [each for each in every if each.category == name]) for name in names]


def _errors() -> list[Status]:
    return [Status(number, _spaced(name), says) for number, (name, says, _) in sorted(wire.ERRORS.items())]


def _spaced(name: str) -> str:
    """`NotFound` as words."""
    return "".join(f" {each}" if each.isupper() else each for each in name).strip()


def _samples(at: Desk) -> list[Sample]:
    make = Samples(at.studio, at.commands() if at.commands else None)
    base = at.studio.settings.base_url
    return [
        make.text(
            "environment",
            "Once, in your shell",
            f'export AIMS_API_KEY="YOUR_API_KEY"\nexport AIMS_BASE_URL="{base}/api/v1"',
        ),
        make.text("key-create", "Another key", "aims keys create --name laptop", "cli"),
        make.asking("image", "basic"),
        make.answered("image", "made", "basic"),
        *(make.told(name) for name in ("models-image", "models-video", "key-header", "styles", "upload")),
        make.text("bearer", "Bearer token", "Authorization: Bearer YOUR_API_KEY"),
        make.text("x-api-key", "X-API-Key header", "X-API-Key: YOUR_API_KEY"),
        make.asking("image", "shared"),
        make.answered("image", "shared", "shared"),
        *(make.asking("image", name) for name in ("edit", "collage", "styled", "options", "transparent")),
        make.answered("image", "styled", "styled"),
        make.answered("image", "shared", "options"),
        *(make.asking("video", name) for name in ("text", "image")),
        make.answered("video", "made", "text"),
        *(
            make.told(name)
            for name in ("later", "look", "follow", "estimate", "share", "plain-python", "openai")
        ),
        *make.refused(),
    ]
