"""Checks a request and makes it a draft: the request in our words, complete, and fit for one model."""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from msgspec import Struct

from aims.core.errors import Detail, Invalid

from .fields import PROMPT_MOST, FieldError, storable
from .framing import Frame, film_pixels, frame
from .shelf import Shelf
from .spec import Kind, Model, Role, Scalar, Style
from .styles import merged_negative, styled
from .tables import CHOSEN_FIRST, SOURCES, Table, table_without_model
from .words import got, shown

# Enough for every field that there is, and too few to fill a row with names that mean nothing.
FIELDS_MOST = 64

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


class _Faults:
    """Collects everything that is wrong, so that a person can put it right in one go."""

    def __init__(self) -> None:
        self.details: list[Detail] = []
        self.code: str | None = None

    def add(self, field: str, sentence: str) -> None:
        self.details.append(Detail(field, sentence))

    def take(self, problem: Invalid) -> None:
        if not self.details:
            self.code = problem.code
        self.details.extend(problem.details)

    def stop_if_any(self) -> None:
        if self.details:
            raise Invalid(self.details[0].message, code=self.code, details=tuple(self.details))


def check(shelf: Shelf, kind: Kind, body: Mapping[str, object], *, default_model: str) -> Draft:
    """Turn the decoded JSON body of a generate request into a draft.

    kind: what the route makes. default_model: the id to use when the body names none.

    Raises Invalid with every field that is wrong in `details`, and Unavailable when the model is paused.
    """
    if not isinstance(body, Mapping):
        raise Invalid.field("body", f"The body must be a JSON object; got {got(body)}.")
    if len(body) > FIELDS_MOST:
        raise Invalid.field("body", f"The body has {len(body)} fields; at most {FIELDS_MOST} are accepted.")
    faults = _Faults()
    prompt = _prompt(body.get("prompt"), faults)
    model = _choose_model(shelf, kind, body, default_model, faults)
    table = shelf.table(model) if model else table_without_model(kind)
    ignored: list[str] = []
    values = _read(table, body, ignored, faults)
    style = _style(shelf, values, faults)
    if model is None:
        faults.stop_if_any()
        raise AssertionError("a request without a model has a fault")
    references = _references(model, values, ignored, faults)
    parameters: dict[str, Scalar] = {**table.defaults}
    if style is not None:
        _take_style(table, style, parameters)
    for name in table.known:
        if values.get(name) is not None:
            parameters[name] = values[name]
    final = _words(model, table, prompt, style, parameters, faults)
    faults.stop_if_any()
    if kind == "image":
        return _image(model, values, ignored, parameters, references, prompt, final, style)
    return _video(model, values, ignored, parameters, references, prompt, final)


def _prompt(value: object, faults: _Faults) -> str:
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
    shelf: Shelf, kind: Kind, body: Mapping[str, object], default_model: str, faults: _Faults
) -> Model | None:
    """The model that will run. A picture model gives way to its edit sibling when there are pictures."""
    asked = body.get("model")
    if asked is None:
        asked = default_model
    if not isinstance(asked, str):
        faults.add("model", f"`model` must be the id of a model, as text; got {got(asked)}.")
        return None
    try:
        model = shelf.model(asked)
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


def _read(table: Table, body: Mapping[str, object], ignored: list[str], faults: _Faults) -> Values:
    """Each field's value in our words. What nothing here acts on is listed in `ignored`."""
    values: Values = {}
    readers, known, handled = table.readers, table.known, table.handled
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


def _style(shelf: Shelf, values: Values, faults: _Faults) -> Style | None:
    slug = values.get("style_slug")
    if slug is None:
        return None
    try:
        return shelf.style(slug)
    except Invalid as problem:
        faults.take(problem)
        return None


def _take_style(table: Table, style: Style, parameters: dict[str, Scalar]) -> None:
    """Set what the style asks for, where the model has it; what the request says comes after and wins."""
    for name, value in style.parameters.items():
        if name in table.known:
            try:
                read: Any = table.readers[name](value)
            except FieldError:
                continue
            if read is not None:
                parameters[name] = read


