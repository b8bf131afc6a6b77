"""Whatever Replicate answers, or does not, has an end, a code and a clean sentence (PRV-02, 03, 05 to 10)."""

import json

import machine
import pytest
from emulated import KEY, Emulator, Ended, made, until
from outside import Outside, silent
from serving import Person

from aims.core.fetch import Fetcher
from aims.generation import downloads
from aims.generation.collect import OUT_OF_REACH, UNUSABLE
from aims.providers import Down, Order
from aims.providers.connection import Connection
from aims.providers.replicate import adapter
from aims.providers.replicate.adapter import Replicate

PROVIDER = "replicate"
START = 100_000
GARBAGE = ["html", "truncated", "deep", "nan", "wrong", "list", "null"]
MIB = 1 << 20


def is_clean(end: Ended) -> None:
    """Nothing of the connection, and nothing of how we are made, is in what the user sees."""
    text = json.dumps([end.view["error"], end.view["outputs"]])
    for private in (
        *KEY.split(":"),
        "http",
        "eplicate",
        "127.0.0.1",
        "Traceback",
        "credit.",
        "emulator",
        "CUDA",
    ):
        assert private not in text, text
    assert end.view["error"].endswith(".")


@pytest.mark.parametrize("away", ["no name", "another's certificate", "refused"])
async def test_prv_02_what_cannot_have_been_read_was_not_bought(away: str):
    """The way to Replicate itself: its name has no address, somebody else answers there, or nobody does."""
    world, name = Outside(), "api.replicate.com"
    if away == "another's certificate":
        site = world.site(name, silent, certificate="somebody.test")
    elif away == "refused":
        world.names[name] = ["93.184.216.34"]
        world.routes["93.184.216.34", 443] = ("127.0.0.1", machine.spare_port())
    fetcher = Fetcher(world.network)

    with pytest.raises(Down):
        await Replicate(Connection(adapter.API, KEY), fetcher).submit(an_order("Nobody is there"))

    assert world.leaks == 0
    assert away != "another's certificate" or site.requests == []
    await fetcher.close()
    world.close()


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("silence", ["hang", "drip", "endless"])
def test_prv_03_nothing_hangs_for_ever(silence: str, person: Person):
    end = made(person, f"Held up by {silence}", f"status={silence}")

    assert (end.status, end.state, end.charged, end.cost_outcome) == ("failed", "unknown", 0, "absorbed")
    assert person.balance == (START, 0)
    is_clean(end)


def test_prv_05_a_retry_after_is_obeyed(person: Person, emulator: Emulator):
    end = made(person, "Told to wait", "submit=429/ok, retry-after=2")

    assert (end.status, end.tries) == ("completed", 2)
    (first,), (second,) = emulator.rows(
        "SELECT at FROM calls WHERE route = 'submit' AND instr(whose, 'Told to wait') ORDER BY at"
    )
    assert second - first >= 1.9


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("step", "code"),
    [
        ("400", "provider_rejected_input"),
        ("401", "provider_no_access"),
        ("402", "provider_no_access"),
        ("403", "provider_no_access"),
        ("404", "provider_rejected_input"),
        ("422", "provider_rejected_input"),
    ],
)
def test_prv_06_what_is_refused_is_not_asked_again(step: str, code: str, person: Person, emulator: Emulator):
    end = made(person, f"Refused with {step}", f"submit={step}/ok")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.error_code, end.cost_outcome) == ("failed", code, None)
    assert emulator.calls("submit", f"Refused with {step}") == [step]
    is_clean(end)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("step", ["408", "409", "500", "502", "503", "504"])
