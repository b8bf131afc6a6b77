"""The pictures and films that a request works from, as addresses that fal reads: in the request itself, or uploaded.

Source: fal.ai/docs, files, and fal-js `storage.ts` (read 22 November 2026): an address is asked for with the key, and
the bytes are put there without it.
"""

import asyncio
from collections.abc import Collection

import msgspec

from aims.core.errors import Blocked, Unreachable
from aims.core.fetch import Fetched, Fetcher
from aims.core.log import logger
from aims.providers.contract import Ambiguous, BadInput, Down, Order, ProviderError, Source
from aims.providers.fal import errors
from aims.providers.wording import read

# In the request itself, as text a third longer.
LARGEST_INLINE = 48 << 20
# More than that goes up in parts, which is not done here.
LARGEST_UPLOAD = 90 << 20
LARGEST_ANSWER = 1 << 20
ASK_SECONDS = 30.0
UPLOAD_SECONDS = 300.0
INITIATE = "/storage/upload/initiate?storage_type=fal-cdn-v3"
NOT_UPLOADED = "What it works from could not be brought to the provider. Nothing was bought."


class _Place(msgspec.Struct):
    upload_url: str
    file_url: str


class Sources:
    """Brings sources to fal. lifecycle: the header that says how long it may keep them.

    asked: the origins that see the key. storage: those that are given the bytes, and no key.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        rest: str,
        key: str,
        *,
        asked: Collection[str],
        storage: Collection[str],
        lifecycle: str,
    ) -> None:
        self._fetcher = fetcher
        self._rest = rest
        self._key = key
        self._asked = asked
        self._storage = storage
        self._lifecycle = lifecycle

    async def body(self, order: Order) -> bytes:
        """The request in fal's words. Nothing is bought by it, and it can be made again.

        Raises BadInput for what is too large, Down and NoAccess for what cannot be uploaded.
        """
        if not order.references:
            return msgspec.json.encode(dict(order.input))
        if sum(len(source.data) for source in order.references) <= LARGEST_INLINE:
            return await asyncio.to_thread(
                lambda: msgspec.json.encode(order.filled([each.inline for each in order.references]))
            )
        if any(len(source.data) > LARGEST_UPLOAD for source in order.references):
            raise BadInput(
                f"A picture or film to work from is larger than {LARGEST_UPLOAD >> 20} MiB, which is the most that is "
                "sent to this provider."
            )
        return msgspec.json.encode(order.filled([await self._upload(each) for each in order.references]))

    async def _upload(self, source: Source) -> str:
        place = await self._place(source)
        try:
            got = await self._fetcher.origins(
                "PUT",
                place.upload_url,
                self._storage,
                headers={"Content-Type": source.content_type},
                body=source.data,
                deadline=UPLOAD_SECONDS,
                cap=LARGEST_ANSWER,
                hops=0,
            )
        except Blocked:
            logger.error("provider's storage is at an origin that is not declared", provider="fal")
            raise ProviderError(NOT_UPLOADED) from None
        except Unreachable:
            raise Down(NOT_UPLOADED) from None
        if not 200 <= got.status < 300:
            raise Down(NOT_UPLOADED)
        return place.file_url

    async def _place(self, source: Source) -> _Place:
        said = {"file_name": f"source.{_extension(source)}", "content_type": source.content_type}
        headers = {
            "Authorization": f"Key {self._key}",
            "Content-Type": "application/json",
            "X-Fal-Object-Lifecycle-Preference": self._lifecycle,
        }
        try:
            got = await self._fetcher.origins(
                "POST",
                self._rest + INITIATE,
                self._asked,
                headers=headers,
                body=msgspec.json.encode(said),
                deadline=ASK_SECONDS,
                cap=LARGEST_ANSWER,
                hops=0,
            )
        except (Blocked, Unreachable):
            raise Down(NOT_UPLOADED) from None
        if not 200 <= got.status < 300:
            raise _refused(got)
        place = read(got, _Place)
        if place is None or not place.file_url.startswith(("https://", "http://")):
            raise Down(NOT_UPLOADED)
        return place


def _refused(got: Fetched) -> ProviderError:
    error = errors.of_submit(got)
    # Here, whatever went wrong, nothing was bought.
    return Down(NOT_UPLOADED) if isinstance(error, Ambiguous | BadInput) else error


def _extension(source: Source) -> str:
    return source.content_type.rpartition("/")[2].partition("+")[0] or "bin"
