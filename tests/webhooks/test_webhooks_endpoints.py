"""Endpoints: what may be one, who may see it, and a secret that is shown once and kept nowhere."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from posting import DAY, KNOWN, SIGNER, Post, failed
from sqlalchemy import select

from aims import webhooks
from aims.core.db import Database
from aims.core.errors import Conflict, Invalid, NotFound
from aims.core.ids import new_id
from aims.webhooks import addresses
from aims.webhooks.endpoints import BY_OWNER, MOST
from aims.webhooks.tables import endpoints

_ALL = select(endpoints)

WRONG_ADDRESSES = [
    None,
    7,
    "",
    " ",
    "example.com/hooks",
    "//example.com/hooks",
    "ftp://example.com/",
    "file:///etc/passwd",
    "gopher://example.com/",
    "javascript:alert(1)",
    "http://",
    "http:///hooks",
    "https://alice@example.com/",
    "https://alice:secret@example.com/",
    "https://@example.com/",
    "https://example.com:8080/",
    "https://example.com:22/",
    "https://example.com:0/",
    "https://example.com:99999/",
    "https://example.com:x/",
    "https://example.com/#part",
    "https://example.com/a b",
    "https://example.com/a\nb",
    "https://example.com/a\x00b",
    "https://ex\\ample.com/",
    "http://127.0.0.1:6666\\@1.1.1.1/",
    "https://bücher.example/",
    "https://[::1/",
    "http://127.0.0.1/",
    "http://127.1/",
    "http://0x7f000001/",
    "http://2130706433/",
    "http://169.254.169.254/latest/meta-data",
    "http://10.0.0.7/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://-example.com/",
    "https://example.com/" + "a" * 2000,
    ["https://example.com/"],
]


@pytest.mark.parametrize("url", WRONG_ADDRESSES)
def test_what_can_never_be_sent_to_is_refused_with_a_sentence(url: object) -> None:
    with pytest.raises(Invalid, match=r"`url`|`//`|`https://`") as refused:
        addresses.check(url)
    assert [detail.field for detail in refused.value.details] == ["url"]
    assert refused.value.sentence.endswith(".")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com",
        "https://example.com/hooks?token=a%20b&x=1",
        "http://example.com:80/",
        "https://xn--bcher-kva.example:443/a/b",
        "https://93.184.216.34/",
        "https://[2606:2800:220:1::1]/hooks",
    ],
)
def test_an_address_of_the_web_is_kept_as_it_was_written(url: str) -> None:
    assert addresses.check(url) == url


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"events": []}, "events"),
        ({"events": "thing.made"}, "events"),
        ({"events": ["thing.lost"]}, "events"),
        ({"events": [7]}, "events"),
        ({"events": [None, "thing.made"]}, "events"),
        ({"description": 7}, "description"),
        ({"description": "x" * 201}, "description"),
        ({"description": "a\0b"}, "description"),
        ({"secret": "whsec_mine"}, "secret"),
        ({"workspace_id": "another"}, "workspace_id"),
        ({"enabled": True}, "enabled"),
    ],
)
async def test_a_field_that_is_wrong_is_named(post: Post, body: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await post.endpoint(**body)
    assert [detail.field for detail in refused.value.details] == [field]
    assert await post.db.read(webhooks.list_all, post.workspace_id) == []


async def test_the_secret_is_shown_by_its_making_and_by_nothing_else(post: Post) -> None:
    made = await post.endpoint(description="  The shop  ")
    secret = str(made.secret)
    assert made.description == "The shop"
    assert made.events == list(KNOWN)
    seen = [
        await post.view(made.id),
        *await post.db.read(webhooks.list_all, post.workspace_id),
        await post.db.write(webhooks.change, post.workspace_id, made.id, {"description": None}, KNOWN),
    ]
    for view in seen:
        assert view.secret is msgspec.UNSET
        assert b'secret"' not in msgspec.json.encode(view)
    rotated = await post.db.write(webhooks.rotate, SIGNER, post.workspace_id, made.id)
    await post.happen()
    kept = "".join(str(row) for row in [*await post.db.read(lambda tx: tx.all(_ALL)), *await post.events()])
    for text in (secret, str(rotated.secret)):
        assert text not in kept
        assert text.removeprefix("whsec_") not in kept


async def test_a_workspace_has_twenty_and_two_servers_cannot_make_it_more(
    post: Post, another: Callable[[], Database]
) -> None:
    databases = [another() for _ in range(2)]

    async def make(number: int) -> bool:
        body = {"url": f"https://shop.example/{number}"}
        try:
            await databases[number % 2].write(webhooks.create, SIGNER, post.workspace_id, body, KNOWN)
        except Conflict:
            return False
        return True

    made = await asyncio.gather(*(make(number) for number in range(MOST + 10)))
    assert sum(made) == MOST
    with pytest.raises(Conflict, match="20 webhook endpoints"):
        await post.endpoint()
    found = await post.db.read(webhooks.list_all, post.workspace_id)
    assert len(found) == MOST
    await post.db.write(webhooks.delete, post.workspace_id, found[0].id)
    assert await make(99)


async def test_only_what_is_named_is_changed(post: Post) -> None:
    made = replace_secret(await post.endpoint(description="The shop"))
    change: Callable[..., Any] = lambda body: post.db.write(  # noqa: E731
        webhooks.change, post.workspace_id, made.id, body, KNOWN
    )
    assert await change({}) == made
    changed = await change({"url": "https://new.example/"})
    assert changed == msgspec.structs.replace(made, url="https://new.example/")
    changed = await change({"events": ["thing.broken", "thing.broken"], "description": None})
    assert (changed.events, changed.description) == (["thing.broken"], None)
    off = await change({"enabled": False})
    assert (off.enabled, off.disabled_reason) == (False, BY_OWNER)
    assert await change({"enabled": False}) == off
    assert await change({"url": "https://new.example/"}) == off
    on = await change({"enabled": True})
    assert (on.enabled, on.disabled_reason, on.disabled_at) == (True, None, None)
    for wrong in ({"enabled": 1}, {"enabled": None}, {"url": "ftp://x/"}, {"events": []}, {"id": "x"}):
        with pytest.raises(Invalid):
            await change(wrong)
    assert await post.view(made.id) == on


def replace_secret(view: webhooks.EndpointView) -> webhooks.EndpointView:
    """An endpoint as it is seen after its making."""
    return msgspec.structs.replace(view, secret=msgspec.UNSET)


async def test_charlie_finds_nothing_of_alices_and_cannot_tell_it_from_what_never_was(
    post: Post, new_workspace: Any
) -> None:
    charlie = replace(post, workspace_id=(await new_workspace()).id)
    endpoint = await post.endpoint()
    await post.happen()
    delivery = (await post.row()).id
    before = (await post.endpoint_row(endpoint.id), await post.row())
    said = set()
    for endpoint_id in (endpoint.id, new_id(), "nonsense", ""):
        asked: tuple[Any, ...] = (
            (webhooks.find, endpoint_id),
            (webhooks.change, endpoint_id, {"enabled": False}, KNOWN),
            (webhooks.delete, endpoint_id),
            (webhooks.ping, endpoint_id),
            (webhooks.page, endpoint_id, 20, None),
            (webhooks.show, endpoint_id, delivery),
            (webhooks.replay, endpoint_id, delivery),
        )
        for verb, *arguments in asked:
            with pytest.raises(NotFound) as refused:
                await charlie.db.write(verb, charlie.workspace_id, *arguments)
            said.add(refused.value.sentence)
        with pytest.raises(NotFound) as refused:
            await charlie.db.write(webhooks.rotate, SIGNER, charlie.workspace_id, endpoint_id)
        said.add(refused.value.sentence)
    assert len(said) == 1
    assert await charlie.db.read(webhooks.list_all, charlie.workspace_id) == []
    after = (await post.endpoint_row(endpoint.id), await post.row())
    assert [row[:-1] for row in after] == [row[:-1] for row in before]


async def test_a_delivery_is_found_only_below_its_own_endpoint(post: Post) -> None:
    first, second = await post.endpoint(events=["thing.made"]), await post.endpoint(events=["thing.broken"])
    await post.happen("thing.made")
    delivery = (await post.row()).id
    assert (await post.db.read(webhooks.show, post.workspace_id, first.id, delivery)).id == delivery
    for verb in (webhooks.show, webhooks.replay):
        with pytest.raises(NotFound, match="no such delivery"):
            await post.db.write(verb, post.workspace_id, second.id, delivery)


async def test_what_is_deleted_is_gone_at_once_and_told_of_nothing(post: Post) -> None:
    endpoint = await post.endpoint()
    await post.happen()
    await post.db.write(webhooks.delete, post.workspace_id, endpoint.id)
    await post.happen()
    assert await post.claim() == []
    assert len(await post.rows()) == 1
    for verb in (webhooks.find, webhooks.delete):
        with pytest.raises(NotFound):
            await post.db.write(verb, post.workspace_id, endpoint.id)


async def test_the_operator_is_told_what_the_studio_switched_off_and_not_what_its_owner_did(
    post: Post,
) -> None:
    by_owner, gone = await post.endpoint(), await post.endpoint(events=["thing.made"])
    await post.db.write(webhooks.change, post.workspace_id, by_owner.id, {"enabled": False}, KNOWN)
    await post.happen()
    (claim,) = await post.claim()
    await post.end(claim, failed(410))
    ((workspace, endpoint, reason),) = await post.db.read(webhooks.disabled)
    assert (workspace, endpoint) == (post.workspace_id, gone.id)
    assert "410" in reason
    await post.wait(8 * DAY)
    assert await post.db.read(webhooks.disabled) == []
