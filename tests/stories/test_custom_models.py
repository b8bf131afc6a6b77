"""A model of the operator's own, added with one line while the studio runs: every face has it, and fal is sent it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from connecting import OURS, Emulator, ask, begin, connect, made
from server import Instance, Server, until

OWN = "own/banana"
LINE = (
    *("catalog", "add", "fal-ai/nano-banana-2", "--id", OWN, "--name", "Our banana", "--price", "26"),
    *("--provider", "fal", "--ratios", "1:1,16:9,3:2", "--count-name", "num_images"),
    *("--parameter", "system_prompt:text:max=500"),
    *("--parameter", "thinking_level:choice:choices=minimal|high:default=minimal"),
)


@pytest.fixture
def emulator(tmp_path: Path) -> Iterator[Emulator]:
    """fal, as far as anybody here can tell."""
    found = Emulator("fal", tmp_path / "fal.ledger", key=OURS)
    yield found
    found.close()


async def listed(server: Server, key: str) -> dict[str, dict[str, Any]]:
    """The image models by id."""
    said = await ask(server, key, "GET", "/models?type=image")
    return {each["id"]: each for each in said["image_models"]}


async def post(server: Server, key: str, path: str, body: dict[str, Any], **headers: str) -> httpx2.Response:
    """Ask a face that is not the API's own."""
    async with httpx2.AsyncClient(trust_env=False, timeout=60) as client:
        answer = await client.post(
            f"{server.url}{path}", json=body, headers={"Authorization": f"Bearer {key}", **headers}
        )
    assert answer.status_code == 200, answer.text
    return answer


async def test_a_model_that_is_added_with_one_line_is_in_every_face(instance: Instance, emulator: Emulator):
    await instance.init()
    key = await instance.new_key()
    await connect(instance, emulator, OURS)
    server = await instance.serve()
    assert OWN not in await listed(server, key)

    assert (await instance.command(*LINE)).code == 0

    async def is_there() -> dict[str, Any] | None:
        return (await listed(server, key)).get(OWN)

    entry = await until(is_there, "the running server offers it", glance=0.1)
    assert (entry["name"], entry["credit_cost"]) == ("Our banana", 26)
    assert entry["default_advanced_settings"]["thinking_level"] == "minimal"

    body = {"prompt": "A barn for the API", "model": OWN, "aspect_ratio": "16:9", "system_prompt": "Paint."}
    quote = await ask(server, key, "POST", "/images/estimate", json=body)
    assert (quote["quote"]["credits"], quote["ignored_parameters"]) == (26, [])
    view = await made(server, key, await begin(server, key, **body))
    assert (view["status"], view["credits"]["charged"], view["sandbox"]) == ("completed", 26, False)

    wrong = {"prompt": "A barn", "model": OWN, "thinking_level": "deep"}
    async with httpx2.AsyncClient(trust_env=False) as client:
        refused = await client.post(
            f"{server.url}/api/v1/images/generate", json=wrong, headers={"Authorization": f"Bearer {key}"}
        )
    assert refused.status_code == 400
    assert "`thinking_level`" in refused.text

    one = await post(server, key, "/v1/images/generations", {"prompt": "A barn for OpenAI's", "model": OWN})
    assert one.json()["data"]
    remote = {"AIMS_API_KEY": key, "AIMS_BASE_URL": server.url}
    said = await instance.command("models", "--type", "image", "--print", "url", **remote)
    assert OWN in said.out.splitlines()
    drawn = await instance.command("image", "A barn for the terminal", "-m", OWN, "--json", **remote)
    assert drawn.json["images"]
    tool = {"name": "list_models", "arguments": {"type": "image"}}
    agents = await post(
        server, key, "/mcp", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": tool},
        Accept="application/json, text/event-stream",
    )  # fmt: skip
    assert OWN in agents.text

    sent = {each["body"]["prompt"]: each for each in emulator.requests("A barn for")}
    assert sent.keys() == {"A barn for the API", "A barn for OpenAI's", "A barn for the terminal"}
    assert {each["endpoint"] for each in sent.values()} == {"fal-ai/nano-banana-2"}
    assert sent["A barn for the API"]["body"] == {
        "prompt": "A barn for the API",
        "num_images": 1,
        "aspect_ratio": "16:9",
        "system_prompt": "Paint.",
        "thinking_level": "minimal",
    }
    assert len(emulator.billed()) == 3
    assert instance.complaints() == []
    assert (await instance.command("ledger", "verify")).code == 0


async def test_what_is_under_way_is_finished_although_its_model_is_taken_away(
    instance: Instance, emulator: Emulator
):
    await instance.init()
    key = await instance.new_key()
    await connect(instance, emulator, OURS)
    assert (await instance.command(*LINE)).code == 0
    server = await instance.serve()
    slow = await begin(server, key, "A slow barn [emulator: work=4]", OWN)
    await until(lambda: emulator.calls("status", ""), "it is worked on")

    assert (await instance.command("catalog", "remove", OWN)).code == 0

    async def is_gone() -> bool:
        return OWN not in await listed(server, key)

    await until(is_gone, "the running server offers it no more", glance=0.1)
    view = await made(server, key, slow)
    assert (view["status"], view["model"], view["credits"]["charged"]) == ("completed", OWN, 26)


async def test_a_file_that_is_wrong_keeps_no_server_from_starting(instance: Instance):
    await instance.init()
    key = await instance.new_key()
    folder = instance.home / "catalog" / "models"
    folder.mkdir(parents=True)
    text = (await instance.command("catalog", "show", "fal-ai/nano-banana-2")).out
    (folder / "good.toml").write_text(text.replace('id = "fal-ai/nano-banana-2"', 'id = "own/good"'))
    (folder / "bad.toml").write_text(text.replace("[price]", "colour = 1\n[price]"))

    server = await instance.serve()
    models = await listed(server, key)
    looked = await instance.command("doctor", "--json")

    assert "own/good" in models
    (complaint,) = instance.complaints()
    assert "bad.toml" in complaint
    assert "colour" in complaint
    assert looked.code == 1
    (bad,) = [each for each in json.loads(looked.out)["findings"] if not each["ok"]]
    assert bad["name"] == "catalogue"
    assert "bad.toml" in bad["sentence"]