def test_an_error_that_does_not_say_that_nothing_was_taken_is_final(
    step: str, person: Person, emulator: Emulator
):
    emulator.never_taken += 1
    end = made(person, f"Unclear {step}", f"submit={step}/ok")

    assert (end.status, end.state, end.cost_outcome, end.charged) == ("failed", "unknown", "absorbed", 0)
    assert emulator.calls("submit", f"Unclear {step}") == [step]
    is_clean(end)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("kind", "code", "cost"),
    [
        ("nsfw", "content_refused", "absorbed"),
        ("sensitive", "content_refused", "absorbed"),
        ("failed", "provider_error", "absorbed"),
        ("early", "provider_error", None),
    ],
)
def test_prv_07_a_prediction_that_failed_says_why_and_is_not_charged(
    kind: str, code: str, cost: str | None, person: Person, emulator: Emulator
):
    """A machine's time is billed whatever it came to, and ours to bear; one that never began cost nothing."""
    end = made(person, f"Ends with {kind}", f"end={kind}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.error_code, end.cost_outcome) == ("failed", code, cost)
    assert len(emulator.calls("submit", f"Ends with {kind}")) == 1
    is_clean(end)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("garbage", GARBAGE)
@pytest.mark.parametrize("route", ["submit", "status"])
def test_prv_08_garbage_cannot_hurt(route: str, garbage: str, person: Person, emulator: Emulator):
    end = made(person, f"{garbage} for {route}", f"{route}={garbage}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.error_code, end.cost_outcome) == ("provider_bad_response", "absorbed")
    assert len(emulator.calls("submit", f"{garbage} for {route}")) == 1
    is_clean(end)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("route", ["submit", "status"])
def test_prv_08_an_answer_without_end_is_not_read_to_its_end(route: str, person: Person, emulator: Emulator):
    end = made(person, f"Huge for {route}", f"{route}=huge")

    assert (end.status, end.state, end.cost_outcome) == ("failed", "unknown", "absorbed")
    whose = end.request_id if route != "submit" else f"Huge for {route}"
    query = "SELECT max(sent) FROM calls WHERE route = ? AND instr(whose, ?) HAVING min(sent) > 0"
    ((most,),) = until(lambda: emulator.rows(query, route, whose), "it has stopped to send")
    # What a socket's buffers hold comes on top of what is read.
    assert most < 40 * MIB
    is_clean(end)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("step", ["missing", "wrong", "words"])
def test_prv_08_an_output_without_files_is_written_off(step: str, person: Person):
    end = made(person, f"An output that is {step}", f"result={step}")

    assert (end.status, end.charged, end.cost_outcome) == ("failed", 0, "absorbed")
    is_clean(end)


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    "script",
    [
        "status=back/unknown/stranger/ok",
        "status=404/502/ok",
        "status=429/ok",
        "status=401/ok",
        "status=reset/html/ok",
        "work=0.5, status=done/ok",
        "submit=elsewhere",
    ],
)
def test_prv_09_what_is_odd_for_a_while_still_comes_home(script: str, person: Person, emulator: Emulator):
    """The last of them names addresses at a stranger's, who is not asked."""
    end = made(person, f"Odd {script}", script)

    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert len(emulator.calls("submit", f"Odd {script}")) == 1


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("script", ["status=404", "status=500", "status=stranger"])
def test_prv_09_what_is_lost_after_it_was_taken_ends_and_is_written_off(
    script: str, person: Person, emulator: Emulator
):
    end = made(person, f"Gone {script}", script)

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.cost_outcome) == ("unknown", "absorbed")
    assert len(emulator.calls("submit", f"Gone {script}")) == 1


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("steps", "sentence", "asked"),
    [
        ("output=403", OUT_OF_REACH, 1),
        ("output=404", OUT_OF_REACH, downloads.TRIES),
        ("output=reset", OUT_OF_REACH, downloads.TRIES),
        ("output=page", UNUSABLE["image"], 1),
        ("output=corrupt", UNUSABLE["image"], 1),
        ("output=other", UNUSABLE["image"], 1),
        ("where=elsewhere", OUT_OF_REACH, 0),
        ("where=inside", OUT_OF_REACH, 0),
    ],
)
def test_prv_10_what_cannot_be_had_is_given_back_and_not_bought_again(
    steps: str, sentence: str, asked: int, person: Person, emulator: Emulator
):
    end = made(person, f"Spoilt {steps}", steps)

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert [each["error"] for each in end.view["outputs"]] == [sentence]
    assert (end.state, end.cost_outcome) == ("done", "absorbed")
    # A kept connection that breaks is a question that is asked once more, by itself.
    assert asked <= len(emulator.calls("output", str(end.request_id))) <= asked * 2
    assert len(emulator.calls("submit", f"Spoilt {steps}")) == 1


@pytest.mark.usefixtures("quick")
def test_prv_10_what_is_fewer_is_given_back(person: Person):
    end = made(person, "One less", "result=fewer", n=3)

    assert [each["status"] for each in end.view["outputs"]] == ["completed", "completed", "failed"]
    assert (end.status, end.cost_outcome) == ("completed", "posted")


@pytest.mark.usefixtures("quick")
def test_the_key_is_in_no_line_of_the_log(person: Person, capfd: pytest.CaptureFixture[str]):
    """Also where the provider says it in an error."""
    for script in ("", "submit=401", "end=failed", "status=html", "where=elsewhere"):
        made(person, f"Logged {script}", script)

    said = capfd.readouterr()
    assert "tested-key" not in said.out + said.err
    assert "provider refuses the key" in said.out + said.err


def an_order(prompt: str) -> Order:
    """A small order in Replicate's words."""
    endpoint = "black-forest-labs/flux-1.1-pro"
    return Order(
        nonce="n" * 32, model=endpoint, endpoint=endpoint, kind="image", prompt=prompt, negative_prompt="",
        parameters={}, count=1, first=0, of=1, input={"prompt": prompt},
    )  # fmt: skip
