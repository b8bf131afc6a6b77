"""Changes of a generation as they happen: the newest state, nothing twice, until it, its key or the server ends."""

import json
import socket
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from serving import PATIENCE, SQLITE, Person, Served, has_error

from aims import keys
from aims.core import ids
from aims.web.api import events

STREAMS = 300
SLOW = "Abstract [sandbox: delay=5m]"


@dataclass(frozen=True, slots=True)
class Event:
    """One event as a reader gets it."""

    name: str
    id: int
    data: dict[str, Any]


class Reader:
    """Reads a stream line by line, as a browser does."""

    def __init__(self, served: Served, path: str, key: str, headers: dict[str, str]) -> None:
        self._socket = socket.create_connection(("127.0.0.1", served.port), timeout=PATIENCE)
        lines = {
            "Host": "127.0.0.1",
            "Authorization": f"Bearer {key}",
            "Accept": "text/event-stream",
            **headers,
        }
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        self._socket.sendall(f"GET /api/v1{path} HTTP/1.1\r\n{head}\r\n".encode())
        self._file = self._socket.makefile("rb")
        self.status = int(self._file.readline().split()[1])
        self.headers = {}
        while (line := self._file.readline().strip()) and line:
            name, _, value = line.decode().partition(": ")
            self.headers[name.lower()] = value
        self.comments = 0

    def close(self) -> None:
        self._file.close()
        self._socket.close()

    def event(self) -> Event | None:
        """The next event; None at the end of the stream."""
        found: dict[str, str] = {}
        for line in self._lines():
            if line.startswith(":"):
                self.comments += 1
            elif line:
                name, _, value = line.partition(": ")
                found[name] = value
            elif "data" in found:
                return Event(found["event"], int(found["id"]), json.loads(found["data"]))
        return None

    def beats(self, number: int) -> None:
        """Wait for so many comments."""
        for line in self._lines():
            self.comments += line.startswith(":")
            if self.comments >= number:
                return
        raise AssertionError("the stream has ended")

    def rest(self) -> list[Event]:
        """Everything until the end."""
        return list(iter(self.event, None))

    def _lines(self) -> Iterator[str]:
        """The lines of the body, out of their chunks."""
        while size := int(self._file.readline() or b"0", 16):
            yield from self._file.read(size + 2).decode()[:-2].removesuffix("\n").split("\n")


@contextmanager
def reading(person: Person, generation_id: str, *, seen: object = None, key: str = "") -> Generator[Reader]:
    """An open stream of a generation."""
    headers = {} if seen is None else {"Last-Event-ID": str(seen)}
    reader = Reader(person.served, f"/generations/{generation_id}/events", key or person.text, headers)
    try:
        yield reader
    finally:
        reader.close()


def cancel(person: Person, generation_id: str) -> None:
    assert person.send("POST", f"/generations/{generation_id}/cancel").status_code == 200


def test_a_reader_hears_of_every_state_until_the_end(alice: Person):
    with reading(alice, alice.begin("Abstract [sandbox: delay=200ms]")["id"]) as reader:
        heard = reader.rest()

    assert (reader.status, reader.headers["content-type"]) == (200, "text/event-stream")
    assert reader.headers["cache-control"] == "no-store"
    assert reader.headers["x-accel-buffering"] == "no"
    assert {event.name for event in heard} == {"generation.updated"}
    versions = [event.id for event in heard]
    assert versions == sorted(set(versions))
    assert heard[-1].data == alice.show(heard[-1].data["id"])
    assert heard[-1].data["status"] == "completed"
    assert [event.data["status"] for event in heard[:-1]].count("completed") == 0


def test_a_reader_who_comes_back_hears_only_what_is_new(alice: Person):
    view = alice.until(alice.begin(SLOW)["id"], lambda now: now["stage"] == "running")
    with reading(alice, view["id"]) as reader:
        first = reader.event()
    assert first is not None
    assert first.data["stage"] == "running"

    with reading(alice, view["id"], seen=first.id) as reader:
        cancel(alice, view["id"])
        heard = reader.rest()
    assert all(event.id > first.id for event in heard)
    assert heard[-1].data["status"] == "cancelled"

    with reading(alice, view["id"], seen=first.id) as reader:
        assert [event.id for event in reader.rest()] == [heard[-1].id]
    with reading(alice, view["id"], seen=heard[-1].id) as reader:
        assert reader.status == 204  # which tells a browser not to come back
        assert "content-length" not in reader.headers


