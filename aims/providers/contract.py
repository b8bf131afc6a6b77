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

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, runtime_checkable

type_of_parameter = str | int | float | bool | None
_ENDINGS = {"image/png": "png", "image/jpeg": "jpg", "image/webp": "webp", "video/mp4": "mp4"}
Role = Literal["start", "end", "reference", "clip"]


@dataclass(frozen=True, slots=True)
class Source:
    """A picture or film to work from, as its bytes.

    role: what it is for: the picture that a film starts or ends with, one to work from, or the clip to extend.
    """

    role: Role
    data: bytes
    content_type: str = "application/octet-stream"

    @property
    def ending(self) -> str:
        """What a file of this kind is called after the dot."""
        return _ENDINGS.get(self.content_type, "bin")

    @property
    def inline(self) -> str:
        """All of it as an address of its own (RFC 2397)."""
        return f"data:{self.content_type};base64,{base64.b64encode(self.data).decode()}"


@dataclass(frozen=True, slots=True)
class Order:
    """One call to a provider: some of the outputs of one generation.

    nonce: names this attempt towards the provider. width, height: pixels, None where the model decides.
    first: position of the first output within the generation; count: how many this call makes; of: how many in all.
    references: what to work from, in the request's order; pictures are normalised already. duration: seconds.
    input: the request in the provider's own words, as the model's file spells it, without the references.
    input_sources: the provider's name for each reference or list of them, as positions in `references`.
    callback: an address of ours to which the provider may send word when it is over; empty where it cannot reach us.
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
    callback: str = ""

    def filled(self, addresses: Sequence[str]) -> dict[str, Any]:
        """`input` with what it works from in its places. addresses: where the provider finds each of `references`."""
        found = dict(self.input)
        for name, at in self.input_sources.items():
            found[name] = [addresses[position] for position in at] if isinstance(at, list) else addresses[at]
        return found


@dataclass(frozen=True, slots=True)
class Notice:
    """What a provider has sent to an address of ours, once it is certain that it was the provider.

    reference: its id for the request. status: its own word for how the request ended; made: whether there is something
    to collect. account: its id for the account that the request was made with. stated: the operator has said that it is
    this one, so there is nothing to learn.
    """

    reference: str
    status: str
    made: bool
    account: str = ""
    stated: bool = False


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
class Report:
    """What the provider itself says about a call that is over, for its receipt.

    units: how many of its own units it bills, as a decimal number. run_ms: how long it worked, milliseconds.
    """

    units: str | None = None
    run_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """The call is over. `outcomes` are in the order's positions; a missing one counts as withheld.

    cost_usd_micros: what it cost, only as the provider says it, or as the operator's price of a unit makes it.
    reference: the provider's id of a call that was over at once; one that was `Running` has its own.
    """

    outcomes: tuple[Outcome, ...]
    cost_usd_micros: int | None = None
    reference: str | None = None
    report: Report = Report()


@dataclass(frozen=True, slots=True)
class Failed:
    """The call is over and made nothing. `billed`: whether it was, or may have been, paid for all the same.

    Everything else is as for `Done`.
    """

    code: str
    reason: str
    billed: bool = False
    reference: str | None = None
    cost_usd_micros: int | None = None
    report: Report = Report()


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

    async def submit(self, order: Order) -> Running | Done | Failed:
        """Send the work; a provider that answers only once it is made says how it ended. Raises ProviderError."""
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


@runtime_checkable
class Listens(Protocol):
    """An adapter whose provider can send word to `Order.callback`, beside being asked. What it sends is a hint: the
    work is always asked after by `poll`.

    connection_mark: names the connection's key without telling it; another key has another one.
    """

    connection_mark: str

    async def read_webhook(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """What a message says. headers: by lower-case name.

        Raises Unauthenticated for what the provider did not send us, Invalid for what it sent and nobody can read, and
        Unavailable when that cannot be found out now.
        """
        ...

    def taken(self, order: Order, reference: str) -> Running:
        """The state of an order whose answer was lost, from the id that the provider sent word with."""
        ...


Standing = Literal["valid", "invalid", "out_of_balance", "unreachable"]


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a connection works, as far as its provider says so without being paid, and what to do, in a sentence."""

    standing: Standing
    sentence: str


@runtime_checkable
class Tells(Protocol):
    """An adapter whose provider says how far its work is (`Running.progress`): nobody has to guess it from the time."""

    tells_progress: bool


@runtime_checkable
class Checks(Protocol):
    """An adapter that can ask its provider whether the connection works. Nothing is bought by that."""

    async def check(self) -> Checked:
        """Ask now."""
        ...
