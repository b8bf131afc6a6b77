"""One paid request, a crash, and the state that must be reached after it."""

import signal
from typing import Any

from asking import Caller, accepted, balance, calling, check_books, check_files
from server import Instance

START = 1000
PRICE = 25
KEY = "the same key"


async def crash(instance: Instance, point: str, body: dict[str, Any], **settings: str) -> None:
    """Ask for a picture and be killed at the point. What is on the disk then is in order already."""
    server = await instance.serve(AIMS_FAILPOINTS=f"{point}=kill", **settings)
    async with calling(server, instance.first_key) as alice:
        await alice.ask_a_dying(body, key=KEY)
        assert await server.ended() == -signal.SIGKILL
    assert instance.hits()[-1] == point
    check_books(instance)


async def ask_again(alice: Caller, body: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """The same request under the same key: how it ended, and whether it had been accepted before."""
    answer = await alice.ask(body, key=KEY)
    generation = await alice.finished(accepted(answer))
    return generation, answer.headers.get("Idempotent-Replayed") == "true"


async def check_one_delivery(instance: Instance, alice: Caller, generation: dict[str, Any]) -> None:
    """One picture was made, bought once, charged once, and can be read."""
    assert (generation["status"], generation["credits"]["charged"]) == ("completed", PRICE)
    assert balance(instance) == (START - PRICE, 0)
    assert [instance.count(table) for table in ("generations", "holds", "attempts", "assets")] == [1] * 4
    assert instance.rows("SELECT captured, released FROM holds") == [(PRICE, 0)]
    check_files(instance)
    (output,) = generation["outputs"]
    file = await alice.client.get(output["url"])
    assert (file.status_code, len(file.content)) == (200, output["bytes"])
    check_books(instance)
    assert instance.complaints() == []
