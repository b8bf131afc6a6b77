"""The four verbs against Vertex: an operation is begun, and asked after until it is done."""

import asyncio
import re
from collections.abc import Mapping
from urllib.parse import quote

import msgspec

from aims.core.fetch import Fetched, Fetcher
from aims.providers import checking
from aims.providers.asking import Pace, buying, looking
from aims.providers.connection import Connection
from aims.providers.contract import (
    BadAnswer,
    Busy,
    Checked,
    Done,
    Down,
    Failed,
    NoAccess,
    Order,
    ProviderError,
    Running,
)
from aims.providers.google import errors
from aims.providers.vertex import body, results
from aims.providers.vertex.account import Account
from aims.providers.vertex.login import Login
from aims.providers.wording import GARBLED, LONGEST_BUSY, NOT_TAKEN

API = "https://us-central1-aiplatform.googleapis.com"
LOCATION = "us-central1"
_PLACES = re.compile(r"https://(?:([a-z0-9-]+)-)?aiplatform\.googleapis\.com")
_NAME = re.compile(r"[A-Za-z0-9._/:-]{1,500}")

SUBMIT_SECONDS = 120.0
# The answer to the last question has the whole film in it.
ASK_SECONDS = 180.0
LARGEST_ANSWER = 1 << 20
LARGEST_RESULT = 192 << 20
PACE = Pace(first=1.0, longest=5.0, growth=1.5)


class Vertex:
    """One service account. It is shown to the login alone; requests carry a token that ends within the hour."""

    name = "vertex"
    repeatable = False
    concurrency = 64

    def __init__(self, connection: Connection, account: Account, fetcher: Fetcher) -> None:
        self._url = connection.url
        self._fetcher = fetcher
        self._login = Login(account, fetcher)
        self._models = (
            f"{connection.url}/v1/projects/{quote(account.project, safe=':')}/locations/{location(connection.url)}"
            "/publishers/google/models"
        )
        self.output_origins = connection.output_origins

    def vet(self, prompt: str) -> tuple[str, str]:
        return prompt, ""

    async def submit(self, order: Order) -> Running:
        sent = await asyncio.to_thread(body.prediction, order)
        model = f"{self._models}/{quote(order.endpoint, safe='-._~')}"
        token = await self._login.token()
        with buying():
            got = await self._ask(f"{model}:predictLongRunning", token, sent, SUBMIT_SECONDS, LARGEST_ANSWER)
        if not 200 <= got.status < 300:
            if got.status == 401 and self._login.forget(token):
                raise Down("The provider wants another login.")
            raise results.refusal(got) or errors.of_submit(got, self.name)
        operation = results.operation_of(got)
        if operation is None or not _NAME.fullmatch(operation.name):
            raise BadAnswer(GARBLED)
        return Running(operation.name, {"ask": f"{model}:fetchPredictOperation"}, wait=PACE.first)

    async def poll(self, order: Order, running: Running) -> Running | Done | Failed:
        if not running.data["ask"].startswith(f"{self._models}/"):
            # It was sent while the connection led elsewhere, or for another account.
            raise Down("The provider is not where this request was sent any more.")
        try:
            token = await self._login.token()
        except NoAccess as error:
            raise Busy(error.reason, retry_after=LONGEST_BUSY) from None
        sent = msgspec.json.encode({"operationName": running.reference})
        with looking():
            got = await self._ask(running.data["ask"], token, sent, ASK_SECONDS, LARGEST_RESULT)
        if not 200 <= got.status < 300:
            if got.status == 401:
                self._login.forget(token)
            raise _of_poll(got)
        return await asyncio.to_thread(_state, got, running)

    async def cancel(self, order: Order, running: Running) -> bool:
        """There is no way to stop an operation: it is finished, and paid for."""
        return True

    async def check(self) -> Checked:
        """Asks for a token, which costs nothing. Whether the account may make films, nobody says for nothing."""
        try:
            await self._login.token()
        except NoAccess:
            return Checked("invalid", checking.SENTENCES["invalid"])
        except ProviderError as error:
            return Checked("unreachable", f"The provider cannot be reached: {error.reason}")
        return Checked("valid", checking.SENTENCES["valid"])

    async def close(self) -> None:
        """The fetcher belongs to the studio."""

    async def _ask(self, url: str, token: str, sent: bytes, seconds: float, cap: int) -> Fetched:
        headers: Mapping[str, str] = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "Accept": "application/json",
        }
        return await self._fetcher.origins(
            "POST", url, (self._url,), headers=headers, body=sent, deadline=seconds, cap=cap, hops=0
        )


def location(url: str) -> str:
    """Where a connection's address has its machines: as its name says, else in the usual place."""
    found = _PLACES.fullmatch(url)
    return LOCATION if found is None else found[1] or "global"


def _of_poll(got: Fetched) -> ProviderError:
    """An error answer to a question about work that was taken: asked again, whatever it is."""
    said = errors.told(got)
    if got.status == 429:
        return errors.busy(got, said)
    if errors.is_refused(got, said) is not None:
        return Busy(NOT_TAKEN, retry_after=LONGEST_BUSY)
    return Down(f"The provider answered {got.status}.")


def _state(got: Fetched, running: Running) -> Running | Done | Failed:
    operation = results.operation_of(got)
    if operation is None:
        raise BadAnswer("The provider's answers could not be understood.")
    if operation.done is not True:
        return PACE.later(running)
    return results.outcome(operation)
