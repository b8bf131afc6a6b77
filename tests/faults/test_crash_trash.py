"""The program is killed while it deletes for good: what it deleted never shows again, and is off the disk after all."""

import signal
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from asking import accepted, balance, calling, check_books, check_files, picture
from crashing import PRICE, START
from server import Instance, until

BACKENDS = ("sqlite", "postgres")


async def delete_and_die(instance: Instance, point: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Make two pictures, delete one for good and be killed at the point: the generation of each."""
    server = await instance.serve(AIMS_FAILPOINTS=f"{point}=kill")
    async with calling(server, instance.first_key) as alice:
        gone, stays = [await alice.finished(accepted(await alice.ask(picture()))) for _ in range(2)]
        address = f"/api/v1/media/{gone['outputs'][0]['id']}"
        assert (await alice.client.delete(address)).status_code == 200
        with suppress(httpx2.TransportError):
            await alice.client.delete(address, params={"permanent": "true"})
        assert await server.ended() == -signal.SIGKILL
    assert instance.hits()[-1] == point
    check_books(instance)
    return gone, stays


def path(url: str) -> str:
    """An address without its port, which is another after each start."""
    return f"/workspaces/{url.partition('/workspaces/')[2]}"


def names(instance: Instance, generation: dict[str, Any]) -> list[str]:
    """The files on the disk of a generation's picture."""
    return sorted(path.name for path in instance.media.rglob(f"{generation['outputs'][0]['id']}*"))


@pytest.mark.parametrize("backend", BACKENDS)
async def test_what_was_not_committed_is_still_in_the_trash(
    new_instance: Callable[..., Instance], backend: str
) -> None:
    instance = new_instance(backend)
    gone, stays = await delete_and_die(instance, "trash.inside")
    assert instance.count("assets") == 2
    async with calling(await instance.serve(), instance.first_key) as alice:
        answer = await alice.client.post(f"/api/v1/media/{gone['outputs'][0]['id']}/restore")
        assert path(answer.json()["url"]) == path(gone["outputs"][0]["url"])
        for each in (gone, stays):
            assert (await alice.client.get(path(each["outputs"][0]["url"]))).status_code == 200
    check_files(instance)
    assert instance.count("discarded") == 0


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(("point", "left"), [("trash.committed", 4), ("trash.removed", 0)])
async def test_what_was_committed_shows_nowhere_and_its_files_go_with_the_next_start(
    new_instance: Callable[..., Instance], backend: str, point: str, left: int
) -> None:
    instance = new_instance(backend)
    gone, stays = await delete_and_die(instance, point)
    assert (instance.count("assets"), instance.count("discarded")) == (1, 1)
    assert len(names(instance, gone)) == left
    async with calling(await instance.serve(), instance.first_key) as alice:
        (output,) = gone["outputs"]
        for address in (path(output["url"]), path(output["thumbnail_url"]), f"/api/v1/media/{output['id']}"):
            assert (await alice.client.get(address)).status_code == 404
        await until(lambda: instance.count("discarded") == 0, "what was deleted is off the disk")
        after = await alice.see(gone["id"])
        assert (after["status"], after["outputs"][0]["url"]) == ("completed", None)
        assert after["credits"] == gone["credits"]
        assert (await alice.client.get(path(stays["outputs"][0]["url"]))).status_code == 200
    assert names(instance, gone) == []
    check_files(instance)
    check_books(instance)
    assert balance(instance) == (START - 2 * PRICE, 0)
    assert instance.complaints() == []
