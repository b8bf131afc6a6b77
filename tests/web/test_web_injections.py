"""Text is text, and a field is a field (INP-03, INP-04, INP-05): in every place of every operation that takes one."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from serving import SQLITE, Person, Served
from sqlalchemy import bindparam, select
from test_tenancy import body_fields, parameters

from aims.accounts import ANY
from aims.core.db import Tx
from aims.credits import balance
from aims.generation.tables import generations
from aims.web.openapi import Operation
from aims.web.openapi.document import operations

HOSTILE = (
    "' OR (SELECT pg_sleep(8)) IS NOT NULL --",
    "'; DROP TABLE generations; --",
    "1) UNION SELECT hash FROM api_keys --",
    '{"$gt": ""}',
    "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
    "*)(uid=*))(|(uid=*",
    "a\r\nSet-Cookie: a=b",
    "../../../../etc/passwd",
    "%00",
    "\x00",
    "\u202egnp.exe",
    "\x1b[31mred\x1b[0m",
    "$(touch /tmp/pwned)`id`",
    "\ud800",
    "x" * 50_000,
)
AN_ID = "550e8400-e29b-41d4-a716-446655440000"

pytestmark = SQLITE


def requests_of(told: Operation, text: str) -> list[dict[str, Any]]:
    """The operation with this text in each of its places, one at a time."""
    made: list[dict[str, Any]] = []
    places = parameters(told)
    for name, place in places.items():
        if place == "path":
            made.append({"path": path_of(told, **{name: quote(text, safe="", errors="replace")})})
        elif place == "query":
            made.append({"path": path_of(told), "params": {name: text.encode(errors="replace").decode()}})
        else:
            made.append({"path": path_of(told), "headers": {name: line(text)}})
    if "application/json" in told.body:
        fields = body_fields(told)
        usual = {"prompt": "A red barn"} if "prompt" in fields else {}
        made += [{"path": path_of(told), "content": json.dumps(usual | {name: text})} for name in fields]
    return made


def path_of(told: Operation, **given: str) -> str:
    """The operation's address, with an id that is nobody's wherever nothing is given."""
    path = told.path
    for name, place in parameters(told).items():
        if place == "path":
            path = path.replace(f"{{{name}}}", given.get(name, AN_ID))
    return path


def line(text: str) -> bytes:
    """As much of a text as a header can carry."""
    plain = "".join(each for each in text if each not in "\r\n\0")
    return plain.encode(errors="replace")[:4000].strip()


CASES = [told for told in operations() if parameters(told) or "application/json" in told.body]


@pytest.fixture(scope="module")
def mallory(shared: Served) -> Person:
    """Mallory, whose key may do everything, in a workspace without credits: nothing is accepted."""
    return shared.person(0, scopes=tuple(sorted(ANY)))


@pytest.mark.parametrize("told", CASES, ids=lambda told: told.name)
def test_hostile_text_is_answered_and_nothing_more(mallory: Person, told: Operation):
    for text in HOSTILE:
        for options in requests_of(told, text):
            headers = {"Content-Type": "application/json", **mallory.bearer} | options.pop("headers", {})
            answer = mallory.served.client.request(
                told.method, options.pop("path"), headers=headers, **options
            )
            assert answer.status_code < 500, (text[:40], answer.status_code, answer.text[:300])
            assert "set-cookie" not in answer.headers
            assert b"root:" not in answer.content
            assert b" 49" not in answer.content


@pytest.mark.parametrize("name", ["Authorization", "X-API-Key"])
def test_hostile_text_is_no_key(shared: Served, name: str):
    for text in HOSTILE:
        value = line(f"Bearer {text}" if name == "Authorization" else text)
        answer = shared.client.get("/api/v1/models", headers={name: value})

        assert answer.status_code in {400, 401, 431}, (text[:40], answer.text)


STOLEN = {
    "id": "3f0c8a52-6f0e-4f53-9a3a-111111111111",
    "workspace_id": "3f0c8a52-6f0e-4f53-9a3a-222222222222",
    "tenant_id": "3f0c8a52-6f0e-4f53-9a3a-222222222222",
    "role": "owner",
    "scopes": ["webhooks:write"],
    "credits": 1_000_000,
    "price": 0,
    "unit_credits": 0,
    "quote": {"credits": 0},
    "status": "completed",
    "state": "completed",
    "sandbox": False,
    "created_at": "1999-01-01T00:00:00Z",
    "driver_epoch": 7,
    "actor": "operator",
    "key_id": "somebody",
}
_ROW = select(generations).where(generations.c.id == bindparam("generation"))


def test_fields_that_are_not_the_callers_to_set_are_named_and_ignored(alice: Person, charlie: Person):
    given = STOLEN | {"workspace_id": charlie.workspace_id}
    told = alice.begin("A red barn [sandbox: delay=600s]", **given)

    assert set(told["ignored_parameters"]) >= set(given)
    assert (told["quote"]["credits"], told["credits"]["held"], told["sandbox"]) == (25, 25, True)
    assert told["id"] != given["id"]

    def look(tx: Tx) -> Any:
        return tx.one(_ROW, generation=told["id"])

    row = alice.served.read(look)
    assert (row.workspace_id, row.key_id) == (alice.workspace_id, alice.key.id)
    assert row.actor == f"key:{alice.key.id}"
    assert row.created_at > 1_700_000_000_000_000
    assert alice.served.read(balance, charlie.workspace_id).held == 0


def test_a_webhook_takes_no_field_that_is_not_its_callers(shared: Served):
    person = shared.person(0, scopes=tuple(sorted(ANY)))
    for name, value in (STOLEN | {"secret": "whsec_aaaa", "failing_since": None}).items():
        body = {"url": "https://hooks.example/events", name: value}
        answer = person.send("POST", "/webhooks", json=body)
        assert answer.status_code == 400, (name, answer.text)
        assert [each["field"] for each in answer.json()["details"]] == [name]
    assert person.send("GET", "/webhooks").json()["items"] == []
