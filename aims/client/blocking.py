"""Carry calls out in plain code: each waits for its answer."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from functools import wraps
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


class Blocking:
    """One connection pool, for as many threads as want it. retries: how often a call is sent again."""

    def __init__(
        self, api_key: str | None, base_url: str, *, retries: int = wire.RETRIES, **others: Any
    ) -> None:
        self._base_url = base_url
        self._retries = retries
        self._http = httpx2.Client(**wire.settings(api_key, base_url, **others))
        # What was made lies at addresses that need no key; none is sent there.
        self._files = httpx2.Client(**wire.settings(None, base_url, **others), follow_redirects=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
        self._files.close()

    def run(self, flow: Flow[T]) -> T:
        """Carry a verb out, and give what it gives. What it tells nobody in particular is not heard."""
        going = self._carry(flow)
        while True:
            try:
                next(going)
            except StopIteration as end:
                return end.value

    def each(self, telling: Telling[T]) -> Iterator[T]:
        """Carry a verb out, and go through what it tells."""
        yield from self._carry(telling)

    def _carry(self, flow: Generator[Step, Any, T]) -> Generator[Any, None, T]:
        line = _Line(self)
        given: Any = None
        failed: BaseException | None = None
        try:
            while True:
                try:
                    step = flow.send(given) if failed is None else flow.throw(failed)
                except StopIteration as end:
                    return end.value
                given = failed = None
                if isinstance(step, Tell) and step.to is None:
                    yield step.value
                    continue
                try:
                    given = self._do(step, line)
                except (AIMSError, OSError) as error:
                    failed = error
        finally:
            flow.close()
            line.close()

    def _do(self, step: Step, line: _Line) -> Any:
        match step:
            case Send(call):
                return self.send(call)
            case Listen(call):
                return line.open(call)
            case Hear():
                return line.hear()
            case Pause(seconds):
                time.sleep(seconds)
            case Again(tried, seconds):
                if tried >= self._retries:
                    return False
                time.sleep(seconds)
                return True
            case Store(url, file):
                self._store(url, wire.Download(file))
            case Tell(value, to) if to is not None:
                to(value)
        return None

    def send(self, call: Call) -> Answer:
        """Send it once.

        Raises Unreachable.
        """
        try:
            response = self._http.request(**wire.request_of(self._base_url, call))
        except httpx2.RequestError as error:
            raise wire.unreachable(error, self._base_url) from None
        return wire.answer_of(response, response.content)

    def open(self, call: Call) -> httpx2.Response:
        """Send it once, and leave the answer open.

        Raises Unreachable.
        """
        request = self._http.build_request(**wire.request_of(self._base_url, call))
        try:
            return self._http.send(request, stream=True)
        except httpx2.RequestError as error:
            raise wire.unreachable(error, self._base_url) from None

    def _store(self, url: str, download: wire.Download) -> None:
        try:
            with self._files.stream("GET", url, headers={"Accept": "*/*"}) as response, download:
                if response.status_code != 200:
                    raise wire.not_there(response.status_code, url)
                for piece in response.iter_bytes():
                    download.write(piece)
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise wire.unreachable(error, url) from None


class _Line:
    """The open answer of one call, if it has one."""

    def __init__(self, carrier: Blocking) -> None:
        self._carrier = carrier
        self._response: httpx2.Response | None = None
        self._pieces: Iterator[bytes] = iter(())

    def open(self, call: Call) -> Answer:
        self.close()
        response = self._response = self._carrier.open(call)
        try:
            body = b"" if response.status_code == 200 else response.read()
        except httpx2.RequestError as error:
            raise wire.unreachable(error, str(response.url)) from None
        self._pieces = response.iter_bytes()
        return wire.answer_of(response, body)

    def hear(self) -> bytes:
        try:
            return next(self._pieces, b"")
        except httpx2.RequestError as error:
            raise wire.unreachable(error, str(self._response and self._response.url)) from None

    def close(self) -> None:
        if self._response is not None:
            self._response.close()
            self._response = None


class Area:
    """A group of verbs, with who carries them out."""

    def __init__(self, carrier: Blocking) -> None:
        self._carrier = carrier


def waiting(verb: Callable[P, Flow[T]]) -> Method[P, T]:
    """A verb as a method that waits for what the verb gives."""

    @wraps(verb)
    def method(self: Area, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._carrier.run(verb(*args, **kwargs))

    return as_method(method, verb, "{}")


def going_through(verb: Callable[P, Telling[T]]) -> Method[P, Iterator[T]]:
    """A verb as a method whose result is gone through with `for`."""

    @wraps(verb)
    def method(self: Area, *args: P.args, **kwargs: P.kwargs) -> Iterator[T]:
        return self._carrier.each(verb(*args, **kwargs))

    return as_method(method, verb, "Iterator[{}]")
