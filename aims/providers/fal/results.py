"""A model's output: addresses of pictures or of one film, wherever each family of models puts them."""

import base64
import binascii
from typing import Any

from aims.core.fetch import Fetched
from aims.providers.contract import Done, Failed, Made, Outcome, Withheld
from aims.providers.fal.answers import StatusAnswer, read

NO_ADDRESS = "The provider named a result without an address."
LONGEST_SECONDS = 7 * 24 * 3600
WITHHELD = "The provider's safety check withheld this one."


def run_ms(status: StatusAnswer) -> int | None:
    """How long the provider says that it worked, in milliseconds, if it says so."""
    told = status.metrics.get("inference_time") if isinstance(status.metrics, dict) else None
    sensible = isinstance(told, int | float) and not isinstance(told, bool) and 0 <= told <= LONGEST_SECONDS
    return round(told * 1000) if sensible else None


def outcomes(got: Fetched, count: int, billed: bool) -> Done | Failed:
    """What came of a call that was to make `count`.

    billed: whether it is paid for, should there be nothing in it.
    """
    body = read(got, dict[str, Any])
    files = _files(body or {})
    if body is None or files is None:
        return Failed("provider_bad_response", "The provider's answer has no result in it.", billed)
    flags = body.get("has_nsfw_concepts")
    unsafe = flags if isinstance(flags, list) else []
    return Done(
        tuple(
            Withheld(WITHHELD) if at < len(unsafe) and unsafe[at] is True else _outcome(each)
            for at, each in enumerate(files[:count])
        )
    )


def _files(body: dict[str, Any]) -> list[Any] | None:
    """The files of a result; None when there is no place for any."""
    images = body.get("images")
    if isinstance(images, list):
        return images
    for name in ("image", "video"):
        if isinstance(body.get(name), dict | str):
            return [body[name]]
    return None


def _outcome(file: Any) -> Outcome:
    url = file.get("url") if isinstance(file, dict) else file
    if not isinstance(url, str) or not url:
        return Withheld(NO_ADDRESS)
    if not url.startswith("data:"):
        return Made(url=url)
    try:
        return Made(data=base64.b64decode(url.partition(",")[2], validate=True))
    except binascii.Error:
        return Withheld(NO_ADDRESS)
