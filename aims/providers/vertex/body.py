"""A request for a film in Google's words, from what the model's file says."""

from typing import Any

import msgspec

from aims.providers.contract import Order, Source
from aims.providers.google.body import check_size, chosen, encoded, nested

# In the request itself, as text a third longer. One picture may have 20 MB.
LARGEST_SOURCES = 48 << 20
REFERENCES = "referenceImages"


def prediction(order: Order) -> bytes:
    """The body of a `predictLongRunning`: one instance with its pictures, and how the one film is to be.

    Raises BadInput when what it works from is too large for it.
    """
    check_size(order, LARGEST_SOURCES)
    said = dict(order.input)
    instance: dict[str, Any] = {"prompt": said.pop("prompt", order.prompt)}
    for name, at in order.input_sources.items():
        held = [_media(each) for each in chosen(order, at)]
        if name == REFERENCES:
            instance[name] = [{"image": each, "referenceType": "asset"} for each in held]
        else:
            instance[name] = held[0]
    return msgspec.json.encode(nested({"parameters.sampleCount": 1} | said) | {"instances": [instance]})


def _media(source: Source) -> dict[str, str]:
    return {"bytesBase64Encoded": encoded(source), "mimeType": source.content_type}
