"""Every address is on purpose: what it asks of a key stands in this table; one that is missing here fails."""

import pytest
from litestar.routes import HTTPRoute
from serving import SQLITE, Person, Served
from test_web_keys import WRONG, expire

from aims import keys
from aims.accounts import ANY

PUBLIC = "public"
KEY = "any valid key"

TABLE = {
    ("GET", "/"): PUBLIC,
    ("HEAD", "/"): PUBLIC,
    ("GET", "/health"): PUBLIC,
    ("HEAD", "/health"): PUBLIC,
    ("GET", "/ready"): PUBLIC,
    ("HEAD", "/ready"): PUBLIC,
    ("GET", "/static/{name:str}"): PUBLIC,
    ("HEAD", "/static/{name:str}"): PUBLIC,
    ("GET", "/previews/styles/{name:str}"): PUBLIC,
    ("HEAD", "/previews/styles/{name:str}"): PUBLIC,
    ("GET", "/openapi.json"): PUBLIC,
    ("HEAD", "/openapi.json"): PUBLIC,
    ("GET", "/reference"): PUBLIC,
    ("HEAD", "/reference"): PUBLIC,
    ("GET", "/docs"): PUBLIC,
    ("HEAD", "/docs"): PUBLIC,
    ("GET", "/docs/cli"): PUBLIC,
    ("HEAD", "/docs/cli"): PUBLIC,
    ("GET", "/docs/mcp"): PUBLIC,
    ("HEAD", "/docs/mcp"): PUBLIC,
    ("GET", "/docs/skills"): PUBLIC,
    ("HEAD", "/docs/skills"): PUBLIC,
    ("GET", "/docs/design"): PUBLIC,
    ("HEAD", "/docs/design"): PUBLIC,
    ("GET", "/llms.txt"): PUBLIC,
    ("HEAD", "/llms.txt"): PUBLIC,
    ("GET", "/skills/{name:str}/SKILL.md"): PUBLIC,
    ("HEAD", "/skills/{name:str}/SKILL.md"): PUBLIC,
    ("POST", "/mcp"): KEY,
    # The address is the permission: 128 random bits.
    ("GET", "/workspaces/{rest:path}"): PUBLIC,
    ("HEAD", "/workspaces/{rest:path}"): PUBLIC,
    ("GET", "/shared/media/{share:str}"): PUBLIC,
    ("HEAD", "/shared/media/{share:str}"): PUBLIC,
    ("GET", "/shared/media/{share:str}/file"): PUBLIC,
    ("HEAD", "/shared/media/{share:str}/file"): PUBLIC,
    ("GET", "/shared/media/{share:str}/thumbnail"): PUBLIC,
    ("HEAD", "/shared/media/{share:str}/thumbnail"): PUBLIC,
    # The address is told to one provider, and what it sends there is signed.
    (
        "POST",
        "/webhooks/providers/{provider:str}/{generation_id:str}/{attempt_id:str}/{seal:str}",
    ): PUBLIC,
    ("POST", "/v1/images/generations"): "image:generate",
    ("POST", "/v1/images/edits"): "image:generate",
    ("POST", "/v1/videos"): "video:generate",
    ("GET", "/v1/videos"): KEY,
    ("GET", "/v1/videos/{video_id:str}"): KEY,
    ("GET", "/v1/videos/{video_id:str}/content"): KEY,
    ("DELETE", "/v1/videos/{video_id:str}"): "media:write",
    ("GET", "/v1/models"): KEY,
    ("GET", "/v1/models/{model_id:path}"): KEY,
    ("GET", "/api/v1/images/generate"): KEY,
    ("GET", "/api/v1/videos/generate"): KEY,
    ("GET", "/api/v1/models"): KEY,
    ("GET", "/api/v1/styles"): KEY,
    ("GET", "/api/v1/credits"): KEY,
    ("GET", "/api/v1/usage"): "usage:read",
    ("POST", "/api/v1/images/estimate"): KEY,
    ("POST", "/api/v1/videos/estimate"): KEY,
    ("GET", "/api/v1/generations"): KEY,
    ("GET", "/api/v1/generations/{generation_id:str}"): KEY,
    ("GET", "/api/v1/generations/{generation_id:str}/events"): KEY,
    ("POST", "/api/v1/generations/{generation_id:str}/cancel"): "image:generate",
    ("POST", "/api/v1/images/generate"): "image:generate",
    ("POST", "/api/v1/videos/generate"): "video:generate",
    ("POST", "/api/v1/uploads"): "media:write",
    ("GET", "/api/v1/media"): "media:read",
    ("GET", "/api/v1/media/{asset_id:str}"): "media:read",
    ("DELETE", "/api/v1/media/{asset_id:str}"): "media:write",
    ("POST", "/api/v1/media/{asset_id:str}/restore"): "media:write",
    ("POST", "/api/v1/media/{asset_id:str}/share"): "media:write",
    ("DELETE", "/api/v1/media/{asset_id:str}/share"): "media:write",
    ("POST", "/api/v1/webhooks"): "webhooks:write",
    ("GET", "/api/v1/webhooks"): "webhooks:write",
    ("GET", "/api/v1/webhooks/{webhook_id:str}"): "webhooks:write",
    ("PATCH", "/api/v1/webhooks/{webhook_id:str}"): "webhooks:write",
    ("DELETE", "/api/v1/webhooks/{webhook_id:str}"): "webhooks:write",
    ("POST", "/api/v1/webhooks/{webhook_id:str}/rotate"): "webhooks:write",
    ("POST", "/api/v1/webhooks/{webhook_id:str}/test"): "webhooks:write",
    ("GET", "/api/v1/webhooks/{webhook_id:str}/deliveries"): "webhooks:write",
    ("POST", "/api/v1/webhooks/{webhook_id:str}/deliveries/{delivery_id:str}/replay"): "webhooks:write",
}

