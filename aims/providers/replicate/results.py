"""The output of a prediction, which has whatever shape its model gives it: an address, a list, or an object of them."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from aims.providers.contract import Done, Failed, Made, Outcome, Withheld

NO_ADDRESS = "The provider named a result without an address."
SCHEMES = ("https://", "http://", "data:")
DEEPEST = 4


def outcomes(output: Any, count: int) -> Done | Failed:
    """What came of a prediction that succeeded and was to make `count`. It is paid for."""
    found = output if isinstance(output, list) else [output]
    if isinstance(output, dict):
        found = list(_addresses(output, DEEPEST))
    if output is None or not found:
        return Failed("provider_bad_response", "The provider's answer has no result in it.", billed=True)
    return Done(tuple(_outcome(each) for each in found[:count]))


def _addresses(value: Any, deep: int) -> Iterator[str]:
    """Every address in the values of an object, in their order."""
    if isinstance(value, str):
        if value.startswith(SCHEMES):
            yield value
    elif deep and isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _addresses(each, deep - 1)


def _outcome(item: Any) -> Outcome:
    url = item if isinstance(item, str) else next(_addresses(item, DEEPEST), "")
    if not url.startswith(SCHEMES):
        return Withheld(NO_ADDRESS)
    if not url.startswith("data:"):
        return Made(url=url)
    try:
        return Made(data=base64.b64decode(url.partition(",")[2], validate=True))
    except (binascii.Error, ValueError):
        return Withheld(NO_ADDRESS)
