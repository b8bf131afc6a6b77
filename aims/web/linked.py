"""Addresses that people pass on: answered to GET, and to HEAD with the same headers and nothing behind them.

Link checkers, previews of chats and monitors ask with HEAD, and take a 405 for a link that is broken.
"""

from functools import partial

from litestar import route
from litestar.enums import HttpMethod

linked = partial(route, http_method=[HttpMethod.GET, HttpMethod.HEAD], status_code=200)
"""Declares such an address, as `get` does one that is only read."""
