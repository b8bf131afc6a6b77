"""WHK-02: when a delivery is tried again, when it is given up, and what a receiver's answer changes about that."""

import pytest
from posting import ARRIVED, CHANCES, DAY, HOUR, KNOWN, SECOND, Post, failed

from aims import webhooks
from aims.webhooks import answers, schedule
from aims.webhooks.queue import GONE, SILENT
from aims.webhooks.schedule import Outcome

MINUTE = 60 * SECOND
PUBLISHED = [
    0,
    5 * SECOND,
    5 * MINUTE,
    30 * MINUTE,
    2 * HOUR,
    5 * HOUR,
    10 * HOUR,
    14 * HOUR,
    20 * HOUR,
    24 * HOUR,
]
SLACK = 60 * SECOND
"""What a busy machine may take between two statements."""


def test_the_waits_are_those_that_are_published() -> None:
    assert list(schedule.WAITS) == PUBLISHED
    assert sum(PUBLISHED) == 75 * HOUR + 35 * MINUTE + 5 * SECOND


@pytest.mark.parametrize("chance", CHANCES)
def test_chance_moves_a_wait_by_a_tenth_at_most(chance: float) -> None:
    for tries, published in enumerate(PUBLISHED):
        wait = schedule.wait(tries, 0, chance)
        assert wait is not None
        assert 0.9 * published <= wait <= 1.1 * published
    assert schedule.wait(len(PUBLISHED), 0, chance) is None


def test_chance_does_move_it() -> None:
    assert len({schedule.wait(4, 0, chance) for chance in CHANCES}) == len(CHANCES)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120),
        (" 0 ", 0),
        ("99999999999999999999", DAY // SECOND),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0),
        ("Fri, 31 Dec 9999 23:59:59 GMT", DAY // SECOND),
        ("Fri, 99 Dec 1999 23:59:59 GMT", None),
    ],
)
def test_what_a_retry_after_says(value: str | None, seconds: int | None) -> None:
    assert answers.retry_after(value) == (None if seconds is None else seconds * SECOND)


@pytest.mark.parametrize(
    ("outcome", "rest"),
    [
        (failed(429, retry_after=600 * SECOND), 600 * SECOND),
        (failed(503, retry_after=7 * SECOND), 7 * SECOND),
        (failed(429, retry_after=DAY), schedule.LONGEST_REST),
        (failed(429), schedule.USUAL_REST),
        (failed(502), schedule.USUAL_REST),
        (failed(504), schedule.USUAL_REST),
        (failed(500), 0),
        (failed(302), 0),
        (Outcome(1, error="There is nobody."), 0),
        (Outcome(1, status=200, response="", retry_after=600 * SECOND), 0),
    ],
)
def test_how_long_a_receiver_is_left_in_peace(outcome: Outcome, rest: int) -> None:
    assert outcome.rest == rest


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_every_2xx_has_arrived(status: int) -> None:
    assert failed(status).arrived


@pytest.mark.parametrize("status", [100, 199, 300, 301, 302, 304, 307, 308, 400, 404, 410, 429, 500, 503])
def test_nothing_else_has_arrived(status: int) -> None:
    assert not failed(status).arrived


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"fine", "fine"),
        (b"a\r\n\tb", "a\r\n\tb"),
        (b"\x00\x1b[31m<b>", "\ufffd\ufffd[31m<b>"),
        (b"\xff\xfe", "\ufffd\ufffd"),
        ("Grüße, 世界".encode(), "Grüße, 世界"),
    ],
)
def test_what_is_kept_of_an_answer_is_text(body: bytes, text: str) -> None:
    assert answers.excerpt(body) == text


@pytest.mark.parametrize("body", [b"x" * 10_000, b"\xff" * 10_000, "世".encode() * 5_000, b"\x00" * 4096])
def test_what_is_kept_of_an_answer_is_at_most_4_kib(body: bytes) -> None:
    assert 4000 <= len(answers.excerpt(body).encode()) <= 4096


