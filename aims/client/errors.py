"""Every error of this client, drawn once.

    AIMSError
    ├── NotConfigured       no key, or a base URL or configuration file that cannot be used; nothing was sent
    ├── BadFile             not a picture that the studio takes; nothing was sent
    ├── APIError            the studio refused: `status`, `code`, `details`, `request_id`
    │   ├── BadRequest          400  `details` names the fields
    │   ├── Unauthenticated     401  no key, or one that is not valid
    │   ├── NotEnoughCredits    402  says how many are needed and how many there are
    │   ├── Forbidden           403  the key lacks the scope, or its cap is reached
    │   ├── NotFound            404  no such thing in this workspace
    │   ├── Conflict            409  the same thing is being done right now
    │   ├── TooLarge            413  more bytes or pixels than are accepted
    │   ├── Unsupported         415  a kind of file that is not accepted
    │   ├── Mismatch            422  the idempotency key already stands for another request
    │   ├── RateLimited         429  `retry_after` says when
    │   ├── Unavailable         503  cannot accept work now; `retry_after` says when
    │   └── ServerError         every other failure of the server
    ├── Unreachable         no answer; what was asked may have been done
    ├── BadAnswer           an answer, but not one of AI Media Studio
    ├── NotFinished         the time to wait is up; the work goes on: `generation`
    ├── GenerationFailed    there is nothing to save: `generation` says why
    └── DownloadFailed      made and paid, and not all of it saved: `saved`, `failed`

The message is a sentence that says what to do next. What is sent again by itself is in `aims.client.retries`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Detail:
    """One field that is wrong, and what is wrong with it."""

    field: str
    message: str


class AIMSError(Exception):
    """Something went wrong. `sentence` says what, and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class NotConfigured(AIMSError):
    """There is no key, or what was configured cannot be used. Nothing was sent."""


class BadFile(AIMSError):
    """Not a picture that the studio takes. Nothing was sent."""


class APIError(AIMSError):
    """The studio refused, in its own words.

    status: of the answer. code: stable, for programs. request_id: what the studio's log has it under, if it said so.
    retry_after: seconds after which to try again, where the studio said so.
    """

    def __init__(
        self,
        sentence: str,
        *,
        status: int,
        code: str = "",
        details: tuple[Detail, ...] = (),
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(sentence)
        self.status = status
        self.code = code
        self.details = details
        self.request_id = request_id
        self.retry_after = retry_after


class BadRequest(APIError):
    """The request is wrong and stays wrong until it is changed."""


class Unauthenticated(APIError):
    """No key was sent, or one that is unknown, revoked or expired."""


class NotEnoughCredits(APIError):
    """The workspace cannot pay for this. Nothing was sent to a provider."""


class Forbidden(APIError):
    """The key is valid and may not do this."""


class NotFound(APIError):
    """There is no such thing in this workspace."""


class Conflict(APIError):
    """The same thing is under way, or the state does not allow it."""


class TooLarge(APIError):
    """More bytes or pixels than are accepted."""


class Unsupported(APIError):
    """A kind of file or body that is not accepted."""


class Mismatch(APIError):
    """The idempotency key already stands for another request."""


class RateLimited(APIError):
    """Too many requests for this key. `retry_after` is in seconds."""


class Unavailable(APIError):
    """The studio cannot accept this now; nothing was charged. `retry_after` is in seconds."""


class ServerError(APIError):
    """The studio made a mistake. `request_id` leads to the line of its log that has the rest."""


class Unreachable(AIMSError):
    """There was no answer. sent: whether the studio may have heard of it."""

    def __init__(self, sentence: str, *, sent: bool) -> None:
        super().__init__(sentence)
        self.sent = sent


class BadAnswer(AIMSError):
    """There was an answer, and it is not one of AI Media Studio: the base URL may be wrong."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A file that was not saved, and why."""

    url: str
    error: str


class DownloadFailed(AIMSError):
    """Made and paid, and not all of it was saved. Save it again; there is no need to generate it again.

    saved: the files that are there. failed: the addresses that are not.
    """

    def __init__(self, saved: tuple[Path, ...], failed: tuple[Lost, ...]) -> None:
        super().__init__(
            f"{len(failed)} of {len(saved) + len(failed)} files could not be downloaded ({failed[0].error}). They "
            "are made and paid for: download them again, without generating again."
        )
        self.saved = saved
        self.failed = failed


BY_STATUS: dict[int, type[APIError]] = {
    400: BadRequest,
    401: Unauthenticated,
    402: NotEnoughCredits,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
    415: Unsupported,
    422: Mismatch,
    429: RateLimited,
    503: Unavailable,
}
