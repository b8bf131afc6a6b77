"""Whatever the Images API answers has an end, a code and a clean sentence (PRV-02, 03, 05, 06, 07, 08, 10)."""

import base64
import json
from typing import Any

import pytest
from emulated import KEY, Emulator, is_clean, made
from serving import Person
from sqlalchemy import select

from aims.core.fetch import Fetched, Fetcher
from aims.generation.collect import UNUSABLE
from aims.generation.tables import attempts
from aims.providers import (
    Ambiguous,
    BadAnswer,
    BadInput,
    Busy,
    Failed,
    Made,
    NoAccess,
    Order,
    Source,
    Withheld,
)
from aims.providers.connection import Connection
from aims.providers.openai import adapter, errors, results
from aims.providers.openai.adapter import OpenAI

PROVIDER = "openai"
START = 100_000
MIB = 1 << 20
_COSTS = select(attempts.c.cost_usd_micros).where(attempts.c.cost_usd_micros.is_not(None))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 1), ({"retry-after": "2"}, 2), ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9), ({"retry-after-ms": "nan"}, 1),
        ({"retry-after-ms": "-5"}, 1), ({"retry-after-ms": "1e12"}, 60), ({"retry-after": "x"}, 1),
        ({"x-ratelimit-reset-requests": "12s"}, 12), ({"x-ratelimit-reset-tokens": "6m0s"}, 60),
        ({"x-ratelimit-reset-requests": "120ms"}, 0.12), ({"x-ratelimit-reset-tokens": "1h2m3.5s"}, 60),
        ({"x-ratelimit-reset-requests": "2s", "x-ratelimit-reset-tokens": "9s"}, 9),
        (
            {
                "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "2s",
                "x-ratelimit-remaining-tokens": "50", "x-ratelimit-reset-tokens": "9s",
            },
            2,
        ),
        ({"x-ratelimit-reset-requests": "s"}, 1), ({"x-ratelimit-reset-requests": "-2s"}, 1),
        ({"x-ratelimit-reset-requests": "9" * 400 + "s"}, 1), ({"x-ratelimit-reset-requests": "12 seconds"}, 1),
    ],
    ids=str,
)  # fmt: skip
def test_prv_05_every_kind_of_wait_ends(headers: dict[str, str], seconds: float):
    found = errors.of_submit(an_error(429, code="rate_limit_exceeded", headers=headers))

    assert isinstance(found, Busy)
    assert found.retry_after == pytest.approx(seconds)


def test_prv_07_a_picture_that_is_refused_once_it_is_made_is_ours_to_bear(person: Person, emulator: Emulator):
    end = made(person, "Refused late", "result=late-policy")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.error_code, end.cost_outcome) == ("failed", "content_refused", "absorbed")
    assert end.request_id == emulator.requests("Refused late")[0]["id"]
    is_clean(end, PROVIDER)


@pytest.mark.parametrize(
    ("told", "billed"),
    [
        ({"code": "moderation_blocked", "moderation_details": {"moderation_stage": "input"}}, False),
        ({"code": "moderation_blocked", "moderation_details": {"moderation_stage": "output"}}, True),
        ({"code": "moderation_blocked", "moderation_stage": "input"}, False),
        ({"code": "moderation_blocked"}, True),
        ({"code": "moderation_blocked", "moderation_details": ["x"]}, True),
        ({"code": "content_policy_violation"}, True),
    ],
    ids=str,
)
def test_prv_07_a_refusal_is_billed_unless_it_says_that_nothing_was_made(told: dict[str, Any], billed: bool):
    found = errors.of_submit(an_error(400, headers={"x-request-id": "req_1"}, **told))

    assert found == Failed("content_refused", errors.REFUSED, billed, "req_1")


