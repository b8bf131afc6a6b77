"""What every answer carries, whatever was asked and from wherever (WEB-02, WEB-04)."""

import re
from typing import Any

import httpx2
import pytest
from serving import SQLITE, Person, Served
from test_web_routes import TABLE

ORIGINS = (
    "https://evil.example",
    "null",
    "https://studio.evil",
    "https://127.0.0.1",
    "http://127.0.0.1:1",
    "http://127.0.0.1.evil.example",
    "http://evil127.0.0.1",
    "http://localhost",
)
PREFLIGHT = {
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type, x-api-key",
}
POLICY_PARTS = {"default-src 'none'", "frame-ancestors 'none'"}
AN_ID = "3f0c8a52-6f0e-4f53-9a3a-111111111111"
PATHS = sorted({path for _, path in TABLE})

pytestmark = SQLITE


def place(path: str) -> str:
    """An address that a route answers."""
    path = re.sub(r"\{name:str\}", "studio.css", path)
    return re.sub(r"\{\w+:\w+\}", AN_ID, path)


def is_guarded(answer: httpx2.Response) -> None:
    """It says what a browser may do with it, and lets nobody else's page read it."""
    headers = answer.headers
    assert re.fullmatch(r"[0-9a-f-]{36}", headers["x-request-id"])
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers.get_list("referrer-policy") == ["no-referrer"]
    assert headers.get_list("x-frame-options") == ["DENY"]
    assert headers.get_list("cross-origin-opener-policy") == ["same-origin"]
    assert len(headers.get_list("content-security-policy")) == 1
    assert set(headers["content-security-policy"].split("; ")) >= POLICY_PARTS
    assert "'unsafe-eval'" not in headers["content-security-policy"]
    assert "server" not in headers
    assert "set-cookie" not in headers
    assert not [name for name in headers if name.startswith("access-control-")]


@pytest.mark.parametrize("path", PATHS)
def test_no_other_page_may_read_an_answer_or_send_a_key(shared: Served, alice: Person, path: str):
    methods = sorted(method for method, each in TABLE if each == path)

    for origin in (*ORIGINS, shared.base):
        asked: list[tuple[str, dict[str, Any]]] = [("OPTIONS", PREFLIGHT | {"Origin": origin})]
        # A key, and no body that anything could come of.
        asked += [(method, {"Origin": origin, **alice.bearer}) for method in methods if method != "DELETE"]
        for method, headers in asked:
            answer = shared.client.request(method, place(path), headers=headers)
            is_guarded(answer)
            assert answer.status_code < 500, answer.text


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_of_every_address_is_guarded(shared: Served, alice: Person, path: str):
    taken = {method for method, each in TABLE if each == path}

    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "OPTIONS"):
        for headers in ({}, {"Authorization": "Bearer nobody"}, alice.bearer):
            answer = shared.client.request(method, place(path), headers=headers)
            is_guarded(answer)
            if method not in taken | {"OPTIONS"}:
                assert answer.status_code == 405
                assert set(answer.headers["allow"].split(", ")) == taken | {"OPTIONS"}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/workspaces/nothing", 404),
        ("GET", f"/shared/media/{AN_ID}", 404),
        ("PUT", "/api/v1/images/generate", 405),
        ("POST", "/openapi.json", 405),
    ],
)
def test_what_is_not_there_is_guarded_too(shared: Served, method: str, path: str, status: int):
    answer = shared.client.request(method, path, headers={"Origin": "https://evil.example"})

    assert answer.status_code == status
    is_guarded(answer)


def test_a_body_that_is_too_large_is_answered_with_the_same_guard(alice: Person):
    for path, size in (("/images/generate", (1 << 20) + 1), ("/uploads", (22 << 20))):
        head = {"Content-Type": "multipart/form-data; boundary=b"} if path == "/uploads" else {}
        answer = alice.send("POST", path, content=b" " * size, headers=head)

        assert answer.status_code == 413
        is_guarded(answer)
