"""A model that is at two providers is made at the second where the first cannot, and only where nothing was bought."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from emulated import Emulator, until
from serving import Person, Served
from sqlalchemy import bindparam, select

from aims.generation import breaker
from aims.generation.tables import attempts, generations

MODEL = "openai/gpt-image-2"
PRICE = 70
START = 100_000
_ATTEMPTS = select(attempts)
_OF = select(attempts).where(attempts.c.generation_id == bindparam("generation"))
_PROVIDER = select(generations.c.provider).where(generations.c.id == bindparam("generation"))
NOTHING_RAN = "runner_scheduling_failure"


@dataclass(frozen=True, slots=True)
class Two:
    """A studio with two providers, each an emulator of its own with its own books."""

    fal: Emulator
    openai: Emulator
    home: Path

    def serve(self, **others: Any) -> Served:
        """The studio, connected to both."""
        both = self.fal.connection | self.openai.connection
        return Served(self.home, None, connections=both, **others).start()

    def agree(self, served: Served) -> None:
        """Each paid request of either provider is one attempt's, and no other attempt has a cost."""

        def same() -> bool:
            rows = served.read(lambda tx: tx.all(_ATTEMPTS))
            for emulator, lost in ((self.fal, self.fal.never_taken), (self.openai, self.openai.never_taken)):
                mine = [each for each in rows if each.provider == emulator.name and each.cost_outcome]
                named = {each.provider_ref for each in mine if each.provider_ref}
                billed = set(emulator.billed())
                if not named <= billed or len(billed - named) != len(mine) - len(named) - lost:
                    return False
            return True

        until(same, "the books of both providers and ours agree")
        assert served.breaches() == []


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    folder = tmp_path_factory.mktemp("two")
    made = Two(Emulator("fal", folder / "fal.db"), Emulator("openai", folder / "openai.db"), folder / "home")
    yield made
    made.fal.close()
    made.openai.close()


@pytest.fixture(scope="module")
def both(two: Two) -> Iterator[Served]:
    served = two.serve()
    yield served
    two.agree(served)
    served.stop()


@pytest.fixture
def person(two: Two, both: Served) -> Iterator[Person]:
    yield both.person(START)
    two.fal.weather()
    two.openai.weather()
    # The next test begins with providers that nobody has a bad opinion of.
    both.do(_forget(both))


async def _forget(served: Served) -> None:
    served.studio._breakers._kept.clear()


def begin(person: Person, prompt: str, **body: Any) -> str:
    asked = {"model": MODEL, "prompt": prompt} | body
    answer = person.send("POST", "/images/generate", headers={"Prefer": "respond-async"}, json=asked)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def attempts_of(person: Person, generation_id: str) -> list[Any]:
    return person.served.read(lambda tx: tx.all(_OF, generation=generation_id))


def made(person: Person, prompt: str, **body: Any) -> tuple[dict[str, Any], Any]:
    """What a request comes to, and the row of its one call."""
    generation_id = begin(person, prompt, **body)
    view = person.finished(generation_id)
    (row,) = attempts_of(person, generation_id)
    return view, row


def test_it_is_made_where_it_was_asked_for_while_that_works(two: Two, person: Person):
    view, row = made(person, "All is well")

    assert (view["status"], row.provider, row.tries) == ("completed", "fal", 1)
    assert view["provider"] == "fal"
    assert two.openai.calls("submit", "All is well") == []


