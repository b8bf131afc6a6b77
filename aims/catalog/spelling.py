"""Says a request in its provider's words, from what the model's file knows and nothing else."""

from collections.abc import Iterable, Mapping
from typing import Any

from .framing import pixels_of
from .spec import Model, Parameter, Picture, Scalar
from .workflow import RESERVED, SIDES

_FRAMING = ("size", "aspect_ratio", "resolution")


def provider_input(
    model: Model,
    *,
    prompt: str,
    parameters: Mapping[str, Scalar],
    references: Iterable[tuple[str, str]] = (),
    count: int = 1,
) -> dict[str, Any]:
    """The input object of one call to the provider.

    prompt: the styled one. parameters: a draft's. references: (field, address) pairs, in order, where the
    field is the one that the request used and the address is one that the provider can read.
    count: pictures that this call is to make, at most the model's `outputs_per_call`.
    A model that is a graph comes with it, under `workflow`; the other names are then those of its inputs.
    """
    body: dict[str, Any] = {model.prompt.sent_as: prompt}
    if model.outputs_sent_as is not None:
        body[model.outputs_sent_as] = count
    if model.picture is not None:
        body |= _framing(model.picture, parameters)
    if model.workflow is not None and not model.workflow.takes_sides:
        for side in SIDES:
            body.pop(side, None)
    for name, parameter in model.parameters.items():
        value = parameters.get(name)
        if value is not None and parameter.sent_as is not None and value not in parameter.unsent:
            body[parameter.sent_as] = _spelled(parameter, value)
    sent = list(references)
    for name, source in model.sources.items():
        urls = [url for field, url in sent if field == name]
        if not urls and source.instead is not None:
            urls = [url for field, url in sent if field == source.instead]
        if urls:
            body[source.sent_as] = urls if source.as_list else urls[0]
    if model.workflow is not None:
        body[RESERVED] = model.workflow.spelled()
    return body


def _spelled(parameter: Parameter, value: Scalar) -> Scalar:
    if parameter.encoding == "seconds":
        return f"{value}s"
    if parameter.encoding == "digits":
        return str(value)
    return parameter.sent.get(str(value), value)


def _framing(picture: Picture, parameters: Mapping[str, Scalar]) -> dict[str, Any]:
    size, ratio, resolution = (parameters.get(name) for name in _FRAMING)
    body: dict[str, Any] = {}
    told = ratio if picture.takes == "ratios" else size
    if told == "auto":
        if picture.auto is not None:
            body[picture.sent_as] = picture.auto
    elif isinstance(told, str):
        if picture.takes != "pixels" or picture.encoding == "text":
            body[picture.sent_as] = told
        else:
            width, height = pixels_of(told)
            sides = {"width": width, "height": height}
            body |= sides if picture.encoding == "sides" else {picture.sent_as: sides}
    if picture.resolution_sent_as is not None and resolution is not None:
        body[picture.resolution_sent_as] = resolution
    return body
