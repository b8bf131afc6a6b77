"""Carry calls out in asynchronous code. The same steps as in `aims.client.blocking`, awaited."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Generator
from contextlib import aclosing
from functools import wraps
from inspect import isawaitable
from typing import Any, ParamSpec, Self, TypeVar

import httpx2

from aims.client import wire
from aims.client.errors import AIMSError
from aims.client.methods import Method, as_method
from aims.client.steps import (
    Again,
    Answer,
    Call,
    Flow,
    Hear,
    Listen,
    Pause,
    Send,
    Step,
    Store,
    Tell,
    Telling,
)

T = TypeVar("T")
P = ParamSpec("P")


class Awaiting:
    """One connection pool, for one event loop. retries: how often a call is sent again."""

    def __init__(
        self, api_key: str | None, base_url: str, *, retries: int = wire.RETRIES, **others: Any
    ) -> None:
        self._base_url = base_url
        self._retries = retries
        self._http = httpx2.AsyncClient(**wire.settings(api_key, base_url, **others))
        # What was made lies at addresses that need no key; none is sent there.
        self._files = httpx2.AsyncClient(**wire.settings(None, base_url, **others), follow_redirects=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()
        await self._files.aclose()

    async def run(self, flow: Flow[T]) -> T:
        """Carry a verb out, and give what it gives. What it tells nobody in particular is not heard."""
        given: list[T] = []
        async with aclosing(self._carry(flow, given)) as going:
            async for _ in going:
                pass
        return given[0]

    async def each(self, telling: Telling[T]) -> AsyncIterator[T]:
        """Carry a verb out, and go through what it tells."""
        async with aclosing(self._carry(telling, [])) as going:
            async for value in going:
                yield value

    async def _carry(self, flow: Generator[Step, Any, T], result: list[T]) -> Any:
        line = _Line(self)
        given: Any = None
        failed: BaseException | None = None
        try:
            while True:
                try:
                    step = flow.send(given) if failed is None else flow.throw(failed)
                except StopIteration as end:
                    result.append(end.value)
                    return
                given = failed = None
                if isinstance(step, Tell) and step.to is None:
                    yield step.value
                    continue
                try:
                    given = await self._do(step, line)
                except (AIMSError, OSError) as error:
                    failed = error
        finally:
            flow.close()
            await line.close()

    async def _do(self, step: Step, line: _Line) -> Any:
        match step:
            case Send(call):
                return await self.send(call)
            case Listen(call):
                return await line.open(call)
            case Hear():
                return await line.hear()
            case Pause(seconds):
                await asyncio.sleep(seconds)
            case Again(tried, seconds):
                if tried >= self._retries:
                    return False
                await asyncio.sleep(seconds)
                return True
            case Store(url, file):
                await self._store(url, wire.Download(file))
            case Tell(value, to) if to is not None:
                if isawaitable(said := to(value)):
                    await said
        return None

    async def send(self, call: Call) -> Answer:
        """Send it once.

        Raises Unreachable.
        """
        try:
            response = await self._http.request(**wire.request_of(self._base_url, call))
        except httpx2.RequestError as error:
            raise wire.unreachable(error, self._base_url) from None
        return wire.answer_of(response, response.content)

    async def open(self, call: Call) -> httpx2.Response:
        """Send it once, and leave the answer open.

        Raises Unreachable.
        """
        request = self._http.build_request(**wire.request_of(self._base_url, call))
        try:
            return await self._http.send(request, stream=True)
        except httpx2.RequestError as error:
            raise wire.unreachable(error, self._base_url) from None

    async def _store(self, url: str, download: wire.Download) -> None:
        try:
            async with self._files.stream("GET", url, headers={"Accept": "*/*"}) as response:
                with download:
                    if response.status_code != 200:
                        raise wire.not_there(response.status_code, url)
                    async for piece in response.aiter_bytes():
                        await asyncio.to_thread(download.write, piece)
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise wire.unreachable(error, url) from None


class _Line:
    """The open answer of one call, if it has one."""

    def __init__(self, carrier: Awaiting) -> None:
        self._carrier = carrier
        self._response: httpx2.Response | None = None
        self._pieces: Any = None

    async def open(self, call: Call) -> Answer:
        await self.close()
        response = self._response = await self._carrier.open(call)
        try:
            body = b"" if response.status_code == 200 else await response.aread()
        except httpx2.RequestError as error:
            raise wire.unreachable(error, str(response.url)) from None
        self._pieces = response.aiter_bytes()
        return wire.answer_of(response, body)

    async def hear(self) -> bytes:
        try:
            return await anext(self._pieces, b"")
        except httpx2.RequestError as error:
            raise wire.unreachable(error, str(self._response and self._response.url)) from None

    async def close(self) -> None:
        if self._pieces is not None:
            await self._pieces.aclose()
            self._pieces = None
        if self._response is not None:
            await self._response.aclose()
            self._response = None


class Area:
    """A group of verbs, with who carries them out."""

    def __init__(self, carrier: Awaiting) -> None:
        self._carrier = carrier


def waiting(verb: Callable[P, Flow[T]]) -> Method[P, Coroutine[Any, Any, T]]:
    """A verb as a method that is awaited for what the verb gives."""

    @wraps(verb)
    async def method(self: Area, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._carrier.run(verb(*args, **kwargs))

    return as_method(method, verb, "{}")


def going_through(verb: Callable[P, Telling[T]]) -> Method[P, AsyncIterator[T]]:
    """A verb as a method whose result is gone through with `async for`."""

    @wraps(verb)
    def method(self: Area, *args: P.args, **kwargs: P.kwargs) -> AsyncIterator[T]:
        return self._carrier.each(verb(*args, **kwargs))

    return as_method(method, verb, "AsyncIterator[{}]")
