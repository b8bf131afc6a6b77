"""What can be linked to answers HEAD as GET, with the headers alone: link checkers and previews of chats ask so."""

import pytest
from litestar.routes import HTTPRoute
from serving import SQLITE, Person, Served
from test_web_routes import PUBLIC, TABLE, routes_of

from aims import skills

pytestmark = SQLITE

# Made anew for each answer.
FRESH = {"x-request-id", "date"}


@pytest.fixture(scope="module")
def examples(shared: Served) -> dict[str, str]:
    """An address for each route that has a part which stands for something."""
    person: Person = shared.person(1000)
    view = person.finished(person.begin()["id"])
    url = view["outputs"][0]["url"]
    share = person.send("POST", f"/media/{view['outputs'][0]['id']}/share").json()["share_url"]
    shared_at = share.removeprefix(shared.base)
    return {
        "/static/{name:str}": "/static/studio.css",
        "/previews/styles/{name:str}": "/previews/styles/anime-style.webp",
        "/skills/{name:str}/SKILL.md": f"/skills/{skills.every()[0].name}/SKILL.md",
        "/workspaces/{rest:path}": url.removeprefix(shared.base),
        "/shared/media/{share:str}": shared_at,
        "/shared/media/{share:str}/file": f"{shared_at}/file",
        "/shared/media/{share:str}/thumbnail": f"{shared_at}/thumbnail",
    }


def same(served: Served, path: str, **headers: str) -> int:
    """Ask in both ways, and hold one answer against the other. Their status."""
    got = served.client.get(path, headers=headers)
    head = served.client.head(path, headers=headers)

    assert head.content == b""
    assert head.status_code == got.status_code
    assert {n: v for n, v in head.headers.items() if n not in FRESH} == {
        n: v for n, v in got.headers.items() if n not in FRESH
    }
    return head.status_code


@pytest.mark.parametrize(
    "route", [path for (method, path), access in TABLE.items() if method == "GET" and access == PUBLIC]
)
def test_an_address_that_needs_no_key_answers_both_alike(
    shared: Served, examples: dict[str, str], route: str
):
    assert ("HEAD", route) in TABLE
    path = examples.get(route, route)

    assert same(shared, path) == 200
    tag = shared.client.head(path).headers.get("etag")
    if tag is not None:
        assert same(shared, path, **{"If-None-Match": tag}) == 304


@pytest.mark.parametrize(
    "path",
    [
        "/shared/media/3f0c8a52-6f0e-4f53-9a3a-111111111111",
        "/skills/none/SKILL.md",
        "/static/none.css",
        "/no",
    ],
)
def test_what_is_not_there_is_not_there_for_both(shared: Served, path: str):
    assert same(shared, path) == 404


def test_no_byte_follows_the_headers(shared: Served):
    """Seen on the wire: the next answer on the connection would else begin inside the first one's body."""
    host = f"Host: 127.0.0.1:{shared.port}\r\n"
    for path in ("/docs", "/llms.txt", "/shared/media/none"):
        with shared.raw() as connection:
            connection.sendall(f"HEAD {path} HTTP/1.1\r\n{host}Connection: close\r\n\r\n".encode())
            data = b""
            while piece := connection.recv(65536):
                data += piece
        head, _, body = data.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 ")
        assert b"content-length: 0" not in head.lower()
        assert body == b"", path


def test_nothing_that_needs_a_key_is_answered_to_it(served: Served, examples: dict[str, str]):
    """An event stream has no end that HEAD could wait for, and a key's reads are counted."""
    found = {
        each.path for each in routes_of(served) if isinstance(each, HTTPRoute) and "HEAD" in each.methods
    }

    assert found == {path for (method, path), access in TABLE.items() if (method, access) == ("GET", PUBLIC)}
    assert served.client.head("/api/v1/models").status_code == 405
