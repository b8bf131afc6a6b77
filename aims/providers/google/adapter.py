"""The four verbs against the Gemini API. A call is answered once its picture is made, so there is nothing to poll."""

import asyncio
from urllib.parse import quote

from aims.core.fetch import Fetcher
from aims.providers import checking
from aims.providers.asking import buying
from aims.providers.connection import Connection
from aims.providers.contract import Ambiguous, Checked, Done, Failed, Order, Running
from aims.providers.google import body, errors, results
from aims.providers.wording import LOST

API = "https://generativelanguage.googleapis.com"

# The largest pictures take minutes, and nothing is asked after: who gives up early pays for what nobody sees.
SUBMIT_SECONDS = 600.0
# One picture of 4096 pixels, as text.
LARGEST_ANSWER = 96 << 20


class Google:
    """One account at the Gemini API. The key goes into one header, to the address of `connection`, and nowhere else."""

    name = "google"
    repeatable = False
    concurrency = 64

    def __init__(self, connection: Connection, fetcher: Fetcher) -> None:
        self._url = connection.url
        self._cost = connection.cost
        self._headers = {"x-goog-api-key": connection.key, "Accept": "application/json"}
        self._fetcher = fetcher
        self.output_origins = connection.output_origins

    def vet(self, prompt: str) -> tuple[str, str]:
        return prompt, ""

    async def submit(self, order: Order) -> Done | Failed:
        sent = await asyncio.to_thread(body.content, order)
        url = f"{self._url}/v1beta/models/{quote(order.endpoint, safe='-._~')}:generateContent"
        headers = {**self._headers, "Content-Type": "application/json"}
        with buying():
            got = await self._fetcher.origins(
                "POST",
                url,
                (self._url,),
                headers=headers,
                body=sent,
                deadline=SUBMIT_SECONDS,
                cap=LARGEST_ANSWER,
                hops=0,
            )
        if not 200 <= got.status < 300:
            raise errors.of_submit(got, self.name)
        return await asyncio.to_thread(results.outcome, got, order.endpoint, self._cost)

    async def poll(self, order: Order, running: Running) -> Running | Done | Failed:
        """There is no work that runs on after its call.

        Raises Ambiguous.
        """
        raise Ambiguous(LOST)

    async def cancel(self, order: Order, running: Running) -> bool:
        """Nothing can be stopped: what was sent is made, and paid for."""
        return True

    async def check(self) -> Checked:
        """Asks for the list of models, which costs nothing."""
        return await checking.ask(
            self._fetcher,
            f"{self._url}/v1beta/models?pageSize=1",
            (self._url,),
            self._headers,
            errors.standing,
        )

    async def close(self) -> None:
        """The fetcher belongs to the studio."""
