"""The shelf, and bodies that work for any model of it."""

from collections.abc import Callable
from typing import Any

from brush import MODEL_FILE

from aims import catalog
from aims.catalog import Draft, Model

Body = dict[str, Any]
Check = Callable[..., Draft]

__all__ = ["MODEL_FILE", "SHELF", "Body", "Check", "body_for"]

SHELF = catalog.open_shelf()


def body_for(model: Model, **more: Any) -> Body:
    """A body that names this model and has every source that it takes."""
    body: Body = {"prompt": "A lighthouse in the fog", "model": model.id}
    for name in model.sources:
        url = f"https://example.com/{name}.png"
        body[name] = [url] if name.endswith("urls") else url
    return body | more
