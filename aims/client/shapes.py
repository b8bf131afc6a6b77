"""What the studio answers, as types. Fields that this version does not know are passed over.

Credits are whole numbers; spans are seconds; instants are RFC 3339 in UTC; widths and heights are pixels.
Source: `/openapi.json` of the studio.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from aims.client.blocking import Blocking
from aims.client.errors import AIMSError
from aims.client.saving import download
from aims.client.steps import Flow

T = TypeVar("T")

FINISHED = frozenset({"completed", "failed", "cancelled"})


class Output(msgspec.Struct, frozen=True):
    """One picture or film that was asked for. status: `queued`, `completed` or `failed`."""

    id: str
    index: int = 0
    status: str = "queued"
    url: str | None = None
    thumbnail_url: str | None = None
    share_url: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    content_type: str | None = None
    bytes: int | None = None
    error: str | None = None
    credits_refunded: int = 0


class Quote(msgspec.Struct, frozen=True):
    """What a request costs. unit: `image` or `second`; multipliers: (name, exact factor), such as "3/2"."""

    unit: str
    unit_credits: int
    quantity: int
    credits: int
    multipliers: list[tuple[str, str]] = []
    per_output: int | None = None
    price_version: str | None = None


class Charge(msgspec.Struct, frozen=True):
    """Credits set aside now, charged in the end, and given back in the end."""

    held: int = 0
    charged: int = 0
    refunded: int = 0


class Generation(msgspec.Struct, frozen=True):
    """One request and what becomes of it. status: `queued`, `running`, `completed`, `failed` or `cancelled`.

    provider: where it is made, or is to be asked for first.
    progress: 0 to 1, None when nobody can tell. Each output has its own outcome: a generation is `completed` when at
    least one was made.
    """

    id: str
    kind: str
    status: str
    stage: str = ""
    progress: float | None = None
    model: str = ""
    provider: str = ""
    prompt: str = ""
    parameters: dict[str, Any] = {}
    style_applied: str | None = None
    sandbox: bool = False
    ignored_parameters: list[str] = []
    created_at: str | None = None
    started_at: str | None = None
    finished_at: str | None = None
    elapsed_seconds: float = 0.0
    expected_seconds: float | None = None
    outputs: list[Output] = []
    quote: Quote | None = None
    credits: Charge = Charge()
    error: str | None = None

    @property
    def finished(self) -> bool:
        """Whether it is over, well or not."""
        return self.status in FINISHED

    @property
    def completed(self) -> list[Output]:
        """The outputs that were made and are still there, in their order."""
        return [output for output in self.outputs if output.status == "completed" and output.url]

    @property
    def urls(self) -> list[str]:
        """The addresses of the outputs that were made, in their order."""
        return [output.url for output in self.completed if output.url]

    def save(self, where: str | Path) -> list[Path]:
        """Download what was made, and return the files. It waits; in asynchronous code `await client.save(...)`.

        where: a file; or a folder (one that exists, a name with a slash at its end or without an extension, or any
        name for several results), which then has `01-<name>`, `02-<name>`.

        Raises GenerationFailed when nothing was made; DownloadFailed when some of it could not be saved.
        """
        with Blocking(None, self.urls[0] if self.urls else "") as carrier:
            return carrier.run(self.saving(where))

    def saving(self, where: str | Path) -> Flow[list[Path]]:
        """The steps of `save`, for whoever carries them out.

        Raises what `save` raises.
        """
        if not self.urls:
            raise GenerationFailed(self)
        return (yield from download(self.urls, where, len(self.outputs)))


class GenerationFailed(AIMSError):
    """Nothing was made, so that there is nothing to save. `generation` says why, and what came back."""

    def __init__(self, generation: Generation) -> None:
        reasons = [generation.error, *(output.error for output in generation.outputs)]
        reason = next((each for each in reasons if each), f"It is {generation.status}.")
        super().__init__(f"Generation {generation.id} has nothing to save. {reason}")
        self.generation = generation


class NotFinished(AIMSError):
    """The time to wait is up. The work goes on: `generations.wait(error.generation.id)` takes it up again."""

    def __init__(self, generation: Generation, seconds: float) -> None:
        super().__init__(
            f"Generation {generation.id} is not finished after {seconds:g} s. It goes on; wait for it again, or "
            "cancel it."
        )
        self.generation = generation


class Estimate(msgspec.Struct, frozen=True):
    """What a request would cost, and whether the workspace can pay for it now."""

    model: str
    quote: Quote
    credits_available: int
    affordable: bool
    ignored_parameters: list[str] = []


class Upload(msgspec.Struct, frozen=True):
    """A picture to work from: its address goes into `image_urls` and the like."""

    id: str
    url: str


class Media(msgspec.Struct, frozen=True):
    """A picture or film of the library. source: `generation` or `upload`. One in the trash has no addresses."""

    id: str
    kind: str
    content_type: str = ""
    url: str | None = None
    thumbnail_url: str | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    bytes: int = 0
    sha256: str = ""
    source: str = ""
    generation_id: str | None = None
    prompt: str | None = None
    model: str | None = None
    created_at: str | None = None
    share_url: str | None = None
    trashed_at: str | None = None


class Share(msgspec.Struct, frozen=True):
    """The public page of an asset; None when it has none."""

    id: str
    share_url: str | None = None


class Page(msgspec.Struct, Generic[T], frozen=True):
    """A part of a list. next_cursor: what to give as `cursor` for the part after it; None at the end."""

    items: list[T]
    next_cursor: str | None = None


class Model(msgspec.Struct, frozen=True):
    """A model that can be asked. credit_cost: per image, or per second of film.

    available_settings: for each parameter its type, bounds, choices, default and a line of help.
    available: False while no provider that makes it is connected.
    """

    id: str
    name: str = ""
    model_type: str = ""
    credit_cost: int = 0
    description: str = ""
    default_advanced_settings: dict[str, Any] = {}
    available_settings: dict[str, Any] = {}
    price: dict[str, Any] = {}
    available: bool = True


class Style(msgspec.Struct, frozen=True):
    """A style preset: its slug goes into `style_slug`."""

    slug: str
    name: str = ""
    description: str = ""
    category: str = ""
    preview_url: str | None = None


class Account(msgspec.Struct, frozen=True):
    """Whose key this is, what it may do, and what the workspace can spend."""

    workspace_id: str
    credits_available: int
    scopes: list[str] = []
    default_model: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """One line of the ledger. amount: below zero when credits leave."""

    id: str
    kind: str
    amount: int
    created_at: str | None = None
    available_change: int = 0
    held_change: int = 0
    cause: str = ""
    generation_id: str | None = None
    key: str | None = None
    sandbox: bool = False


class Credits(msgspec.Struct, frozen=True):
    """Credits that can be spent, credits held for unfinished work, and a page of entries, newest first."""

    available: int
    held: int
    items: list[Entry] = []
    next_cursor: str | None = None


class Counts(msgspec.Struct, frozen=True):
    """What was made and what it cost. What a group was not asked to tell apart (`day`, `model`, ...) is None."""

    generations: int = 0
    outputs_completed: int = 0
    outputs_failed: int = 0
    credits_charged: int = 0
    credits_refunded: int = 0
    day: str | None = None
    model: str | None = None
    key: str | None = None
    key_name: str | None = None
    member: str | None = None
    member_name: str | None = None


class Usage(msgspec.Struct, frozen=True, rename={"first": "from", "last": "to"}):
    """A report: its days, its groups, and the sum of all groups."""

    first: str
    last: str
    items: list[Counts]
    totals: Counts
    group_by: list[str] = []
    next_cursor: str | None = None