def _references(model: Model, values: Values, ignored: list[str], faults: _Faults) -> tuple[Reference, ...]:
    if not model.sources:
        ignored.extend(name for name in values if name in SOURCES)
        return ()
    used: set[str] = set()
    found: list[Reference] = []
    wrong = {detail.field for detail in faults.details}
    for name, source in model.sources.items():
        field = name
        if name not in values and source.instead in values:
            field = source.instead or name
        value = values.get(field)
        if value is None:
            if source.required and field not in wrong:
                faults.add(name, f"`{name}` is required with the model '{model.id}': {source.help}")
            continue
        used.add(field)
        urls = value if isinstance(value, tuple) else (value,)
        if len(urls) > source.most:
            pictures = "1 picture" if source.most == 1 else f"{source.most} pictures"
            faults.add(
                name, f"`{name}` takes at most {pictures} with the model '{model.id}'; got {len(urls)}."
            )
        found.extend(Reference(source.role, url, field) for url in urls)
    ignored.extend(name for name in values if name in SOURCES and name not in used)
    return tuple(found)


def _words(
    model: Model,
    table: Table,
    prompt: str,
    style: Style | None,
    parameters: dict[str, Scalar],
    faults: _Faults,
) -> str:
    """The prompt as the model will read it, held against the model's own limits."""
    final = styled(style, prompt) if style else prompt
    for name in table.phrased:
        phrase = model.parameters[name].phrases.get(str(parameters.get(name)))
        if phrase:
            final = f"{final} {phrase}"
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


def _image(
    model: Model,
    values: Values,
    ignored: list[str],
    parameters: dict[str, Scalar],
    references: tuple[Reference, ...],
    prompt: str,
    final: str,
    style: Style | None,
) -> Draft:
    framed = _frame(model, values, bool(references))
    if not framed.resolution_used:
        ignored.append("resolution")
    for name, value in (
        ("size", framed.size),
        ("aspect_ratio", framed.aspect_ratio),
        ("resolution", framed.resolution),
    ):
        if value is not None:
            parameters[name] = value
    return Draft(
        model=model,
        prompt=prompt,
        styled_prompt=final,
        negative_prompt=_negative(model, parameters, style),
        n=values.get("n", 1),
        parameters=parameters,
        references=references,
        ignored_parameters=_once(ignored),
        style_applied=style.slug if style else None,
        make_public=values.get("make_public", False),
        sync_mode=values.get("sync_mode", False),
        seed=values.get("seed") if "seed" in model.parameters else None,
        width=framed.width,
        height=framed.height,
        aspect_ratio=framed.aspect_ratio,
        resolution=framed.resolution,
        duration=None,
        audio=False,
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


def _video(
    model: Model,
    values: Values,
    ignored: list[str],
    parameters: dict[str, Scalar],
    references: tuple[Reference, ...],
    prompt: str,
    final: str,
) -> Draft:
    ratio, resolution = parameters.get("aspect_ratio"), parameters.get("resolution")
    seconds = parameters.get("duration")
    width, height = film_pixels(str(resolution) if resolution else None, str(ratio) if ratio else None)
    if model.always_audio and values.get("audio") is True:
        ignored.remove("audio")
    return Draft(
        model=model,
        prompt=prompt,
        styled_prompt=final,
        negative_prompt=_negative(model, parameters, None),
        n=1,
        parameters=parameters,
        references=references,
        ignored_parameters=_once(ignored),
        style_applied=None,
        make_public=values.get("make_public", False),
        sync_mode=False,
        seed=values.get("seed") if "seed" in model.parameters else None,
        width=width,
        height=height,
        aspect_ratio=str(ratio) if ratio else None,
        resolution=str(resolution) if resolution else None,
        duration=int(seconds) if seconds is not None else None,
        audio=model.always_audio or parameters.get("audio") is True,
    )


def _negative(model: Model, parameters: dict[str, Scalar], style: Style | None) -> str | None:
    """The negative prompt, for a model that takes one; `parameters` then holds the same words."""
    if "negative_prompt" not in model.parameters:
        return None
    asked = parameters.get("negative_prompt")
    merged = merged_negative(str(asked) if asked else None, style)
    if merged is not None:
        parameters["negative_prompt"] = merged
    return merged


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
