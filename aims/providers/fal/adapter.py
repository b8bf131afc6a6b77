"""The four verbs against fal's queue. Where the work is asked after is what the submit answered, if that is fal's."""

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import quote

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetched, Fetcher, Origins
from aims.providers import checking
from aims.providers.asking import Pace, buying, looking, trusted
from aims.providers.connection import Connection
from aims.providers.contract import (
    BadAnswer,
    Checked,
    Done,
    Down,
    Failed,
    Notice,
    Order,
    ProviderError,
    Report,
    Running,
)
from aims.providers.fal import errors, results, webhooks
from aims.providers.fal.answers import CancelAnswer, StatusAnswer, SubmitAnswer, is_json, read
from aims.providers.fal.keys import PublishedKeys
from aims.providers.fal.sources import Sources
from aims.providers.wording import GARBLED

QUEUE = "https://queue.fal.run"
# Its own names, when it is asked directly. An operator's proxy or emulator answers for itself alone.
# As names below a domain, so that none of them is followed to an address inside.
OWN = ("https://*.fal.run", "https://*.falrun.com")
MEDIA = "https://*.fal.media"
REST = "https://rest.fal.ai"
REST_ORIGINS = ("https://*.fal.ai",)
PUBLISHED_KEYS = "/.well-known/jwks.json"
NAMESPACES = frozenset({"workflows", "comfy"})

SUBMIT_SECONDS = 120.0
ASK_SECONDS = 30.0
LARGEST_ANSWER = 1 << 20
LARGEST_RESULT = 8 << 20
# It is fetched at once; a day leaves time for a studio that is down.
LIFECYCLE = '{"expiration_duration_seconds":86400}'
START_SECONDS = 3600
NOBODYS = "fal-ai/nano-banana-2/requests/00000000-0000-0000-0000-000000000000"
PACE = Pace(first=0.25, longest=5.0, growth=1.6)


