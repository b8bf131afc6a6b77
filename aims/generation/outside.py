"""Pictures from outside that a request works from: each is fetched once, looked at, and kept as an upload.

`submit` checks everything else before it calls `bring`: a request that is wrong, that is a repeat, or that cannot be
paid for fetches nothing. Nothing is held while pictures arrive. A process that ends between keeping a picture and
accepting the request leaves an upload in the library; the same picture, fetched again, is that upload.
"""

import asyncio
import hashlib
import time
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import msgspec

from aims.catalog import Draft, Reference
from aims.core.errors import (
    Blocked,
    Conflict,
    Invalid,
    NotFound,
    RateLimited,
    TooLarge,
    Unavailable,
    Unreachable,
    Unsupported,
)
from aims.core.fetch import Fetcher, parse, parse_public
from aims.core.log import logger
from aims.core.settings import Settings
from aims.generation.references import KINDS
from aims.media import Uploads
from aims.media.uploads import LARGEST

SECONDS = 15.0
SECONDS_FOR_ALL = 45.0
AT_ONCE = 12
AT_ONCE_PER_WORKSPACE = 4
BYTES_PER_TURN = 2 << 20
MOST_WORKSPACES = 10_000


class Allowance:
    """How much each workspace may have fetched, counted in memory per process.

    a_minute: turns; a picture takes one, and one more for each further 2 MiB. As for keys, a minute's worth may come at
    once.
    """

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute
        self._arrivals: OrderedDict[str, float] = OrderedDict()

    def take(self, workspace_id: str, turns: int) -> None:
        """Use turns up.

        Raises RateLimited, and then nothing was used.
        """
        wait = self._after(workspace_id, turns) - time.monotonic() - 60
        if wait > 0:
            raise RateLimited(
                f"This workspace may have {self._a_minute} pictures a minute fetched from outside. Wait, or upload "
                "the pictures (POST /api/v1/uploads).",
                retry_after=wait,
                limit=self._a_minute,
                policy="outside",
            )
        self.charge(workspace_id, turns)

    def charge(self, workspace_id: str, turns: int) -> None:
        """Use turns up, whether there are as many or not: what was fetched is known only afterwards."""
        self._arrivals[workspace_id] = self._after(workspace_id, turns)
        self._arrivals.move_to_end(workspace_id)
        if len(self._arrivals) > MOST_WORKSPACES:
            self._arrivals.popitem(last=False)

    def _after(self, workspace_id: str, turns: int) -> float:
        start = max(self._arrivals.get(workspace_id, 0.0), time.monotonic())
        return start + turns * 60 / self._a_minute


@dataclass(slots=True, weakref_slot=True)
class Turn:
    """What one workspace is doing at the moment."""

    fetching: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE_PER_WORKSPACE))
    keeping: asyncio.Lock = field(default_factory=asyncio.Lock)


