"""Nobody touches or learns of what is another workspace's (TEN-01, TEN-02).

Every operation of the document, with every parameter and field that can name a thing: Charlie sends Alice's, and is
answered byte for byte as for one that never was, and nothing of hers has moved. A parameter that is not in the lists
below fails, so that a new one is thought about.
"""

import base64
import json
import uuid
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from fuzzing import picture
from serving import Person, Served

from aims.accounts import ANY
from aims.web.openapi import Operation, wire
from aims.web.openapi.document import document, operations

NOT_OF_THE_REQUEST = {"x-request-id", "date", "ratelimit"}
ID = "the-same-request"
SLOW = "A red barn [sandbox: delay=600s]"
# How long a model takes is measured on what it made for everybody.
MOVING = {"failing_since", "expected_seconds"}
AT_ONCE = {"Prefer": "respond-async"}

# Names a thing of a workspace.
IDS = ("generation_id", "asset_id", "webhook_id", "delivery_id", "key", "video_id", "after")
ADDRESSES = (
    "image_url", "image_urls", "first_frame_url", "last_frame_url", "extend_video_url", "images", "input_reference",
)  # fmt: skip
LISTS = ("image_urls", "images")
CARRIERS = {*IDS, *ADDRESSES, "cursor", "Idempotency-Key"}
# The address is the permission: whoever has it may look. It is tried where files and shares are.
PERMISSIONS = {"path", "share"}
INERT = {
    "Prefer", "Range", "If-None-Match", "Last-Event-ID", "type", "name", "limit", "kind", "status", "model", "source",
    "shared", "trashed", "permanent", "q", "created_after", "created_before", "from", "to", "group_by", "sandbox",
    "prompt", "n", "size", "aspect_ratio", "resolution", "quality", "background", "style", "output_format",
    "style_slug", "seed", "safety_tolerance", "limit_generations", "enable_web_search", "sync_mode", "make_public",
    "duration", "audio", "cfg_scale", "negative_prompt", "enhance_prompt", "auto_fix", "file", "url", "events",
    "description", "enabled", "response_format", "stream", "partial_images", "user", "seconds", "order", "variant",
    "model_id", "jsonrpc", "id", "method", "models", "styles",
}  # fmt: skip
# What a message to `/mcp` names lies inside of it: tests/mcp/test_mcp_rights.py tries that.
INSIDE = {"params"}

MODELS = {
    "image_url": "fal-ai/veo3.1/fast/image-to-video",
    "image_urls": "fal-ai/veo3.1/reference-to-video",
    "first_frame_url": "fal-ai/veo3.1/fast/first-last-frame-to-video",
    "last_frame_url": "fal-ai/veo3.1/fast/first-last-frame-to-video",
    "extend_video_url": "fal-ai/veo3.1/fast/extend-video",
    "input_reference": "fal-ai/veo3.1/fast",
}


