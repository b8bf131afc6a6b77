"""One call, which answers when the pictures are made: what was sent and not answered may have been bought."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from aims.core.fetch import Fetched, Fetcher
from aims.core.fetch.forms import Part, form
from aims.providers import checking
from aims.providers.asking import buying
from aims.providers.connection import Connection
from aims.providers.contract import (
    BadInput,
    Checked,
    Done,
    Down,
    Failed,
    Order,
    ProviderError,
    Running,
    Source,
)
from aims.providers.openai import errors, results

API = "https://api.openai.com"
# As long as its own client waits: the largest pictures take minutes.
SUBMIT_SECONDS = 600.0
# As text, of one picture that nothing could make smaller: 3840 x 2160 pixels of four bytes, a third longer.
LARGEST_PICTURE = 48 << 20
LARGEST_REST = 1 << 20
# It takes 50 MB for each of up to sixteen; this much is sent together.
LARGEST_SOURCES = 64 << 20


class OpenAI:
    """One account. The key goes into one header, to the connection's own address, and nowhere else."""

    name = "openai"
    repeatable = False
    concurrency = 32

    def __init__(self, connection: Connection, fetcher: Fetcher) -> None:
        self._url = connection.url
        self._key = connection.key
        self._cost = connection.cost
        self._fetcher = fetcher
        # OpenAI's own pictures come in the answer. Another service at another address may name files of its own.
        at_home = () if connection.url == API else (connection.url,)
        self.output_origins = tuple(dict.fromkeys((*at_home, *connection.output_origins)))

    def vet(self, prompt: str) -> tuple[str, str]:
        return prompt, ""

    async def submit(self, order: Order) -> Done | Failed:
        """An order with pictures to work from is an edit: its fields and files are a form."""
        content_type, body = await asyncio.to_thread(_body, order)
        route = "edits" if order.references else "generations"
        got = await self._ask(route, content_type, body, LARGEST_PICTURE * order.count + LARGEST_REST)
        if not 200 <= got.status < 300:
            answer = errors.of_submit(got)
            if isinstance(answer, ProviderError):
                raise answer
            return answer
        return await asyncio.to_thread(results.read_done, got, order, self._cost)

    async def poll(self, order: Order, running: Running) -> Done:
        """There is nothing to ask after: no call of this provider is ever `Running`."""
        raise Down("The provider answers when it has made it, and cannot be asked after it.")

    async def cancel(self, order: Order, running: Running) -> bool:
        """True: what it was asked for it makes, and bills."""
        return True

    async def check(self) -> Checked:
        """Asks for the list of models, which costs nothing."""
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        return await checking.ask(
            self._fetcher, f"{self._url}/v1/models", (self._url,), headers, errors.standing
        )

    async def close(self) -> None:
        """The fetcher belongs to the studio."""

    async def _ask(self, route: str, content_type: str, body: bytes, cap: int) -> Fetched:
        headers = {
            "Authorization": f"Bearer {self._key}",
            "Accept": "application/json",
            "Content-Type": content_type,
        }
        url = f"{self._url}/v1/images/{route}"
        with buying():
            return await self._fetcher.origins(
                "POST",
                url,
                (self._url,),
                headers=headers,
                body=body,
                deadline=SUBMIT_SECONDS,
                cap=cap,
                hops=0,
            )


def _body(order: Order) -> tuple[str, bytes]:
    """The content type and the body of a request.

    Raises BadInput when the pictures are too large.
    """
    fields: dict[str, Any] = {"model": order.endpoint, **order.input}
    if not order.references:
        return "application/json", msgspec.json.encode(fields)
    if sum(len(source.data) for source in order.references) > LARGEST_SOURCES:
        raise BadInput(
            f"The pictures to work from are larger than {LARGEST_SOURCES >> 20} MiB together, which is the most that "
            "is sent to this provider."
        )
    return form([*_fields(fields), *_files(order.references, order.input_sources)])


def _fields(fields: Mapping[str, Any]) -> Iterator[Part]:
    for name, value in fields.items():
        text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        yield Part(name, text.encode())


def _files(references: tuple[Source, ...], named: Mapping[str, int | list[int]]) -> Iterable[Part]:
    """Its own client calls the one picture of a list `image`, and several `image[]`."""
    for name, at in named.items():
        positions = at if isinstance(at, list) else [at]
        shown = f"{name}[]" if len(positions) > 1 else name
        for number, position in enumerate(positions):
            source = references[position]
            yield Part(shown, source.data, f"{name}-{number}.{source.ending}", source.content_type)
