"""Whether the Gemini API takes a key is learned from it without buying anything."""

import json

import machine
import pytest
from emulated import KEY, Emulator

from aims.core.fetch import Fetched, Fetcher
from aims.providers.connection import Connection
from aims.providers.google import errors
from aims.providers.google.adapter import Google

PROVIDER = "google"


async def test_a_key_is_checked_by_a_question_that_costs_nothing(emulator: Emulator):
    fetcher = Fetcher()

    async def standing(url: str, key: str) -> str:
        return (await Google(Connection(url, key), fetcher).check()).standing

    assert await standing(emulator.url, KEY) == "valid"
    assert await standing(emulator.url, "another-key") == "invalid"
    assert await standing(f"http://127.0.0.1:{machine.spare_port()}", KEY) == "unreachable"
    assert emulator.billed() == {}
    assert emulator.rows("SELECT route, with_key FROM calls") == [("models", 1), ("models", 0)]
    await fetcher.close()


@pytest.mark.parametrize(
    ("code", "status", "standing"),
    [
        (400, "FAILED_PRECONDITION", "out_of_balance"),
        (403, "PERMISSION_DENIED", "invalid"),
        (401, "UNAUTHENTICATED", "invalid"),
        (429, "RESOURCE_EXHAUSTED", "valid"),
        (500, "INTERNAL", "unreachable"),
    ],
)
def test_what_an_error_says_of_the_key(code: int, status: str, standing: str):
    body = json.dumps({"error": {"code": code, "status": status, "message": "It is so."}}).encode()

    assert errors.standing(Fetched(code, {}, body, "")) == standing