def body_fields(told: Operation) -> list[str]:
    """The fields of an operation's body."""
    for schema in told.body.values():
        if "$ref" in schema:
            schema = document("")["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        return list(schema["properties"])
    return []


def parameters(told: Operation) -> dict[str, str]:
    """Where each of an operation's parameters stands, by its name."""
    return {wire.PARAMETERS[each]["name"]: wire.PARAMETERS[each]["in"] for each in told.parameters}


CASES = [
    (told, name)
    for told in operations()
    for name in (*parameters(told), *body_fields(told))
    if name in CARRIERS
]


def test_every_parameter_and_field_is_known_for_what_it_may_name():
    names = {name for told in operations() for name in (*parameters(told), *body_fields(told))}

    assert names == CARRIERS | PERMISSIONS | INERT | INSIDE


@dataclass(frozen=True, slots=True)
class Belongings:
    """Somebody, and a thing of each kind. things: by the name of the parameter that names it."""

    person: Person
    things: dict[str, str]

    def stand(self) -> list[Any]:
        """How all of it stands: nothing here may be moved by another."""
        there = [self.list(path) for path in ("/generations", "/media", "/media?trashed=true", "/webhooks")]
        log = self.person.send("GET", f"/webhooks/{self.things['webhook_id']}/deliveries").json()["items"]
        return [self.person.traces, there, [each["id"] for each in log]]

    def list(self, path: str) -> list[Any]:
        """The items of a list, without what moves by itself: of what is not finished, only that it is there."""
        items = self.person.send("GET", path).json()["items"]
        return [each["id"] if each.get("finished_at", "") is None else _still(each) for each in items]


def _still(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name not in MOVING}


def belongings(served: Served) -> Belongings:
    """Somebody with two of everything that is listed, so that every list has a next page."""
    person = served.person(100_000, scopes=tuple(sorted(ANY)))
    other = person.begin(SLOW, model="fal-ai/nano-banana-pro", resolution="1K")["id"]
    person.send("POST", f"/generations/{other}/cancel")
    person.finished(other)
    view = person.finished(person.begin()["id"])
    uploads = [person.send("POST", "/uploads", files={"file": ("a.png", picture())}).json() for _ in range(2)]
    hook = person.send("POST", "/webhooks", json={"url": "https://hooks.example/events"}).json()["id"]
    film = {"prompt": SLOW, "model": "fal-ai/veo3.1/fast"}
    video = person.send("POST", "/videos/generate", headers=AT_ONCE, json=film).json()["id"]
    made = [person.send("POST", f"/webhooks/{hook}/test").json()["id"] for _ in range(2)]
    return Belongings(
        person,
        {
            "generation_id": view["id"],
            "asset_id": view["outputs"][0]["id"],
            "webhook_id": hook,
            "delivery_id": made[0],
            "key": person.key.id,
            "video_id": video,
            "after": video,
            "address": uploads[0]["url"],
        },
    )


@pytest.fixture(scope="module")
def owners(shared: Served) -> tuple[Belongings, Belongings]:
    """Alice, whose things are asked for, and Charlie, who has things of his own."""
    return belongings(shared), belongings(shared)


def request_of(told: Operation, charlie: Belongings, **given: Any) -> httpx2.Response:
    """Charlie's request, with what is his own in every place that `given` does not fill."""
    path, query, headers, body = told.path, {}, {"X-Request-Id": ID}, {}
    for name, place in parameters(told).items():
        value = given.get(name, charlie.things.get(name) if place == "path" else None)
        if place == "path":
            path = path.replace(f"{{{name}}}", value)
        elif value is not None:
            (query if place == "query" else headers)[name] = value
    image = told.path.startswith("/api/v1/images/")
    if "prompt" in body_fields(told):
        body = {"prompt": SLOW, "model": "fal-ai/nano-banana-2" if image else "fal-ai/veo3.1/fast"}
    if told.path.startswith("/v1/images/"):
        # These are answered when they are finished.
        image, body = True, {"prompt": "A red barn", "model": "nano-banana-2", "resolution": "0.5K"}
        body |= {"images": [charlie.things["address"]]} if "images" in body_fields(told) else {}
    for name in ADDRESSES:
        if name in given:
            body |= {} if image else {"model": MODELS[name]}
            body |= _beside(name, charlie) | {name: given[name]}
    if told.name == "showUsage":
        query |= {"group_by": "model", "sandbox": "true"}
    options: dict[str, Any] = {"json": body} if "application/json" in told.body else {}
    if not options and "multipart/form-data" in told.body:
        options = {"files": {"file": ("a.png", picture())}}
    headers |= {**AT_ONCE, **charlie.person.bearer}
    return charlie.person.served.client.request(
        told.method, path, params=query, headers=headers, follow_redirects=False, **options
    )


def _beside(name: str, charlie: Belongings) -> dict[str, str]:
    """The other frame, where a model needs two."""
    others = {"first_frame_url": "last_frame_url", "last_frame_url": "first_frame_url"}
    return {others[name]: charlie.things["address"]} if name in others else {}


def hers(told: Operation, name: str, alice: Belongings) -> Any:
    """Alice's value for a parameter."""
    if name == "cursor":
        answer = request_of(told, alice, limit="1")
        assert answer.json()["next_cursor"], told.path
        return answer.json()["next_cursor"]
    if name in ADDRESSES:
        return [alice.things["address"]] if name in LISTS else alice.things["address"]
    return alice.things[name]


def random(name: str, value: Any) -> Any:
    """A value of the same form that never was anybody's."""
    if name == "cursor":
        return base64.urlsafe_b64encode(b'["AAAAAAAAAAAA","nothing"]').rstrip(b"=").decode()
    if name in ADDRESSES:
        base = (value[0] if isinstance(value, list) else value).partition("/workspaces/")[0]
        made = f"{base}/workspaces/{uuid.uuid4()}/uploads/2026/05/{uuid.uuid4()}-{uuid.uuid4().hex}.png"
        return [made] if isinstance(value, list) else made
    return str(uuid.uuid4())


def told_of(answer: httpx2.Response, *values: Any) -> tuple[int, list[tuple[str, str]], str]:
    """What an answer says, but for the value that was sent and for the moment."""
    text = answer.text
    for value in values:
        text = text.replace(value[0] if isinstance(value, list) else value, "VALUE")
    fields = sorted((n, v) for n, v in answer.headers.items() if n not in NOT_OF_THE_REQUEST)
    return answer.status_code, fields, text


@pytest.mark.parametrize(
    ("told", "name"),
    [case for case in CASES if case[1] != "Idempotency-Key"],
    ids=lambda each: each if isinstance(each, str) else each.name,
)
def test_anothers_is_answered_like_one_that_never_was(
    owners: tuple[Belongings, Belongings], told: Operation, name: str
):
    alice, charlie = owners
    value = hers(told, name, alice)
    never = random(name, value)
    before = alice.stand()

    theirs, nobodys = request_of(told, charlie, **{name: value}), request_of(told, charlie, **{name: never})

    assert told_of(theirs, value, never) == told_of(nobodys, value, never)
    assert theirs.status_code in (
        {200} if name == "key" else {400} if name in ("cursor", *ADDRESSES) else {404}
    )
    assert alice.stand() == before
    for secret in (alice.person.workspace_id, alice.things["generation_id"], alice.things["address"]):
        assert secret not in theirs.text.replace(str(value), "")


@pytest.mark.parametrize(
    "told", [told for told in operations() if len(parameters(told)) > 1], ids=lambda t: t.name
)
def test_all_of_anothers_together_are_no_better(owners: tuple[Belongings, Belongings], told: Operation):
    alice, charlie = owners
    named = [name for name in parameters(told) if name in alice.things and name != "key"]
    before = alice.stand()
    if not named:
        return

    theirs = request_of(told, charlie, **{name: alice.things[name] for name in named})
    nobodys = request_of(told, charlie, **{name: str(uuid.uuid4()) for name in named})

    assert theirs.status_code == nobodys.status_code == 404
    assert theirs.content == nobodys.content
    assert alice.stand() == before


def is_new(answer: dict[str, Any], first: dict[str, Any]) -> bool:
    """Whether an answer is about another thing; pictures by themselves have no id."""
    pictures = "data" in answer
    return answer["data"] != first["data"] if pictures else answer["id"] != first["id"]


@pytest.mark.parametrize(
    "told", [told for told, name in CASES if name == "Idempotency-Key"], ids=lambda told: told.name
)
def test_anothers_idempotency_key_begins_something_new(
    owners: tuple[Belongings, Belongings], told: Operation
):
    alice, charlie = owners
    word = str(uuid.uuid4())
    first = request_of(told, alice, **{"Idempotency-Key": word})
    before = alice.stand()

    theirs = request_of(told, charlie, **{"Idempotency-Key": word})

    assert theirs.status_code == first.status_code
    assert first.status_code in {200, 202}
    assert "idempotent-replayed" not in theirs.headers
    assert is_new(theirs.json(), first.json())
    assert alice.person.workspace_id not in json.dumps(theirs.json())
    assert alice.stand() == before


@pytest.mark.parametrize(
    "told", [told for told in operations() if "cursor" in told.parameters], ids=lambda told: told.name
)
def test_a_list_has_nothing_of_anothers(owners: tuple[Belongings, Belongings], told: Operation):
    alice, charlie = owners

    shown, own = request_of(told, charlie).text, request_of(told, alice).text

    ids = [alice.person.workspace_id, *alice.things.values()]
    assert any(each in own for each in ids) or told.name == "showUsage"
    assert not [each for each in ids if each in shown]
