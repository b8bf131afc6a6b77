"""What servers that share a folder leave to each other: half-written files of the dead, never those of the living."""

import os
import time
from collections.abc import Callable

from server import Instance

DAY = 86_400


async def test_a_server_on_postgres_sweeps_what_nobody_writes_any_more(
    new_instance: Callable[..., Instance],
) -> None:
    """F13 where other servers may be writing: only what is old is known to be nobody's."""
    instance = new_instance("postgres")
    incoming = instance.media / ".incoming"
    incoming.mkdir(parents=True)
    (incoming / "of-the-dead").write_bytes(b"half")
    (incoming / "of-the-living").write_bytes(b"half")
    yesterday = time.time() - DAY
    os.utime(incoming / "of-the-dead", (yesterday, yesterday))
    await instance.serve()
    assert [path.name for path in incoming.iterdir()] == ["of-the-living"]
