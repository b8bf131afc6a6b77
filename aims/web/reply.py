"""An answer that is ready to be sent: status, headers and bytes, without anything left to be worked out.

The framework's own response finds out its type, headers and cookies each time; on the route that is asked most, that
was a tenth of the work.
"""

from collections.abc import Mapping

from litestar.types import Receive, Scope, Send


class Reply:
    """A JSON body to send. It is an ASGI application, which the framework passes on as it is."""

    __slots__ = ("body", "headers", "status_code")

    def __init__(self, body: bytes, status_code: int, headers: Mapping[str, str]) -> None:
        self.body = body
        self.status_code = status_code
        self.headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in self.headers.items()
        ]
        headers.append((b"content-type", b"application/json"))
        headers.append((b"content-length", str(len(self.body)).encode()))
        await send({"type": "http.response.start", "status": self.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})
