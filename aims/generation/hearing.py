"""A message of a provider: taken in, and waited for by a call whose answer was lost."""

import hmac
import time
from collections.abc import Mapping

from aims.core import failpoints
from aims.core.errors import NotFound
from aims.generation import attempt as rows
from aims.generation import inbox
from aims.generation.call import Call
from aims.generation.studio import Studio
from aims.generation.watch import cancel_name
from aims.providers import Ambiguous, Listens, Running

HEARING_SECONDS = 600.0
"""How long word is waited for: from the moment that the answer is known to be lost, in this process."""
FIRST_LOOK, LONGEST_LOOK = 1.0, 30.0


def letterbox(studio: Studio, provider: str, generation_id: str, attempt_id: str, seal: str) -> "Letterbox":
    """Where messages about this attempt are taken in.

    Raises NotFound for an address that was never given out; that takes no look into the database.
    """
    adapter = studio.providers.get(provider)
    own = inbox.seal(studio.secrets, provider, generation_id, attempt_id)
    if not hmac.compare_digest(own.encode(), seal.encode()) or not isinstance(adapter, Listens):
        raise NotFound("There is nothing at this address.")
    return Letterbox(studio, adapter, provider, generation_id, attempt_id)


class Letterbox:
    """Takes in messages about one attempt."""

    def __init__(
        self, studio: Studio, adapter: Listens, provider: str, generation_id: str, attempt_id: str
    ) -> None:
        self._studio = studio
        self._adapter = adapter
        self._about = (provider, generation_id, attempt_id)

    async def take(self, headers: Mapping[str, str], body: bytes) -> bool:
        """Keep a message, on the disk, and wake whoever waits for it. False for one that was known already.

        Raises what `Listens.read_webhook` and `inbox.keep` raise.
        """
        notice = await self._adapter.read_webhook(headers, body)
        failpoints.hit("inbox.checked")
        new = await self._studio.db.write(inbox.keep, *self._about, notice, self._adapter.connection_mark)
        failpoints.hit("inbox.committed")
        self._studio.signals.wake(cancel_name(self._about[1]))
        return new


async def await_word(call: Call, lost: Ambiguous) -> Running:
    """The call whose answer was lost, as soon as its provider has sent word of it.

    Raises `lost` when none comes in time, none can come, or the generation is to be stopped meanwhile.
    """
    job, adapter = call.job, call.adapter
    if not call.order.callback or not isinstance(adapter, Listens):
        raise lost
    until, look = time.monotonic() + HEARING_SECONDS, FIRST_LOOK
    async with call.seat.resting():
        while (reference := await job.studio.db.read(inbox.word, call.attempt.id)) is None:
            left = until - time.monotonic()
            if left <= 0 or await job.is_stopped():
                raise lost
            await call.listener.wait(min(left, look))
            look = min(look * 1.5, LONGEST_LOOK)
    state = adapter.taken(call.order, reference)
    await job.write(rows.answered, call.attempt, state)
    return state
