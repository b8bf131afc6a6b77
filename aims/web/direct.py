"""The way to the routes that are asked most: straight to their handlers, past what the framework does around each.

Its routing, the states of its request, its exit stacks and its search for handlers of errors took a quarter of the
event loop's work for an accepted generation. The routes stay declared to it like all others, and every other request,
one with a slash at its end or with another method included, goes its usual way.
"""

from collections.abc import Mapping
from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.types import Receive, Scope, Send

from aims.core.errors import StudioError
from aims.web.errors import on_fault, on_http_error, on_studio_error


class Direct:
    """Wraps the application. routes: the handler of each method and whole path; what it returns can be sent as it is.

    Raises AssertionError when the application has what would have to run around its handlers, and would not run here.
    """

    def __init__(self, app: Litestar, routes: Mapping[tuple[str, str], HTTPRouteHandler]) -> None:
        if app.middleware or app.before_request or app.after_request or app.after_exception:
            raise AssertionError("a middleware or a hook of the application would not see the direct routes")
        self.app = app
        self._handlers: dict[tuple[str, str], Any] = {route: handler.fn for route, handler in routes.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        handler = self._handlers.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        if handler is None:
            await self.app(scope, receive, send)
            return
        scope["litestar_app"] = self.app
        request: Request[Any, Any, Any] = Request(scope, receive, send)
        try:
            answer = await handler(request)
        except Exception as error:  # noqa: BLE001 - the top of the face: the same answers as on the usual way
            answer = _failed(request, error).to_asgi_response(None, request)
        await answer(scope, receive, send)


def _failed(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    if isinstance(error, StudioError):
        return on_studio_error(request, error)
    if isinstance(error, HTTPException):
        return on_http_error(request, error)
    return on_fault(request, error)
