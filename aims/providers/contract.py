"""What every provider's adapter takes and gives: frozen types, four verbs, and errors that say what happened.

ProviderError
├── Busy           not now; nothing was bought
├── Down           cannot be reached; nothing was bought
├── Refused        will not make this; `billed` says whether it was paid for all the same
├── BadInput       the request was wrong for the provider; nothing was bought
├── NotConfigured  there is no connection to this provider
│   └── NoAccess   it does not take the key, or the account behind it has nothing left: the operator has to act
└── Ambiguous      bytes were sent and no answer came: it may have been bought, and is never sent again
    └── BadAnswer  an answer came that says nothing: the same holds
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

type_of_parameter = str | int | float | bool | None
Role = Literal["start", "end", "reference", "clip"]


@dataclass(frozen=True, slots=True)
class Source:
    """A picture or film to work from, as its bytes.

    role: what it is for: the picture that a film starts or ends with, one to work from, or the clip to extend.
    """

    role: Role
    data: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Order:
    """One call to a provider: some of the outputs of one generation.

    nonce: names this attempt towards the provider. width, height: pixels, None where the model decides.
    first: position of the first output within the generation; count: how many this call makes; of: how many in all.
    references: what to work from, in the request's order; pictures are normalised already. duration: seconds.
    input: the request in the provider's own words, as the model's file spells it, without the references.
    input_sources: the provider's name for each reference or list of them, as positions in `references`.
    """

    nonce: str
    model: str
    endpoint: str
    kind: str
    prompt: str
    negative_prompt: str
    parameters: Mapping[str, type_of_parameter]
    count: int
    first: int
    of: int
    directive: str = ""
    seed: int | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    audio: bool = False
    references: tuple[Source, ...] = ()
    input: Mapping[str, Any] = field(default_factory=dict)
    input_sources: Mapping[str, int | list[int]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Running:
    """The provider has taken the work. `data` is what a poll needs, kept across restarts; `wait` is in seconds."""

    reference: str
    data: Mapping[str, str] = field(default_factory=dict)
    wait: float = 1.0
    progress: float | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """One finished output: its bytes, or the address they can be fetched from."""

    data: bytes | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """One output that did not come, and why, in a sentence."""

    reason: str


Outcome = Made | Withheld


@dataclass(frozen=True, slots=True)
class Done:
    """The call is over. `outcomes` are in the order's positions; a missing one counts as withheld."""

    outcomes: tuple[Outcome, ...]
    cost_usd_micros: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The call is over and made nothing. `billed`: whether it was, or may have been, paid for all the same."""

    code: str
    reason: str
    billed: bool = False


class ProviderError(Exception):
    """What a provider said or did. `reason` is a sentence without keys, addresses or account names."""

    code = "provider_error"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Busy(ProviderError):
    """Not now. `retry_after` is in seconds."""

    code = "provider_busy"

    def __init__(self, reason: str, *, retry_after: float = 1.0) -> None:
        super().__init__(reason)
        self.retry_after = retry_after


class Down(ProviderError):
    """It cannot be reached, and nothing was sent."""

    code = "provider_down"


class Refused(ProviderError):
    """It will not make this. `billed`: whether it charges for it all the same."""

    code = "content_refused"

    def __init__(self, reason: str, *, billed: bool = False) -> None:
        super().__init__(reason)
        self.billed = billed


class BadInput(ProviderError):
    """The provider does not accept these parameters."""

    code = "provider_rejected_input"


class NotConfigured(ProviderError):
    """There is no connection to this provider."""

    code = "provider_not_connected"


class NoAccess(NotConfigured):
    """It does not take the key, or the account behind it cannot pay. It stays so until the operator has acted."""

    code = "provider_no_access"


class Ambiguous(ProviderError):
    """Bytes were sent and no answer came. It may have been bought."""

    code = "outcome_unknown"


class BadAnswer(Ambiguous):
    """An answer came, and it is not one that this provider gives."""

    code = "provider_bad_response"


class Adapter(Protocol):
    """One provider. It never sleeps, never retries, and never touches the database."""

    name: str
    repeatable: bool
    """Whether a submit is free, so that one of unknown outcome may be sent again."""
    concurrency: int
    """How many calls of one process are worked on at once, not counting those that wait between two polls."""

    output_origins: Collection[str]
    """Where outputs lie that have an address, such as `https://files.example.com`, or `https://*.example.com` for every
    name below; empty if all come inline. They are fetched from nowhere else, and without anything of the connection: no
    key goes there."""

    def vet(self, prompt: str) -> tuple[str, str]:
        """Take instructions for this provider out of a prompt: what is left, and the instructions.

        Raises Invalid for an instruction that it does not know.
        """
        ...

    async def submit(self, order: Order) -> Running | Done:
        """Send the work. Raises ProviderError."""
        ...

    async def poll(self, order: Order, running: Running) -> Running | Done | Failed:
        """Ask how the work is. Raises ProviderError."""
        ...

    async def cancel(self, order: Order, running: Running) -> bool | None:
        """Ask for the work to be stopped; doing it twice is safe. True when it may be paid for all the same.

        Raises ProviderError.
        """
        ...

    async def close(self) -> None:
        """Let go of connections and children."""
        ...
