"""WHK-04: places are few, and nobody's receiver can take those of the others."""

import pytest

from aims.webhooks.places import ALL, OF_ONE_ENDPOINT, OF_ONE_WORKSPACE, OF_THOSE_THAT_FAIL, Places
from aims.webhooks.queue import Lane


def lanes(count: int, *, failing: bool = False, workspace: str | None = None, name: str = "e") -> list[Lane]:
    """Endpoints, each of a workspace of its own unless one is given."""
    return [Lane(f"{name}{n:03}", workspace or f"of-{name}{n:03}", failing) for n in range(count)]


def taken(places: Places, wanted: list[Lane]) -> dict[str, int]:
    """Share out, and take what was given."""
    shares = places.share(wanted)
    for lane in wanted:
        for _ in range(shares.get(lane.endpoint_id, 0)):
            places.enter(lane)
    return shares


def test_one_endpoint_has_a_few_places() -> None:
    places = Places()
    assert taken(places, lanes(1)) == {"e000": OF_ONE_ENDPOINT}
    assert places.share(lanes(1)) == {}


def test_one_workspace_has_some_places_however_many_endpoints_it_has() -> None:
    places = Places()
    shares = taken(places, lanes(20, workspace="alice"))
    assert sum(shares.values()) == OF_ONE_WORKSPACE
    assert set(shares.values()) == {1}
    assert taken(places, lanes(1, name="charlie")) == {"charlie000": OF_ONE_ENDPOINT}


def test_everybody_gets_one_before_anybody_gets_another() -> None:
    shares = Places().share(lanes(ALL - 10))
    assert sum(shares.values()) == ALL
    assert sorted(set(shares.values())) == [1, 2]


def test_whoever_comes_first_gets_the_last_place() -> None:
    places = Places()
    shares = taken(places, lanes(ALL + 5))
    assert places.full
    assert sorted(shares) == [lane.endpoint_id for lane in lanes(ALL)]


def test_those_that_fail_have_one_place_each_and_half_of_all_together() -> None:
    places = Places()
    shares = taken(places, lanes(500, failing=True))
    assert set(shares.values()) == {1}
    assert len(shares) == OF_THOSE_THAT_FAIL
    assert not places.full
    assert sum(places.share(lanes(100, name="fine")).values()) == ALL - OF_THOSE_THAT_FAIL


def test_those_that_work_come_first() -> None:
    assert set(Places().share([*lanes(100, failing=True, name="bad"), *lanes(ALL, name="fine")])) == {
        lane.endpoint_id for lane in lanes(ALL, name="fine")
    }


@pytest.mark.parametrize("failing", [True, False])
def test_what_is_given_back_can_be_had_again(failing: bool) -> None:
    places = Places()
    wanted = lanes(200, failing=failing)
    shares = taken(places, wanted)
    for lane in wanted:
        for _ in range(shares.get(lane.endpoint_id, 0)):
            places.leave(lane)
    assert places.share(wanted) == shares
    assert places.share(lanes(1)) == {"e000": OF_ONE_ENDPOINT}


def test_an_endpoint_that_begins_to_fail_gives_its_places_back_as_it_took_them() -> None:
    places = Places()
    (before,), (after,) = lanes(1), lanes(1, failing=True)
    taken(places, [before])
    assert places.share([after]) == {}
    for _ in range(OF_ONE_ENDPOINT):
        places.leave(before)
    assert taken(places, [after]) == {"e000": 1}
    assert len(taken(places, lanes(500, failing=True, name="bad"))) == OF_THOSE_THAT_FAIL - 1
