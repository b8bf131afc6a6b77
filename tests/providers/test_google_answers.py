"""Whatever the Gemini API answers has an end, a code and a clean sentence (PRV-02, 03, 05, 06, 07, 08, 10)."""

import json
from typing import Any

import pytest
from emulated import KEY, Emulator, is_clean, made, until
from serving import Person

from aims.core.fetch import Fetched, Fetcher
from aims.generation.collect import UNUSABLE
from aims.providers import BadInput, Done, Failed, NoAccess, Order, Source
from aims.providers.connection import Connection
from aims.providers.google import adapter, body, errors, results
from aims.providers.google.adapter import Google

PROVIDER = "google"
START = 100_000
MIB = 1 << 20


def test_prv_05_a_wait_that_is_asked_for_in_the_details_is_obeyed(person: Person, emulator: Emulator):
    end = made(person, "Told to wait", "submit=429/ok, retry-after=2s")

    assert (end.status, end.tries) == ("completed", 2)
    (first,), (second,) = emulator.rows(
        "SELECT at FROM calls WHERE route = 'submit' AND instr(whose, 'Told to wait') ORDER BY at"
    )
    assert second - first >= 1.9


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("2s", 2), ("0s", 0), ("1.5s", 1.5), ("0.003255716s", 0.003255716), ("999999999s", 60),
        ("", 1), ("s", 1), ("-1s", 1), ("2", 1), ("1e9s", 1), ("nans", 1), ("9" * 400 + "s", 1), (5, 1), (None, 1),
    ],
)  # fmt: skip
def test_prv_05_every_kind_of_wait_ends(said: Any, seconds: float):
    got = an_error(429, "RESOURCE_EXHAUSTED", details=[{"@type": errors.RETRY_INFO, "retryDelay": said}])

    assert errors.of_submit(got, "x").retry_after == seconds  # ty: ignore[unresolved-attribute] - it is Busy


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("step", ["500", "503"])
def test_an_error_of_googles_own_is_not_charged_for_and_tried_again(
    step: str, person: Person, emulator: Emulator
):
    end = made(person, f"First {step}", f"submit={step}/ok")

    assert (end.status, end.tries, end.cost_outcome) == ("completed", 2, "posted")
    assert emulator.calls("submit", f"First {step}") == [step, "ok"]


@pytest.mark.parametrize(
    ("end", "code", "cost"),
    [
        ("blocked:PROHIBITED_CONTENT", "content_refused", None),
        ("blocked:OTHER", "content_refused", None),
        ("SAFETY", "content_refused", None),
        ("IMAGE_SAFETY", "content_refused", "absorbed"),
        ("IMAGE_PROHIBITED_CONTENT", "content_refused", "absorbed"),
        ("IMAGE_RECITATION", "content_refused", "absorbed"),
        ("NO_IMAGE", "provider_error", None),
        ("IMAGE_OTHER", "provider_error", "absorbed"),
        ("MALFORMED_RESPONSE", "provider_error", None),
        ("A_REASON_OF_NEXT_YEAR", "provider_error", None),
    ],
)
def test_prv_07_what_was_not_made_says_why_and_is_not_charged(
    end: str, code: str, cost: str | None, person: Person, emulator: Emulator
):
    """What was drawn before it was withheld is Google's to bill, and ours to bear."""
    came = made(person, f"Ends with {end}", f"end={end}")

    assert (came.status, came.charged, person.balance) == ("failed", 0, (START, 0))
    assert (came.state, came.error_code, came.cost_outcome) == ("failed", code, cost)
    assert came.request_id == emulator.requests(f"Ends with {end} ")[0]["id"]
    assert len(emulator.calls("submit", f"Ends with {end} ")) == 1
    is_clean(came, PROVIDER)


def test_words_in_place_of_a_picture_are_no_picture(person: Person):
    end = made(person, "Only words", "result=words")

    assert (end.status, end.charged, end.cost_outcome) == ("failed", 0, "absorbed")
    assert [each["error"] for each in end.view["outputs"]] == [results.WORDS]
    is_clean(end, PROVIDER)


def test_the_drafts_of_a_model_that_thinks_are_not_its_picture(person: Person):
    end, plain = made(person, "With drafts", "result=drafts"), made(person, "Without")

    assert (end.status, end.cost_outcome) == ("completed", "posted")
    got = [person.served.client.get(each.view["outputs"][0]["url"]).content for each in (end, plain)]
    assert got[0] == got[1]


