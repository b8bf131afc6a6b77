"""The limit of a key, and headers that tell the truth about it."""

import asyncio
import re
from itertools import pairwise

import pytest
from serving import SMALL, Person, Served, has_error

from aims.core.errors import RateLimited
from aims.keys import admit

FIELD = re.compile(r'"(\w+)";r=(\d+);t=(\d+)')


def state_of(answer) -> tuple[str, int, int]:
    """The policy, what remains at once, and the seconds until one more, as the RateLimit header says."""
    found = FIELD.fullmatch(answer.headers["ratelimit"])
    assert found is not None
    return found[1], int(found[2]), int(found[3])


@pytest.fixture
def hasty(served: Served) -> Person:
    """Somebody whose key may make 6 requests a minute, two of them at once."""
    return served.person(1000, rate_limit=6, burst=2)


def test_over_the_limit_the_answer_says_when_to_come_back(hasty: Person):
    states = [state_of(hasty.generate(prefer="respond-async")) for _ in range(2)]
    before = hasty.traces

    answer = hasty.generate(prefer="respond-async")

    assert [remaining for _, remaining, _ in states] == [1, 0]
    error = has_error(answer, 429, "rate_limited")
    assert "6 requests a minute" in error["error"]
    assert 0 < int(answer.headers["retry-after"]) <= 10
    assert answer.headers["ratelimit-policy"] == '"default";q=6;w=60'
    assert state_of(answer) == ("default", 0, int(answer.headers["retry-after"]))
    assert hasty.traces == before


def test_a_request_made_when_the_answer_said_passes(served: Served):
    """Each refusal is followed to the letter, so the wait is what it says and not less."""
    quick = served.person(1000, rate_limit=600, burst=1)

    async def obey() -> list[bool]:
        passed = []
        for _ in range(10):
            try:
                await served.studio.db.write(admit, quick.key.id, 0)
                passed.append(True)
            except RateLimited as error:
                await asyncio.sleep(error.retry_after)
                passed.append(False)
        return passed

    passed = served.do(obey())

    assert not all(passed)
    assert all(one or after for one, after in pairwise(passed))


def test_a_refused_request_does_not_push_the_limit_further_away(hasty: Person):
    for _ in range(2):
        hasty.generate(prefer="respond-async")

    waits = [int(hasty.generate(prefer="respond-async").headers["retry-after"]) for _ in range(10)]

    assert waits == sorted(waits, reverse=True)
    assert max(waits) <= 10


def test_a_request_that_is_wrong_does_not_count(hasty: Person):
    for _ in range(5):
        has_error(hasty.generate(n=99), 400, "invalid_request")

    assert hasty.generate(prefer="respond-async").status_code == 202


def test_a_request_that_cannot_be_paid_counts(served: Served):
    poor = served.person(10, rate_limit=6, burst=2)

    codes = [poor.generate().status_code for _ in range(3)]

    assert codes == [402, 402, 429]


def test_looking_has_a_limit_of_its_own_ten_times_as_high(served: Served):
    watcher = served.person(1000, rate_limit=6)
    view = watcher.begin()
    watcher.finished(view["id"])

    answers = [watcher.send("GET", f"/generations/{view['id']}")]
    while answers[-1].status_code == 200:
        answers.append(watcher.send("GET", f"/generations/{view['id']}"))
    refused = answers[-1]

    assert len(answers) > 60
    assert "60 reads a minute" in has_error(refused, 429, "rate_limited")["error"]
    assert state_of(refused) == ("reads", 0, int(refused.headers["retry-after"]))
    assert watcher.generate(prefer="respond-async").status_code == 202


def test_another_key_of_the_workspace_has_a_limit_of_its_own(hasty: Person):
    for _ in range(2):
        hasty.generate(prefer="respond-async")
    other = hasty.served.key(hasty.workspace_id)

    answer = hasty.served.client.post(
        "/api/v1/images/generate",
        json={"prompt": "Abstract", **SMALL},
        headers={"X-API-Key": other.text, "Prefer": "respond-async"},
    )

    assert answer.status_code == 202
