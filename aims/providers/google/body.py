"""A request in Google's words, from what the model's file says: a dot in a name leads one object further in."""

import base64
from collections.abc import Mapping
from typing import Any

import msgspec

from aims.providers.contract import BadInput, Order, Source

# As text a third longer. One request may have 100 MB (ai.google.dev/gemini-api/docs/file-input-methods, 2026-11-28).
LARGEST_SOURCES = 48 << 20


def content(order: Order) -> bytes:
    """The body of a `generateContent`: the words and the pictures to work from, in the order they were given.

    Raises BadInput when the pictures are too large for it.
    """
    check_size(order, LARGEST_SOURCES)
    said = dict(order.input)
    parts: list[dict[str, Any]] = [{"text": said.pop("prompt", order.prompt)}]
    parts += [
        {"inlineData": {"mimeType": each.content_type, "data": encoded(each)}}
        for at in order.input_sources.values()
        for each in chosen(order, at)
    ]
    # Pictures only: words beside them would be paid for, and shown to nobody.
    start = {"contents": [{"role": "user", "parts": parts}]}
    return msgspec.json.encode(start | nested({"generationConfig.responseModalities": ["IMAGE"]} | said))


def check_size(order: Order, most: int) -> None:
    """Hold what a request works from against the most bytes that are sent.

    Raises BadInput.
    """
    if sum(len(source.data) for source in order.references) > most:
        raise BadInput(
            f"The pictures or films to work from are larger than {most >> 20} MiB together, which is the most that is "
            "sent to this provider."
        )


def chosen(order: Order, at: int | list[int]) -> list[Source]:
    """The sources at these positions."""
    return [order.references[position] for position in (at if isinstance(at, list) else [at])]


def encoded(source: Source) -> str:
    """The bytes of a picture or film as text."""
    return base64.b64encode(source.data).decode()


def nested(names: Mapping[str, Any]) -> dict[str, Any]:
    """Objects within objects, from names such as `generationConfig.imageConfig.aspectRatio`."""
    whole: dict[str, Any] = {}
    for name, value in names.items():
        *way, last = name.split(".")
        place = whole
        for step in way:
            place = place.setdefault(step, {})
        place[last] = value
    return whole
