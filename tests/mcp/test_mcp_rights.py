"""MCP-03: tools obey scopes and tenancy as the API does, and spend no credit that is not there."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from agents import HTTP, agent, body, refused, send
from serving import SMALL, Person, Served

from aims.accounts import SCOPES
from aims.mcp import TOOLS
from aims.mcp.words import HINTS

A_PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNgGMEAAAABAAGwrjo4AAAAAElFTkSuQmCC"
NEEDS: dict[str, tuple[str | None, dict[str, Any]]] = {
    "upload_image": ("media:write", {"image_base64": A_PICTURE}),
    "generate_image": ("image:generate", {"prompt": "Abstract", "model": "none"}),
    "edit_image": ("image:generate", {"prompt": "Abstract", "image_urls": ["x"], "model": "none"}),
    "generate_video": ("video:generate", {"prompt": "Abstract", "model": "none"}),
    "list_models": (None, {}),
    "list_styles": (None, {}),
    "get_account": (None, {}),
    "get_generation": (None, {"generation_id": "none"}),
}


def said_to(person: Person, name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """What a tool answers somebody."""
    return send(person, "tools/call", name=name, arguments=arguments).json()["result"]["structuredContent"]


@pytest.mark.parametrize("name", NEEDS)
def test_a_tool_needs_the_scope_of_what_it_does(served: Served, name: str):
    """It is listed for everybody, and says which scope is missing."""
    scope, arguments = NEEDS[name]
    without = served.person(1000, scopes=tuple(each for each in SCOPES if each != scope))
    alone = served.person(1000, scopes=(scope or "media:read",))

    listed = send(without, "tools/list").json()["result"]["tools"]
    missing, there = said_to(without, name, arguments), said_to(alone, name, arguments)

    assert set(NEEDS) == set(TOOLS) == {each["name"] for each in listed}
    assert ("AIMS API error (403)" in str(missing.get("error"))) == (scope is not None)
    assert scope is None or f"`{scope}`" in missing["error"]
    assert "(403)" not in str(there.get("error"))
    assert without.balance == alone.balance == (1000, 0)


def test_another_workspaces_things_are_as_unknown_as_what_never_was(alice: Person, charlie: Person):
    made = alice.finished(alice.begin()["id"])
    url = made["outputs"][0]["url"]
    never = "01997e4b-0686-77ae-8245-d50c2e96412c"
    before = charlie.traces

    hers = said_to(charlie, "get_generation", {"generation_id": made["id"]})
    nobodys = said_to(charlie, "get_generation", {"generation_id": never})
    edited = said_to(charlie, "edit_image", {"prompt": "A boat", "image_urls": [url], **SMALL})
    guessed = said_to(
        charlie,
        "edit_image",
        {"prompt": "A boat", "image_urls": [url.replace(made["outputs"][0]["id"], never)], **SMALL},
    )
    over = charlie.generate("A boat", image_urls=[url])

    assert hers == nobodys
    assert hers["error"].startswith("AIMS API error (404): ")
    assert edited == guessed
    assert edited["error"] == f"AIMS API error ({over.status_code}): {over.json()['error']}"
    assert charlie.traces == before


async def test_an_idempotency_key_stands_for_nothing_elsewhere(
    alice: Person, charlie: Person, tmp_path: Path
):
    asked = {"prompt": "Abstract", "idempotency_key": "the-same", **SMALL}
    ids = []
    for person in (alice, charlie):
        async with agent(person, HTTP, tmp_path) as aims:
            ids.append(body(await aims.call_tool("generate_image", asked))["generation_id"])

    assert len(set(ids)) == 2
    assert alice.balance == charlie.balance == (975, 0)


async def test_a_balance_buys_what_it_affords_whoever_asks(served: Served, tmp_path: Path):
    """LED-01: four pictures' worth of credits, and five tools and five requests at once."""
    person = served.person(4 * 25 + 24)
    asked = {"prompt": "Abstract", **SMALL}

    async with agent(person, HTTP, tmp_path) as aims:
        tools = [aims.call_tool("generate_image", asked) for _ in range(5)]
        posts = [asyncio.to_thread(person.generate) for _ in range(5)]
        found = await asyncio.gather(*tools, *posts)

    results, answers = found[:5], found[5:]
    for result in results:
        if result.is_error:
            refused(result, "AIMS API error (402)")
    outcomes = Counter(not each.is_error for each in results) + Counter(
        each.status_code == 200 for each in answers
    )
    assert outcomes == {True: 4, False: 6}
    assert person.balance == (24, 0)


def test_every_refusal_of_the_api_has_words_for_an_agent():
    assert set(HINTS) == {400, 401, 402, 403, 404, 409, 413, 415, 422, 429, 503}
    assert all(part.endswith((".", "key.")) for pair in HINTS.values() for part in pair)
