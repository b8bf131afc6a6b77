"""The API's own document (OpenAPI 3.1): every address that is answered, what it takes, and every way it answers.

Handlers take raw requests, so no framework can read from them what they do. It is told here, one operation for each
method of each address, and the tests hold the server to it. Nothing here is loaded before somebody asks.
"""

from .document import document
from .operations import Operation

__all__ = ["Operation", "document"]
