"""Owns what can be made and what it costs: the models, their parameters and prices, and the styles.

Everything comes from TOML files, read once at the start; nothing here touches a database or the network.
Callers open a shelf, check a request against it, and quote the draft that comes out.
"""

from .checking import check
from .drafts import Draft, Reference
from .listing import describe
from .pricing import Quote, quote
from .shelf import Change, Shelf, open_shelf
from .spec import Kind, Model, Multiplier, Price, Style
from .spelling import provider_input

__all__ = [
    "Change",
    "Draft",
    "Kind",
    "Model",
    "Multiplier",
    "Price",
    "Quote",
    "Reference",
    "Shelf",
    "Style",
    "check",
    "describe",
    "open_shelf",
    "provider_input",
    "quote",
]