@pytest.mark.parametrize("status", ["401", "402", "403"])
def test_a_key_that_is_not_taken_is_one_provider_s_matter(two: Two, person: Person, status: str):
    prompt = f"A key that is not taken, {status}"
    two.fal.weather(submit=status)
    view, row = made(person, prompt, size="1536x1024", quality="low")

    assert (view["status"], view["model"], view["credits"]["charged"]) == ("completed", MODEL, PRICE)
    assert (row.provider, row.state, row.cost_outcome, row.tries) == ("openai", "done", "posted", 2)
    assert row.retry_reason.startswith("Not at fal: ")
    (taken,) = two.openai.requests(prompt)
    assert (taken["body"]["model"], taken["body"]["size"]) == ("gpt-image-2", "1536x1024")
    assert taken["body"]["quality"] == "low"
    assert two.fal.requests(prompt) == []
    assert person.served.read(lambda tx: tx.value(_PROVIDER, generation=view["id"])) == "openai"
    assert view["provider"] == "openai"
    assert [each["provider"] for each in person.send("GET", "/generations?limit=1").json()["items"]] == [
        "openai"
    ]


@pytest.mark.parametrize(
    ("away", "there", "model", "other"),
    [
        ("fal", "vertex", "fal-ai/veo3.1/lite", "veo-3.1-lite-generate-001"),
        ("vertex", "fal", "google/veo-3.1/fast", "fal-ai/veo3.1/fast"),
    ],
)
def test_a_film_of_veo_goes_the_other_way_to_google(
    away: str, there: str, model: str, other: str, tmp_path: Path
):
    """Through fal or straight to Google, it is one model: what was asked for goes along, in each one's own words."""
    both = {name: Emulator(name, tmp_path / f"{name}.db") for name in ("fal", "vertex")}
    both[away].weather(submit="403")
    connections = both["fal"].connection | both["vertex"].connection
    served = Served(tmp_path / "home", None, connections=connections).start()
    person = served.person(START)
    asked = {
        "model": model,
        "prompt": "Gulls over a pier",
        "duration": 4,
        "aspect_ratio": "9:16",
        "audio": True,
    }

    answer = person.send("POST", "/videos/generate", headers={"Prefer": "respond-async"}, json=asked)
    assert answer.status_code == 202, answer.text
    view = person.finished(answer.json()["id"])
    (row,) = attempts_of(person, view["id"])

    assert (view["status"], view["model"], view["provider"]) == ("completed", model, there)
    assert (row.provider, row.state, row.cost_outcome) == (there, "done", "posted")
    (taken,) = both[there].requests("Gulls over a pier")
    assert other in taken["endpoint"]
    assert json.dumps(taken["body"]).count("9:16") == 1
    assert list(both[there].billed()) == [row.provider_ref]
    assert both[away].billed() == {}
    assert served.breaches() == []
    served.stop()
    for emulator in both.values():
        emulator.close()


@pytest.mark.parametrize("step", ["proxy", "502", "reset"])
def test_what_may_have_been_bought_is_bought_nowhere_else(two: Two, person: Person, step: str):
    two.fal.never_taken += step == "502"
    two.fal.weather(submit=step)
    view, row = made(person, f"Lost by {step}")

    assert (view["status"], view["credits"]["charged"]) == ("failed", 0)
    assert (row.provider, row.state, row.cost_outcome) == ("fal", "unknown", "absorbed")
    assert two.openai.calls("submit", f"Lost by {step}") == []


@pytest.mark.parametrize("step", ["policy", "image_too_small", "404"])
def test_what_is_wrong_with_the_request_is_wrong_there_too(two: Two, person: Person, step: str):
    two.fal.weather(submit=step)
    view, row = made(person, f"Refused for {step}")

    assert (view["status"], row.provider, row.state) == ("failed", "fal", "failed")
    assert two.openai.calls("submit", f"Refused for {step}") == []


def test_a_provider_that_is_busy_for_long_is_not_waited_for(two: Two, person: Person):
    two.fal.weather(submit="429")
    view, row = made(person, "Busy for long [emulator: retry-after=40]")

    assert (view["status"], row.provider, row.tries) == ("completed", "openai", 2)
    assert two.fal.calls("submit", "Busy for long") == ["429"]


def test_a_provider_that_is_busy_for_a_moment_is(two: Two, person: Person):
    view, row = made(person, "Busy for a moment [emulator: submit=429/ok, retry-after=1]")

    assert (view["status"], row.provider, row.tries) == ("completed", "fal", 2)


