"""Outputs that a provider names by an address: fetched from where its connection says they lie, and nowhere else."""

import asyncio

from aims.core.errors import Unreachable
from aims.core.log import logger
from aims.generation.studio import Studio

TRIES = 4
FIRST_WAIT = 0.5
LARGEST = {"image": 64 << 20, "video": 512 << 20}
# For the whole of a file, so that one that drips does not hold a place for ever.
SECONDS = {"image": 60.0, "video": 600.0}

# A server that says nothing at all is not waited for as long as a large file may take.
SILENCE_SECONDS = 30.0
# An address that has expired, or is somebody else's, will not get better.
_FINAL = frozenset({400, 401, 403, 410, 451})


async def download(studio: Studio, provider: str, kind: str, url: str) -> bytes:
    """The bytes at an output's address. What may be transient is tried again; nothing is asked of the provider twice.

    No key goes along: the address is all that the other side gets to see.

    Raises Blocked for an address outside the provider's output origins, and Unreachable.
    """
    adapter = studio.providers.get(provider)
    origins = adapter.output_origins if adapter is not None else ()
    wait = FIRST_WAIT
    for number in range(1, TRIES + 1):
        try:
            got = await studio.fetcher.origins(
                "GET",
                url,
                origins,
                headers={"Accept": f"{kind}/*"},
                deadline=SECONDS[kind],
                silence=SILENCE_SECONDS,
                cap=LARGEST[kind],
            )
        except Unreachable as error:
            problem, final = error, error.code == "answer_too_large"
        else:
            if got.status == 200:
                return got.body
            problem = Unreachable(f"The server answered {got.status}.", code="no_answer", sent=True)
            final = got.status in _FINAL
        logger.info("output not fetched", provider=provider, attempt=number, reason=problem.sentence)
        if final or number == TRIES:
            break
        await asyncio.sleep(wait)
        wait *= 2
    raise problem
