"""A key's cap is asked before anything is sent, counts a film's whole price, and has room again for what came back."""

from typing import Any

import pytest
from serving import Person, Served, has_error

from aims import generation

VEO = {"model": "fal-ai/veo3.1/fast", "duration": 8, "aspect_ratio": "16:9"}
PRICE = 240


@pytest.fixture
def filming(served: Served) -> Person:
    """Somebody with credits enough, whose key may spend one film of eight seconds, and half of another."""
    return served.person(10_000, cap=PRICE + PRICE // 2)


def film(person: Person, directive: str, **others: Any) -> Any:
    """Ask for a film that the sandbox never draws."""
    body = {"prompt": f"The sea [sandbox: {directive}]", **VEO, **others}
    return person.send("POST", "/videos/generate", json=body, headers={"Prefer": "respond-async"})


def test_a_film_that_costs_more_than_the_cap_leaves_is_refused_and_leaves_nothing(filming: Person):
    held = film(filming, "delay=10m")
    assert held.status_code == 202, held.text
    before = filming.traces

    error = has_error(film(filming, "delay=10m"), 403, "credit_cap_reached")

    assert f"cap of {PRICE * 3 // 2} credits leaves {PRICE // 2}, and this needs {PRICE}" in error["error"]
    assert filming.traces == before
    assert filming.balance == (10_000 - PRICE, PRICE)
    filming.send("POST", f"/generations/{held.json()['id']}/cancel")
    filming.finished(held.json()["id"])


def test_a_film_that_was_stopped_or_failed_leaves_the_cap_as_it_was(filming: Person):
    for directive in ("delay=10m", "fail=all", "error=refused", "delay=10m"):
        answer = film(filming, directive)
        assert answer.status_code == 202, answer.text
        assert answer.json()["quote"]["credits"] == PRICE
        if directive.startswith("delay"):
            assert filming.used() == PRICE
            filming.send("POST", f"/generations/{answer.json()['id']}/cancel")
        view = filming.finished(answer.json()["id"])
        assert view["credits"] == {"held": 0, "charged": 0, "refunded": PRICE}
        assert filming.used() == 0

    assert filming.balance == (10_000, 0)


def test_a_refund_gives_the_cap_room_again(served: Served):
    capped = served.person(1000, cap=50)
    view = capped.finished(capped.begin(n=2)["id"])
    has_error(capped.generate(), 403, "credit_cap_reached")

    def refund(tx: Any) -> None:
        for reason in ("a complaint", "a complaint"):
            generation.refund(tx, view["id"], 25, reason, actor="operator")

    served.write(refund)

    assert capped.used() == 25
    assert capped.generate().json()["credits_used"] == 25
    has_error(capped.generate(), 403, "credit_cap_reached")


def test_a_reset_of_the_sandbox_gives_every_key_its_room_back(served: Served):
    capped = served.person(1000, cap=50)
    capped.finished(capped.begin(n=2)["id"])

    assert served.write(reset, capped.workspace_id) == 50
    assert served.write(reset, capped.workspace_id) == 0

    assert capped.used() == 0
    assert capped.balance == (1000, 0)
    assert capped.generate(n=2).json()["credits_used"] == 50


def reset(tx: Any, workspace_id: str) -> int:
    """As `aims credits reset-sandbox` does."""
    return generation.reset_sandbox(tx, workspace_id, actor="operator")
