"""Waiting for a generation: told of its changes, over connections that break, and never longer than was said."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from between import Between
from serving import SMALL, Person

from aims.client import AIMS, Generation, NotFinished, NotFound, ServerError, watching

Make = Callable[..., AIMS]
EVENTS = "/events"


def test_a_call_that_waits_hears_of_every_change(alice: Person, client: Make):
    heard: list[Generation] = []

    made = client(alice).images.generate("A red barn", on_progress=heard.append, **SMALL)

    assert (heard[0].status, heard[0].id) == ("queued", made.id)
    assert heard[-1] == made
    assert made.status == "completed"
    assert made.urls == [output.url for output in made.outputs]
    assert made.sandbox


def test_a_call_that_does_not_wait_is_answered_at_once(alice: Person, client: Make):
    aims = client(alice)

    begun = aims.images.generate("A barn [sandbox: delay=10m]", wait=False, **SMALL)

    assert not begun.finished
    assert aims.generations.cancel(begun.id).id == begun.id
    assert aims.generations.wait(begun.id).status == "cancelled"
    assert alice.balance == (1000, 0)


def test_who_waits_no_longer_is_told_that_the_work_goes_on(alice: Person, client: Make):
    aims = client(alice)

    with pytest.raises(NotFinished, match="goes on") as caught:
        aims.images.generate("A barn [sandbox: delay=10m]", timeout=0.2, **SMALL)

    assert aims.generations.get(caught.value.generation.id).status in ("queued", "running")
    aims.generations.cancel(caught.value.generation.id)


def test_a_stream_that_is_cut_is_taken_up_where_it_was(alice: Person, client: Make, between: Between):
    between.rule(EVENTS, cut=b"\n\nid: ")
    aims = client(alice, base_url=between.url)
    begun = aims.images.generate("A barn [sandbox: delay=10m]", wait=False, **SMALL)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(aims.generations.wait, begun.id)
        between.wait_for(EVENTS, 2)
        alice.send("POST", f"/generations/{begun.id}/cancel")
        assert waiting.result(60).status == "cancelled"

    first, second = between.sent(EVENTS)
    assert "last-event-id" not in first.headers
    assert int(second.headers["last-event-id"]) >= 1


def test_where_streams_do_not_get_through_it_is_asked_again_and_again(
    alice: Person, client: Make, between: Between
):
    between.rule(EVENTS, status=502, times=100)

    made = client(alice, base_url=between.url).images.generate("A barn [sandbox: delay=1s]", **SMALL)

    assert made.status == "completed"
    assert between.sent(f"/generations/{made.id}")


def test_a_studio_that_is_away_for_a_while_is_waited_for(
    alice: Person, client: Make, between: Between, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(watching, "FIRST_PAUSE", 0.02)
    aims = client(alice, base_url=between.url, retries=0)

    def away(_: Generation) -> None:
        if len(between.seen) == 1:
            between.rule("", status=502, times=6)

    made = aims.images.generate("A barn", on_progress=away, **SMALL)

    assert made.status == "completed"
    monkeypatch.setattr(watching, "LOST_SECONDS", 0.0)
    between.rule("/events", status=502, times=100)
    with pytest.raises(ServerError):
        aims.images.generate(
            "A barn [sandbox: fail=all]", on_progress=lambda _: between.rule("", status=500), **SMALL
        )


def test_a_generation_that_is_gone_ends_the_waiting(alice: Person, client: Make, between: Between):
    said = b'{"error": "There is no such generation in this workspace.", "code": "not_found"}'
    between.rule(EVENTS, status=404, body=said)

    with pytest.raises(NotFound):
        client(alice, base_url=between.url).images.generate("A barn [sandbox: fail=all]", **SMALL)


def test_events_are_gone_through_until_it_is_over(alice: Person, client: Make):
    aims = client(alice)
    begun = aims.images.generate("A red barn", wait=False, **SMALL)

    seen = list(aims.generations.events(begun.id))

    assert seen[-1].status == "completed"
    assert [one.id for one in seen] == [begun.id] * len(seen)


def test_a_generation_of_nobody_is_not_found(alice: Person, client: Make):
    for strange in ("01a2b3c4-0000-7000-8000-000000000000", "../media", "a b"):
        with pytest.raises(NotFound):
            client(alice).generations.get(strange)