def test_what_waits_goes_to_the_second_while_the_first_is_away_and_comes_back_with_it(
    two: Two, person: Person
):
    two.fal.weather(submit=NOTHING_RAN)
    asked = [begin(person, f"Away {number}") for number in range(30)]

    assert {person.finished(each)["status"] for each in asked} == {"completed"}
    rows = [row for each in asked for row in attempts_of(person, each)]
    assert {row.provider for row in rows} == {"openai"}
    assert all(row.retry_reason.startswith("Not at fal: ") for row in rows)
    # Whoever was sent before the provider was known to be away, and hardly anybody since.
    assert (
        len(two.fal.calls("submit", "Away")) <= person.served.studio.places("fal")._share + breaker.FAILURES
    )
    assert person.balance == (START - 30 * PRICE, 0)

    two.fal.weather()
    number = 0

    def back() -> bool:
        nonlocal number
        number += 1
        return made(person, f"Back again {number}")[1].provider == "fal"

    until(back, "it is made at the first again")


def test_all_calls_of_one_request_go_each_where_it_can(two: Two, person: Person):
    two.fal.weather(submit="401")
    generation_id = begin(person, "Six of them", n=6)

    view = person.finished(generation_id)

    assert [each["status"] for each in view["outputs"]] == ["completed"] * 6
    assert [row.provider for row in attempts_of(person, generation_id)] == ["openai"] * 2
    assert view["credits"]["charged"] == 6 * PRICE


def test_it_waits_when_neither_can_and_goes_to_whichever_comes_back(two: Two, person: Person):
    two.fal.weather(submit="429")
    two.openai.weather(submit="429")
    generation_id = begin(person, "Nowhere to go")
    until(
        lambda: two.fal.calls("submit", "Nowhere to go") and two.openai.calls("submit", "Nowhere to go"),
        "both were asked",
    )
    person.until(generation_id, lambda view: view["status"] == "queued")

    two.openai.weather()

    view = person.finished(generation_id)
    assert (view["status"], attempts_of(person, generation_id)[0].provider) == ("completed", "openai")


def test_where_only_the_second_is_connected_it_is_made_there(two: Two, tmp_path: Path):
    served = Served(tmp_path / "home", None, connections=two.openai.connection).start()
    person = served.person(START)

    view, row = made(person, "Only there", n=2)

    assert (view["status"], view["model"], view["sandbox"]) == ("completed", MODEL, False)
    assert (row.provider, row.tries, row.retry_reason) == ("openai", 1, None)
    assert person.balance == (START - 2 * PRICE, 0)
    (taken,) = two.openai.requests("Only there")
    assert taken["body"]["n"] == 2
    # These two are billed to this studio, and not to the other one.
    two.openai.never_taken -= 1
    assert served.breaches() == []
    served.stop()


def test_what_waits_at_the_end_of_a_studio_goes_elsewhere_after_its_next_start(two: Two, tmp_path: Path):
    fal, openai = Emulator("fal", tmp_path / "fal.db"), Emulator("openai", tmp_path / "openai.db")
    mine = Two(fal, openai, tmp_path / "home")
    fal.weather(submit="429")
    openai.weather(submit="429")
    first = mine.serve()
    person = first.person(START)
    generation_id = begin(person, "Across a restart")
    until(
        lambda: first.read(lambda tx: [row for row in tx.all(_ATTEMPTS) if row.waits_since]),
        "it was put back",
    )
    first.stop()

    openai.weather()
    second = mine.serve()
    again = Person(second, person.workspace_id, person.key)
    view = again.finished(generation_id)

    (row,) = attempts_of(again, generation_id)
    assert (view["status"], row.provider, row.cost_outcome) == ("completed", "openai", "posted")
    assert len(openai.requests("Across a restart")) == 1
    mine.agree(second)
    second.stop()
    fal.close()
    openai.close()
