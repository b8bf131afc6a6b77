"""Every error that a person can meet, drawn once.

    StudioError
    ├── Invalid            the request is wrong; `details` names the fields
    │   └── Blocked        an address that is never fetched, in the same words whatever the reason
    ├── Unauthenticated    no key, or one that is not valid
    ├── NotEnoughCredits   says how many are needed and how many there are
    ├── Forbidden          the key is valid, and may not do this
    ├── NotFound           no such thing in this workspace (the same words for another workspace's id)
    ├── Conflict           the same thing is being done right now
    ├── TooLarge           more bytes, pixels or frames than are accepted
    ├── Unsupported        a kind of file that is not accepted
    ├── Mismatch           an Idempotency-Key that already stands for another request
    ├── RateLimited        `retry_after` says when
    ├── Unavailable        cannot accept work now; nothing was charged
    ├── Unreachable        another server did not answer, or not properly; `sent` says whether it heard of us
    └── Broken             our fault; nothing was accepted

`kind` is the class, for faces to map once; `code` is stable, for programs; the message is a sentence that says
what to do next, for people.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Detail:
    """One field that is wrong, and what is wrong with it."""

    field: str
    message: str


class StudioError(Exception):
    """Something a person can be told. Subclasses say what kind of thing went wrong."""

    kind: ClassVar[str] = "broken"
    default_code: ClassVar[str] = "internal_error"

    def __init__(self, sentence: str, *, code: str | None = None, details: tuple[Detail, ...] = ()) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code or self.default_code
        self.details = details


class Invalid(StudioError):
    """The request is wrong and will stay wrong until it is changed."""

    kind = "invalid"
    default_code = "invalid_request"

    @classmethod
    def field(cls, field: str, message: str, *, code: str | None = None) -> "Invalid":
        """The common case: one field, and one sentence about it."""
        return cls(message, code=code, details=(Detail(field, message),))


class Blocked(Invalid):
    """An address that is never fetched. One sentence for all of them: it must not say what there is inside.

    sent: whether a first server was asked, whose redirect led here.
    """

    default_code = "address_blocked"

    def __init__(self, *, sent: bool = False) -> None:
        super().__init__(
            "This address is not fetched. It has to be a public http or https address on port 80 or 443, and to "
            "lead to no other kind."
        )
        self.sent = sent


class Unauthenticated(StudioError):
    """No key was sent, or one that is unknown, revoked or expired."""

    kind = "unauthenticated"
    default_code = "invalid_api_key"


class NotEnoughCredits(StudioError):
    """The workspace cannot pay for this."""

    kind = "not_enough_credits"
    default_code = "insufficient_credits"

    def __init__(self, needed: int, available: int) -> None:
        super().__init__(
            f"This needs {needed} credits and the workspace has {available}. "
            "Add credits or ask for less; nothing was sent to a provider."
        )
        self.needed = needed
        self.available = available


class Forbidden(StudioError):
    """The caller is known and may not do this."""

    kind = "forbidden"
    default_code = "forbidden"


class NotFound(StudioError):
    """There is no such thing in this workspace."""

    kind = "not_found"
    default_code = "not_found"


class Conflict(StudioError):
    """The same thing is under way, or the state does not allow it."""

    kind = "conflict"
    default_code = "conflict"


class TooLarge(StudioError):
    """More bytes, pixels or frames than are accepted."""

    kind = "too_large"
    default_code = "too_large"


class Unsupported(StudioError):
    """A kind of file or body that is not accepted."""

    kind = "unsupported"
    default_code = "unsupported_media_type"


class Mismatch(StudioError):
    """The Idempotency-Key already stands for another request."""

    kind = "mismatch"
    default_code = "idempotency_key_reused"


class RateLimited(StudioError):
    """Too many requests for this key. `retry_after` is in seconds, and a request made then passes.

    policy: which of the key's limits it was; limit: how many requests a minute that one allows.
    """

    kind = "rate_limited"
    default_code = "rate_limited"

    def __init__(
        self,
        sentence: str,
        *,
        retry_after: float,
        limit: int | None = None,
        policy: str = "default",
        code: str | None = None,
    ) -> None:
        super().__init__(sentence, code=code)
        self.retry_after = retry_after
        self.limit = limit
        self.policy = policy


class Unavailable(StudioError):
    """The studio cannot do this now. Nothing was accepted and nothing was charged. `retry_after` is in seconds."""

    kind = "unavailable"
    default_code = "unavailable"

    def __init__(self, sentence: str, *, code: str | None = None, retry_after: float = 5.0) -> None:
        super().__init__(sentence, code=code)
        self.retry_after = retry_after


class Unreachable(StudioError):
    """Another server did not answer, or not properly. `code` says how far it came:

    host_unreachable: no such name, or no connection. no_answer: the connection ended, or what came is not HTTP.
    answer_too_slow: the deadline passed. answer_too_large: more bytes than the caller takes.

    sent: whether any of the request may have been sent. If not, it certainly had no effect.
    """

    kind = "unreachable"
    default_code = "host_unreachable"

    def __init__(self, sentence: str, *, code: str | None = None, sent: bool) -> None:
        super().__init__(sentence, code=code)
        self.sent = sent


class Broken(StudioError):
    """A fault of ours. The request id leads to the log line that has the rest."""

    kind = "broken"
    default_code = "internal_error"
