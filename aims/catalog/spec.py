"""What a model file says, as frozen types.

One TOML file describes one model: what it makes, where its provider has it, which parameters it takes and how
the provider spells them, and what it costs. Everything else that the studio knows about a model follows from
its file.
"""

from fractions import Fraction
from typing import Annotated, Literal

from msgspec import Meta, Struct

from .workflow import Workflow

Kind = Literal["image", "video"]
Task = Literal[
    "text2img", "img2img", "text2video", "img2video", "ref2video", "firstlast2video", "extendvideo"
]
Status = Literal["active", "paused", "retired"]
Offered = Literal["always", "connected"]
Role = Literal["reference", "start", "end", "clip"]
Scalar = str | int | float | bool

_Line = Annotated[str, Meta(min_length=1, max_length=600)]
_Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9._/-]{1,119}$")]


class _Part(Struct, frozen=True, forbid_unknown_fields=True):
    """A table of the file. A key that it does not know is an error, so that a typo is never lost."""


class Parameter(_Part, frozen=True, kw_only=True):
    """One thing that a request may set on a model.

    type, min, max, choices, default: in our words; `default` is what a request that says nothing gets.
    snap: a number between the choices or outside the bounds moves to the nearest one (ties go down).
    sent_as: the provider's name for it; absent when it is not sent as a field.
    encoding: how the provider wants a number: `plain` 8, `seconds` "8s", `digits` "8".
    sent: the provider's spelling of a choice, where it is not ours.
    unsent: choices that mean "say nothing to the provider".
    phrases: what a choice adds to the prompt, for a provider that has no field for it.
    """

    type: Literal["integer", "number", "boolean", "choice", "text"]
    help: _Line
    sent_as: _Line | None = None
    unit: _Line | None = None
    min: int | float | None = None
    max: int | float | None = None
    choices: tuple[str | int, ...] = ()
    default: Scalar | None = None
    snap: bool = False
    encoding: Literal["plain", "seconds", "digits"] = "plain"
    sent: dict[str, Scalar] = {}
    unsent: tuple[str, ...] = ()
    phrases: dict[str, str] = {}


class Picture(_Part, frozen=True, kw_only=True):
    """How an image model is told the size of its picture.

    takes `pixels`: any width and height in multiples of `step`, within the limits below. encoding: how they
    are sent, as `object` {"width": 1024, "height": 1536}, as `text` "1024x1536", or as `sides`: two values of their
    own, `width` and `height`, and none under `sent_as`.
    takes `sizes`: one of `sizes` ("1536x1024").
    takes `ratios`: one of `ratios` ("3:2"), and one of `resolutions` sent as `resolution_sent_as`.
    auto: what is sent when the model is to choose; absent: nothing is sent then.
    longest: the longer side. least_area, most_area: all pixels. steepest: longer over shorter side.
    """

    takes: Literal["pixels", "sizes", "ratios"]
    sent_as: _Line = "size"
    auto: _Line | None = None
    encoding: Literal["object", "text", "sides"] = "object"
    step: Annotated[int, Meta(ge=1, le=64)] = 1
    longest: Annotated[int, Meta(ge=64)] = 4096
    least_area: Annotated[int, Meta(ge=1)] = 1
    most_area: Annotated[int, Meta(ge=4096)] = 4096 * 4096
    steepest: Annotated[int, Meta(ge=1)] = 64
    sizes: tuple[str, ...] = ()
    ratios: tuple[str, ...] = ()
    resolutions: tuple[Literal["0.5K", "1K", "2K", "4K"], ...] = ()
    resolution_sent_as: _Line | None = None
    resolution: Literal["0.5K", "1K", "2K", "4K"] = "1K"


class Source(_Part, frozen=True, kw_only=True):
    """A picture or clip that the model works from; the table's name is the request's field.

    role: what it is for. as_list: the provider takes a list. most: how many are taken.
    instead: another field of the request that may stand in when this one is absent.
    """

    role: Role
    sent_as: _Line
    help: _Line
    required: bool = True
    as_list: bool = False
    most: Annotated[int, Meta(ge=1, le=100)] = 1
    instead: _Line | None = None


class Prompt(_Part, frozen=True, kw_only=True):
    """How long a prompt the provider takes, in characters, and under which name."""

    sent_as: _Line = "prompt"
    min: Annotated[int, Meta(ge=1)] = 1
    max: Annotated[int, Meta(ge=1)] | None = None


class Multiplier(_Part, frozen=True, kw_only=True):
    """A factor on the price. It applies when every condition holds.

    when: parameter name to the value, or the list of values, that it must have.
    over_pixels: the picture has more pixels than this. factor: "3/2" or "2", exact.
    """

    name: _Line
    factor: Fraction
    when: dict[str, Scalar | tuple[Scalar, ...]] = {}
    over_pixels: Annotated[int, Meta(ge=1)] | None = None


class Price(_Part, frozen=True, kw_only=True):
    """What one image or one second costs, in whole credits, before multipliers.

    version: changes when the price does; it is frozen on each hold.
    """

    credits: Annotated[int, Meta(ge=0, le=1_000_000)]
    unit: Literal["image", "second"]
    version: _Line
    multipliers: Annotated[tuple[Multiplier, ...], Meta(max_length=16)] = ()


class Example(_Part, frozen=True, kw_only=True):
    """A request body that works, for docs and pages. `model` is filled in by whoever shows it."""

    title: _Line
    body: dict[str, Scalar | list[str]]


class Model(_Part, frozen=True, kw_only=True):
    """One model of the catalogue, exactly as its file says.

    endpoint: the provider's own path. edit: the model that takes over when a request has pictures.
    outputs_per_call: how many pictures one call to the provider can make.
    always_audio: its videos have sound whatever the request says.
    also_at: the same model at other providers, the one to prefer first, for when this one's cannot make it.
    offered: `always`, or only where its own provider is `connected`; elsewhere it is as if it were not there.
    workflow: the graph that makes it, for a provider that runs graphs.
    verified, source, checked: where the facts come from, and when they were read.
    """

    id: _Id
    name: _Line
    description: _Line
    task: Task
    provider: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{1,30}$")]
    endpoint: _Line
    version: _Line
    source: _Line
    checked: Annotated[str, Meta(pattern=r"^20\d\d-\d\d-\d\d$")]
    price: Price
    status: Status = "active"
    offered: Offered = "always"
    substitute: str | None = None
    edit: str | None = None
    also_at: tuple[_Id, ...] = ()
    hidden: bool = False
    outputs_per_call: Annotated[int, Meta(ge=1, le=8)] = 1
    outputs_sent_as: _Line | None = None
    always_audio: bool = False
    notes: tuple[_Line, ...] = ()
    prompt: Prompt = Prompt()
    picture: Picture | None = None
    sources: dict[str, Source] = {}
    parameters: dict[str, Parameter] = {}
    workflow: Workflow | None = None
    examples: tuple[Example, ...] = ()

    @property
    def kind(self) -> Kind:
        """What it makes: "image" or "video"."""
        return "image" if self.task.endswith("img") else "video"


class Style(_Part, frozen=True, kw_only=True):
    """A look that a request can ask for by its slug.

    template: holds `{prompt}` once; the request's prompt takes that place.
    negative_prompt: sent only to models that take one.
    parameters: set where the model has them and the request did not say.
    """

    slug: Annotated[str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
    name: _Line
    category: Annotated[str, Meta(pattern=r"^[a-z]+$")]
    description: _Line
    template: Annotated[str, Meta(pattern=r"\{prompt\}", max_length=2000)]
    negative_prompt: str | None = None
    parameters: dict[str, Scalar] = {}
