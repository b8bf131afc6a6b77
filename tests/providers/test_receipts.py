"""What a receipt says of a call's cost: the provider's own counts, and US dollars where somebody has said a price."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from emulated import MODELS, Emulator, until
from serving import Person, Served

from aims.generation import receipts
from aims.generation.receipts import Receipt
from aims.providers import sealed
from aims.providers.connection import Kept

PROMPT = "A lighthouse in the rain"


@dataclass(frozen=True, slots=True)
class Bill:
    """What the operator states, and what is then known of a picture. units without: where nothing is stated."""

    prices: dict[str, str]
    units: str
    micros: int
    units_without: str | None
    run_ms: int | None = None


# The emulators count seven tokens for a prompt of 24 letters, or twelve for any, and a thousand or more for a picture.
BILLS = {
    "fal": Bill({MODELS["fal"]: "0.08"}, "1", 80_000, "1"),
    "openai": Bill(
        {"gpt-image-1-mini:text": "0.000003", "gpt-image-1-mini:output": "0.00001"}, "1007", 10_021, "1007"
    ),
    "google": Bill(
        {"gemini-3.1-flash-image:input": "0.0000005", "gemini-3.1-flash-image:output": "0.00003"},
        "1132",
        33_606,
        "1132",
    ),
    "replicate": Bill({MODELS["replicate"]: "0.0005"}, "0.1", 50, None, 100),
}
# OpenAI's own page has the prices of this one.
LISTED = {"openai": 7 * 2 + 1000 * 8}


@pytest.fixture
def stated(emulator: Emulator, tmp_path: Path) -> Iterator[Person]:
    """Somebody at a studio whose operator has said what units cost."""
    said = emulator.connection
    said[emulator.name]["unit_prices"] = BILLS[emulator.name].prices
    served = Served(tmp_path / "home", None, connections=said).start()
    yield served.person(100_000)
    assert served.breaches() == []
    served.stop()


def receipt(person: Person, provider: str) -> Receipt:
    """That of a picture that is made now."""
    asked = {"model": MODELS[provider], "prompt": PROMPT}
    answer = person.send("POST", "/images/generate", headers={"Prefer": "respond-async"}, json=asked)
    assert answer.status_code == 202, answer.text
    generation = answer.json()["id"]
    assert person.finished(generation)["status"] == "completed"
    (found,) = person.served.read(lambda tx: receipts.newest(tx, generation_id=generation))
    return found


@pytest.mark.parametrize("emulator", BILLS, indirect=True)
def test_units_and_time_are_the_providers_and_a_cost_is_there_only_where_a_price_is(
    emulator: Emulator, connected: Served, stated: Person
):
    bill = BILLS[emulator.name]

    without, known = receipt(connected.person(100_000), emulator.name), receipt(stated, emulator.name)

    assert (without.billed_units, without.cost_usd_micros) == (bill.units_without, LISTED.get(emulator.name))
    assert (known.billed_units, known.cost_usd_micros) == (bill.units, bill.micros)
    if bill.run_ms:
        assert without.run_ms == known.run_ms == bill.run_ms


def test_the_stated_prices_hold_for_a_connection_that_is_kept_in_the_database(tmp_path: Path, pool: Any):
    emulator, bill = pool.emulator("fal"), BILLS["fal"]
    served = Served(tmp_path / "home", None, connections={"fal": {"unit_prices": bill.prices}}).start()
    kept = Kept.model_validate(emulator.connection["fal"])
    served.do(served.studio.db.write(sealed.put, served.studio.connections.vault, None, "fal", kept))
    until(
        lambda: any(name.startswith("fal:") for name in served.studio.providers.adapters), "it is connected"
    )

    found = receipt(served.person(100_000), "fal")

    assert (found.billed_units, found.cost_usd_micros) == (bill.units, bill.micros)
    served.stop()
