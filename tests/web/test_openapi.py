"""The API's own document: complete, valid, true to the code that answers, with the documentation's examples."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR
from serving import SQLITE, Person, Served
from test_documentation import ANSWERS, REQUESTS
from test_web_routes import KEY, PUBLIC, TABLE, routes_of

from aims import catalog
from aims.generation import EVENTS, history, lifecycle, usage
from aims.media import library
from aims.web import errors
from aims.web.api import credits
from aims.web.openapi import document, events, examples, shapes, spent, wire
from aims.web.openapi.document import operations
from aims.webhooks import deliveries, endpoints

BASE = "https://studio.example"
DOCUMENT = document(BASE)
OPERATIONS = operations()
ACCESS = {"public": PUBLIC, "key": KEY}

_CONVERTER = re.compile(r"\{(\w+):\w+\}")


def told_routes() -> dict[tuple[str, str], str]:
    """What each method of each address asks of a key, as the document has it."""
    return {
        (each.method, each.route or each.path): ACCESS.get(each.access, each.access) for each in OPERATIONS
    }


def plain(path: str) -> str:
    """An address as OpenAPI writes it."""
    return _CONVERTER.sub(r"{\1}", path)


@SQLITE
def test_every_route_has_an_operation_and_every_operation_a_route(served: Served):
    routes = routes_of(served)
    found = {(method, route.path) for route in routes for method in route.methods if method != "OPTIONS"}
    given = {each.route for each in OPERATIONS}

    there = {(method, path if path in given else plain(path)) for method, path in found}

    assert there == set(told_routes())


def test_the_document_and_the_table_of_routes_ask_the_same_of_a_key():
    given = {each.route for each in OPERATIONS}

    assert told_routes() == {(m, p if p in given else plain(p)): access for (m, p), access in TABLE.items()}


def test_it_is_a_valid_document():
    OPENAPI_31_VALIDATOR.validate(DOCUMENT)
    json.dumps(DOCUMENT, allow_nan=False)


def refs(value: Any) -> Iterator[str]:
    """Every reference below a value."""
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from refs(each)


def test_every_reference_leads_somewhere_and_nothing_is_left_over():
    there = {
        f"#/components/{kind}/{name}"
        for kind, parts in DOCUMENT["components"].items()
        if kind != "securitySchemes"
        for name in parts
    }
    used = set(refs(DOCUMENT))

    # No operation has a 405 of its own: it is the answer of every address to the other methods.
    assert there - used <= {f"#/components/responses/{wire.ERRORS[status][0]}" for status in (405, 502)}
    assert used <= there


def test_names_are_used_once_and_sentences_are_sentences():
    names = [each.name for each in OPERATIONS]

    assert len(set(names)) == len(names)
    for each in OPERATIONS:
        assert each.says.endswith("."), each.name
        assert not each.summary.endswith("."), each.name
        assert all(answer.says.endswith(".") for answer in each.answers.values()), each.name
        used = set(re.findall(r"\{(\w+)\}", each.path))
        given = {told["name"] for n in each.parameters if (told := wire.PARAMETERS[n])["in"] == "path"}
        assert used == given, each.name


def test_every_field_of_every_object_says_what_it_is():
    for name, schema in DOCUMENT["components"]["schemas"].items():
        assert schema["description"], name
        for field, told in schema["properties"].items():
            assert told.get("description"), (name, field)


def test_every_kind_of_error_is_told():
    assert set(errors.STATUS.values()) | set(errors.SENTENCES) == set(wire.ERRORS)


def test_every_link_leads_to_an_operation_with_those_parameters():
    found = [
        link for each in OPERATIONS for answer in each.answers.values() for link in answer.links.values()
    ]
    named = {each.name: each for each in OPERATIONS}

    assert found
    for link in found:
        target = named[link["operationId"]]
        assert set(link["parameters"]) == {
            told["name"] for n in target.parameters if (told := wire.PARAMETERS[n]).get("required")
        }


@pytest.mark.parametrize(
    ("shape", "real"),
    [
        (shapes.Generation, history.GenerationView),
        (shapes.Output, history.OutputView),
        (shapes.GenerationCredits, history.CreditsView),
        (shapes.Quote, catalog.Quote),
        (shapes.Error, errors.ErrorBody),
        (shapes.Detail, errors.Detail),
        (shapes.Media, library.MediaView),
        (spent.Entry, credits.EntryView),
        (spent.Credits, credits.CreditsPage),
        (spent.UsageCounts, usage.Counts),
        (events.Webhook, endpoints.EndpointView),
        (events.Delivery, deliveries.DeliveryView),
        (events.Attempt, deliveries.AttemptView),
    ],
)
def test_an_object_has_the_fields_of_what_is_sent(shape: type[msgspec.Struct], real: type[object]):
    assert shape.__struct_fields__ == tuple(real.__annotations__)


def test_the_states_of_a_generation_are_those_that_it_can_be_in():
    states = DOCUMENT["components"]["schemas"]["Generation"]["properties"]["status"]["enum"]

    assert set(states) == set(lifecycle.OUTSIDE.values())


def test_an_endpoint_may_hear_of_every_event_that_there_is():
    told = DOCUMENT["components"]["schemas"]["Event"]["properties"]["type"]["enum"]

    assert set(told) == set(EVENTS) == set(DOCUMENT["webhooks"])


def test_the_examples_are_the_documentations_own():
    """Every request and answer that the documentation prints, and none that it does not."""
    told = examples.read("documentation")
    asked = [each.value for each in told if each.status is None]
    answered = [each.value for each in told if each.status is not None]

    shown = [each.body for each in REQUESTS if each.text]
    assert all(each in shown for each in asked)
    assert all(each in asked for each in shown)
    assert all(each in ANSWERS for each in answered)
    assert all(each in answered for each in ANSWERS)
    assert len(answered) == len(ANSWERS)


def test_an_example_stands_in_the_lines_of_the_documentation():
    bare = {re.sub(r"\n\s+", "\n", each.text.strip()) for each in REQUESTS}

    for each in examples.read("documentation"):
        if each.status is None:
            assert re.sub(r"\n\s+", "\n", each.body.strip()) in bare


def shown_examples() -> list[tuple[str, Any, Any]]:
    """Each example with the schema that it stands beside."""
    found = []
    for path, methods in DOCUMENT["paths"].items():
        for method, told in methods.items():
            bodies = [told.get("requestBody", {}), *told["responses"].values()]
            for content in [part for body in bodies for part in body.get("content", {}).values()]:
                for name, example in content.get("examples", {}).items():
                    found.append((f"{method} {path} {name}", content["schema"], example["value"]))
    return found


@pytest.mark.parametrize(("where", "schema", "value"), shown_examples(), ids=lambda each: str(each)[:60])
def test_an_example_is_what_its_schema_says(where: str, schema: Any, value: Any):
    schema = {**schema, "components": DOCUMENT["components"]}

    jsonschema_rs.validator_for(schema).validate(value)


def test_every_example_is_shown():
    every = (*examples.read("documentation"), *examples.read("ours"))

    assert len(shown_examples()) == len(every)


@SQLITE
@pytest.mark.parametrize(
    ("asked", "event"),
    [("", "image_generation.completed"), (" [sandbox: error=refused]", "error")],
)
def test_an_event_of_a_stream_of_pictures_is_what_its_schema_says(alice: Person, asked: str, event: str):
    body = {"model": "nano-banana-2", "resolution": "0.5K", "prompt": f"Abstract{asked}", "stream": True}

    told = alice.served.client.post("/v1/images/generations", json=body, headers=alice.bearer).text

    [line] = [each for each in told.split("\n\n") if each.startswith("event: ")]
    fields = dict(each.split(": ", 1) for each in line.split("\n"))
    schema = DOCUMENT["components"]["schemas"]["PictureEvent"]
    jsonschema_rs.validator_for(schema).validate(fields)
    inside = {**schema["properties"]["data"]["contentSchema"], "components": DOCUMENT["components"]}
    jsonschema_rs.validator_for(inside).validate(json.loads(fields["data"]))
    assert fields["event"] == event


@SQLITE
def test_anybody_may_read_it_and_keep_it(served: Served):
    answer = served.client.get("/openapi.json")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.json() == json.loads(json.dumps(document(served.base)))
    assert answer.json()["servers"] == [{"url": served.base}]
    again = served.client.get("/openapi.json", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_no_start_of_the_server_waits_for_it():
    seen = subprocess.run(
        [sys.executable, "-c", "import aims.web.app, sys; print('aims.web.openapi' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )

    assert seen.stdout.strip() == "False"
