"""Finds the pictures and clips that a model needs among what a request sends."""

from .drafts import Reference, Values
from .faults import Faults
from .prepared import SOURCES
from .spec import Model, Source


def references_of(model: Model, values: Values, ignored: list[str], faults: Faults) -> tuple[Reference, ...]:
    """The references in the order of the model's sources. What the model has no use for goes to `ignored`."""
    if not model.sources:
        ignored.extend(name for name in values if name in SOURCES)
        return ()
    used: set[str] = set()
    found: list[Reference] = []
    for name, source in model.sources.items():
        field = _field_for(name, source, values)
        if field is None:
            # A field that was sent and is wrong has been reported already; it is not missing as well.
            if source.required and not faults.names(name, source.instead):
                faults.add(name, f"`{name}` is required with the model '{model.id}': {source.help}")
            continue
        used.add(field)
        value = values[field]
        urls: tuple[str, ...] = value if isinstance(value, tuple) else (value,)
        if len(urls) > source.most:
            pictures = "1 picture" if source.most == 1 else f"{source.most} pictures"
            faults.add(
                field, f"`{field}` takes at most {pictures} with the model '{model.id}'; got {len(urls)}."
            )
        # Another field stands in only as the picture to start from.
        role = source.role if field == name else "start"
        found.extend(Reference(role, url, field) for url in urls)
    ignored.extend(name for name in values if name in SOURCES and name not in used)
    return tuple(found)


def _field_for(name: str, source: Source, values: Values) -> str | None:
    if name in values:
        return name
    return source.instead if source.instead in values else None
