"""Whatever fal answers, or does not, has an end, a code and a clean sentence (PRV-03, 05, 06, 07, 08)."""

import asyncio
import json
import os
from typing import Any

import pytest
from emulated import KEY, Emulator, is_clean, made, until
from serving import Person

from aims.core.fetch import Fetched, Fetcher
from aims.providers import Down, Order, Running, wording
from aims.providers.connection import Connection
from aims.providers.fal import adapter, errors
from aims.providers.fal.adapter import Fal

PROVIDER = "fal"
START = 100_000
GARBAGE = ["html", "truncated", "deep", "nan", "wrong", "list", "null"]
MIB = 1 << 20


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("silent", ["hang", "drip", "endless"])
@pytest.mark.parametrize("route", ["result"])
def test_prv_03_nothing_hangs_for_ever(route: str, silent: str, person: Person, emulator: Emulator):
    end = made(person, f"Held up at {route} by {silent}", f"{route}={silent}")

    assert (end.status, end.state, end.charged, end.cost_outcome) == ("failed", "unknown", 0, "absorbed")
    assert person.balance == (START, 0)
    is_clean(end, PROVIDER)


async def test_prv_03_no_connection_is_left_over(emulator: Emulator, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(adapter, "ASK_SECONDS", 1.0)
    fetcher = Fetcher()
    fal = Fal(Connection(emulator.url, KEY), fetcher)
    order = an_order("Nobody answers [emulator: status=hang, work=ever]")
    running = await fal.submit(order)
    assert isinstance(running, Running)

    async def ask() -> None:
        with pytest.raises(Down):
            await fal.poll(order, running)

    await asyncio.gather(*(ask() for _ in range(8)))
    before = len(os.listdir("/proc/self/fd"))
    await asyncio.gather(*(ask() for _ in range(60)))

    assert len(os.listdir("/proc/self/fd")) <= before + 8
    await fetcher.close()


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("2", 2, 2), ("0", 0, 0), ("1.5", 1.5, 1.5), (None, 1, 1), ("", 1, 1), ("-1", 1, 1), ("soon", 1, 1),
        ("nan", 1, 1), ("inf", 1, 1), ("1e9", 60, 60), ("9" * 400, 1, 1),
        ("Fri, 31 Dec 2088 23:59:59 GMT", 60, 60), ("Tue, 24 Nov 2020 00:00:00 GMT", 1, 1),
        ("Wed, 99 Foo 2026 00:00:00 GMT", 1, 1),
    ],
)  # fmt: skip
def test_prv_05_every_kind_of_retry_after_is_a_wait_that_ends(text: str | None, least: float, most: float):
    assert least <= wording.retry_after(text) <= most


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("policy", "content_refused"),
        ("no_media_generated", "provider_error"),
        ("image_too_large", "provider_rejected_input"),
        ("downstream_service_error", "provider_error"),
        ("internal_server_error", "provider_error"),
        ("generation_timeout", "provider_error"),
        ("runner_disconnected", "provider_error"),
        ("client_cancelled", "provider_cancelled"),
    ],
)
def test_prv_07_a_request_that_failed_says_why_and_is_not_charged(
    kind: str, code: str, person: Person, emulator: Emulator
):
    end = made(person, f"Ends with {kind}", f"end={kind}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.error_code, end.cost_outcome) == ("failed", code, None)
    assert len(emulator.calls("submit", f"Ends with {kind}")) == 1
    is_clean(end, PROVIDER)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("route", ["result"])
def test_prv_08_garbage_cannot_hurt(route: str, garbage: str, person: Person, emulator: Emulator):
    end = made(person, f"{garbage} for {route}", f"{route}={garbage}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    if (route, garbage) == ("result", "wrong"):
        # It has a list of pictures, in which there is none.
        assert (end.state, end.error_code, end.cost_outcome) == ("done", None, "absorbed")
    else:
        assert (end.error_code, end.cost_outcome) == ("provider_bad_response", "absorbed")
    assert len(emulator.calls("submit", f"{garbage} for {route}")) == 1
    is_clean(end, PROVIDER)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("route", ["result"])
def test_prv_08_an_answer_without_end_is_not_read_to_its_end(route: str, person: Person, emulator: Emulator):
    end = made(person, f"Huge for {route}", f"{route}=huge")

    assert (end.status, end.state, end.cost_outcome) == ("failed", "unknown", "absorbed")
    whose = end.request_id if route != "submit" else f"Huge for {route}"
    query = "SELECT min(sent), max(sent) FROM calls WHERE route = ? AND instr(whose, ?) HAVING min(sent) > 0"
    ((_, most),) = until(lambda: emulator.rows(query, route, whose), "it has stopped to send")
    # What a socket's buffers hold comes on top of what is read.
    assert most < 40 * MIB
    is_clean(end, PROVIDER)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("step", ["missing", "wrong"])
def test_prv_08_a_result_without_results_is_written_off(step: str, person: Person):
    end = made(person, f"A result that is {step}", f"result={step}")

    assert (end.status, end.charged, end.cost_outcome) == ("failed", 0, "absorbed")
    is_clean(end, PROVIDER)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Image is too small", "Image is too small"),
        ("See https://fal.ai/x?key=1 for a\x00\x1b[31m reason", "See … for a [31m reason"),
        ("User team@example.com at dashboard.fal.ai/keys", "User … at …"),
        ("Key 9f8e7d6c5b4a39281706f5e4d3c2b1a0 is locked", "Key … is locked"),
        ("x " * 5000, ("x " * 100).strip()),
        (["not", "text"], ""),
    ],
)
def test_a_text_of_the_providers_is_shown_without_what_is_nobodys_business(said: Any, shown: str):
    assert wording.clean(said) == shown


def test_what_the_provider_says_about_a_field_is_told():
    body = {
        "detail": [{"loc": ["body", "image_url"], "msg": "Image is too small.", "type": "image_too_small"}]
    }

    error = errors.of_submit(Fetched(422, {}, json.dumps(body).encode(), ""))

    assert error.reason == "The provider does not accept this request: `image_url`: Image is too small."
    assert error.code == "provider_rejected_input"


def an_order(prompt: str) -> Order:
    """A small order in fal's words."""
    return Order(
        nonce="n" * 32, model="fal-ai/nano-banana-2", endpoint="fal-ai/nano-banana-2", kind="image", prompt=prompt,
        negative_prompt="", parameters={}, count=1, first=0, of=1, input={"prompt": prompt, "num_images": 1},
    )  # fmt: skip
