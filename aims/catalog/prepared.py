"""Prepares, once per model, what checking a request needs, so that a request costs microseconds."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from .fields import FIELDS, Reader, narrowed
from .spec import Kind, Model, Scalar

# Fields that the studio acts on itself, whatever the model.
OURS: dict[str, frozenset[str]] = {
    "image": frozenset({"n", "style_slug", "image_urls", "sync_mode", "make_public"}),
    "video": frozenset({"make_public"}),
}
FRAMING = frozenset({"size", "aspect_ratio", "resolution"})
SOURCES = frozenset({"image_url", "image_urls", "first_frame_url", "last_frame_url", "extend_video_url"})
CHOSEN_FIRST = frozenset({"prompt", "model"})


class Prepared(NamedTuple):
    """One model's readers and defaults.

    readers: for every field of the API and every parameter of the model, except `prompt` and `model`.
    known: the fields that become parameters of the model. handled: those that something else here acts on.
    phrased: the parameters whose choices add words to the prompt.
    """

    readers: Mapping[str, Reader]
    known: frozenset[str]
    handled: frozenset[str]
    defaults: Mapping[str, Scalar]
    phrased: tuple[str, ...] = ()


def prepare(model: Model) -> Prepared:
    """What checking needs to know about one model."""
    api = FIELDS[model.kind]
    readers = dict(api)
    for name, parameter in model.parameters.items():
        readers[name] = narrowed(name, parameter, model.id, api.get(name))
    defaults = {n: p.default for n, p in model.parameters.items() if p.default is not None}
    handled = OURS[model.kind] | SOURCES | (FRAMING if model.picture else frozenset())
    return Prepared(
        readers=MappingProxyType(readers),
        known=frozenset(model.parameters),
        handled=handled,
        defaults=MappingProxyType(defaults),
        phrased=tuple(name for name, p in model.parameters.items() if p.phrases),
    )


def prepare_without_model(kind: Kind) -> Prepared:
    """What can still be checked when the model cannot be told: the API's own fields."""
    return Prepared(FIELDS[kind], frozenset(), frozenset(FIELDS[kind]), {})
