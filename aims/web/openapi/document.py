"""Put the document together, once for each address that the studio is reached at."""

import types
from functools import cache
from importlib.metadata import version
from typing import Any

import msgspec

from aims.catalog import request_schema

from . import (
    agents,
    compatible,
    events,
    examples,
    hooks,
    library,
    listed,
    making,
    public,
    shapes,
    spending,
    spent,
    streamed,
    wire,
)
from .operations import Answer, Json, Operation

PARTS = (making, library, spending, hooks, agents, compatible, public)
SHAPES = (shapes, listed, spent, events, compatible, streamed)

SAYS = """\
Make pictures and films with one key. Everything below is what this studio answers: nothing is left out.

**Keys.** Send `Authorization: Bearer YOUR_API_KEY`, or `X-API-Key: YOUR_API_KEY`. A key belongs to one workspace, and \
all of its members spend the same credits. Keep it out of pages and repositories.

**Errors.** Every error is an object with a sentence in `error`, a stable word in `code`, and the `request_id`. \
A request that is wrong lists every field in `details`. Whatever fails before it is accepted costs nothing.

**Limits.** A key may make 60 requests a minute unless it was given another limit; reading has ten times that, in a \
count of its own. A 429 says in `Retry-After` when to come back.

**Safe repeats.** Send an `Idempotency-Key` with each request that costs something. When the line breaks, send \
the same request with the same key: it joins what the first one began and is charged once.

**Unknown addresses.** An address that does not exist answers 404, and a method that an address does not take answers \
405 with an `Allow` header, both with the error object. A host name that is not the studio's own answers 400.\
"""

TAGS = {
    "Images": "Make pictures, edit them, and ask what that would cost.",
    "Videos": "Make films, and ask what that would cost.",
    "Generations": "Follow what was accepted, and stop it.",
    "Library": "Pictures to work from, and what was made.",
    "Models and styles": "What there is to choose from.",
    "Credits and usage": "What can be spent, and what was.",
    "Webhooks": "Hear of every end of a generation at an address of your own.",
    "Agents": "Tools and texts for agents that work for you.",
    "OpenAI-compatible": "For programs written for OpenAI: its client works when its base URL is this studio's `/v1`.",
    "Public": "What needs no key: pages, files, and the state of the server.",
}


def operations() -> tuple[Operation, ...]:
    """Every operation that there is."""
    return tuple(each for part in PARTS for each in part.OPERATIONS)


@cache
def document(base_url: str) -> Json:
    """The whole document. `base_url`: where the studio is reached. Nobody may change what comes back."""
    paths: dict[str, Json] = {}
    for each in operations():
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "AI Media Studio API",
            "version": version("ai-media-studio"),
            "summary": "Make pictures and films with one key.",
            "description": SAYS,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": base_url}],
        "tags": [{"name": name, "description": says} for name, says in TAGS.items()],
        "security": [{"bearer": []}, {"apiKey": []}],
        "paths": paths,
        "webhooks": hooks.webhooks(),
        "components": {
            "securitySchemes": wire.SECURITY_SCHEMES,
            "headers": wire.HEADERS,
            "parameters": wire.PARAMETERS,
            "responses": wire.error_answers(),
            "schemas": _schemas(),
        },
    }


def _operation(told: Operation) -> Json:
    answers = {status: _answer(told, status, answer) for status, answer in told.answers.items()}
    for status in told.statuses:
        # Nothing follows the headers of an answer to HEAD, whatever they say.
        answers[status] = (
            {"description": wire.ERRORS[status][1]} if told.method == "HEAD" else wire.error(status)
        )
    scope = f"\n\nNeeds a key with the scope `{told.access}`." if ":" in told.access else ""
    body = (
        {"requestBody": {"required": True, "content": _content(told, None, told.body)}} if told.body else {}
    )
    return {
        "operationId": told.name,
        "tags": [told.tag],
        "summary": told.summary,
        "description": told.says + scope,
        "security": wire.security(told),
        **({"parameters": [_parameter(name) for name in told.parameters]} if told.parameters else {}),
        **body,
        "responses": {str(status): answers[status] for status in sorted(answers)},
    }


def _parameter(name: str) -> Json:
    assert name in wire.PARAMETERS, name
    return {"$ref": f"#/components/parameters/{name}"}


def _answer(told: Operation, status: int, answer: Answer) -> Json:
    content = {"content": _content(told, status, answer.content)} if answer.content else {}
    links = {"links": answer.links} if answer.links else {}
    return {"description": answer.says, "headers": wire.headers(*answer.headers), **content, **links}


def _content(told: Operation, status: int | None, content: dict[str, Json]) -> Json:
    shown = examples.of(told.name, status)
    return {
        kind: {"schema": schema, **({"examples": shown} if shown and kind == "application/json" else {})}
        for kind, schema in content.items()
    }


def _schemas() -> dict[str, Json]:
    """The shapes of answers from their types, and those of requests from the catalogue."""
    _, found = msgspec.json.schema_components(
        [each for module in SHAPES for each in _structs(module)],
        ref_template="#/components/schemas/{name}",
    )
    asked: dict[str, Any] = {
        "ImageRequest": {"description": "What to make, and how.", **request_schema("image")},
        "VideoRequest": {"description": "What to make, and how.", **request_schema("video")},
        **hooks.REQUESTS,
        **agents.REQUESTS,
        **compatible.REQUESTS,
    }
    return dict(sorted((asked | found).items()))


def _structs(module: types.ModuleType) -> list[type[msgspec.Struct]]:
    own = [
        each
        for each in vars(module).values()
        if isinstance(each, type) and each.__module__ == module.__name__
    ]
    return [each for each in own if issubclass(each, msgspec.Struct)]
