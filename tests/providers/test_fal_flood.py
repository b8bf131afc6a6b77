"""What arrives at the addresses for providers and is not theirs: refused early, and nobody waits for it (PRV-12).

The messages here say what the provider never did, so its books are not held against ours.
"""

import json
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest
from emulated import Emulator, begin, ended, made, until
from hooked import PUBLIC, attempt_of, kept, path_of, reachable, steer
from serving import Person, Served

from aims.providers.fal import keys
from aims.web.incoming import LARGEST
from emulators.fal.hooks import signed, signing_key

pytestmark = pytest.mark.usefixtures("quick")
HOST = {"Host": PUBLIC.removeprefix("https://")}
FLOOD, ABREAST = 400, 16


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator with keys that were never rotated."""
    made = Emulator("fal", tmp_path / "ledger.db")
    yield made
    made.close()


@pytest.fixture
def public(emulator: Emulator, tmp_path: Path) -> Iterator[Served]:
    """A studio that the emulator reaches."""
    served = reachable(tmp_path / "home", emulator)
    yield served
    assert served.breaches() == []
    served.stop()


@pytest.fixture
def person(public: Served) -> Person:
    """Somebody with a workspace there."""
    return public.person(100_000)


def send(served: Served, path: str, body: bytes, headers: dict[str, str] | None = None) -> httpx2.Response:
    """What whoever knows an address may send there."""
    return served.client.post(path, content=body, headers=HOST | (headers or {}))


def under_way(person: Person, emulator: Emulator, prompt: str) -> tuple[str, str]:
    """A generation that the provider works on for ever: its id, and the provider's."""
    generation_id = begin(person, prompt, "work=ever, hook=off")
    person.until(generation_id, lambda view: view["status"] == "running")
    return generation_id, until(lambda: attempt_of(person.served, generation_id).provider_ref, "it is known")


def word(request_id: str, key: int = 1) -> tuple[bytes, dict[str, str]]:
    """A message as it should be."""
    body = json.dumps({"request_id": request_id, "status": "OK", "payload": {}}).encode()
    return body, signed(signing_key(key), request_id, body)


def stop(person: Person, generation_id: str) -> None:
    person.send("POST", f"/generations/{generation_id}/cancel")
    ended(person, generation_id)


def test_prv_12_an_address_that_was_never_given_out_takes_nothing(person: Person, emulator: Emulator):
    """Parts of right addresses, put together wrongly; and the message is right."""
    mine, request_id = under_way(person, emulator, "Mine")
    other, _ = under_way(person, emulator, "Another's")
    body, headers = word(request_id)
    right, wrong = path_of(person.served, mine).split("/"), path_of(person.served, other).split("/")
    never = str(uuid.uuid4())
    tried = [
        [*right[:-1], wrong[-1]],
        [*right[:-1], right[-1][:-1]],
        [*right[:-1], right[-1].upper()],
        [*right[:-1], "0" * 32],
        [*right[:-1], attempt_of(person.served, mine).nonce],
        [*right[:4], other, *right[5:]],
        [*right[:5], attempt_of(person.served, other).id, right[-1]],
        [*right[:4], never, never, right[-1]],
        [*right[:3], "sandbox", *right[4:]],
        [*right[:3], "nobody", *right[4:]],
    ]

    answers = [send(person.served, "/".join(each), body, headers) for each in tried]

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.json()["error"] for answer in answers}) == 1
    assert kept(person.served, mine) == []
    assert send(person.served, "/".join(right), body, headers).status_code == 204
    assert kept(person.served, mine) == [(request_id, "OK")]
    for each in (mine, other):
        stop(person, each)


def test_prv_12_a_large_body_is_not_read_to_its_end(person: Person, emulator: Emulator):
    mine, request_id = under_way(person, emulator, "With a large body")
    path = path_of(person.served, mine)
    large = b" " * (5 << 20)

    assert send(person.served, path, large, signed(signing_key(1), request_id, large)).status_code == 413
    just = json.dumps({"request_id": request_id, "status": "OK"}).encode().ljust(LARGEST)
    assert send(person.served, path, just, signed(signing_key(1), request_id, just)).status_code == 204
    stop(person, mine)


def test_prv_12_a_rotated_key_and_keys_that_cannot_be_had(
    person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
):
    mine, request_id = under_way(person, emulator, "Across a rotation")
    path = path_of(person.served, mine)
    body, headers = word(request_id)
    assert send(person.served, path, body, headers).status_code == 204

    steer(emulator, rotate=True, keys=False)
    monkeypatch.setattr(keys, "REST_SECONDS", 0.0)
    other = json.dumps({"request_id": request_id, "status": "ERROR"}).encode()
    newly = signed(signing_key(2), request_id, other)
    refused = send(person.served, path, other, newly)
    assert (refused.status_code, refused.json()["code"]) == (503, "keys_unavailable")
    assert refused.headers["Retry-After"]
    assert kept(person.served, mine) == [(request_id, "OK")]

    steer(emulator, keys=True)
    assert send(person.served, path, other, newly).status_code == 204
    assert send(person.served, path, *word(request_id)).status_code == 401
    assert kept(person.served, mine) == [(request_id, "ERROR"), (request_id, "OK")]
    stop(person, mine)


def test_prv_11_word_about_another_request_changes_nothing(person: Person, emulator: Emulator):
    """Signed by the provider, at the right address, about a request that is another attempt's or nobody's."""
    mine, _ = under_way(person, emulator, "Mine, with another's word")
    other, foreign = under_way(person, emulator, "The other")
    for request_id in (foreign, str(uuid.uuid4())):
        body, headers = word(request_id)
        assert send(person.served, path_of(person.served, mine), body, headers).status_code == 204

    for each in (mine, other):
        stop(person, each)
        row = attempt_of(person.served, each)
        assert (row.state, row.cost_outcome) == ("cancelled", "absorbed")
        assert row.provider_ref != foreign or each == other


def test_prv_12_a_flood_of_forgeries_reaches_neither_the_database_nor_the_provider(
    person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
):
    """Half of them at addresses that were never given out, half at a right one with a stranger's signature."""
    mine, request_id = under_way(person, emulator, "Flooded")
    path = path_of(person.served, mine)
    body, headers = word(request_id, key=0)
    wrong = path[:-32] + "0" * 32
    send(person.served, path, body, headers)
    asked = len(emulator.calls("keys", ""))
    written: Counter[str] = Counter()
    write: Any = person.served.studio.db.write

    async def counted(function: Any, *arguments: Any, **options: Any) -> Any:
        written[function.__module__] += 1
        return await write(function, *arguments, **options)

    monkeypatch.setattr(person.served.studio.db, "write", counted)
    flooding = threading.Event()

    def forge(number: int) -> int:
        flooding.set()
        return send(person.served, wrong if number % 2 else path, body, headers).status_code

    with ThreadPoolExecutor(ABREAST) as pool:
        flood = [pool.submit(forge, number) for number in range(FLOOD)]
        assert flooding.wait(60)
        while not all(each.done() for each in flood):
            assert person.send("GET", "/credits").status_code == 200
        statuses = Counter(each.result() for each in flood)

    assert statuses == {401: FLOOD // 2, 404: FLOOD // 2}
    assert written["aims.generation.inbox"] == 0
    assert len(emulator.calls("keys", "")) - asked <= 1
    assert kept(person.served, mine) == []
    stop(person, mine)
    assert made(person, "After the flood").status == "completed"