async def test_ten_failures_in_75_hours_and_then_it_is_given_up(post: Post) -> None:
    await post.endpoint()
    await post.happen()
    for number, following in enumerate([*PUBLISHED[1:], None], start=1):
        (claim,) = await post.claim()
        assert claim.tries == number - 1
        assert await post.end(claim, failed()) is None
        row = await post.row()
        assert (row.tries, row.attempts) == (number, number)
        if following is None:
            assert (row.state, row.due_at) == ("exhausted", 0)
            assert row.finished_at is not None
        else:
            assert row.state == "waiting"
            assert following - SLACK <= row.left <= following
            if following > SLACK:
                assert await post.claim() == []
            await post.wait(following)
    await post.wait(100 * DAY)
    assert await post.claim() == []
    assert [attempt.number for attempt in await post.attempts()] == list(range(1, 11))


async def test_a_receiver_that_says_when_is_not_asked_before_and_neither_for_another_event(
    post: Post,
) -> None:
    endpoint = await post.endpoint()
    await post.happen()
    await post.happen()
    first, second = await post.claim()
    await post.end(first, failed(429, retry_after=600 * SECOND))
    await post.end(second, failed(500))
    await post.happen()
    rows = {row.id: row for row in await post.rows()}
    assert 600 * SECOND - SLACK <= rows[first.id].left <= 600 * SECOND
    assert 600 * SECOND - SLACK <= (await post.endpoint_row(endpoint.id)).rest_left <= 600 * SECOND
    await post.wait(400 * SECOND)
    assert await post.claim() == []
    await post.wait(200 * SECOND)
    assert len(await post.claim()) == 3


async def test_who_says_when_for_one_event_does_not_delay_another_endpoint(post: Post) -> None:
    busy, free = await post.endpoint(), await post.endpoint()
    await post.happen()
    claims = {claim.lane.endpoint_id: claim for claim in await post.claim()}
    await post.end(claims[busy.id], failed(503, retry_after=600 * SECOND))
    await post.end(claims[free.id], ARRIVED)
    await post.happen()
    assert [claim.lane.endpoint_id for claim in await post.claim()] == [free.id]


async def test_gone_switches_the_endpoint_off_and_what_waits_is_sent_when_it_is_switched_on(
    post: Post,
) -> None:
    endpoint = await post.endpoint()
    await post.happen()
    await post.happen()
    first, second = await post.claim()
    assert await post.end(first, failed(410)) == GONE
    assert await post.end(second, failed(500)) is None
    view = await post.view(endpoint.id)
    assert (view.enabled, view.disabled_reason) == (False, GONE)
    await post.happen()
    await post.wait(HOUR)
    assert await post.claim() == []
    assert sorted(row.state for row in await post.rows()) == ["exhausted", "waiting"]
    await post.db.write(webhooks.change, post.workspace_id, endpoint.id, {"enabled": True}, KNOWN)
    view = await post.view(endpoint.id)
    assert (view.enabled, view.disabled_reason, view.failing_since) == (True, None, None)
    assert [claim.id for claim in await post.claim()] == [second.id]


async def give_up(post: Post) -> list[str | None]:
    """Fail the oldest delivery that waits until it is given up. What each attempt said about the endpoint."""
    said = []
    for following in [*PUBLISHED[1:], 0]:
        (claim,) = await post.claim(1)
        said.append(await post.end(claim, failed()))
        await post.wait(following)
    return said


async def test_an_endpoint_that_nothing_reaches_for_five_days_is_switched_off(post: Post) -> None:
    endpoint = await post.endpoint()
    await post.happen()
    assert await give_up(post) == [None] * 10
    assert (await post.view(endpoint.id)).enabled
    assert (await post.view(endpoint.id)).failing_since is not None
    await post.happen()
    assert await give_up(post) == [*[None] * 9, SILENT]
    view = await post.view(endpoint.id)
    assert (view.enabled, view.disabled_reason) == (False, "Nothing has arrived for 5 days.")


async def test_one_event_that_arrives_shows_that_the_endpoint_lives(post: Post) -> None:
    endpoint = await post.endpoint()
    await post.happen()
    await give_up(post)
    await post.happen()
    (claim,) = await post.claim()
    await post.end(claim, ARRIVED)
    assert (await post.view(endpoint.id)).failing_since is None
    await post.happen()
    assert await give_up(post) == [None] * 10
    assert (await post.view(endpoint.id)).enabled
