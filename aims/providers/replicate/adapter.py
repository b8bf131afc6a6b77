"""The four verbs against Replicate. A wish for a prediction is sent once; everything after it can be asked again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import msgspec

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetched, Fetcher, Origins
from aims.core.fetch.forms import Part, form
from aims.providers import checking
from aims.providers.asking import Pace, buying, looking, trusted
from aims.providers.connection import Connection
from aims.providers.contract import (
    BadAnswer,
    BadInput,
    Checked,
    Done,
    Down,
    Failed,
    Order,
    Report,
    Running,
    Source,
)
from aims.providers.replicate import errors, results
from aims.providers.replicate.answers import Prediction, Uploaded
from aims.providers.wording import GARBLED, read

API = "https://api.replicate.com"
MEDIA = ("https://replicate.delivery", "https://*.replicate.delivery")

SUBMIT_SECONDS = 60.0
UPLOAD_SECONDS = 120.0
ASK_SECONDS = 30.0
LARGEST_ANSWER = 8 << 20
# A larger one is uploaded first: what is in the request itself may be 256 kB, as its clients say.
LARGEST_INLINE = 256_000
LARGEST_SOURCES = 96 << 20
# What has not ended by then is given up: its own limit for work that has begun is half an hour.
DEADLINE = "1h"
PACE = Pace(first=0.5, longest=5.0, growth=1.5)


class Replicate:
    """One account. The key goes into one header, to the connection's own address, and nowhere else."""

    name = "replicate"
    repeatable = False
    concurrency = 64

    def __init__(self, connection: Connection, fetcher: Fetcher) -> None:
        self._url = connection.url
        self._key = connection.key
        self._cost = connection.cost
        self._fetcher = fetcher
        self._origins = Origins.of((connection.url,))
        at_home = () if connection.url == API else (connection.url,)
        self.output_origins = tuple(dict.fromkeys((*MEDIA, *at_home, *connection.output_origins)))

    def vet(self, prompt: str) -> tuple[str, str]:
        return prompt, ""

    async def submit(self, order: Order) -> Running:
        body = await self._body(order)
        headers = {"Content-Type": "application/json", "Cancel-After": DEADLINE}
        model, _, version = order.endpoint.partition(":")
        route = "predictions" if version else f"models/{quote(model, safe='/-._~')}/predictions"
        url = f"{self._url}/v1/{route}"
        with buying():
            got = await self._ask(
                "POST", url, SUBMIT_SECONDS, headers=headers, body=msgspec.json.encode(body)
            )
        if not 200 <= got.status < 300:
            raise errors.of_submit(got)
        answer = read(got, Prediction)
        if answer is None or not answer.id:
            raise BadAnswer(GARBLED)
        return Running(answer.id, self._addresses(answer), wait=PACE.first)

    async def poll(self, order: Order, running: Running) -> Running | Done | Failed:
        with looking():
            got = await self._ask("GET", running.data["get"], ASK_SECONDS)
        if not 200 <= got.status < 300:
            raise errors.of_poll(got)
        answer = read(got, Prediction)
        if answer is None:
            raise BadAnswer("The provider's answers could not be understood.")
        if answer.id != running.reference:
            raise BadAnswer("The provider answered about another request.")
        if answer.status == "succeeded":
            return self._reported(results.outcomes(answer.output, order.count), order, answer)
        if answer.status in ("failed", "canceled", "aborted"):
            return self._reported(errors.of_end(answer), order, answer)
        # `starting`, `processing`, and words that are not known: the driver ends what lasts too long.
        return PACE.later(running)

    def _reported(self, over: Done | Failed, order: Order, answer: Prediction) -> Done | Failed:
        """The same end, with how long a machine worked.

        Some models are paid for by that time, others by what they make, and no answer says which: the seconds are units
        where the operator has said what one costs.
        """
        seconds = answer.seconds
        if seconds is None:
            return over
        cost = self._cost(order.endpoint, {"": seconds})
        units = None if cost is None else f"{seconds.normalize():f}"
        return replace(over, cost_usd_micros=cost, report=Report(units, int(seconds * 1000)))

    async def cancel(self, order: Order, running: Running) -> bool:
        """True unless no machine had begun: a stopped prediction is charged for, and so is a finished one."""
        try:
            got = await self._ask("POST", running.data["cancel"], ASK_SECONDS)
        except Unreachable as error:
            raise Down("The provider could not be asked to stop.") from error
        if got.status == 404:
            return True
        answer = read(got, Prediction) if 200 <= got.status < 300 else None
        if answer is None:
            raise errors.of_poll(got)
        return answer.status not in ("canceled", "aborted") or answer.has_run

    async def check(self) -> Checked:
        """Asks whose account it is, which costs nothing."""
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        return await checking.ask(
            self._fetcher, f"{self._url}/v1/account", (self._url,), headers, checking.by_status
        )

    async def close(self) -> None:
        """The fetcher belongs to the studio."""

    async def _ask(
        self,
        method: str,
        url: str,
        seconds: float,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Fetched:
        asked = {"Authorization": f"Bearer {self._key}", "Accept": "application/json", **(headers or {})}
        try:
            return await self._fetcher.origins(
                method,
                url,
                (self._url,),
                headers=asked,
                body=body,
                deadline=seconds,
                cap=LARGEST_ANSWER,
                hops=0,
            )
        except Blocked:
            # It was sent while the connection led elsewhere.
            raise Down("The provider is not where this request was sent any more.") from None

    async def _body(self, order: Order) -> dict[str, Any]:
        """The wish for a prediction, its pictures and films as addresses.

        Raises ProviderError; nothing is bought with an upload.
        """
        if sum(len(source.data) for source in order.references) > LARGEST_SOURCES:
            raise BadInput(
                f"The pictures or films to work from are larger than {LARGEST_SOURCES >> 20} MiB together, which is "
                "the most that is sent to this provider."
            )
        held = order.filled([await self._address(source) for source in order.references])
        version = order.endpoint.partition(":")[2]
        return {"input": held} | ({"version": version} if version else {})

    async def _address(self, source: Source) -> str:
        """Where the provider finds a picture or film: in the request itself, or among its files."""
        if len(f"data:{source.content_type};base64,") + 4 * (len(source.data) + 2) // 3 <= LARGEST_INLINE:
            return source.inline
        filename = f"source.{source.ending}"
        content_type, body = form([Part("content", source.data, filename, source.content_type)])
        try:
            got = await self._ask(
                "POST",
                f"{self._url}/v1/files",
                UPLOAD_SECONDS,
                headers={"Content-Type": content_type},
                body=body,
            )
        except Unreachable:
            raise Down("The provider could not be given what it is to work from.") from None
        if not 200 <= got.status < 300:
            raise errors.of_upload(got)
        answer = read(got, Uploaded)
        if answer is None or "get" not in answer.urls:
            raise Down("The provider did not say where it keeps what it is to work from.")
        return answer.urls["get"]

    def _addresses(self, answer: Prediction) -> dict[str, str]:
        """Where it is asked after: as it was told, unless that leads to a stranger, who would see the key."""
        at = f"{self._url}/v1/predictions/{quote(answer.id, safe='')}"
        own = {"get": at, "cancel": f"{at}/cancel"}
        return {name: trusted(self._origins, answer.url(name)) or url for name, url in own.items()}
