"""The client for plain code."""

from __future__ import annotations

from typing import Any, Self

from aims.client import config, keeping, looking, making, watching
from aims.client.blocking import Area, Blocking, going_through, waiting
from aims.client.errors import NotConfigured
from aims.client.shapes import Generation


class Images(Area):
    """Pictures."""

    generate = waiting(making.generate_images)
    edit = waiting(making.edit_images)
    estimate = waiting(making.estimate_images)


class Videos(Area):
    """Films."""

    generate = waiting(making.generate_video)
    estimate = waiting(making.estimate_video)


class Uploads(Area):
    """Pictures to work from."""

    create = waiting(keeping.upload)


class Models(Area):
    """What can be asked."""

    list = waiting(looking.list_models)


class Styles(Area):
    """Style presets."""

    list = waiting(looking.list_styles)


class Generations(Area):
    """What was asked for."""

    list = waiting(looking.list_generations)
    each = going_through(looking.each_generation)
    get = waiting(watching.show)
    cancel = waiting(looking.cancel_generation)
    wait = waiting(looking.wait_for_generation)
    events = going_through(watching.events)


class Library(Area):
    """Everything that was made or brought in."""

    list = waiting(keeping.list_media)
    each = going_through(keeping.each_media)
    get = waiting(keeping.get_media)
    delete = waiting(keeping.delete_media)
    restore = waiting(keeping.restore_media)
    share = waiting(keeping.share_media)
    unshare = waiting(keeping.unshare_media)


class Ledger(Area):
    """What the workspace can spend."""

    get = waiting(looking.get_credits)


class Report(Area):
    """What was made and what it cost."""

    get = waiting(looking.get_usage)


class AIMS(Area):
    """A studio that is talked to with a key.

    api_key, base_url: left out, AIMS_API_KEY and AIMS_BASE_URL, then `~/.aims/config.json`, then the studio of this
    machine. retries: how often a call is sent again when nothing came, or the studio was busy; none is paid twice.
    http: further settings of `httpx2.Client`, such as `verify` or `proxy`.

    Raises NotConfigured when there is no key. Every verb raises APIError when it is refused (each status has a class
    of its own), Unreachable when nothing came, and BadAnswer for an answer of something else.

    with AIMS() as aims:
        aims.images.generate("A red fox in the snow", n=2).save("foxes/")
    """

    def __init__(
        self, api_key: str | None = None, base_url: str | None = None, *, retries: int = 4, **http: Any
    ) -> None:
        found = config.find(api_key, base_url)
        if found.api_key is None:
            raise NotConfigured("There is no API key. Give `api_key`, set AIMS_API_KEY, or run `aims login`.")
        self.base_url = found.base_url
        carrier = Blocking(found.api_key, found.base_url, retries=retries, **http)
        super().__init__(carrier)
        self.images = Images(carrier)
        self.videos = Videos(carrier)
        self.uploads = Uploads(carrier)
        self.models = Models(carrier)
        self.styles = Styles(carrier)
        self.generations = Generations(carrier)
        self.media = Library(carrier)
        self.credits = Ledger(carrier)
        self.usage = Report(carrier)

    account = waiting(looking.account)
    request = waiting(looking.request)
    save = waiting(Generation.saving)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._carrier.close()
