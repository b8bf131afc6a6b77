"""OpenAI's client sends a request again by itself when its answer is lost: nothing is bought twice for that."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from compatible import FILM, OLD_NEWS, SMALL, Line, client_of, picture
from serving import SQLITE, Person

from aims.core.errors import Invalid, RateLimited
from aims.web.arriving import Arriving

pytestmark = OLD_NEWS


def made(person: Person) -> list[dict[str, Any]]:
    """Everything that was asked for in the workspace, newest first."""
    return person.send("GET", "/generations").json()["items"]


@pytest.mark.parametrize("lost", [1, 2])
def test_a_lost_answer_is_given_again(alice: Person, lost: int):
    with Line(alice.served.port, lost) as line:
        answer = client_of(alice, base=line.base).images.generate(
            prompt="Abstract", response_format="url", **SMALL
        )

        assert line.requests == lost + 1
    [view] = made(alice)
    assert answer.data[0].url == view["outputs"][0]["url"]
    assert alice.balance == (975, 0)


def test_a_line_that_breaks_while_the_picture_is_made_joins_it(alice: Person):
    with Line(alice.served.port, 1, early=True) as line:
        client = client_of(alice, base=line.base)
        client.images.generate(prompt="Abstract [sandbox: delay=1500ms]", **SMALL)

        assert line.requests == 2
    assert len(made(alice)) == 1
    assert alice.balance == (975, 0)


def test_a_lost_answer_to_an_edit_keeps_the_pictures_once(alice: Person):
    with Line(alice.served.port, 1) as line:
        client = client_of(alice, base=line.base)
        client.images.edit(prompt="Abstract", image=[picture("teal"), picture("gold")], **SMALL)

        assert line.requests == 2
    assert len(made(alice)) == 1
    assert len(alice.send("GET", "/media?source=upload").json()["items"]) == 2


@SQLITE
def test_a_lost_answer_to_a_film_begins_no_other(alice: Person):
    with Line(alice.served.port, 1) as line:
        video = client_of(alice, base=line.base).videos.create(
            prompt="Abstract [sandbox: delay=600s]", **FILM
        )

    assert [each["id"] for each in made(alice)] == [video.id]
    client_of(alice).videos.delete(video.id)


def test_equal_requests_that_were_meant_stay_two(alice: Person):
    client = client_of(alice)

    first, second = [
        client.images.generate(prompt="Abstract", response_format="url", **SMALL) for _ in range(2)
    ]

    assert first.data[0].url != second.data[0].url
    assert alice.balance == (950, 0)


def test_equal_requests_whose_answers_are_all_lost_get_one_each(alice: Person):
    with Line(alice.served.port, 3, first_tries=True) as line, ThreadPoolExecutor(3) as pool:

        def ask(_: int) -> str:
            client = client_of(alice, base=line.base)
            answer = client.images.generate(prompt="Abstract", response_format="url", **SMALL)
            return str(answer.data[0].url)

        urls = list(pool.map(ask, range(3)))

    assert {each["outputs"][0]["url"] for each in made(alice)} == set(urls)
    assert len(set(urls)) == 3
    assert alice.balance == (925, 0)


@SQLITE
def test_a_key_of_ones_own_is_heeded(alice: Person):
    client, key = client_of(alice), {"Idempotency-Key": "mine"}

    answers = [
        client.images.with_raw_response.edit(
            prompt="Abstract", image=picture(), response_format="url", extra_headers=key, **SMALL
        )
        for _ in range(2)
    ]

    assert [each.headers.get("idempotent-replayed") for each in answers] == [None, "true"]
    assert answers[0].parse().data == answers[1].parse().data
    assert alice.balance == (975, 0)


@SQLITE
def test_a_repeat_of_what_never_arrived_begins_it(alice: Person):
    for number in ("1", "2"):
        client_of(alice).images.generate(
            prompt="Abstract", extra_headers={"x-stainless-retry-count": number}, **SMALL
        )

    assert len(made(alice)) == 1


@SQLITE
def test_another_key_joins_nothing(alice: Person):
    other = Person(alice.served, alice.workspace_id, alice.served.key(alice.workspace_id))

    for person, number in ((alice, "0"), (other, "1")):
        client_of(person).images.generate(
            prompt="Abstract", extra_headers={"x-stainless-retry-count": number}, **SMALL
        )

    assert len(made(alice)) == 2


async def test_a_repeat_waits_for_a_request_that_is_still_on_its_way():
    arriving, order = Arriving(), []

    async def repeat() -> None:
        await arriving.settled("same")
        order.append("repeat")

    with arriving.announced("same", 0):
        task = asyncio.create_task(repeat())
        await asyncio.sleep(0)
        order.append("first")
    await task

    assert order == ["first", "repeat"]


def refused(arriving: Arriving, error: Exception, number: int = 0) -> None:
    """A request that ends with this error."""
    with pytest.raises(type(error)), arriving.announced("same", number):
        raise error


LATER = RateLimited("Later.", retry_after=1)


def test_a_refusal_that_may_come_again_answers_for_one_repeat():
    arriving = Arriving()
    refused(arriving, LATER)

    assert not arriving.was_refused("same", 2)
    assert not arriving.was_refused("other", 1)
    assert [arriving.was_refused("same", 1) for _ in range(2)] == [True, False]


def test_a_refusal_that_nobody_repeats_is_not_remembered():
    arriving = Arriving()
    refused(arriving, Invalid("Wrong."))

    assert not arriving.was_refused("same", 1)


def test_once_one_was_accepted_no_refusal_stands_in_the_way_of_joining_it():
    arriving = Arriving()
    refused(arriving, LATER)
    with arriving.announced("same", 0):
        pass

    assert not arriving.was_refused("same", 1)
