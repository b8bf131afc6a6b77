"""The shelf, and bodies that work for any model of it."""

from collections.abc import Callable
from typing import Any

from aims import catalog
from aims.catalog import Draft, Model

Body = dict[str, Any]
Check = Callable[..., Draft]

SHELF = catalog.open_shelf()

MODEL_FILE = """
id = "acme/brush"
name = "Acme Brush"
description = "Paints what it is told."
task = "text2img"
provider = "acme"
endpoint = "v1/brush"
version = "1"
source = "Acme's handbook"
checked = "2026-11-22"

[price]
credits = 5
unit = "image"
version = "1"

[picture]
takes = "ratios"
sent_as = "shape"
ratios = ["1:1", "2:1"]

[parameters.bristles]
type = "integer"
help = "How many bristles the brush has."
min = 3
max = 99
default = 12
sent_as = "bristle_count"
encoding = "digits"
"""


def body_for(model: Model, **more: Any) -> Body:
    """A body that names this model and has every source that it takes."""
    body: Body = {"prompt": "A lighthouse in the fog", "model": model.id}
    for name in model.sources:
        url = f"https://example.com/{name}.png"
        body[name] = [url] if name.endswith("urls") else url
    return body | more
