"""The contract is true (INP-01): whatever is sent, the answer is one that the document tells of, and never a fault.

Every operation gets its examples, every boundary of every field, wrong types and values, missing and unknown fields,
methods that it does not take, and requests without a key; then chains of requests follow the document's links. The
default run is some 3,000 requests; `./dev test tests/web/test_openapi_fuzzed.py -m slow` makes more than 10,000.
"""

from collections.abc import Iterator

import pytest
from fuzzing import ask, picture, schema, thorough, waits
from hypothesis.stateful import run_state_machine_as_test
from schemathesis import Case, Response
from serving import SQLITE, Person, Served

from aims.accounts import ANY

USUAL, MANY = schema(10), schema(250)
RICH = 10**12

pytestmark = SQLITE


@pytest.fixture(scope="module")
def dave(shared: Served) -> Iterator[Person]:
    """Dave, who may do everything and does not run out of credits. The books are right afterwards."""
    yield shared.person(RICH, scopes=tuple(sorted(ANY)))
    found = shared.breaches()
    assert not found, "\n".join(map(str, found))


@pytest.fixture(scope="module")
def erin(shared: Served) -> Person:
    """Erin, who waits for her pictures: in a workspace of her own, where nothing stands before them."""
    return shared.person(RICH, scopes=tuple(sorted(ANY)))


@USUAL.parametrize()
@thorough(10)
def test_every_answer_is_one_that_the_document_tells_of(case: Case, dave: Person, erin: Person):
    ask(case, erin if waits(case) else dave)


@pytest.mark.slow
@pytest.mark.timeout(1200)
@MANY.parametrize()
@thorough(250)
def test_many_more_answers_are(case: Case, dave: Person, erin: Person):
    ask(case, erin if waits(case) else dave)


# What is made in one step must be found by the next one: else the chains are only guesses at ids.
FOUND = {
    "Library": {
        ("POST /api/v1/uploads", 200),
        ("GET /api/v1/media/{asset_id}", 200),
        ("DELETE /api/v1/media/{asset_id}", 200),
        ("POST /api/v1/media/{asset_id}/restore", 200),
        ("POST /api/v1/media/{asset_id}/share", 200),
        ("DELETE /api/v1/media/{asset_id}/share", 200),
    },
    "Generations": {
        ("POST /api/v1/images/generate", 202),
        ("GET /api/v1/generations/{generation_id}", 200),
        ("POST /api/v1/generations/{generation_id}/cancel", 200),
        ("GET /api/v1/generations/{generation_id}/events", 200),
    },
    "Webhooks": {
        ("POST /api/v1/webhooks", 201),
        ("GET /api/v1/webhooks/{webhook_id}", 200),
        ("DELETE /api/v1/webhooks/{webhook_id}", 204),
        ("POST /api/v1/webhooks/{webhook_id}/rotate", 200),
        ("POST /api/v1/webhooks/{webhook_id}/test", 202),
        ("POST /api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/replay", 202),
    },
}
TOGETHER = {"Generations": ["Images", "Videos", "Generations", "Models and styles"]}
AREAS = pytest.mark.parametrize("area", FOUND)


def follow(served: Served, area: str, chains: int) -> set[tuple[str, int]]:
    """Chains of requests along the document's links, each in a workspace of its own: which operation answered what."""
    seen: set[tuple[str, int]] = set()

    class Chain(schema(10, *TOGETHER.get(area, [area])).as_state_machine()):
        def setup(self) -> None:
            self.person = served.person(RICH, scopes=tuple(sorted(ANY)))

        def before_call(self, case: Case) -> None:
            if isinstance(case.body, dict):
                # What a schema cannot say of a value: that it is a picture, or an address.
                known = {"file": picture(), "url": "https://hooks.example/events"}
                case.body.update({name: value for name, value in known.items() if name in case.body})

        def call(self, case: Case, **_: object) -> Response:
            answer = ask(case, self.person)
            seen.add((case.operation.label, answer.status_code))
            return answer

        def validate_response(self, *_: object, **__: object) -> None:
            """`ask` has done it."""

    run_state_machine_as_test(Chain, settings=thorough(chains))
    return seen


@AREAS
def test_what_one_answer_leads_to_is_there(served: Served, area: str):
    assert not FOUND[area] - follow(served, area, 30)


@AREAS
@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_many_more_chains_hold(served: Served, area: str):
    assert not FOUND[area] - follow(served, area, 300)
