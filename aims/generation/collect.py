"""Bring a provider's outputs home: fetch, look at each in a decoder child, write it to storage, synced."""

import asyncio
import hashlib

from aims import media
from aims.core.children import ChildFailed
from aims.core.errors import Blocked, StudioError, TooLarge, Unavailable, Unreachable
from aims.core.log import logger
from aims.generation.attempt import Attempt, Loaded
from aims.generation.downloads import download
from aims.generation.settle import OutputResult, Stored
from aims.generation.studio import Studio
from aims.media import decode, storage
from aims.media.recognise import recognise
from aims.providers import Done, Made, Outcome, Withheld

TRIES = 5
FIRST_WAIT = 0.2
LONGEST_WAIT = 30.0
OUT_OF_REACH = "The provider's file could not be fetched."
UNUSABLE = {
    "image": "The provider's file is not a picture that can be opened.",
    "video": "The provider's file is not a film that plays.",
}


async def collect(studio: Studio, found: Loaded, attempt: Attempt, done: Done) -> tuple[OutputResult, ...]:
    """Store what an attempt made. One output that cannot be had does not spoil the others.

    Outputs beyond those that were asked for are dropped; those that are missing count as withheld.
    """
    missing = Withheld("The provider returned fewer results than were asked for.")
    outcomes = [*done.outcomes[: attempt.count], *[missing] * (attempt.count - len(done.outcomes))]
    positions = range(attempt.first, attempt.first + attempt.count)
    results = await asyncio.gather(
        *(
            _collect_one(studio, found, attempt.provider, position, outcome)
            for position, outcome in zip(positions, outcomes, strict=True)
        )
    )
    return tuple(results)


async def _collect_one(
    studio: Studio, found: Loaded, provider: str, position: int, outcome: Outcome
) -> OutputResult:
    if isinstance(outcome, Withheld):
        return OutputResult(position, None, outcome.reason)
    try:
        return OutputResult(position, await _store(studio, found, provider, position, outcome))
    except Unavailable:
        raise
    except (Blocked, Unreachable) as error:
        logger.warning("output out of reach", generation=found.id, position=position, reason=error.code)
        return OutputResult(position, None, OUT_OF_REACH)
    except StudioError as error:
        logger.warning("output refused", generation=found.id, position=position, reason=error.code)
        return OutputResult(position, None, UNUSABLE[found.kind])


async def _store(studio: Studio, found: Loaded, provider: str, position: int, made: Made) -> Stored:
    """provider: who made it, which need not be the one that was to: its outputs lie at its own places."""
    data = made.data
    if data is None:
        data = await download(studio, provider, found.kind, made.url or "")
    kind = recognise(data)
    duration_ms = None
    if found.kind == "video":
        probe, small = await decode.examine_film(studio.children, data)
        duration_ms = probe.duration_ms
    else:
        probe, small = await _examine(studio, data)
    output = found.outputs[position]
    key = storage.key(
        found.workspace_id, output.id, output.token, kind.extension if kind else "bin", found.created_at
    )
    digest = await _write(studio, media.files(key, data, small), data)
    return Stored(
        key,
        probe.content_type,
        len(data),
        digest,
        probe.width,
        probe.height,
        duration_ms,
        preview=small.preview,
        colour=small.colour,
    )


async def _examine(studio: Studio, data: bytes) -> tuple[decode.Probe, decode.Thumbnails]:
    """Look at a picture. A child that is killed from outside says nothing about it; one after the other does.

    Raises as `decode.examine` does, Unavailable only for a pool that is full or closed.
    """
    wait = FIRST_WAIT
    for number in range(1, TRIES + 1):
        try:
            return await decode.examine(studio.children, data, generated=True)
        except Unavailable as error:
            if not isinstance(error.__cause__, ChildFailed):
                raise
            if number == TRIES:
                raise TooLarge("The picture takes too much to read.", code="image_too_large") from error
        await asyncio.sleep(wait)
        wait *= 2
    raise AssertionError("it was read, or it was not")


async def _write(studio: Studio, files: dict[str, bytes], data: bytes) -> str:
    """Write an output's files, waiting out a full disk: the picture is made and paid for. Gives its SHA-256."""
    wait = 0.2

    def write() -> str:
        studio.storage.write_all(files)
        # In the same thread: a film may be hundreds of megabytes, which take a good part of a second.
        return hashlib.sha256(data).hexdigest()

    while True:
        try:
            return await asyncio.to_thread(write)
        except Unavailable as error:
            logger.warning("output waits", reason=error.code)
            await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
