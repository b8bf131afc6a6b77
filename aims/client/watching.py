"""Wait for a generation: told of its changes by the studio, and asking again and again where that cannot be."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from aims.client.errors import BadAnswer, NotFound, ServerError, Unauthenticated, Unavailable, Unreachable
from aims.client.retries import ask, refusal
from aims.client.shapes import Generation, NotFinished
from aims.client.steps import Answer, Call, Flow, Hear, Listen, Pause, Tell, Telling, address
from aims.client.telling import Reader

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 3.0
BEAT_SECONDS = 15.0
"""A stream says something at least so often. Nearer than this to the end of the time, asking is more exact."""
LOST_SECONDS = 60.0
"""A studio that is away for no longer, as for a new release, is waited for: the work is as safe there as the wait."""
PATIENCE = 3
"""After so many streams in a row that told nothing, this is a connection on which streams do not get through."""


class Watch:
    """Follows one generation. latest: what is known of it; to: who is told of changes."""

    def __init__(self, known: Generation, to: Callable[[Generation], object] | None = None) -> None:
        self.latest = known
        self._to = to
        self._heard_at = time.monotonic()
        self._last_id = ""

    def wait(self, timeout: float | None) -> Flow[Generation]:
        """Tell of each change from now on, and give the generation once it is over.

        timeout: seconds; None waits for however long it takes.

        Raises NotFinished when the time is up, Unreachable when the studio has been away for a minute; the work goes
        on.
        """
        end = None if timeout is None else time.monotonic() + timeout
        in_vain = 0
        while not self.latest.finished and in_vain < PATIENCE and _left(end) > BEAT_SECONDS:
            heard = yield from self._listen(end)
            in_vain = 0 if heard else in_vain + 1
            if not heard and not self.latest.finished:
                yield Pause(FIRST_PAUSE * in_vain)
        pause = FIRST_PAUSE
        while not self.latest.finished:
            if _left(end) <= 0:
                raise NotFinished(self.latest, timeout or 0.0)
            yield Pause(min(pause, max(_left(end), 0.0)))
            pause = min(pause * 1.5, LONGEST_PAUSE)
            yield from self._look()
        return self.latest

    def _look(self) -> Flow[None]:
        try:
            generation = yield from show(self.latest.id)
        except (Unreachable, Unavailable, ServerError):
            if time.monotonic() - self._heard_at > LOST_SECONDS:
                raise
        else:
            yield from self._take(generation)

    def _take(self, generation: Generation) -> Flow[None]:
        changed = _look_of(generation) != _look_of(self.latest)
        self.latest, self._heard_at = generation, time.monotonic()
        if changed:
            yield Tell(generation, self._to)

    def _listen(self, end: float | None) -> Flow[bool]:
        """Follow the stream until it ends, is cut, or the time is nearly up. True when it told anything.

        Raises NotFound and Unauthenticated; everything else may get better, or is asked for instead.
        """
        headers = {"Accept": "text/event-stream"}
        if self._last_id:
            headers["Last-Event-ID"] = self._last_id
        heard = False
        try:
            answer: Answer = yield Listen(
                Call("GET", address("generations", self.latest.id, "events"), headers=headers)
            )
            if answer.status != 200:
                _give_up(answer)
                return False
            reader = Reader()
            while not self.latest.finished and (piece := (yield Hear())):
                for event in reader.feed(piece):
                    heard = True
                    self._last_id = event.id
                    yield from self._take(_generation(event.data))
                if _left(end) <= BEAT_SECONDS:
                    break
        except Unreachable:
            # What was heard until then holds; the stream is opened again where it was cut.
            return heard
        return heard


def show(generation_id: str) -> Flow[Generation]:
    """The generation as it is now.

    Raises NotFound.
    """
    answer = yield from ask(Call("GET", address("generations", generation_id)))
    return answer.read(Generation)


def events(generation_id: str) -> Telling[Generation]:
    """Go through a generation's states: how it is now, and each change, until it is over.

    Raises NotFound.
    """
    known = yield from show(generation_id)
    yield Tell(known)
    yield from Watch(known).wait(None)


def _left(end: float | None) -> float:
    return float("inf") if end is None else end - time.monotonic()


def _look_of(generation: Generation) -> tuple[object, ...]:
    """What somebody who looks on sees of it, without the time that has passed."""
    return generation.status, generation.stage, generation.progress, generation.outputs


def _give_up(answer: Answer) -> None:
    if answer.status >= 400:
        error = refusal(answer)
        if isinstance(error, NotFound | Unauthenticated):
            raise error


def _generation(data: bytes) -> Generation:
    try:
        return msgspec.json.decode(data, type=Generation)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise BadAnswer(f"An event is not one of AI Media Studio ({error}).") from None
