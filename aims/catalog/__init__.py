"""Owns what can be made and what it costs: the models, their parameters and prices, and the styles.

What is offered comes from TOML files, and an operator's changes of price, status and visibility from the database.
Callers take a shelf from the counter, check a request against it, and quote the draft that comes out.
"""

from . import added, overrides
from .checking import check
from .counter import Counter, Offer
from .drafts import Draft, Reference
from .elsewhere import elsewhere
from .listing import describe
from .pricing import Quote, quote
from .schema import request_schema
from .shelf import Change, Shelf, Tolerance, files_of, open_shelf, visible
from .spec import Kind, Model, Multiplier, Price, Style
from .spelling import provider_input

__all__ = [
    "Change",
    "Counter",
    "Draft",
    "Kind",
    "Model",
    "Multiplier",
    "Offer",
    "Price",
    "Quote",
    "Reference",
    "Shelf",
    "Style",
    "Tolerance",
    "added",
    "check",
    "describe",
    "elsewhere",
    "files_of",
    "open_shelf",
    "overrides",
    "provider_input",
    "quote",
    "request_schema",
    "visible",
]