@pytest.mark.usefixtures("quick")
def test_prv_08_an_answer_without_end_is_not_read_to_its_end(
    person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(adapter, "LARGEST_ANSWER", 8 * MIB)
    end = made(person, "Huge", "submit=huge")

    assert (end.status, end.state, end.cost_outcome) == ("failed", "unknown", "absorbed")
    query = "SELECT max(sent) FROM calls WHERE route = 'submit' AND instr(whose, 'Huge') HAVING min(sent) > 0"
    ((most,),) = until(lambda: emulator.rows(query), "it has stopped to send")
    # What a socket's buffers hold comes on top of what is read.
    assert most < 40 * MIB
    is_clean(end, PROVIDER)


@pytest.mark.parametrize("step", ["empty", "corrupt", "page", "other", "unreadable"])
def test_prv_10_a_picture_that_does_not_open_is_given_back_and_not_bought_again(
    step: str, person: Person, emulator: Emulator
):
    end = made(person, f"Spoilt {step}", f"result={step}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    sentence = results.UNREADABLE if step == "unreadable" else UNUSABLE["image"]
    assert [each["error"] for each in end.view["outputs"]] == [sentence]
    assert (end.state, end.cost_outcome) == ("done", "absorbed")
    assert len(emulator.calls("submit", f"Spoilt {step}")) == 1


def test_a_picture_comes_home(person: Person):
    (output,) = made(person, "A picture").view["outputs"]

    got = person.served.client.get(output["url"])
    assert (got.status_code, got.headers["content-type"]) == (200, "image/png")


@pytest.mark.usefixtures("quick")
def test_the_key_is_in_no_line_of_the_log_and_in_no_address(
    person: Person, emulator: Emulator, capfd: pytest.CaptureFixture[str]
):
    for script in ("", "submit=key", "end=SAFETY", "submit=html"):
        made(person, f"Logged {script}", script)

    said = capfd.readouterr()
    assert "tested-key" not in said.out + said.err
    assert "provider refuses the key" in said.out + said.err
    assert emulator.rows("SELECT count(*) FROM calls WHERE instr(step, 'key in an address')") == [(0,)]


@pytest.mark.parametrize(
    ("usage", "otherwise", "billed"),
    [
        ({"candidatesTokenCount": 1120}, False, True),
        ({"thoughtsTokenCount": 80}, False, True),
        ({"promptTokenCount": 12}, True, False),
        ({"candidatesTokenCount": 0}, True, False),
        ({"candidatesTokenCount": "many"}, True, False),
        (None, True, True),
        ([], False, False),
    ],
)
def test_tokens_that_were_made_are_what_counts_as_billed(usage: Any, otherwise: bool, billed: bool):
    assert results.Answer(usage_metadata=usage).is_billed(otherwise=otherwise) is billed


def outcome(told: dict[str, Any]) -> Done | Failed:
    """What an answer comes to, where no price is known."""
    return results.outcome(an_answer(told), "a-model", lambda model, tokens: None)


def test_a_call_that_counts_nothing_is_billed_unless_the_prompt_was_blocked():
    blocked = outcome({"promptFeedback": {"blockReason": "SAFETY"}})
    stopped = outcome({"candidates": [{"finishReason": "SAFETY"}]})

    assert isinstance(blocked, Failed)
    assert isinstance(stopped, Failed)
    assert (blocked.billed, stopped.billed) == (False, True)


def test_only_the_first_picture_is_taken_and_an_empty_id_is_none():
    parts = [{"inlineData": {"data": "Zmlyc3Q="}}, {"inlineData": {"data": "c2Vjb25k"}}]
    done = outcome({"candidates": [{"content": {"parts": parts}}], "responseId": ""})

    assert isinstance(done, Done)
    assert [getattr(each, "data", None) for each in done.outcomes] == [b"first"]
    assert done.reference is None


def test_what_google_says_about_a_field_is_told_without_accounts():
    text = "Unknown value at 'image_config' for projects/my-own-project, 123456789012; see https://x.test/a?key=1"
    error = errors.of_submit(an_error(400, "INVALID_ARGUMENT", text), "x")

    assert isinstance(error, BadInput)
    assert (
        error.reason
        == "The provider does not accept this request: Unknown value at 'image_config' for … …; see …."
    )


def test_an_error_in_a_list_is_one_as_well():
    got = Fetched(400, {}, json.dumps([json.loads(an_error(400, "FAILED_PRECONDITION").body)]).encode(), "")

    assert isinstance(errors.of_submit(got, "x"), NoAccess)


async def test_pictures_that_are_too_large_for_a_request_are_not_sent(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(body, "LARGEST_SOURCES", 1 << 20)
    order = an_order("Too large", references=(Source("reference", bytes(2 << 20), "image/png"),))
    fetcher = Fetcher()

    with pytest.raises(BadInput, match="larger than 1 MiB together"):
        await Google(Connection("http://127.0.0.1:1", KEY), fetcher).submit(order)
    await fetcher.close()


def an_answer(body: dict[str, Any]) -> Fetched:
    """A 200 with this in it."""
    return Fetched(200, {}, json.dumps(body).encode(), "")


def an_error(code: int, status: str, message: str = "It is wrong.", **more: Any) -> Fetched:
    """An error in Google's shape."""
    body = {"error": {"code": code, "status": status, "message": message, **more}}
    return Fetched(code, {}, json.dumps(body).encode(), "")


def an_order(prompt: str, **more: Any) -> Order:
    """A small order in Google's words."""
    model = "gemini-3.1-flash-image"
    return Order(
        nonce="n" * 32, model=f"google/{model}", endpoint=model, kind="image", prompt=prompt, negative_prompt="",
        parameters={}, count=1, first=0, of=1, input={"prompt": prompt}, **more,
    )  # fmt: skip
