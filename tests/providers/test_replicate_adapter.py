"""Replicate's adapter by itself: outputs of every shape, pictures to work from, and what it makes of errors."""

import base64
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from emulated import KEY, Emulator
from outside import Seen, Site, answer

from aims.core.fetch import Fetched, Fetcher
from aims.providers import (
    BadAnswer,
    BadInput,
    Busy,
    Done,
    Down,
    Failed,
    Made,
    NoAccess,
    Order,
    Running,
    Source,
    Withheld,
)
from aims.providers.connection import Connection
from aims.providers.replicate import adapter, errors, results
from aims.providers.replicate.adapter import Replicate
from aims.providers.replicate.answers import Prediction
from emulators.replicate.rules import MODELS

PROVIDER = "replicate"
LAYERS, CLIPS = (f"{name}:{MODELS[name]['version']}" for name in ("someone/layers", "someone/clips"))


@pytest.fixture
async def fetcher() -> AsyncIterator[Fetcher]:
    """The way to the outside."""
    made = Fetcher()
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("endpoint", "words", "count"),
    [
        (LAYERS, {}, 2),
        (LAYERS, {"seed": 5}, 2),
        (CLIPS, {"seconds": 1}, 1),
        ("black-forest-labs/flux-1.1-pro", {}, 1),
        ("black-forest-labs/flux-schnell", {"num_outputs": 3}, 3),
    ],
    ids=["object", "object, seeded", "film", "address", "list"],
)
async def test_an_output_of_any_shape_is_found(
    endpoint: str, words: dict[str, Any], count: int, emulator: Emulator, fetcher: Fetcher
):
    """A model that is not an official one is asked by the id of its version."""
    order = an_order(f"Shaped {endpoint} {words}", endpoint=endpoint, count=count, words=words)

    done = await finished(Replicate(Connection(emulator.url, KEY), fetcher), order)

    assert isinstance(done, Done)
    assert len(done.outcomes) == count
    assert all(isinstance(each, Made) and (each.url or "").startswith(emulator.url) for each in done.outcomes)
    (taken,) = emulator.requests(order.prompt)
    assert taken["body"].get("version") == (endpoint.partition(":")[2] or None)


async def test_several_pictures_are_a_list_in_their_order(emulator: Emulator, fetcher: Fetcher):
    png = b"\x89PNG\r\n\x1a\n"
    large = png + bytes(300_000)
    order = an_order(
        "From several", endpoint=LAYERS, count=2, references=(large, png + b"small"), named={"images": [1, 0]}
    )

    assert isinstance(await finished(Replicate(Connection(emulator.url, KEY), fetcher), order), Done)

    (taken,) = emulator.requests("From several")
    small, uploaded = taken["body"]["input"]["images"]
    assert small == "data:image/png;base64," + base64.b64encode(png + b"small").decode()
    assert uploaded.startswith(f"{emulator.url}/v1/files/")


@pytest.mark.parametrize(
    ("output", "outcomes"),
    [
        ("https://replicate.delivery/a.png", (Made(url="https://replicate.delivery/a.png"),)),
        (
            ["https://a.test/1", "https://a.test/2"],
            (Made(url="https://a.test/1"), Made(url="https://a.test/2")),
        ),
        ({"seed": 5, "image": "https://a.test/1"}, (Made(url="https://a.test/1"),)),
        ({"a": {"b": ["https://a.test/1"]}, "c": "x"}, (Made(url="https://a.test/1"),)),
        ([{"url": "https://a.test/1"}], (Made(url="https://a.test/1"),)),
        ("data:image/png;base64,b25l", (Made(data=b"one"),)),
        ("data:image/png;base64,?", (Withheld(results.NO_ADDRESS),)),
        (["Once", " upon"], (Withheld(results.NO_ADDRESS), Withheld(results.NO_ADDRESS))),
        (7, (Withheld(results.NO_ADDRESS),)),
        (None, None),
        ([], None),
        ({"seed": 5}, None),
    ],
    ids=str,
)
def test_what_an_output_may_look_like(output: Any, outcomes: tuple[Any, ...] | None):
    found = results.outcomes(output, 8)

    if outcomes is None:
        assert isinstance(found, Failed)
        assert (found.code, found.billed) == ("provider_bad_response", True)
    else:
        assert found == Done(outcomes)


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (201, b'{"urls": {}}', Down),
        (201, b"<html>", Down),
        (401, b"{}", NoAccess),
        (402, b"{}", NoAccess),
        (413, b"{}", BadInput),
        (429, b"{}", Busy),
        (500, b"{}", Down),
    ],
)
async def test_an_upload_that_fails_has_bought_nothing(
    status: int, body: bytes, error: type[Exception], fetcher: Fetcher
):
    site = Site(lambda seen: answer(body, status, Content_Type="application/json"))
    order = an_order("Too large", references=(bytes(300_000),), named={"image_prompt": 0})

    with pytest.raises(error):
        await Replicate(Connection(f"http://127.0.0.1:{site.place[1]}", KEY), fetcher).submit(order)

    assert [seen.path for seen in site.requests] == ["/v1/files"], "nothing was asked for"
    site.close()