class Outside:
    """Brings pictures in for one process."""

    def __init__(self, fetcher: Fetcher, uploads: Uploads, settings: Settings) -> None:
        self._fetcher = fetcher
        self._uploads = uploads
        self._base_url = settings.base_url
        self._is_on = settings.outside_urls
        self._allowance = Allowance(settings.outside_per_minute)
        self._fetching = asyncio.Semaphore(AT_ONCE)
        self._turns: WeakValueDictionary[str, Turn] = WeakValueDictionary()
        self._repeats: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    def among(self, references: Sequence[Reference]) -> list[Reference]:
        """Those that are pictures elsewhere. Films, and addresses of our own, are looked for here.

        Raises Invalid, naming the field: outside addresses are switched off, or this is one that is never fetched.
        """
        found = [each for each in references if KINDS[each.role] == "image" and self._is_outside(each.url)]
        for reference in found:
            if not self._is_on:
                raise Invalid.field(
                    reference.field,
                    f"`{reference.field}` has an address outside this studio, and those are switched off here. "
                    "Upload the picture (POST /api/v1/uploads) and use the `url` of the answer.",
                    code="outside_urls_off",
                )
            _checked(reference)
        return found

    @asynccontextmanager
    async def one_at_a_time(self, workspace_id: str, key: str | None) -> AsyncGenerator[None]:
        """Let a repeat under the same Idempotency-Key wait for the first one, which may still be fetching."""
        if key is None:
            yield
            return
        place = (workspace_id, key)
        lock = self._repeats.get(place)
        if lock is None:
            lock = self._repeats[place] = asyncio.Lock()
        async with lock:
            yield

    async def bring(self, workspace_id: str, draft: Draft) -> Draft:
        """Fetch and keep every outside picture of a draft: the draft with addresses of ours in their place.

        An address that stands there twice is fetched once.

        Raises Invalid, naming the field, for one that cannot be had, is too large or is no picture; RateLimited,
        Unavailable.
        """
        wanted: dict[str, Reference] = {}
        for reference in self.among(draft.references):
            wanted.setdefault(reference.url, reference)
        self._allowance.take(workspace_id, len(wanted))
        turn = self._turns.get(workspace_id)
        if turn is None:
            turn = self._turns[workspace_id] = Turn()
        tasks = [asyncio.ensure_future(self._one(workspace_id, turn, each)) for each in wanted.values()]
        try:
            async with asyncio.timeout(SECONDS_FOR_ALL):
                keys = await asyncio.gather(*tasks)
        except TimeoutError:
            raise Unavailable(
                "The pictures from outside took too long to bring in. Try again; nothing was charged.",
                code="outside_busy",
            ) from None
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        ours = {url: f"{self._base_url}/{key}" for url, key in zip(wanted, keys, strict=True)}
        references = tuple(each._replace(url=ours.get(each.url, each.url)) for each in draft.references)
        return msgspec.structs.replace(draft, references=references)

    def _is_outside(self, url: str) -> bool:
        url = url.strip()
        if not url.lower().startswith(("http://", "https://")):
            return False
        try:
            return parse(url).origin != parse(self._base_url).origin
        except Blocked:
            return not url.startswith(self._base_url)

    async def _one(self, workspace_id: str, turn: Turn, reference: Reference) -> str:
        async with turn.fetching, self._fetching:
            data = await self._fetch(workspace_id, reference)
            async with turn.keeping:
                return await self._keep(workspace_id, data, reference)

    async def _fetch(self, workspace_id: str, reference: Reference) -> bytes:
        try:
            got = await self._fetcher.public(
                "GET", reference.url.strip(), headers={"Accept": "image/*"}, deadline=SECONDS, cap=LARGEST
            )
        except Unreachable as error:
            logger.info("outside picture not fetched", reason=error.code)
            if error.code == "answer_too_large":
                self._allowance.charge(workspace_id, LARGEST // BYTES_PER_TURN)
                raise _large(reference) from None
            raise _away(reference) from None
        except Blocked:
            raise _away(reference) from None
        if got.status != 200:
            raise Invalid.field(
                reference.field,
                f"`{reference.field}` has an address whose server answered {got.status} instead of a picture. "
                "Check it, or upload the picture (POST /api/v1/uploads).",
                code="reference_unreachable",
            )
        self._allowance.charge(workspace_id, len(got.body) // BYTES_PER_TURN)
        return got.body

    async def _keep(self, workspace_id: str, data: bytes, reference: Reference) -> str:
        """Keep it, or find that it is kept already: whoever sends the same picture again finds one in the library."""
        # No Idempotency-Key of an upload has a line break, so none can stand for a picture from outside.
        digest = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
        try:
            try:
                kept = await self._uploads.keep(workspace_id, data, key=f"outside\n{digest}")
            except (NotFound, Conflict):
                # It lies in the trash, or another process of this machine is just bringing it.
                kept = await self._uploads.keep(workspace_id, data)
        except TooLarge:
            raise _large(reference) from None
        except (Invalid, Unsupported):
            raise _no_picture(reference) from None
        return kept.storage_key


def _checked(reference: Reference) -> None:
    try:
        parse_public(reference.url.strip())
    except Blocked:
        raise _away(reference) from None


def _away(reference: Reference) -> Invalid:
    """One sentence, whether it is inside, has no name, or does not answer: it tells nothing about what is inside."""
    return Invalid.field(
        reference.field,
        f"`{reference.field}` has an address that cannot be fetched from here. It has to be a public http or https "
        f"address that answers within {SECONDS:.0f} seconds; or upload the picture (POST /api/v1/uploads).",
        code="reference_unreachable",
    )


def _large(reference: Reference) -> Invalid:
    return Invalid.field(
        reference.field,
        f"`{reference.field}` has the address of a file that is larger than {LARGEST >> 20} MiB, or of a picture "
        "with too many pixels. Use a smaller one.",
        code="reference_too_large",
    )


def _no_picture(reference: Reference) -> Invalid:
    return Invalid.field(
        reference.field,
        f"`{reference.field}` has an address where there is no picture that can be opened. Use one of a PNG, JPEG, "
        "WebP, GIF, AVIF, HEIC or BMP file.",
        code="reference_not_a_picture",
    )
