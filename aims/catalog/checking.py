"""Checks a request against the catalogue, and says everything that is wrong with it at once."""

from collections.abc import Callable, Mapping
from typing import Any

from aims.core.errors import Invalid

from .drafts import Checked, Draft, Values, draft_of
from .faults import Faults
from .fields import PROMPT_MOST, FieldError, storable
from .prepared import CHOSEN_FIRST, Prepared, prepare_without_model
from .shelf import Shelf
from .sourcing import references_of
from .spec import Kind, Model, Scalar, Style
from .styling import styled
from .words import got, shown

# Enough for every field that there is, and too few to fill a row with names that mean nothing.
FIELDS_MOST = 64


def _always(_model: Model) -> bool:
    return True


def check(
    shelf: Shelf,
    kind: Kind,
    body: Mapping[str, object],
    *,
    default_model: str,
    is_usable: Callable[[Model], bool] = _always,
) -> Draft:
    """Turn the decoded JSON body of a generate request into a draft.

    kind: what the route makes. default_model: the id to use when the body names none.
    is_usable: whether a model may be offered in place of one that there is not.

    Raises Invalid with every field that is wrong in `details`, and Unavailable when the model is paused.
    """
    if not isinstance(body, Mapping):
        raise Invalid.field("body", f"The body must be a JSON object; got {got(body)}.")
    if len(body) > FIELDS_MOST:
        raise Invalid.field("body", f"The body has {len(body)} fields; at most {FIELDS_MOST} are accepted.")
    faults = Faults()
    prompt = _prompt(body.get("prompt"), faults)
    model = _choose_model(shelf, kind, body, default_model, is_usable, faults)
    ready = shelf.prepared(model) if model else prepare_without_model(kind)
    ignored: list[str] = []
    values = _read(ready, body, ignored, faults)
    style = _style(shelf, values, faults)
    if model is None:
        faults.stop_if_any()
        raise AssertionError("a request without a model has a fault")
    references = references_of(model, values, ignored, faults)
    parameters: dict[str, Scalar] = {**ready.defaults}
    if style is not None:
        _take_style(ready, style, parameters)
    for name in ready.known:
        if values.get(name) is not None:
            parameters[name] = values[name]
    final = _words(model, ready, prompt, style, parameters, faults)
    faults.stop_if_any()
    return draft_of(Checked(model, prompt, final, style, values, parameters, references, ignored))


def _prompt(value: object, faults: Faults) -> str:
    if value is None:
        faults.add("prompt", "Prompt is required")
        return ""
    if not isinstance(value, str):
        faults.add("prompt", f"`prompt` must be text; got {got(value)}.")
        return ""
    prompt = value.strip()
    if not prompt:
        faults.add("prompt", "Prompt is required")
    elif len(prompt) > PROMPT_MOST:
        faults.add(
            "prompt", f"`prompt` has {len(prompt):,} characters; at most {PROMPT_MOST:,} are accepted."
        )
    else:
        try:
            return storable("prompt", prompt)
        except FieldError as wrong:
            faults.add("prompt", str(wrong))
    return ""


def _choose_model(
    shelf: Shelf,
    kind: Kind,
    body: Mapping[str, object],
    default_model: str,
    is_usable: Callable[[Model], bool],
    faults: Faults,
) -> Model | None:
    """The model that will run. A picture model gives way to its edit sibling when there are pictures."""
    asked = body.get("model")
    if asked is None:
        asked = default_model
    if not isinstance(asked, str):
        faults.add("model", f"`model` must be the id of a model, as text; got {got(asked)}.")
        return None
    try:
        model = shelf.model(asked, near=lambda each: each.kind == kind and is_usable(each))
        if model.kind != kind:
            route = f"POST /{model.kind}s/generate"
            faults.add("model", f"The model '{model.id}' makes {model.kind}s: ask for it with {route}.")
            return None
        if kind == "image" and body.get("image_urls") is not None:
            edit = shelf.edit_of(model)
            if edit is None:
                faults.add(
                    "image_urls",
                    f"The model '{model.id}' cannot edit pictures: leave out `image_urls` or choose another.",
                )
            return edit or model
    except Invalid as problem:
        faults.take(problem)
        return None
    return model


def _read(ready: Prepared, body: Mapping[str, object], ignored: list[str], faults: Faults) -> Values:
    """Each field's value in our words. What nothing here acts on is listed in `ignored`."""
    values: Values = {}
    readers, known, handled = ready.readers, ready.known, ready.handled
    for name, value in body.items():
        if value is None or name in CHOSEN_FIRST:
            continue
        reader = readers.get(name)
        if reader is None:
            ignored.append(shown(str(name)))
            continue
        try:
            values[name] = reader(value)
        except FieldError as wrong:
            faults.add(name, str(wrong))
        if name not in known and name not in handled:
            ignored.append(name)
    return values


def _style(shelf: Shelf, values: Values, faults: Faults) -> Style | None:
    slug = values.get("style_slug")
    if slug is None:
        return None
    try:
        return shelf.style(slug)
    except Invalid as problem:
        faults.take(problem)
        return None


def _take_style(ready: Prepared, style: Style, parameters: dict[str, Scalar]) -> None:
    """Set what the style asks for, where the model has it; what the request says comes after and wins."""
    for name, value in style.parameters.items():
        if name in ready.known:
            try:
                read: Any = ready.readers[name](value)
            except FieldError:
                continue
            if read is not None:
                parameters[name] = read


def _words(
    model: Model,
    ready: Prepared,
    prompt: str,
    style: Style | None,
    parameters: dict[str, Scalar],
    faults: Faults,
) -> str:
    """The prompt as the model will read it, held against the model's own limits."""
    final = styled(style, prompt) if style else prompt
    for name in ready.phrased:
        phrase = model.parameters[name].phrases.get(str(parameters.get(name)))
        if phrase:
            final = f"{final.rstrip(' .')}. {phrase}"
    limits = model.prompt
    if prompt and len(final) < limits.min:
        faults.add(
            "prompt", f"`prompt` must have at least {limits.min} characters with the model '{model.id}'."
        )
    if limits.max is not None and len(final) > limits.max:
        with_style = f" with the style '{style.slug}'" if style else ""
        faults.add(
            "prompt",
            f"`prompt` has {len(final):,} characters{with_style}; "
            f"the model '{model.id}' takes at most {limits.max:,}.",
        )
    return final
