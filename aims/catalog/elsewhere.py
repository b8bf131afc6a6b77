"""Says a checked request once more, for the same model at another provider."""

from typing import Any

from aims.core.errors import Invalid, Unavailable

from .checking import check
from .drafts import Draft
from .fields import FieldError
from .shelf import Shelf
from .spec import Model

_FRAMING = ("size", "aspect_ratio", "resolution")
_SAME = ("width", "height", "duration", "audio")
_LISTS = frozenset({"image_urls"})


def elsewhere(shelf: Shelf, draft: Draft, other: Model) -> Draft | None:
    """The draft for another model of the shelf that would make what this one asks for; None when it would not.

    What the request left to the model is left to the other one. Everything else has to be taken by it, and to give the
    same size, length and sound.
    """
    body = _body(shelf, draft, other)
    if body is None:
        return None
    try:
        found = check(shelf, draft.kind, body, default_model="")
    except (Invalid, Unavailable):
        return None
    same = all(getattr(found, name) == getattr(draft, name) for name in _SAME)
    smaller = draft.resolution not in (None, found.resolution)
    given = found.model.id == other.id and not found.ignored_parameters
    return found if same and given and not smaller else None


def _body(shelf: Shelf, draft: Draft, other: Model) -> dict[str, Any] | None:
    """The request's body, in the API's own words."""
    body: dict[str, Any] = {"prompt": draft.styled_prompt, "model": other.id}
    if draft.kind == "image":
        body["n"] = draft.n
        body |= {name: draft.parameters[name] for name in _FRAMING if name in draft.parameters}
    readers = shelf.prepared(other).readers
    for name, parameter in draft.model.parameters.items():
        value = draft.parameters.get(name)
        if value is None:
            continue
        try:
            taken = name in other.parameters and readers[name](value) == value
        except FieldError:
            taken = False
        if taken:
            body[name] = value
        elif value != parameter.default:
            return None
    for reference in draft.references:
        if reference.field in _LISTS:
            body.setdefault(reference.field, []).append(reference.url)
        else:
            body[reference.field] = reference.url
    return body
