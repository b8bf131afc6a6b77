"""The pictures of an answer, and what they cost."""

import base64
import binascii
from typing import Any

import msgspec

from aims.core.fetch import Fetched
from aims.providers.contract import BadAnswer, Done, Made, Order, Outcome, Withheld
from aims.providers.wording import GARBLED, read

NO_PICTURE = "The provider named a result without a picture."
# Millionths of a US dollar for a token of text or picture that goes in, and of picture that comes out.
# gpt-image-1-mini: $2.00, $2.50 and $8.00 for a million (its page in OpenAI's documentation, read 2026-11-28). For the
# others no page of theirs was to be had, so nothing is said about their cost.
PRICES = {"gpt-image-1-mini": (2.0, 2.5, 8.0)}


class InputDetails(msgspec.Struct):
    text_tokens: int = 0
    image_tokens: int = 0


class Usage(msgspec.Struct):
    """Tokens."""

    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: InputDetails | None = None


class Answer(msgspec.Struct):
    """What was made: `data` has a `b64_json` or a `url` for each."""

    data: list[Any]
    usage: Any = None


def read_done(got: Fetched, order: Order) -> Done:
    """What came of a call. It was made and paid for, whatever is in it.

    Raises BadAnswer when there is no place for pictures in it.
    """
    answer = read(got, Answer)
    if answer is None:
        raise BadAnswer(GARBLED)
    outcomes = tuple(_outcome(each) for each in answer.data[: order.count])
    return Done(outcomes, cost(order.endpoint, answer.usage), got.headers.get("x-request-id"))


def cost(model: str, usage: object) -> int | None:
    """What the tokens of a call cost, in millionths of a US dollar; None where that is not known."""
    prices = next(
        (each for name, each in PRICES.items() if model == name or model.startswith(f"{name}-20")), None
    )
    try:
        used = msgspec.convert(usage, Usage)
    except msgspec.ValidationError:
        return None
    if prices is None or used.input_tokens_details is None:
        return None
    tokens = (
        used.input_tokens_details.text_tokens,
        used.input_tokens_details.image_tokens,
        used.output_tokens,
    )
    return round(sum(price * count for price, count in zip(prices, tokens, strict=True)))


def _outcome(item: Any) -> Outcome:
    held = item if isinstance(item, dict) else {}
    text, url = held.get("b64_json"), held.get("url")
    if isinstance(url, str) and url.startswith("data:"):
        text = url.partition(",")[2]
    if isinstance(text, str) and text:
        try:
            return Made(data=base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            return Withheld(NO_PICTURE)
    return Made(url=url) if isinstance(url, str) and url else Withheld(NO_PICTURE)