pytestmark = SQLITE


def routes_of(served: Served) -> list[HTTPRoute]:
    """Every route of the application as it is served."""
    found = served.app.routes
    assert all(type(route) is HTTPRoute for route in found), "a mount or a socket is not in the table"
    return found


def test_the_table_has_every_address_and_no_other(served: Served):
    found = {
        (method, route.path) for route in routes_of(served) for method in route.methods if method != "OPTIONS"
    }

    assert found == set(TABLE)


@pytest.fixture(scope="session")
def things(shared: Served) -> tuple[Person, dict[str, str]]:
    """Somebody with a picture, and an example for each part of an address that stands for something."""
    person = shared.person(1000, scopes=tuple(sorted(ANY)))
    view = person.finished(person.begin()["id"])
    hook = person.send("POST", "/webhooks", json={"url": "https://hooks.example/events"}).json()["id"]
    path = view["outputs"][0]["url"].split("/workspaces/")[1]
    return person, {
        "{generation_id:str}": view["id"],
        "{asset_id:str}": view["outputs"][0]["id"],
        "{webhook_id:str}": hook,
        "{delivery_id:str}": person.send("POST", f"/webhooks/{hook}/test").json()["id"],
        "{rest:path}": path,
        "{video_id:str}": "3f0c8a52-6f0e-4f53-9a3a-444444444444",
        "{model_id:path}": "openai/gpt-image-2",
        "{share:str}": "3f0c8a52-6f0e-4f53-9a3a-111111111111",
        "{name:str}": "studio.css",
        "{provider:str}": "fal",
        "{attempt_id:str}": "3f0c8a52-6f0e-4f53-9a3a-222222222222",
        "{seal:str}": "0123456789abcdef0123456789abcdef",
    }


def call(served: Served, method: str, path: str, examples: dict[str, str], key: str | None):
    """A request that is right in everything but, perhaps, its key."""
    for part, example in examples.items():
        path = path.replace(part, example)
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    body = {"json": {"prompt": "Abstract", "n": 99}} if method == "POST" else {}
    return served.client.request(method, path, headers=headers, **body)


CASES = pytest.mark.parametrize(("method", "path"), sorted(TABLE), ids=lambda part: str(part))


@CASES
def test_what_a_bad_key_gets(shared: Served, things: tuple[Person, dict[str, str]], method: str, path: str):
    person, examples = things
    expired, revoked = shared.key(person.workspace_id), shared.key(person.workspace_id)
    expire(shared, expired.id)
    shared.write(keys.revoke, person.workspace_id, revoked.id)
    before = person.traces

    for key in (None, WRONG, "x", expired.text, revoked.text):
        answer = call(shared, method, path, examples, key)
        if TABLE[method, path] == PUBLIC:
            assert answer.status_code not in {401, 403}, (key, answer.status_code)
        else:
            assert answer.status_code == 401, (key, answer.text)
    assert person.traces == before


@CASES
def test_what_a_key_without_the_scope_gets(
    shared: Served, things: tuple[Person, dict[str, str]], method: str, path: str
):
    person, examples = things
    wanted = TABLE[method, path]
    scopes = tuple(sorted(ANY - {wanted})) if wanted in ANY else ("usage:read",)
    key = shared.key(person.workspace_id, scopes=scopes)

    answer = call(shared, method, path, examples, key.text)

    if wanted in ANY:
        assert answer.status_code == 403, answer.text
        error = answer.json()["error"]
        assert f"`{wanted}`" in (error["message"] if path.startswith("/v1/") else error)
    else:
        assert answer.status_code in {200, 400, 404}, answer.text


@CASES
def test_what_a_key_with_only_that_scope_gets(
    shared: Served, things: tuple[Person, dict[str, str]], method: str, path: str
):
    person, examples = things
    wanted = TABLE[method, path]
    key = shared.key(person.workspace_id, scopes=(wanted,) if wanted in ANY else ("usage:read",))

    answer = call(shared, method, path, examples, key.text)

    assert answer.status_code not in {401, 403, 500}, answer.text


@pytest.mark.parametrize("path", sorted({path for _, path in TABLE}))
def test_a_question_about_methods_is_answered_without_a_key_and_grants_nothing(
    shared: Served, things: tuple[Person, dict[str, str]], path: str
):
    answer = call(shared, "OPTIONS", path, things[1], None)

    assert answer.status_code in {204, 405}
    assert answer.content == b""
    taken = {method for method, each in TABLE if each == path}
    assert set(answer.headers["allow"].split(", ")) == taken | {"OPTIONS"}
    assert not [name for name in answer.headers if name.startswith("access-control-")]