@pytest.mark.parametrize("seen", ["", "x", "-1", "1.5", "²", "9" * 40, "' OR 1=1 --", 0])
@SQLITE
def test_who_has_seen_nothing_that_is_known_gets_the_newest_state(alice: Person, seen: object):
    view = alice.finished(alice.begin()["id"])

    with reading(alice, view["id"], seen=seen) as reader:
        [event] = reader.rest()

    assert event.data["status"] == "completed"


def test_charlie_hears_nothing_of_alices(alice: Person, charlie: Person):
    view = alice.begin(SLOW)

    for name in (view["id"], ids.new_id(), "x"):
        answer = charlie.send("GET", f"/generations/{name}/events")
        has_error(answer, 404, "not_found")
    cancel(alice, view["id"])


def test_a_revoked_key_hears_nothing_more(alice: Person):
    view = alice.until(alice.begin(SLOW)["id"], lambda now: now["stage"] == "running")
    other = alice.served.key(alice.workspace_id)
    with reading(alice, view["id"], key=other.text) as ended, reading(alice, view["id"]) as kept:
        assert ended.event()
        assert kept.event()
        alice.served.write(keys.revoke, alice.workspace_id, other.id)
        assert ended.event() is None

        cancel(alice, view["id"])
        assert kept.rest()[-1].data["status"] == "cancelled"


@SQLITE
def test_while_nothing_happens_the_line_is_kept_alive(alice: Person, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(events, "BEAT_SECONDS", 0.05)
    view = alice.until(alice.begin(SLOW)["id"], lambda now: now["stage"] == "running")
    with reading(alice, view["id"]) as reader:
        assert reader.event()
        reader.beats(3)
    cancel(alice, view["id"])


@SQLITE
def test_a_reader_who_leaves_is_counted_no_more(alice: Person):
    view = alice.until(alice.begin(SLOW)["id"], lambda now: now["stage"] == "running")
    streams = alice.served.desk.streams
    with reading(alice, view["id"]) as reader:
        assert reader.event()
        assert len(streams) == 1
    alice.until(view["id"], lambda _: len(streams) == 0)
    assert (streams._of_key, streams._of_workspace, streams._checking) == ({}, {}, None)
    cancel(alice, view["id"])


def test_a_key_and_a_workspace_have_only_so_many_streams(own: Callable[..., Served]):
    served = own(key_streams=2, workspace_streams=3)
    alice, charlie = served.person(), served.person()
    other = served.key(alice.workspace_id)
    view = alice.begin(SLOW)
    with ExitStack() as stack:
        for key in ("", "", other.text):
            assert stack.enter_context(reading(alice, view["id"], key=key)).event()
        path = f"/generations/{view['id']}/events"
        for key in (alice.key, other):
            answer = served.client.get(f"/api/v1{path}", headers={"Authorization": f"Bearer {key.text}"})
            has_error(answer, 429, "too_many_streams")
            assert int(answer.headers["retry-after"]) >= 1
        theirs = charlie.begin(SLOW)
        with reading(charlie, theirs["id"]) as reader:
            assert reader.event()
    alice.until(view["id"], lambda _: len(served.desk.streams) == 0)
    with reading(alice, view["id"]) as reader:
        assert reader.event()
        cancel(alice, view["id"])
        assert reader.rest()[-1].data["status"] == "cancelled"
    cancel(charlie, theirs["id"])


def test_hundreds_of_idle_streams_ask_for_nothing_by_themselves(
    own: Callable[..., Served], monkeypatch: pytest.MonkeyPatch
):
    """One statement for all keys and one for all generations, however many streams there are."""
    served = own(key_streams=STREAMS)
    alice = served.person()
    view = alice.until(alice.begin(SLOW)["id"], lambda now: now["stage"] == "running")
    with ExitStack() as stack:
        readers = [stack.enter_context(reading(alice, view["id"])) for _ in range(STREAMS)]
        for reader in readers:
            assert reader.event()
        asked: list[object] = []
        read = served.studio.db.read

        async def counted(function: Any, *arguments: Any) -> Any:
            asked.append(function)
            return await read(function, *arguments)

        monkeypatch.setattr(served.studio.db, "read", counted)
        alice.until(view["id"], lambda _: asked.count(keys.valid) >= 3)
        # Each looks at most once more, when the watch sees the generation for the first time; this test looks too.
        assert len(asked) < 2 * STREAMS
        cancel(alice, view["id"])
        assert {reader.rest()[-1].data["status"] for reader in readers} == {"cancelled"}