@pytest.mark.parametrize("step", ["empty", "corrupt", "page", "other"])
def test_prv_10_a_picture_that_does_not_open_is_given_back_and_not_bought_again(
    step: str, person: Person, emulator: Emulator
):
    end = made(person, f"Spoilt {step}", f"result={step}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    sentence = results.NO_PICTURE if step == "empty" else UNUSABLE["image"]
    assert [each["error"] for each in end.view["outputs"]] == [sentence]
    assert (end.state, end.cost_outcome) == ("done", "absorbed")
    assert len(emulator.calls("submit", f"Spoilt {step}")) == 1


def test_prv_10_what_is_fewer_is_given_back(person: Person):
    end = made(person, "One less", "result=fewer", n=3)

    assert [each["status"] for each in end.view["outputs"]] == ["completed", "completed", "failed"]
    assert (end.status, end.cost_outcome) == ("completed", "posted")
    assert end.charged * 3 == (end.charged + end.view["credits"]["refunded"]) * 2


@pytest.mark.parametrize("step", ["missing", "wrong"])
def test_prv_08_a_result_without_pictures_is_written_off(step: str, person: Person):
    end = made(person, f"A result that is {step}", f"result={step}")

    assert (end.status, end.charged, end.cost_outcome) == ("failed", 0, "absorbed")
    is_clean(end, PROVIDER)


def test_the_tokens_of_a_call_are_its_cost_where_the_price_is_known(person: Person):
    """Five tokens of text and a thousand of picture, at 2 and 8 dollars for a million."""
    end = made(person, "Eighteen letters.")
    costs = person.served.read(lambda tx: [row.cost_usd_micros for row in tx.all(_COSTS)])

    assert end.status == "completed"
    assert 5 * 2 + 1000 * 8 in costs


@pytest.mark.parametrize(
    ("model", "usage", "cost"),
    [
        ("gpt-image-1-mini", {"text_tokens": 10, "image_tokens": 40, "output": 50}, 20 + 100 + 400),
        ("gpt-image-1-mini-2025-10-06", {"text_tokens": 10, "image_tokens": 0, "output": 50}, 420),
        ("gpt-image-2", {"text_tokens": 10, "image_tokens": 40, "output": 50}, None),
        ("gpt-image-1-mini", None, None),
    ],
)
def test_a_cost_is_said_only_where_it_is_known(model: str, usage: dict[str, int] | None, cost: int | None):
    told: Any = usage and {
        "input_tokens": 0, "output_tokens": usage["output"],
        "input_tokens_details": {"text_tokens": usage["text_tokens"], "image_tokens": usage["image_tokens"]},
    }  # fmt: skip

    assert results.listed_cost(model, results.counted(told)) == cost
    for odd in ("many", 7, [], {"output_tokens": "x"}, {"output_tokens": 5}, {"output_tokens": -5}):
        assert results.counted(odd) == {}
    assert results.listed_cost(model, {}) is None


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        (
            {"message": "Invalid value: '7x7'.", "param": "size", "code": "invalid_value"},
            "The provider does not accept this request: `size`: Invalid value: '7x7'.",
        ),
        (
            {"message": "See https://platform.openai.com/x and sk-" + "0123456789abcdef" * 3},
            "The provider does not accept this request: See … and ….",
        ),
        ({"message": None, "param": 5}, "The provider does not accept this request."),
    ],
)
def test_what_the_provider_says_about_a_field_is_told(told: dict[str, Any], sentence: str):
    found = errors.of_submit(an_error(400, **told))

    assert isinstance(found, BadInput)
    assert found.reason == sentence


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b"", NoAccess), (402, b"[]", NoAccess), (403, b"null", NoAccess), (429, b"<html>", Busy),
        (400, b"nothing", BadInput), (422, b'{"error": "x"}', BadInput), (302, b"", Ambiguous),
        (500, b'{"error": {"code": ["x"], "type": {}}}', Ambiguous), (529, b"", Ambiguous),
    ],
)  # fmt: skip
def test_an_error_that_cannot_be_read_is_known_by_its_status(status: int, body: bytes, kind: type[Exception]):
    assert type(errors.of_submit(Fetched(status, {}, body, ""))) is kind


@pytest.mark.parametrize(
    ("status", "told", "standing"),
    [
        (200, {}, "valid"),
        (401, {"code": "invalid_api_key"}, "invalid"),
        (403, {"message": "You have insufficient permissions. Missing scopes: api.model.read."}, "valid"),
        (403, {"message": "Country, region, or territory not supported"}, "invalid"),
        (429, {"code": "insufficient_quota"}, "out_of_balance"),
        (429, {"code": "rate_limit_exceeded"}, "valid"),
        (500, {}, "unreachable"),
        (404, {}, "unreachable"),
    ],
)
def test_how_a_key_stands(status: int, told: dict[str, Any], standing: str):
    assert errors.standing(an_error(status, **told)) == standing


async def test_a_key_is_asked_about_without_buying_anything(emulator: Emulator):
    before, fetcher = emulator.rows("SELECT count(*) FROM requests"), Fetcher()

    good = await OpenAI(Connection(emulator.url, KEY), fetcher).check()
    wrong = await OpenAI(Connection(emulator.url, "another:key"), fetcher).check()

    assert (good.standing, wrong.standing) == ("valid", "invalid")
    assert emulator.rows("SELECT count(*) FROM requests") == before
    await fetcher.close()


async def test_pictures_that_are_too_large_together_are_not_sent():
    source = Source("reference", bytes(adapter.LARGEST_SOURCES // 2 + 1), "image/png")
    order = an_order("Large", references=(source, source))

    with pytest.raises(BadInput, match="larger than 64 MiB together"):
        await OpenAI(Connection("http://127.0.0.1:1", KEY), Fetcher()).submit(order)


def test_pictures_come_as_text_or_as_an_address():
    """OpenAI sends text; what speaks as it does may send an address, which is fetched where the operator allows it."""
    data = [
        {"b64_json": base64.b64encode(b"one").decode()},
        {"url": "data:image/png;base64," + base64.b64encode(b"two").decode()},
        {"url": "https://files.example.com/3.png", "b64_json": None},
        {"b64_json": "not base64"},
        {},
    ]
    got = Fetched(200, {"x-request-id": "req_2"}, json.dumps({"data": data}).encode(), "")

    done = results.read_done(got, an_order("Five", count=5), lambda _, tokens: 7 if tokens else None)

    assert done.outcomes[:3] == (
        Made(data=b"one"),
        Made(data=b"two"),
        Made(url="https://files.example.com/3.png"),
    )
    assert {type(each) for each in done.outcomes[3:]} == {Withheld}
    assert (done.reference, done.cost_usd_micros, done.report.units) == ("req_2", None, None)
    with pytest.raises(BadAnswer):
        results.read_done(Fetched(200, {}, b'{"data": null}', ""), an_order("None"), lambda _, tokens: None)


def an_error(status: int, *, headers: dict[str, str] | None = None, **told: Any) -> Fetched:
    """An error answer."""
    return Fetched(status, headers or {}, json.dumps({"error": told}).encode(), "")


def an_order(prompt: str, *, count: int = 1, references: tuple[Source, ...] = ()) -> Order:
    """A small order in OpenAI's words."""
    return Order(
        nonce="n" * 32, model="gpt-image-2", endpoint="gpt-image-2", kind="image", prompt=prompt, negative_prompt="",
        parameters={}, count=count, first=0, of=count, references=references, input={"prompt": prompt, "n": count},
        input_sources={"image": list(range(len(references)))} if references else {},
    )  # fmt: skip
