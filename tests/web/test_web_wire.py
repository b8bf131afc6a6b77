"""What comes over the wire that no library would send."""

import re

import pytest
from serving import SQLITE, Person, Served, heard

pytestmark = SQLITE

PLACES = "/api/v1/generations/01a20e4b-0686-77ae-8245-d50c2e96412c"


def request(
    target: str = PLACES, host: str = "Host: localhost\r\n", method: str = "GET", more: str = ""
) -> bytes:
    """A request line and headers as bytes."""
    return f"{method} {target} HTTP/1.1\r\n{host}Connection: close\r\n{more}\r\n".encode("latin-1")


def code_of(body: bytes) -> str:
    """The stable word of an error answer."""
    import json

    return json.loads(body)["code"]


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "x/health?",
        "a/?x=",
        "h#",
        "localhost/health",
        "[::1",
        "127.0.0.1:99999999",
        "",
        "user:pw@localhost",
        "localhost, localhost",
        "\xff",
    ],
)
def test_a_host_that_is_not_ours_is_refused_everywhere(served: Served, host: str):
    for target in ("/health", "/ready", PLACES, "/workspaces/x"):
        status, headers, body = served.say(request(target, f"Host: {host}\r\n"))

        assert status == 400
        if headers.get("content-type") == "application/json":
            assert code_of(body) == "unknown_host"
            assert headers["x-request-id"]


def test_no_host_or_two_hosts_are_refused(served: Served):
    for hosts in ("", "Host: localhost\r\nHost: localhost\r\n", "Host: localhost\r\nHost: evil.example\r\n"):
        status, _, _ = served.say(request("/health", hosts))
        assert status == 400


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8787"])
def test_every_name_of_this_machine_is_ours(served: Served, host: str):
    status, _, _ = served.say(request("/health", f"Host: {host}\r\n"))

    assert status == 200


@pytest.mark.parametrize(
    "target",
    [
        f"http://evil.example{PLACES}",
        f"http://localhost{PLACES}",
        f"http://localhost@evil.example{PLACES}",
        f"/health/..{PLACES}",
        f"//localhost{PLACES}",
        "/%2e%2e/health",
        f"{PLACES}?x=/health",
        f"{PLACES}#/health",
        f"{PLACES};/health",
        f"/{PLACES}",
        f"{PLACES}/",
        "/api/v1/generations/%2e%2e/health",
        "@evil.example/health",
    ],
)
def test_no_way_of_writing_the_address_avoids_the_key(served: Served, target: str):
    status, _, body = served.say(request(target))

    assert status in {400, 401, 404}, (status, body)
    assert b'"outputs"' not in body


@pytest.mark.parametrize(
    "name", ["X-Forwarded-Host", "X-Original-URL", "X-Rewrite-URL", "Forwarded", "X-Forwarded-Prefix"]
)
def test_a_header_of_a_proxy_changes_neither_address_nor_rights(alice: Person, name: str):
    answer = alice.generate(headers={name: "host=evil.example", "X-Forwarded-Proto": "https"})

    assert answer.status_code == 200
    assert answer.json()["images"][0]["url"].startswith(alice.served.base)
    status, _, _ = alice.served.say(request(more=f"{name}: /health\r\n"))
    assert status == 401


def test_every_answer_has_an_id_and_the_headers_that_keep_browsers_quiet(served: Served):
    for method, target in (
        ("GET", "/health"),
        ("GET", "/nothing"),
        ("PUT", "/api/v1/images/generate"),
        ("POST", "/api/v1/images/generate"),
        ("GET", "/workspaces/x"),
        ("OPTIONS", "/api/v1/images/generate"),
        ("GET", PLACES),
    ):
        answer = served.client.request(method, target)
        assert re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-request-id"]), target
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
        assert "access-control-allow-origin" not in answer.headers


def test_a_callers_id_is_kept_when_it_is_plain_and_replaced_when_it_is_not(served: Served):
    kept = served.client.get("/nothing", headers={"X-Request-Id": "trace-0123456789"})
    replaced = [
        served.client.get("/nothing", headers={"X-Request-Id": given})
        for given in ("short", "x" * 65, "a b c d e f", "<script>", '{"a": 1}')
    ]

    assert kept.headers["x-request-id"] == kept.json()["request_id"] == "trace-0123456789"
    assert all(re.fullmatch(r"[0-9a-f-]{36}", answer.headers["x-request-id"]) for answer in replaced)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "HEAD"])
