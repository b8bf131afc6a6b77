"""The draft: a request that has been checked, in our words, complete, and fit for one model."""

from typing import Any, NamedTuple

from msgspec import Struct

from .framing import Frame, film_pixels, frame
from .spec import Kind, Model, Role, Scalar, Style
from .styling import merged_negative

Values = dict[str, Any]


class Reference(NamedTuple):
    """A picture or clip to work from. field: where the request named it."""

    role: Role
    url: str
    field: str


class Draft(Struct, frozen=True, kw_only=True):
    """A request that has been checked, with every default filled in.

    model: the one that will run, which is the edit sibling when the request has pictures.
    styled_prompt: what the model is given; `prompt` is what the person wrote.
    parameters: by our names, only what the model knows; from these and the model's file the provider's
    request is built.
    width, height: the pixels to expect; None where the model decides.
    duration: seconds, of a film. audio: whether the film will have sound.
    """

    model: Model
    prompt: str
    styled_prompt: str
    negative_prompt: str | None
    n: int
    parameters: dict[str, Scalar]
    references: tuple[Reference, ...]
    ignored_parameters: tuple[str, ...]
    style_applied: str | None
    make_public: bool
    sync_mode: bool
    seed: int | None
    width: int | None
    height: int | None
    aspect_ratio: str | None
    resolution: str | None
    duration: int | None
    audio: bool

    @property
    def kind(self) -> Kind:
        """ "image" or "video"."""
        return self.model.kind

    def by_role(self, role: Role) -> tuple[str, ...]:
        """The addresses of the pictures or clips that have this role, in the request's order."""
        return tuple(reference.url for reference in self.references if reference.role == role)


class Checked(NamedTuple):
    """What checking has found out about a request, before its size is worked out."""

    model: Model
    prompt: str
    styled_prompt: str
    style: Style | None
    values: Values
    parameters: dict[str, Scalar]
    references: tuple[Reference, ...]
    ignored: list[str]


def draft_of(checked: Checked) -> Draft:
    """The finished draft."""
    return _picture(checked) if checked.model.kind == "image" else _film(checked)


def _picture(checked: Checked) -> Draft:
    model, values, parameters, ignored = checked.model, checked.values, checked.parameters, checked.ignored
    framed = _frame(model, values, bool(checked.references))
    if not framed.resolution_used:
        ignored.append("resolution")
    if framed.size is not None:
        parameters["size"] = framed.size
    if framed.aspect_ratio is not None:
        parameters["aspect_ratio"] = framed.aspect_ratio
    if framed.resolution is not None:
        parameters["resolution"] = framed.resolution
    return Draft(
        model=model,
        prompt=checked.prompt,
        styled_prompt=checked.styled_prompt,
        negative_prompt=_negative(checked),
        n=values.get("n", 1),
        parameters=parameters,
        references=checked.references,
        ignored_parameters=tuple(dict.fromkeys(ignored)),
        style_applied=checked.style.slug if checked.style else None,
        make_public=values.get("make_public", False),
        sync_mode=values.get("sync_mode", False),
        seed=_seed(checked),
        width=framed.width,
        height=framed.height,
        aspect_ratio=framed.aspect_ratio,
        resolution=framed.resolution,
        duration=None,
        audio=False,
    )


def _film(checked: Checked) -> Draft:
    model, parameters = checked.model, checked.parameters
    ratio, resolution, seconds = map(parameters.get, ("aspect_ratio", "resolution", "duration"))
    aspect_ratio, resolution = str(ratio) if ratio else None, str(resolution) if resolution else None
    width, height = film_pixels(resolution, aspect_ratio)
    if model.always_audio and checked.values.get("audio") and "audio" in checked.ignored:
        # What was asked for is what will be had, although nothing is sent for it.
        checked.ignored.remove("audio")
    return Draft(
        model=model,
        prompt=checked.prompt,
        styled_prompt=checked.styled_prompt,
        negative_prompt=_negative(checked),
        n=1,
        parameters=parameters,
        references=checked.references,
        ignored_parameters=tuple(dict.fromkeys(checked.ignored)),
        style_applied=None,
        make_public=checked.values.get("make_public", False),
        sync_mode=False,
        seed=_seed(checked),
        width=width,
        height=height,
        aspect_ratio=aspect_ratio,
        resolution=resolution,
        duration=int(seconds) if seconds is not None else None,
        audio=model.always_audio or parameters.get("audio") is True,
    )


def _frame(model: Model, values: Values, editing: bool) -> Frame:
    assert model.picture is not None
    # An edit keeps its picture's shape unless it is told otherwise; a new picture is a square one.
    size = values.get("size", None if editing else (1024, 1024))
    return frame(
        model.picture,
        size=size,
        aspect_ratio=values.get("aspect_ratio"),
        resolution=values.get("resolution"),
    )


def _seed(checked: Checked) -> int | None:
    return checked.values.get("seed") if "seed" in checked.model.parameters else None


def _negative(checked: Checked) -> str | None:
    """The negative prompt, for a model that takes one; `parameters` then holds the same words."""
    if "negative_prompt" not in checked.model.parameters:
        return None
    asked = checked.parameters.get("negative_prompt")
    merged = merged_negative(str(asked) if asked else None, checked.style)
    if merged is not None:
        checked.parameters["negative_prompt"] = merged
    return merged