class Fal:
    """One account at fal.ai. The key goes into one header, to the origins of `connection`, and nowhere else."""

    name = "fal"
    repeatable = False
    concurrency = 64

    def __init__(self, connection: Connection, fetcher: Fetcher) -> None:
        self._url = connection.url
        self._key = connection.key
        self._fetcher = fetcher
        self._asked = OWN if connection.url == QUEUE else (connection.url,)
        self._origins = Origins.of(self._asked)
        at_home = () if connection.url == QUEUE else (connection.url,)
        self.output_origins = tuple(dict.fromkeys((MEDIA, *at_home, *connection.output_origins)))
        self._rest = REST if connection.url == QUEUE else connection.url
        self._rest_origins = REST_ORIGINS if connection.url == QUEUE else (connection.url,)
        self._signers = PublishedKeys(self._rest + PUBLISHED_KEYS, self._rest_origins, fetcher)
        self._sources = Sources(
            fetcher,
            self._rest,
            connection.key,
            asked=self._rest_origins,
            storage=(*self._rest_origins, *self.output_origins),
            lifecycle=LIFECYCLE,
        )
        self._account = connection.account
        self._cost = connection.cost
        # The part before the colon says whose key it is, and is no secret.
        self.connection_mark = hashlib.sha256(connection.key.partition(":")[0].encode()).hexdigest()[:16]

    def vet(self, prompt: str) -> tuple[str, str]:
        return prompt, ""

    async def submit(self, order: Order) -> Running | Done:
        body = await self._sources.body(order)
        headers = {
            "Content-Type": "application/json",
            # What runs twice may be paid for twice, and the driver decides about that.
            "X-Fal-No-Retry": "1",
            "X-Fal-Object-Lifecycle-Preference": LIFECYCLE,
            "X-Fal-Request-Timeout": str(START_SECONDS),
        }
        url = f"{self._url}/{quote(order.endpoint, safe='/-._~')}"
        if order.callback:
            url += f"?fal_webhook={quote(order.callback, safe='')}"
        with buying():
            got = await self._ask("POST", url, SUBMIT_SECONDS, LARGEST_ANSWER, headers=headers, body=body)
        if not 200 <= got.status < 300:
            raise errors.of_submit(got)
        answer = read(got, SubmitAnswer)
        if answer is None or not answer.request_id:
            raise BadAnswer(GARBLED)
        return self._running(order, answer)

    def taken(self, order: Order, reference: str) -> Running:
        return self._running(order, SubmitAnswer(reference))

    async def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice:
        return await webhooks.read(headers, body, self._signers, self._account)

    async def poll(self, order: Order, running: Running) -> Running | Done | Failed:
        got = await self._look(running.data["status_url"])
        if not 200 <= got.status < 300:
            raise errors.of_poll(got)
        status = read(got, StatusAnswer)
        if status is None:
            raise BadAnswer("The provider's answers could not be understood.")
        if status.status != "COMPLETED":
            # A word that is not known is work that is not over; the driver ends what lasts too long.
            return PACE.later(running)
        return await self._result(order, running, status)

    async def cancel(self, order: Order, running: Running) -> bool:
        """True unless it was still in the queue: what runs may finish, and what has finished is paid for."""
        try:
            got = await self._ask("PUT", running.data["cancel_url"], ASK_SECONDS, LARGEST_ANSWER)
        except Unreachable as error:
            raise Down("The provider could not be asked to stop.") from error
        answer = read(got, CancelAnswer)
        said = answer.status if answer else None
        if got.status == 200 and (said == "OK" or (answer is not None and answer.success is True)):
            return False
        if 200 <= got.status < 300 or (got.status == 400 and said == "ALREADY_COMPLETED"):
            return True
        if got.status == 404 and said == "NOT_FOUND":
            return True
        raise errors.of_poll(got)

    async def check(self) -> Checked:
        """Asks after a request that never was: fal looks at the key before it looks for the request."""
        url = f"{self._url}/{NOBODYS}/status"
        headers = {"Authorization": f"Key {self._key}", "Accept": "application/json"}
        return await checking.ask(self._fetcher, url, self._asked, headers, errors.standing)

    async def close(self) -> None:
        """The fetcher belongs to the studio."""

    async def _result(self, order: Order, running: Running, status: StatusAnswer) -> Running | Done | Failed:
        """What a finished request came to. A failed one tells more here than in its status."""
        said = errors.of_status(status)
        try:
            got = await self._look(running.data["response_url"], LARGEST_RESULT)
        except Down:
            if said is None:
                raise
            return said
        if not 200 <= got.status < 300:
            if got.status == 400 and said is None and errors.is_early(got):
                return PACE.later(running)
            failed = errors.of_result(got, said)
            if isinstance(failed, ProviderError):
                raise failed
            return self._reported(failed, order, status, got)
        if said is not None:
            return self._reported(said, order, status, got)
        if not is_json(got):
            raise BadAnswer("The provider's answers could not be understood.")
        over = results.outcomes(got, order.count, errors.is_billed(got, otherwise=True))
        return self._reported(over, order, status, got)

    def _reported(
        self, over: Done | Failed, order: Order, status: StatusAnswer, got: Fetched
    ) -> Done | Failed:
        """The same end, with what fal says about it. It names units; what one costs is the operator's to say."""
        units = errors.billable_units(got)
        cost = None if units is None else self._cost(order.endpoint, {"": units})
        report = Report(None if units is None else f"{units.normalize():f}", results.run_ms(status))
        return replace(over, cost_usd_micros=cost, report=report)

    async def _look(self, url: str, cap: int = LARGEST_ANSWER) -> Fetched:
        """Ask after something: that costs nothing and can be done again.

        Raises Down.
        """
        with looking():
            return await self._ask("GET", url, ASK_SECONDS, cap)

    async def _ask(
        self,
        method: str,
        url: str,
        seconds: float,
        cap: int,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Fetched:
        asked = {"Authorization": f"Key {self._key}", "Accept": "application/json", **(headers or {})}
        try:
            return await self._fetcher.origins(
                method, url, self._asked, headers=asked, body=body, deadline=seconds, cap=cap, hops=0
            )
        except Blocked:
            # It was sent while the connection led elsewhere.
            raise Down("The provider is not where this request was sent any more.") from None

    def _running(self, order: Order, answer: SubmitAnswer) -> Running:
        return Running(answer.request_id, self._addresses(order.endpoint, answer), wait=PACE.first)

    def _addresses(self, endpoint: str, answer: SubmitAnswer) -> dict[str, str]:
        """Where the request is asked after: as it was told, unless that leads to a stranger, who would see the key."""
        at = f"{self._url}/{_app(endpoint)}/requests/{quote(answer.request_id, safe='')}"
        own = {"status_url": f"{at}/status", "response_url": at, "cancel_url": f"{at}/cancel"}
        return {name: trusted(self._origins, getattr(answer, name)) or url for name, url in own.items()}


def _app(endpoint: str) -> str:
    """The part of an endpoint that its requests are under: owner and app, after a namespace."""
    parts = endpoint.split("/")
    return "/".join(parts[: 3 if parts[0] in NAMESPACES else 2])
