"""`/mcp` itself: browsers cannot drive it (MCP-01), only our keys open it (MCP-02), and nothing is kept."""

import asyncio
import subprocess
import sys

import pytest
from agents import OLDER, headers, message, send
from serving import Person, Served
from test_web_keys import WRONG, expire

from aims import keys
from aims.mcp import TOOLS
from aims.web.mcp import LARGEST

LIST = message("tools/list")


def test_a_page_of_another_site_is_refused(alice: Person):
    for origin in (
        "https://evil.example",
        "null",
        "http://localhost:3000",
        f"{alice.served.base}.evil.example",
    ):
        answer = alice.served.client.post(
            "/mcp", json=LIST, headers={**headers("tools/list"), **alice.bearer, "Origin": origin}
        )
        assert (answer.status_code, answer.json()["code"]) == (403, "foreign_origin"), origin
        assert "access-control-allow-origin" not in answer.headers


def test_a_page_of_the_studio_is_not(alice: Person):
    """Also one that was opened under another name of this machine: the conformance suite asks for that."""
    port = alice.served.base.rpartition(":")[2]
    for own in (
        {"Origin": alice.served.base},
        {"Origin": f"http://localhost:{port}", "Host": f"localhost:{port}"},
    ):
        answer = alice.served.client.post(
            "/mcp", json=LIST, headers={**headers("tools/list"), **alice.bearer, **own}
        )

        assert answer.status_code == 200, own


@pytest.mark.parametrize("origin", [{}, {"Origin": "http://evil.example"}])
def test_a_name_that_was_rebound_to_us_is_refused(alice: Person, origin: dict[str, str]):
    """Such a request is of the page's own origin, and says it or says none."""
    answer = alice.served.client.post(
        "/mcp", json=LIST, headers={**headers("tools/list"), **alice.bearer, "Host": "evil.example", **origin}
    )

    assert (answer.status_code, answer.json()["code"]) == (421, "unknown_host")


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT", "PATCH"])
def test_it_takes_posts_alone(alice: Person, method: str):
    answer = alice.served.client.request(method, "/mcp", headers={**headers("tools/list"), **alice.bearer})

    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"POST", "OPTIONS"}


def test_a_body_that_is_too_large_is_refused_unread(alice: Person):
    assert LARGEST < 50 << 20
    head = [
        "POST /mcp HTTP/1.1",
        f"Host: 127.0.0.1:{alice.served.port}",
        f"Authorization: Bearer {alice.text}",
        "Content-Type: application/json",
        f"Content-Length: {50 << 20}",
    ]

    status, _, said = alice.served.say("\r\n".join([*head, "", ""]).encode())

    assert status == 413
    assert b"28 MiB" in said


@pytest.mark.parametrize(
    ("about", "says"),
    [
        (headers("tools/list"), "Mcp-Method"),
        (headers("tools/call", "list_models"), "Mcp-Name"),
        (headers("tools/call", "list_styles", **{"MCP-Protocol-Version": "2030-01-01"}), ""),
    ],
)
def test_headers_that_say_something_else_than_the_body_are_refused(
    alice: Person, about: dict[str, str], says: str
):
    asked = message("tools/call", name="list_styles", arguments={})

    answer = alice.served.client.post("/mcp", json=asked, headers={**about, **alice.bearer})

    assert answer.status_code == 400
    assert says.lower() in answer.json()["error"]["message"].lower()


def test_only_json_is_taken(alice: Person):
    answer = alice.served.client.post(
        "/mcp", content=b"{}", headers={**alice.bearer, "Content-Type": "text/plain"}
    )

    assert answer.status_code == 415


def test_nothing_but_a_key_of_ours_opens_it(alice: Person, charlie: Person):
    served = alice.served
    expired, revoked = served.key(alice.workspace_id), served.key(alice.workspace_id)
    expire(served, expired.id)
    served.write(keys.revoke, alice.workspace_id, revoked.id)

    for key in ("", WRONG, "sk-proj-0000000000", "x", expired.text, revoked.text):
        for method, params in (("tools/list", {}), ("tools/call", {"name": "list_models", "arguments": {}})):
            answer = send(alice, method, key=key, **params)
            assert answer.status_code == 401, key
            assert answer.headers["www-authenticate"].startswith("Bearer")
            assert not any(tool in answer.text for tool in TOOLS)
    session = alice.served.client.post(
        "/mcp", json=LIST, headers={**headers("tools/list"), "Cookie": f"session={alice.text}"}
    )
    assert session.status_code == 401
    both = {**alice.bearer, "X-API-Key": charlie.text}
    assert served.client.post("/mcp", json=LIST, headers={**headers("tools/list"), **both}).status_code == 400


def test_either_header_is_taken(alice: Person):
    """The tool acts as whoever the key is of."""
    asked = message("tools/call", name="get_account", arguments={})
    about = {**headers("tools/call", "get_account"), "X-API-Key": alice.text}

    answer = alice.served.client.post("/mcp", json=asked, headers=about)

    assert answer.json()["result"]["structuredContent"]["workspace_id"] == alice.workspace_id


def test_messages_count_among_the_reads_of_the_key(served: Served):
    hasty = served.person(1000, rate_limit=1)

    answers = [send(hasty, "tools/list") for _ in range(15)]

    assert {each.status_code for each in answers} == {200, 429}
    assert all("retry-after" in each.headers for each in answers if each.status_code == 429)


def test_a_paid_call_counts_with_those_over_the_api(served: Served):
    hasty = served.person(1000, rate_limit=2, burst=1)
    hasty.begin()
    small = {"prompt": "Abstract", "model": "fal-ai/nano-banana-2", "resolution": "0.5K"}

    answer = send(hasty, "tools/call", name="generate_image", arguments=small)

    refused = answer.json()["result"]
    assert refused["isError"] is True
    assert "AIMS API error (429): " in refused["structuredContent"]["error"]


def test_nothing_is_kept_of_those_who_only_say_hello(alice: Person):
    """300 handshakes of the older revision, none of which is ever heard of again."""
    hello = {
        "protocolVersion": OLDER,
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    }
    about = {"Accept": "application/json, text/event-stream", **alice.bearer}

    async def tasks() -> int:
        await asyncio.sleep(0)
        return len(asyncio.all_tasks())

    def greet(times: int) -> None:
        asked = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello}
        for _ in range(times):
            answer = alice.served.client.post("/mcp", json=asked, headers=about)
            assert answer.status_code == 200
            assert "mcp-session-id" not in answer.headers

    greet(3)
    before = alice.served.do(tasks())
    greet(300)

    # Tasks of other tests' generations may come and go; those of 300 sessions would stay.
    assert alice.served.do(tasks()) < before + 100
    door = alice.served.app.state["mcp"]
    assert not door._manager._server_instances
    assert not door._inside._running


def test_no_start_loads_the_protocol():
    words = "import aims.web.app, aims.cli, sys; print(*sorted({'mcp', 'httpx2', 'starlette'} & set(sys.modules)))"
    seen = subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=True)

    assert seen.stdout.strip() == ""
