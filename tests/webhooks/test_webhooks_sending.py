"""Sending, to real receivers: one that fails, hangs, redirects, is gone, is overloaded, is slow, or talks too much."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterable
from typing import Any
from unittest.mock import AsyncMock

import msgspec
import pytest
from outside import Seen, answer
from posting import HOUR, KNOWN, SECOND, SIGNER, Post, body_of, ids_of, until
from structlog.testing import capture_logs

from aims import webhooks
from aims.core.db import Database
from aims.core.errors import Conflict
from aims.webhooks.places import OF_ONE_ENDPOINT
from aims.webhooks.sender import FAULT, NOT_ANSWERED, NOT_REACHED


async def shown(post: Post, endpoint_id: str) -> Any:
    """The log of an endpoint, as the API says it."""
    page = await post.db.read(webhooks.page, post.workspace_id, endpoint_id, 100, None)
    return json.loads(msgspec.json.encode(page))["items"]


async def test_an_event_arrives_whole_and_the_log_says_so(post: Post) -> None:
    site = post.receiver(lambda _: answer(b"thank <b>you</b>", 202))
    endpoint = await post.endpoint("http://shop.example/hooks?shop=7")
    await post.sender()
    await post.happen(size=3)
    await post.tried(1)
    (seen,) = site.requests
    assert (seen.method, seen.path) == ("POST", "/hooks?shop=7")
    assert seen.headers["content-type"] == "application/json"
    assert seen.headers["host"] == "shop.example"
    assert seen.headers["user-agent"].startswith("ai-media-studio")
    assert body_of(seen)["data"] == {"id": "1", "size": 3}
    (entry,) = await shown(post, endpoint.id)
    assert (entry["state"], entry["event_type"], entry["next_attempt_at"]) == (
        "delivered",
        "thing.made",
        None,
    )
    assert entry["event_id"] == seen.headers["webhook-id"]
    assert entry["payload"] == body_of(seen)
    (attempt,) = entry["attempts"]
    assert (attempt["number"], attempt["status"], attempt["error"]) == (1, 202, None)
    assert attempt["response"] == "thank <b>you</b>"
    assert attempt["duration"] >= 0
    assert post.outside.leaks == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_is_not_followed(post: Post, status: int) -> None:
    other = post.receiver(name="other.example")
    site = post.receiver(lambda _: answer(b"", status, Location="http://other.example/hooks"))
    await post.endpoint()
    await post.sender()
    await post.happen()
    (attempt,) = await post.tried(1)
    assert attempt.status == status
    assert (await post.row()).state == "waiting"
    assert len(site.requests) == 1
    assert other.connections == post.outside.leaks == 0


async def test_whoever_is_gone_is_asked_no_more(post: Post) -> None:
    site = post.receiver(lambda _: answer(status=410))
    endpoint = await post.endpoint()
    await post.sender()
    await post.happen()
    await post.tried(1)
    await post.happen()
    await post.wait(100 * HOUR)
    assert not (await post.view(endpoint.id)).enabled
    assert (len(site.requests), len(await post.events())) == (1, 1)


async def test_of_ten_megabytes_four_kibibytes_are_read_and_kept(post: Post) -> None:
    def talk(_: Seen) -> Iterable[bytes]:
        yield answer(status=200, Content_Type="text/html", Content_Length=str(10 << 20))[0]
        for _piece in range(160):
            yield b"<script>alert(1)</script>" + b"\xff\x00" * 32_756

    post.receiver(talk)
    endpoint = await post.endpoint()
    await post.sender()
    await post.happen()
    (attempt,) = await post.tried(1)
    assert attempt.status == 200
    assert 4000 <= len(attempt.response.encode()) <= 4096
    assert attempt.response.startswith("<script>alert(1)</script>\ufffd")
    (entry,) = await shown(post, endpoint.id)
    assert entry["state"] == "delivered"


async def test_nobody_there_and_a_private_address_are_told_in_the_same_words(post: Post) -> None:
    post.outside.names |= {
        "private.example": ["10.0.0.7"],
        "mixed.example": ["93.184.216.99", "127.0.0.1"],
        "host.example": ["127.0.0.1"],
    }
    for host in ("nobody.example", "private.example", "mixed.example", "host.example"):
        await post.endpoint(f"http://{host}/hooks")
    await post.sender()
    await post.happen()
    attempts = await post.tried(4)
    assert {(attempt.status, attempt.response, attempt.error) for attempt in attempts} == {
        (None, None, NOT_REACHED)
    }
    assert {row.state for row in await post.rows()} == {"waiting"}
    assert post.outside.leaks == 0


async def test_a_name_that_leads_inside_later_is_refused_then(post: Post) -> None:
    statuses = iter([500, 200])
    site = post.receiver(lambda _: answer(status=next(statuses)))
    await post.endpoint()
    await post.sender()
    await post.happen()
    await post.tried(1)
    post.outside.names["shop.example"] = ["127.0.0.1"]
    await post.wait(HOUR)
    attempts = await post.tried(2)
    assert [(attempt.status, attempt.error) for attempt in attempts] == [(500, None), (None, NOT_REACHED)]
    assert (len(site.requests), post.outside.leaks) == (1, 0)


def slowly(seen: Seen, hold: threading.Event) -> Iterable[bytes]:
    """An answer whose second half comes when it is let go."""
    head, body = answer(b"x" * 100)
    yield head + body[:50]
    hold.wait(60)
    yield body[50:]


async def test_a_receiver_that_never_ends_its_answer_has_failed_and_is_asked_again(post: Post) -> None:
    hold = threading.Event()
    site = post.receiver(lambda seen: slowly(seen, hold))
    await post.endpoint()
    await post.sender(deadline=1)
    await post.happen()
    (attempt,) = await post.tried(1)
    # On a busy machine a second may be too short even to get there.
    assert attempt.status is None
    assert attempt.error in (NOT_ANSWERED, NOT_REACHED)
    hold.set()

    async def arrived() -> bool:
        row = await post.row()
        if row.state == "waiting" and row.sender is None:
            await post.wait(25 * HOUR)
        return row.state == "delivered"

    await until(arrived, "it is asked again, and answers")
    assert len(set(ids_of(site.requests))) == 1


async def test_a_slow_answer_in_time_is_an_answer(post: Post) -> None:
    hold = threading.Event()
    site = post.receiver(lambda seen: slowly(seen, hold))
    await post.endpoint()
    await post.sender()
    await post.happen()
    await until(lambda: site.requests, "the event is there")
    assert await post.attempts() == []
    hold.set()
    (attempt,) = await post.tried(1)
    assert attempt.status == 200


async def test_a_receiver_that_hangs_delays_nobody_else(post: Post, new_workspace: Any) -> None:
    """WHK-04: a thousand events for one that never answers, and the others have theirs meanwhile."""
    hold, lock, at_once, most = threading.Event(), threading.Lock(), 0, 0

    def hang(seen: Seen) -> Iterable[bytes]:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        hold.wait(120)
        with lock:
            at_once -= 1
        return answer()

    hanging, fine = post.receiver(hang, "hangs.example"), post.receiver(name="fine.example")
    charlie = await new_workspace()
    await post.endpoint("http://hangs.example/", events=["thing.made"])
    await post.endpoint("http://fine.example/alice", events=["thing.broken"])
    await post.db.write(webhooks.create, SIGNER, charlie.id, {"url": "http://fine.example/charlie"}, KNOWN)
    await post.happen_often(1000)
    await post.sender(deadline=100)
    await until(lambda: len(hanging.requests) == OF_ONE_ENDPOINT, "it hangs")
    await post.happen_often(50, charlie.id)
    await post.happen("thing.broken")
    await until(lambda: len(set(ids_of(fine.requests))) == 51, "everybody else's events arrive")
    assert most == OF_ONE_ENDPOINT == len(hanging.requests)
    hold.set()


async def test_receivers_behind_one_address_do_not_wait_for_each_other(
    post: Post, new_workspace: Any
) -> None:
    """Many customers have their receivers at the same company, whose address is the same for all."""
    hold = threading.Event()

    def talk(seen: Seen) -> list[bytes]:
        if seen.headers["host"] != "fine.example":
            hold.wait(120)
        return answer()

    site = post.receiver(talk, "fine.example")
    (address,) = post.outside.names["fine.example"]
    for number in range(16):
        post.outside.names[f"hangs-{number}.example"] = [address]
        workspace = await new_workspace()
        body = {"url": f"http://hangs-{number}.example/"}
        await post.db.write(webhooks.create, SIGNER, workspace.id, body, KNOWN)
        await post.happen_often(1, workspace.id)
    await post.endpoint("http://fine.example/")
    await post.sender(deadline=100)
    await until(lambda: len(site.requests) == 16, "sixteen hang")
    await post.happen()
    await until(lambda: len(site.requests) == 17, "the other's event arrives")
    assert site.requests[-1].headers["host"] == "fine.example"
    hold.set()


async def test_two_senders_share_the_work_and_send_nothing_twice(
    post: Post, another: Callable[[], Database]
) -> None:
    site = post.receiver()
    await post.endpoint()
    for _ in range(2):
        await post.sender(db=another())
    await post.happen_often(150)
    await until(lambda: len(site.requests) >= 150, "everything arrives")
    await post.tried(150)
    assert len(set(ids_of(site.requests))) == len(site.requests) == 150


async def test_a_sender_that_is_stopped_leaves_what_it_was_sending_to_the_next(post: Post) -> None:
    hold = threading.Event()

    def hang(_: Seen) -> list[bytes]:
        hold.wait(60)
        return answer()

    site = post.receiver(hang)
    await post.endpoint()
    first = await post.sender()
    await post.happen()
    await until(lambda: site.requests, "it is being sent")
    assert first.in_flight == 1
    await first.stop(0)
    row = await post.row()
    assert (row.state, row.sender, row.attempts) == ("waiting", None, 0)
    assert row.left <= 0
    hold.set()
    await post.sender()
    await post.tried(1)
    assert len(set(ids_of(site.requests))) == 1


async def test_a_sender_that_is_stopped_lets_what_is_almost_done_end(post: Post) -> None:
    hold = threading.Event()

    def hang(_: Seen) -> list[bytes]:
        hold.wait(60)
        return answer()

    site = post.receiver(hang)
    await post.endpoint()
    sender = await post.sender()
    await post.happen()
    await until(lambda: site.requests, "it is being sent")
    stopping = asyncio.create_task(sender.stop(60))
    await asyncio.sleep(0)
    hold.set()
    await stopping
    assert (await post.row()).state == "delivered"


@pytest.mark.parametrize("first", [200, 500])
async def test_what_was_sent_can_be_sent_again_as_the_same_event(post: Post, first: int) -> None:
    statuses = iter([first, 200])
    site = post.receiver(lambda _: answer(status=next(statuses)))
    endpoint = await post.endpoint()
    await post.sender()
    await post.happen()
    await post.tried(1)
    row = await post.row()
    again = await post.db.write(webhooks.replay, post.workspace_id, endpoint.id, row.id)
    assert (again.id, again.state, len(again.attempts)) == (row.id, "waiting", 1)
    post.signals.wake(webhooks.DUE)
    attempts = await post.tried(2)
    assert [attempt.status for attempt in attempts] == [first, 200]
    assert len(set(ids_of(site.requests))) == 1
    assert site.requests[0].body == site.requests[1].body
    row = await post.row()
    assert (row.state, row.tries, row.attempts) == ("delivered", 1, 2)


async def test_what_is_being_sent_is_not_sent_beside_itself(post: Post) -> None:
    endpoint = await post.endpoint()
    await post.happen()
    (claim,) = await post.claim()
    again = await post.db.write(webhooks.replay, post.workspace_id, endpoint.id, claim.id)
    assert again.state == "sending"
    assert await post.claim(me="another") == []
    await post.db.write(webhooks.change, post.workspace_id, endpoint.id, {"enabled": False}, KNOWN)
    with pytest.raises(Conflict, match="switched off"):
        await post.db.write(webhooks.replay, post.workspace_id, endpoint.id, claim.id)


async def test_the_log_has_pages_newest_first(post: Post) -> None:
    endpoint, other = await post.endpoint(), await post.endpoint(events=["thing.broken"])
    await post.happen_often(45)
    await post.happen("thing.broken")
    seen: list[str] = []
    cursor = None
    while True:
        page = await post.db.read(webhooks.page, post.workspace_id, endpoint.id, 20, cursor)
        seen += [item.id for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    mine = [row.id for row in await post.rows() if row.endpoint_id == endpoint.id]
    assert seen == mine[::-1]
    assert len(seen) == 46
    assert len(await shown(post, other.id)) == 1


async def test_no_secret_and_no_signature_is_ever_logged(post: Post) -> None:
    statuses = iter([500, 410])
    post.receiver(lambda _: answer(b"a secret of the receiver", next(statuses)))
    endpoint = await post.endpoint("http://shop.example/?token=hidden")
    with capture_logs() as lines:
        await post.sender()
        await post.happen()
        await post.tried(1)
        await post.wait(SECOND * 10)
        await post.tried(2)
    assert [line["event"] for line in lines] == ["webhook endpoint switched off"]
    for text in (str(endpoint.secret), "v1,", "hidden", "a secret of the receiver"):
        assert text not in str(lines)


async def test_a_fault_of_ours_is_in_the_log_of_the_operator_and_counts_as_a_failed_attempt(
    post: Post,
) -> None:
    await post.endpoint()
    sender = await post.sender()
    broken = AssertionError("never to be seen by a customer")
    sender._fetcher.public = AsyncMock(side_effect=broken)
    with capture_logs() as lines:
        await post.happen()
        (attempt,) = await post.tried(1)
    assert attempt.error == FAULT
    assert [line["exc_info"] for line in lines] == [broken]
    assert (await post.row()).state == "waiting"
