"""The routes that are asked most answer as they would on the framework's own way, whatever is asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from litestar import Litestar
from serving import SMALL, SQLITE, Person, Served

from aims.web.direct import Direct

pytestmark = SQLITE

ROUTES = ["/images/generate", "/videos/generate"]
VARYING = {"date", "x-request-id", "location", "ratelimit"}
FILM = {"model": "fal-ai/veo3.1/lite", "duration": 4}


@contextmanager
def usual_way(served: Served) -> Iterator[None]:
    """While this lasts, every request goes through the framework."""
    handlers, served.direct._handlers = served.direct._handlers, {}
    try:
        yield
    finally:
        served.direct._handlers = handlers


def shape(answer: httpx2.Response) -> tuple[Any, ...]:
    """An answer without what differs between two requests."""
    headers = {name: value for name, value in answer.headers.items() if name not in VARYING}
    lengths = headers.pop("content-length", None) is not None
    body = answer.json() if answer.content else None
    if isinstance(body, dict):
        body = {
            name: value
            for name, value in body.items()
            if name
            in {"error", "code", "details", "status", "kind", "model", "prompt", "quote", "parameters"}
        }
    return answer.status_code, headers, lengths, set(answer.headers) & VARYING, body


def both_ways(served: Served, ask: Callable[[], httpx2.Response]) -> httpx2.Response:
    """Ask on both ways; the answers have to be the same."""
    direct = ask()
    with usual_way(served):
        usual = ask()
    assert shape(direct) == shape(usual)
    return direct


def body_for(path: str, **others: Any) -> dict[str, Any]:
    """The body of a request that would be accepted, but never finishes by itself."""
    asked = SMALL if path.startswith("/images") else FILM
    return {"prompt": "Abstract [sandbox: error=refused]", **asked, **others}


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize(
    ("status", "others"),
    [
        (202, {}),
        (400, {"prompt": ""}),
        (400, {"model": "no/such-model"}),
        (400, {"n": 99, "duration": -1, "aspect_ratio": 4}),
    ],
)
def test_a_body_is_answered_alike(alice: Person, path: str, status: int, others: dict[str, Any]):
    answer = both_ways(
        alice.served,
        lambda: alice.send("POST", path, json=body_for(path, **others), headers={"Prefer": "respond-async"}),
    )

    assert answer.status_code == status


@pytest.mark.parametrize("path", ROUTES)
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 5000, b" " * (1 << 20) + b"{}"])
def test_a_body_that_is_none_is_answered_alike(alice: Person, path: str, body: bytes):
    answer = both_ways(alice.served, lambda: alice.raw_body(body, path))

    assert answer.status_code == (413 if len(body) > 1 << 20 else 400)


@pytest.mark.parametrize("path", ROUTES)
def test_who_may_not_is_told_alike(alice: Person, path: str):
    served = alice.served
    reader = served.key(alice.workspace_id, scopes=("media:read",))
    capped = served.key(alice.workspace_id, cap=1)
    slow = served.key(alice.workspace_id, rate_limit=1)
    served.client.post(f"/api/v1{path}", json=body_for(path), headers={"X-API-Key": slow.text})

    for headers, status in (
        ({}, 401),
        ({"X-API-Key": "aims_nothing"}, 401),
        ({"X-API-Key": reader.text, "Authorization": "Bearer other"}, 400),
        ({"X-API-Key": reader.text}, 403),
        ({"X-API-Key": capped.text}, 403),
        ({"X-API-Key": slow.text}, 429),
    ):
        answer = both_ways(
            served,
            lambda headers=headers: served.client.post(
                f"/api/v1{path}", json=body_for(path), headers=headers
            ),
        )
        assert answer.status_code == status, (headers, answer.text)


def test_a_fault_of_ours_is_told_alike(alice: Person, monkeypatch: pytest.MonkeyPatch):
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("aims.catalog.check", fail)

    answer = both_ways(alice.served, alice.generate)

    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert alice.balance == (1000, 0)


def test_a_picture_is_waited_for_alike(alice: Person):
    answer = both_ways(alice.served, alice.generate)

    assert answer.json()["success"] is True


@pytest.mark.parametrize("method", ["GET", "OPTIONS", "PUT", "DELETE", "PATCH", "HEAD"])
@pytest.mark.parametrize("path", ROUTES)
def test_every_other_method_goes_its_usual_way(alice: Person, path: str, method: str):
    answer = alice.send(method, path)

    assert answer.status_code == {"GET": 200, "OPTIONS": 204}.get(method, 405)


@pytest.mark.parametrize("path", ["/images/generate/", "/images//generate"])
def test_an_address_that_is_written_otherwise_goes_its_usual_way(alice: Person, path: str):
    answer = alice.send("POST", path, json=body_for("/images"), headers={"Prefer": "respond-async"})

    assert answer.status_code == 202


@pytest.mark.usefixtures("shared")
def test_a_middleware_that_would_not_be_run_is_refused_at_the_start():
    def around(app: Any) -> Any:
        return app

    with pytest.raises(AssertionError, match="would not see the direct routes"):
        Direct(Litestar(middleware=[around], openapi_config=None), {})
