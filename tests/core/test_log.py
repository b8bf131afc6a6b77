"""Log lines arrive whole, in order, and few writes at a time; what is wrong arrives at once."""

import asyncio
import io
import threading

import pytest
import structlog

from aims.core import log
from aims.core.log import Lines


class Stream(io.StringIO):
    """Remembers each write."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[str] = []

    def write(self, text: str) -> int:
        self.writes.append(text)
        return super().write(text)


@pytest.fixture
def stream() -> Stream:
    """What the lines are written to."""
    return Stream()


async def turn() -> None:
    """Let the event loop come round."""
    await asyncio.sleep(0)


async def test_what_is_said_in_one_turn_is_one_write(stream: Stream):
    lines = Lines(stream)

    for name in ("one", "two", "three"):
        lines.info(name)
    assert stream.writes == []
    await turn()
    lines.info("four")
    await turn()

    assert stream.writes == ["one\ntwo\nthree\n", "four\n"]


@pytest.mark.parametrize("level", ["warning", "error", "critical", "exception"])
async def test_what_is_wrong_is_written_at_once_after_what_was_said_before(stream: Stream, level: str):
    lines = Lines(stream)
    lines.info("before")

    getattr(lines, level)("wrong")

    assert stream.writes == ["before\nwrong\n"]
    await turn()
    assert len(stream.writes) == 1


def test_without_an_event_loop_a_line_is_written_at_once(stream: Stream):
    lines = Lines(stream)

    lines.info("one")
    lines.debug("two")

    assert stream.writes == ["one\n", "two\n"]


async def test_a_thread_without_a_loop_does_not_wait_for_the_one_that_has_one(stream: Stream):
    lines = Lines(stream)
    lines.info("from the loop")

    thread = threading.Thread(target=lines.info, args=("from the thread",))
    thread.start()
    thread.join()

    assert stream.getvalue() == "from the loop\nfrom the thread\n"


def test_a_loop_that_ended_in_between_keeps_nothing_back(stream: Stream):
    lines = Lines(stream)
    ended = asyncio.new_event_loop()
    ended.call_soon(ended.stop)
    ended.call_soon(lines.info, "said as it stopped")
    ended.run_forever()
    ended.close()

    async def go_on() -> None:
        lines.info("said in the next")
        await turn()

    asyncio.run(go_on())

    assert stream.getvalue() == "said as it stopped\nsaid in the next\n"


def test_what_waits_when_all_is_over_is_written_by_a_flush(stream: Stream):
    lines = Lines(stream)
    ended = asyncio.new_event_loop()
    ended.call_soon(ended.stop)
    ended.call_soon(lines.info, "the last word")
    ended.run_forever()
    ended.close()

    lines.flush()
    lines.flush()

    assert stream.writes == ["the last word\n"]


async def test_a_log_that_cannot_be_written_stops_nobody():
    class Broken(Stream):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    lines = Lines(Broken())

    lines.info("one")
    lines.error("two")
    await turn()


def test_what_json_cannot_say_is_said_otherwise(stream: Stream, monkeypatch: pytest.MonkeyPatch):
    before = structlog.get_config()
    monkeypatch.setattr("sys.stderr", stream)
    try:
        log.configure("info", "json")
        fresh = structlog.wrap_logger(Lines(stream), processors=structlog.get_config()["processors"])
        fresh.info("met", name="\ud800", thing=Lines, umlaut="ü")
    finally:
        structlog.configure(**before)

    assert '"name": "\\ud800"' in stream.getvalue()
    assert "Lines" in stream.getvalue()
