"""Places for attempts: a few for each endpoint, some for each workspace, so that nobody's receiver delays another's."""

from collections import Counter
from collections.abc import Sequence

from aims.webhooks.queue import Lane

ALL = 64
OF_ONE_ENDPOINT = 4
OF_ONE_WORKSPACE = 16
ABREAST = 2 * ALL
"""What a fetcher of webhooks must be able to do at once, so that only these places decide who waits for whom.

Many receivers may share one address; and a look-up may go on when its attempt is over.
"""

OF_THOSE_THAT_FAIL = ALL // 2
"""Of all endpoints whose last attempt failed, together. Each of them has one place, until something arrives again."""


class Places:
    """How many attempts are under way in this process, and how many more may begin."""

    def __init__(self) -> None:
        self._endpoints: Counter[str] = Counter()
        self._workspaces: Counter[str] = Counter()
        self._failing = 0
        self._all = 0

    @property
    def full(self) -> bool:
        """Whether nothing more may begin."""
        return self._all >= ALL

    def enter(self, lane: Lane) -> None:
        """Take a place. The same lane gives it back."""
        self._count(lane, 1)

    def leave(self, lane: Lane) -> None:
        """Give the place back."""
        self._count(lane, -1)

    def share(self, lanes: Sequence[Lane]) -> dict[str, int]:
        """How many more attempts each of these endpoints may begin now: one for each first, and then another.

        Those that work come before those that fail.
        """
        shares: Counter[str] = Counter()
        waiting = sorted(lanes, key=lambda lane: lane.failing)
        while waiting and not self.full:
            still = []
            for lane in waiting:
                if self._has_room(lane):
                    self.enter(lane)
                    shares[lane.endpoint_id] += 1
                    still.append(lane)
            waiting = still
        for lane in lanes:
            for _ in range(shares[lane.endpoint_id]):
                self.leave(lane)
        return +shares

    def _has_room(self, lane: Lane) -> bool:
        if self.full or self._workspaces[lane.workspace_id] >= OF_ONE_WORKSPACE:
            return False
        here = self._endpoints[lane.endpoint_id]
        return here < 1 and self._failing < OF_THOSE_THAT_FAIL if lane.failing else here < OF_ONE_ENDPOINT

    def _count(self, lane: Lane, step: int) -> None:
        for counter, name in ((self._endpoints, lane.endpoint_id), (self._workspaces, lane.workspace_id)):
            counter[name] += step
            if not counter[name]:
                del counter[name]
        self._failing += step * lane.failing
        self._all += step