def test_a_method_that_the_address_does_not_take_is_named_so(alice: Person, method: str):
    answer = alice.send(method, "/images/generate")

    assert answer.status_code == 405
    assert "POST" in answer.headers["allow"]
    if method != "HEAD":
        assert answer.json()["code"] == "method_not_allowed"


@pytest.mark.parametrize(
    "path",
    [
        "/nothing",
        "/api",
        "/api/v2/images/generate",
        "/api/v1",
        "/.env",
        "/%00",
        "/\u202e",
        "/" + "x" * 5000,
    ],
)
def test_an_unknown_address_is_not_found(served: Served, path: str):
    answer = served.client.get(path)

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


def test_a_method_that_nobody_knows_is_refused(served: Served):
    for method in ("BREW", "TRACE", "CONNECT", "get"):
        status, _, _ = served.say(request("/health", method=method))
        assert status in {400, 404, 405, 501}


def body_request(alice: Person, more: str, target: str = "/api/v1/images/generate") -> bytes:
    head = f"Authorization: Bearer {alice.text}\r\nContent-Type: application/json\r\n{more}"
    return request(target, method="POST", more=head)


def test_a_body_in_pieces_is_read(alice: Person):
    pieces = b'8\r\n{"prompt\r\n9\r\n": "", "n\r\n6\r\n": 99}\r\n0\r\n\r\n'

    status, _, body = alice.served.say(body_request(alice, "Transfer-Encoding: chunked\r\n") + pieces)

    assert status == 400
    assert b"Prompt is required" in body


def test_a_body_in_pieces_is_cut_off_at_a_mebibyte(alice: Person):
    piece = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with alice.served.raw() as connection:
        connection.sendall(body_request(alice, "Transfer-Encoding: chunked\r\n"))
        try:
            for _ in range(1024):
                connection.sendall(piece)
        except (BrokenPipeError, ConnectionResetError):
            return  # it stopped reading, which is what we want
        status, _, body = heard(connection)

    assert status == 413
    assert code_of(body) == "too_large"


def test_a_caller_that_asks_first_is_told_to_go_on(alice: Person):
    with alice.served.raw() as connection:
        connection.sendall(body_request(alice, "Content-Length: 14\r\nExpect: 100-continue\r\n"))
        assert connection.recv(64).startswith(b"HTTP/1.1 100")
        connection.sendall(b'{"prompt": ""}')
        status, _, body = heard(connection)

    assert status == 400
    assert b"Prompt is required" in body


@pytest.mark.parametrize(
    "more",
    [
        "Content-Length: 10\r\nTransfer-Encoding: chunked\r\n",
        "Content-Length: 10\r\nContent-Length: 14\r\n",
        "Content-Length: -1\r\n",
        "Content-Length: 1e3\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: xchunked\r\n",
    ],
)
def test_a_length_that_can_be_read_in_two_ways_is_refused(alice: Person, more: str):
    before = alice.traces

    status, _, _ = alice.served.say(body_request(alice, more) + b'{"prompt": "x"}\r\n0\r\n\r\n')

    assert status in {400, 0, 501}
    assert alice.traces == before


def test_a_body_that_ends_too_soon_begins_nothing(alice: Person):
    before = alice.traces
    with alice.served.raw() as connection:
        connection.sendall(body_request(alice, "Content-Length: 100\r\n") + b'{"prompt": "Abstract"}')

    assert alice.served.client.get("/health").status_code == 200
    assert alice.traces == before


@pytest.mark.parametrize("size", [10_000, 100_000, 1_000_000])
def test_a_header_of_any_size_ends_in_an_answer(served: Served, size: int):
    with served.raw() as connection:
        try:
            connection.sendall(request("/health", more=f"X-Long: {'x' * size}\r\n"))
            status, _, _ = heard(connection)
        except (BrokenPipeError, ConnectionResetError):
            status = 400
    assert status in {200, 400, 431}
    assert served.client.get("/health").status_code == 200


def test_a_header_that_carries_a_line_break_splits_nothing(served: Served):
    status, headers, _ = served.say(request(more="X-Request-Id: abcdefgh\r\n Set-Cookie: a=b\r\n"))

    assert status in {400, 401}
    assert "set-cookie" not in headers