async def test_an_upload_whose_answer_is_lost_has_bought_nothing(fetcher: Fetcher):
    def hang_up(_: Seen) -> Any:
        raise OSError

    site = Site(hang_up)
    order = an_order("Too large", references=(bytes(300_000),), named={"image_prompt": 0})

    with pytest.raises(Down):
        await Replicate(Connection(f"http://127.0.0.1:{site.place[1]}", KEY), fetcher).submit(order)

    site.close()


async def test_films_that_are_too_large_together_are_not_sent(fetcher: Fetcher):
    half = bytes(adapter.LARGEST_SOURCES // 2 + 1)
    order = an_order("Large", references=(half, half), named={"images": [0, 1]})

    with pytest.raises(BadInput, match="larger than 96 MiB together"):
        await Replicate(Connection("http://127.0.0.1:1", KEY), fetcher).submit(order)


def test_what_the_provider_says_about_a_field_is_told():
    told = {
        "title": "Input validation failed",
        "detail": "- input.aspect_ratio: must be one of 1:1\n",
        "invalid_fields": [
            {"type": "invalid", "field": "input.aspect_ratio", "description": "must be one of: 1:1"},
            {"type": "required", "field": "input", "description": "prompt is required"},
        ],
    }

    found = errors.of_submit(Fetched(422, {}, json.dumps(told).encode(), ""))

    assert found.reason == (
        "The provider does not accept this request: `aspect_ratio`: must be one of: 1:1; `input`: prompt is required."
    )
    plain = errors.of_submit(Fetched(422, {}, b'{"detail": "See https://replicate.com/x"}', ""))
    assert plain.reason == "The provider does not accept this request: See …."
    assert (
        errors.of_submit(Fetched(422, {}, b"[]", "")).reason == "The provider does not accept this request."
    )


async def test_a_model_that_is_known_by_its_versions_only_says_so(emulator: Emulator, fetcher: Fetcher):
    with pytest.raises(BadInput, match="under the id of one of its versions"):
        await Replicate(Connection(emulator.url, KEY), fetcher).submit(
            an_order("By its name", endpoint="someone/layers")
        )


async def test_a_key_is_asked_about_without_buying_anything(emulator: Emulator, fetcher: Fetcher):
    before = emulator.rows("SELECT count(*) FROM requests")

    good = await Replicate(Connection(emulator.url, KEY), fetcher).check()
    wrong = await Replicate(Connection(emulator.url, "another:key"), fetcher).check()

    assert (good.standing, wrong.standing) == ("valid", "invalid")
    assert emulator.rows("SELECT count(*) FROM requests") == before


async def test_a_poll_about_another_request_is_no_answer(fetcher: Fetcher):
    site = Site(
        lambda seen: answer(b'{"id": "other", "status": "succeeded"}', 200, Content_Type="application/json")
    )
    url = f"http://127.0.0.1:{site.place[1]}"

    with pytest.raises(BadAnswer):
        await Replicate(Connection(url, KEY), fetcher).poll(
            an_order("Whose"), Running("mine", {"get": f"{url}/v1/predictions/mine"})
        )

    site.close()


@pytest.mark.parametrize(
    ("headers", "told", "seconds"),
    [
        ({"retry-after": "3"}, {}, 3),
        ({"retry-after": "3"}, {"retry_after": 9}, 3),
        ({}, {"retry_after": 9}, 9),
        ({}, {"retry_after": ["x"]}, 1),
        ({}, {"retry_after": -5}, 1),
        ({}, {}, 1),
    ],
)
def test_prv_05_a_wait_is_in_the_headers_or_in_the_body(
    headers: dict[str, str], told: dict[str, Any], seconds: float
):
    found = errors.of_submit(Fetched(429, headers, json.dumps(told).encode(), ""))

    assert isinstance(found, Busy)
    assert found.retry_after == seconds


@pytest.mark.parametrize(
    ("status", "started", "code", "billed"),
    [
        ("aborted", None, "provider_timeout", False),
        ("canceled", None, "provider_cancelled", False),
        ("canceled", "2026-01-01T00:00:00Z", "provider_cancelled", True),
        ("failed", None, "provider_error", False),
    ],
)
def test_prv_07_a_prediction_that_was_stopped_is_billed_where_it_had_begun(
    status: str, started: str | None, code: str, billed: bool
):
    found = errors.of_end(Prediction("p", status, started_at=started))

    assert (found.code, found.billed) == (code, billed)


async def finished(provider: Replicate, order: Order) -> Done | Failed:
    """What an order comes to."""
    state: Any = await provider.submit(order)
    while isinstance(state, Running):
        state = await provider.poll(order, state)
    return state


def an_order(
    prompt: str,
    *,
    endpoint: str = "black-forest-labs/flux-1.1-pro",
    count: int = 1,
    words: dict[str, Any] | None = None,
    references: tuple[bytes, ...] = (),
    named: dict[str, Any] | None = None,
) -> Order:
    """A small order in Replicate's words."""
    sources = tuple(Source("reference", data, "image/png") for data in references)
    return Order(
        nonce="n" * 32, model="a", endpoint=endpoint, kind="image", prompt=prompt, negative_prompt="", parameters={},
        count=count, first=0, of=count, input={"prompt": prompt, **(words or {})}, references=sources,
        input_sources=named or {},
    )  # fmt: skip
