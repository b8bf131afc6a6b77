"""The client for asynchronous code: the same verbs, awaited."""

from __future__ import annotations

from typing import Any, Self

from aims.client import config, keeping, looking, making, watching
from aims.client.awaiting import Area, Awaiting, going_through, waiting
from aims.client.errors import NotConfigured
from aims.client.shapes import Generation


class AsyncImages(Area):
    """Pictures."""

    generate = waiting(making.generate_images)
    edit = waiting(making.edit_images)
    estimate = waiting(making.estimate_images)


class AsyncVideos(Area):
    """Films."""

    generate = waiting(making.generate_video)
    estimate = waiting(making.estimate_video)


class AsyncUploads(Area):
    """Pictures to work from."""

    create = waiting(keeping.upload)


class AsyncModels(Area):
    """What can be asked."""

    list = waiting(looking.list_models)


class AsyncStyles(Area):
    """Style presets."""

    list = waiting(looking.list_styles)


class AsyncGenerations(Area):
    """What was asked for."""

    list = waiting(looking.list_generations)
    each = going_through(looking.each_generation)
    get = waiting(watching.show)
    cancel = waiting(looking.cancel_generation)
    wait = waiting(looking.wait_for_generation)
    events = going_through(watching.events)


class AsyncLibrary(Area):
    """Everything that was made or brought in."""

    list = waiting(keeping.list_media)
    each = going_through(keeping.each_media)
    get = waiting(keeping.get_media)
    delete = waiting(keeping.delete_media)
    restore = waiting(keeping.restore_media)
    share = waiting(keeping.share_media)
    unshare = waiting(keeping.unshare_media)


class AsyncLedger(Area):
    """What the workspace can spend."""

    get = waiting(looking.get_credits)


class AsyncReport(Area):
    """What was made and what it cost."""

    get = waiting(looking.get_usage)


class AsyncAIMS(Area):
    """A studio that is talked to with a key.

    api_key, base_url: left out, AIMS_API_KEY and AIMS_BASE_URL, then `~/.aims/config.json`, then the studio of this
    machine. retries: how often a call is sent again when nothing came, or the studio was busy; none is paid twice.
    http: further settings of `httpx2.AsyncClient`, such as `verify` or `proxy`.

    Raises NotConfigured when there is no key. Every verb raises APIError when it is refused (each status has a class
    of its own), Unreachable when nothing came, and BadAnswer for an answer of something else.

    async with AsyncAIMS() as aims:
        made = await aims.images.generate("A red fox in the snow", n=2)
        await aims.save(made, "foxes/")
    """

    def __init__(
        self, api_key: str | None = None, base_url: str | None = None, *, retries: int = 4, **http: Any
    ) -> None:
        found = config.find(api_key, base_url)
        if found.api_key is None:
            raise NotConfigured("There is no API key. Give `api_key`, set AIMS_API_KEY, or run `aims login`.")
        self.base_url = found.base_url
        carrier = Awaiting(found.api_key, found.base_url, retries=retries, **http)
        super().__init__(carrier)
        self.images = AsyncImages(carrier)
        self.videos = AsyncVideos(carrier)
        self.uploads = AsyncUploads(carrier)
        self.models = AsyncModels(carrier)
        self.styles = AsyncStyles(carrier)
        self.generations = AsyncGenerations(carrier)
        self.media = AsyncLibrary(carrier)
        self.credits = AsyncLedger(carrier)
        self.usage = AsyncReport(carrier)

    account = waiting(looking.account)
    request = waiting(looking.request)
    save = waiting(Generation.saving)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._carrier.close()
