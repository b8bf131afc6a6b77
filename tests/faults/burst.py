"""Many requests at once over warm connections: a client so small that the server, not it, is what is measured."""

import asyncio
import json
from types import TracebackType
from typing import Any, NamedTuple

CONNECTIONS = 50


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: Any


class Connection:
    """One connection that is kept open."""

    def __init__(self, port: int, key: str) -> None:
        self._port = port
        self._head = (
            "POST /api/v1/images/generate HTTP/1.1\r\n"
            f"Host: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {key}\r\n"
            "Prefer: respond-async\r\n"
            "Content-Type: application/json\r\n"
        )

    async def open(self) -> None:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)

    async def post(self, body: bytes, more: str = "") -> Answer:
        """Send a request and read its answer."""
        self._writer.write(f"{self._head}{more}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.split(": ", 1) for line in head[1:] if line)
        headers = {name.lower(): value for name, value in pairs}
        content = await self._reader.readexactly(int(headers["content-length"]))
        return Answer(int(head[0].split()[1]), headers, json.loads(content))

    def close(self) -> None:
        self._writer.close()


class Burst:
    """Fifty connections to one server, with one key."""

    def __init__(self, port: int, key: str, connections: int = CONNECTIONS) -> None:
        self._connections = [Connection(port, key) for _ in range(connections)]

    async def __aenter__(self) -> "Burst":
        await asyncio.gather(*(each.open() for each in self._connections))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for each in self._connections:
            each.close()

    async def post(self, body: dict[str, Any], count: int, *, key: str | None = None) -> list[Answer]:
        """Send the same request so many times, as many at once as there are connections. `key`: Idempotency-Key."""
        content, left = json.dumps(body).encode(), iter(range(count))
        more = f"Idempotency-Key: {key}\r\n" if key else ""
        answers: list[Answer] = []

        async def work(connection: Connection) -> None:
            for _ in left:
                answers.append(await connection.post(content, more))

        await asyncio.gather(*map(work, self._connections))
        return answers
