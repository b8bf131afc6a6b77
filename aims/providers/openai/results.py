"""The pictures of an answer, and what they cost."""

import base64
import binascii
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import msgspec

from aims.core.fetch import Fetched
from aims.providers.contract import BadAnswer, Done, Made, Order, Outcome, Report, Withheld
from aims.providers.wording import GARBLED, read

NO_PICTURE = "The provider named a result without a picture."
# Millionths of a US dollar for a token of text or picture that goes in, and of picture that comes out.
# gpt-image-1-mini: $2.00, $2.50 and $8.00 for a million (its page in OpenAI's documentation, read 2026-11-28). For the
# others no page of theirs was to be had: their cost is known where the operator states the three prices.
PRICES = {"gpt-image-1-mini": {"text": 2.0, "image": 2.5, "output": 8.0}}
Count = Annotated[int, msgspec.Meta(ge=0, le=10**9)]
Cost = Callable[[str, Mapping[str, int]], int | None]


class InputDetails(msgspec.Struct):
    text_tokens: Count = 0
    image_tokens: Count = 0


class Usage(msgspec.Struct):
    """Tokens."""

    input_tokens: Count = 0
    output_tokens: Count = 0
    input_tokens_details: InputDetails | None = None


class Answer(msgspec.Struct):
    """What was made: `data` has a `b64_json` or a `url` for each."""

    data: list[Any]
    usage: Any = None


def read_done(got: Fetched, order: Order, cost: Cost) -> Done:
    """What came of a call. It was made and paid for, whatever is in it. cost: at the operator's prices.

    Raises BadAnswer when there is no place for pictures in it.
    """
    answer = read(got, Answer)
    if answer is None:
        raise BadAnswer(GARBLED)
    outcomes = tuple(_outcome(each) for each in answer.data[: order.count])
    tokens = counted(answer.usage)
    paid = cost(order.endpoint, tokens)
    return Done(
        outcomes,
        listed_cost(order.endpoint, tokens) if paid is None else paid,
        got.headers.get("x-request-id"),
        Report(str(sum(tokens.values())) if tokens else None),
    )


def counted(usage: object) -> dict[str, int]:
    """The tokens of a call of each sort that has a price of its own; nothing where it does not tell all of them."""
    try:
        used = msgspec.convert(usage, Usage)
    except msgspec.ValidationError:
        return {}
    if used.input_tokens_details is None:
        return {}
    put_in = used.input_tokens_details
    return {"text": put_in.text_tokens, "image": put_in.image_tokens, "output": used.output_tokens}


def listed_cost(model: str, tokens: Mapping[str, int]) -> int | None:
    """What tokens cost by OpenAI's own page, in millionths of a US dollar; None where that is not known."""
    prices = next(
        (each for name, each in PRICES.items() if model == name or model.startswith(f"{name}-20")), None
    )
    if prices is None or not tokens:
        return None
    return round(sum(prices[sort] * count for sort, count in tokens.items()))


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
