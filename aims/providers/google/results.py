"""What came of a `generateContent`: a picture, words in its place, or the reason why there is none."""

import base64
import binascii
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from aims.core.fetch import Fetched
from aims.providers.contract import BadAnswer, Done, Failed, Made, Report, Withheld
from aims.providers.wording import GARBLED, REFUSED, read

WORDS = (
    "The provider answered with words instead of a picture. Say in the prompt that it is to draw something."
)
NO_PICTURE = "The provider made no picture. Trying again, or another prompt, may help."
UNREADABLE = "The provider's picture could not be read."
# Of FinishReason and BlockedReason in google-genai 3.6.1: what is withheld because of what it shows or says.
MODERATED = frozenset(
    {
        "SAFETY",
        "PROHIBITED_CONTENT",
        "BLOCKLIST",
        "SPII",
        "RECITATION",
        "IMAGE_SAFETY",
        "IMAGE_PROHIBITED_CONTENT",
        "IMAGE_RECITATION",
        "MODEL_ARMOR",
        "ESCALATION",
    }
)


# What goes in, what comes out, and what was thought in between: GenerateContentResponseUsageMetadata in google-genai
# 3.6.1. It names no price; where the operator states those of all that a call has, its cost is known.
TOKENS = {"input": "promptTokenCount", "output": "candidatesTokenCount", "thoughts": "thoughtsTokenCount"}
MOST_TOKENS = 10**9
Cost = Callable[[str, Mapping[str, int]], int | None]


class Answer(msgspec.Struct, rename="camel"):
    """A 200, whatever came of it."""

    candidates: Any = None
    prompt_feedback: Any = None
    usage_metadata: Any = None
    response_id: Any = None

    @property
    def reference(self) -> str | None:
        """Google's id for the call."""
        return self.response_id if isinstance(self.response_id, str) and self.response_id else None

    @property
    def tokens(self) -> dict[str, int]:
        """How many it counts of each sort; nothing where it counts none."""
        usage = self.usage_metadata
        if not isinstance(usage, dict):
            return {}
        counts = {sort: usage.get(name) for sort, name in TOKENS.items()}
        return {
            sort: count for sort, count in counts.items() if type(count) is int and 0 < count <= MOST_TOKENS
        }

    def is_billed(self, *, otherwise: bool) -> bool:
        """Whether it counts tokens that were made, and so are paid for; `otherwise` when it counts nothing."""
        usage = self.usage_metadata
        if not isinstance(usage, dict):
            return otherwise
        made = (usage.get(TOKENS["output"]), usage.get(TOKENS["thoughts"]))
        return any(isinstance(each, int) and each > 0 for each in made)


def outcome(got: Fetched, model: str, cost: Cost) -> Done | Failed:
    """What a call came to, with its tokens, and what they cost at the operator's prices.

    Raises BadAnswer.
    """
    answer = read(got, Answer)
    if answer is None:
        raise BadAnswer(GARBLED)
    over, tokens = _outcome(answer), answer.tokens
    if isinstance(over, Failed) and not over.billed:
        return over
    units = str(sum(tokens.values())) if tokens else None
    return replace(over, cost_usd_micros=cost(model, tokens), report=Report(units))


def _outcome(answer: Answer) -> Done | Failed:
    """A prompt that was blocked is not charged for, unless tokens were made for it.

    Raises BadAnswer.
    """
    blocked = _text(answer.prompt_feedback, "blockReason")
    candidates = answer.candidates
    first = candidates[0] if isinstance(candidates, list) and candidates else None
    if not isinstance(first, dict):
        if not blocked:
            raise BadAnswer(GARBLED)
        billed = answer.is_billed(otherwise=False)
        return Failed("content_refused", REFUSED, billed, answer.reference)
    parts = _parts(first)
    for part in parts:
        if isinstance(part.get("inlineData"), dict) and part.get("thought") is not True:
            return Done((_picture(part["inlineData"]),), reference=answer.reference)
    reason = _text(first, "finishReason")
    if reason in MODERATED:
        return Failed("content_refused", REFUSED, answer.is_billed(otherwise=True), answer.reference)
    if any(_text(part, "text") for part in parts):
        return Done((Withheld(WORDS),), reference=answer.reference)
    if not reason:
        raise BadAnswer(GARBLED)
    return Failed("provider_error", NO_PICTURE, answer.is_billed(otherwise=True), answer.reference)


def _parts(candidate: dict[str, Any]) -> list[dict[str, Any]]:
    held = candidate.get("content")
    parts = held.get("parts") if isinstance(held, dict) else None
    return [each for each in parts if isinstance(each, dict)] if isinstance(parts, list) else []


def _picture(held: dict[str, Any]) -> Made | Withheld:
    try:
        return Made(data=base64.b64decode(_text(held, "data"), validate=True))
    except (binascii.Error, ValueError):
        return Withheld(UNREADABLE)


def _text(held: object, name: str) -> str:
    value = held.get(name) if isinstance(held, dict) else None
    return value if isinstance(value, str) else ""
