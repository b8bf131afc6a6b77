"""Reads model and style files strictly: what a file gets wrong is said with its name and the key."""

import re
import tomllib
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from aims.core.errors import Invalid

from .graphs import faults as graph_faults
from .graphs import read_nodes
from .prepared import CHOSEN_FIRST, FRAMING, OURS, SOURCES
from .spec import Model, Parameter, Picture, Style

T = TypeVar("T", Model, Style)

_RATIO = re.compile(r"[1-9]\d?:[1-9]\d?", re.ASCII)
_SIZE = re.compile(r"[1-9]\d{1,4}x[1-9]\d{1,4}", re.ASCII)

_NEEDS: dict[str, str | None] = {
    "text2img": None,
    "img2img": "image_urls",
    "text2video": None,
    "img2video": "image_url",
    "ref2video": "image_urls",
    "firstlast2video": "first_frame_url",
    "extendvideo": "extend_video_url",
}


def wrong_file(path: Path | str, what: str) -> Invalid:
    """The error for a catalogue file that cannot be used. path: or the name of one that is kept in the database.

    what: the end of the sentence.
    """
    name = path.name if isinstance(path, Path) else path
    return Invalid.field(name, f"The catalogue file {path} cannot be used: {what}", code="catalog_file")


def read(path: Path, kind: type[T]) -> T:
    """Read one TOML file into a Model or a Style.

    The graph that a model's file names is read with it.

    Raises Invalid (code `catalog_file`), naming the file and the key, for anything that is missing, unknown
    or of the wrong type.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as problem:
        raise wrong_file(path, f"{problem}.") from problem
    return parse(path, text, kind, lambda raw: _take_nodes(path, raw.get("workflow")))


def parse(path: Path | str, text: str, kind: type[T], complete: Callable[[dict[str, Any]], None]) -> T:
    """The same for the text of one. complete: adds to the table what lies beside it.

    Raises Invalid, as `read` does.
    """
    try:
        raw = tomllib.loads(text)
        complete(raw)
        made = msgspec.convert(raw, kind, dec_hook=_fraction)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise wrong_file(path, f"{problem}.") from problem
    for what in _style_faults(made) if isinstance(made, Style) else _model_faults(made):
        raise wrong_file(path, what)
    return made


def _take_nodes(path: Path, workflow: Any) -> None:
    """Read the graph that a model's file names into its table. What is wrong with the table is told later."""
    if not isinstance(workflow, dict) or not isinstance(workflow.get("file"), str):
        return
    if "nodes" in workflow:
        raise wrong_file(path, "`workflow.nodes` is a file of its own, which `workflow.file` names.")
    beside = path.parent / workflow["file"]
    try:
        workflow["nodes"] = read_nodes(beside)
    except OSError as problem:
        raise wrong_file(path, f"the workflow {beside} cannot be read: {problem.strerror}.") from problem
    except ValueError as problem:
        raise wrong_file(path, f"the workflow {beside} cannot be used: {problem}.") from problem


def _fraction(kind: type, raw: Any) -> Any:
    if kind is not Fraction or not isinstance(raw, str | int) or isinstance(raw, bool):
        raise ValueError(f"Expected `{kind.__name__}` as text such as '3/2'")
    try:
        factor = Fraction(raw)
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"Expected a factor such as '3/2', got '{raw}'") from None
    if not 0 < factor <= 100:
        raise ValueError(f"Expected a factor above 0 and at most 100, got '{raw}'")
    return factor


def _style_faults(style: Style) -> Iterator[str]:
    if style.template.count("{prompt}") != 1:
        yield "`template` must hold {prompt} exactly once."


def _model_faults(model: Model) -> Iterator[str]:
    """What types alone cannot say about a model file."""
    unit = "image" if model.kind == "image" else "second"
    if model.price.unit != unit:
        yield f"`price.unit` must be '{unit}' for a model that makes {model.kind}s."
    if (model.picture is not None) != (model.kind == "image"):
        yield "`picture` belongs to every image model and to no video model."
    if (model.status == "retired") != (model.substitute is not None):
        yield "`substitute` belongs to a retired model, and to no other."
    if model.edit is not None and model.task != "text2img":
        yield "`edit` belongs to text2img models only."
    need = _NEEDS[model.task]
    if need is not None and need not in model.sources:
        yield f"a {model.task} model needs the table `sources.{need}`."
    if model.picture is not None:
        yield from _picture_faults(model.picture)
    for name in model.sources:
        if name not in SOURCES or (model.kind == "image" and name != "image_urls"):
            yield f"`sources.{name}` is not a field that requests for {model.kind}s have."
    yield from _price_faults(model)
    taken = CHOSEN_FIRST | SOURCES | OURS[model.kind] | (FRAMING if model.kind == "image" else frozenset())
    for name, parameter in model.parameters.items():
        if name in taken:
            yield f"`parameters.{name}` is a field of the API that means something else."
        yield from _parameter_faults(f"parameters.{name}", parameter)
    if model.workflow is not None:
        yield from graph_faults(model, model.workflow)


def _picture_faults(picture: Picture) -> Iterator[str]:
    takes = picture.takes
    if takes == "ratios" and not any(map(_RATIO.fullmatch, picture.ratios)):
        yield "`picture.ratios` needs at least one ratio such as '3:2'."
    if any(name != "auto" and not _RATIO.fullmatch(name) for name in picture.ratios):
        yield "`picture.ratios` may hold only auto and ratios such as '3:2'."
    if takes == "sizes" and not picture.sizes:
        yield "`picture.sizes` is missing."
    if not all(map(_SIZE.fullmatch, picture.sizes)):
        yield "`picture.sizes` may hold only sizes such as '1536x1024'."
    if picture.least_area > min(picture.most_area, picture.longest**2):
        yield "`picture.least_area` is more than the other limits leave room for."


def _price_faults(model: Model) -> Iterator[str]:
    known = {*model.parameters, "resolution"} if model.picture else set(model.parameters)
    for multiplier in model.price.multipliers:
        for name in multiplier.when:
            if name not in known:
                yield f"the multiplier '{multiplier.name}' depends on `{name}`, which is not there."
        if not multiplier.when and multiplier.over_pixels is None:
            yield f"the multiplier '{multiplier.name}' needs `when` or `over_pixels`."


def _parameter_faults(where: str, parameter: Parameter) -> Iterator[str]:
    choices, default = parameter.choices, parameter.default
    if parameter.type == "choice" and not choices:
        yield f"`{where}.choices` is missing."
    if default is not None and choices and default not in choices:
        yield f"`{where}.default` is not one of its choices."
    if parameter.sent_as is None and not parameter.phrases:
        yield f"`{where}` needs `sent_as` or `phrases`: as it stands it would do nothing."
    low, high = parameter.min, parameter.max
    if low is not None and high is not None and low > high:
        yield f"`{where}.min` is above its max."
    if isinstance(default, int | float) and (
        (low is not None and default < low) or (high is not None and default > high)
    ):
        yield f"`{where}.default` is outside its bounds."
    whole_choices = bool(choices) and all(isinstance(choice, int) for choice in choices)
    if parameter.snap and not (whole_choices or (low is not None and high is not None and not choices)):
        yield f"`{where}.snap` needs choices that are whole numbers, or min and max."
