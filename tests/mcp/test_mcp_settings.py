"""What a model takes and no tool names: an agent finds it in the list, sends it, and the provider is sent it."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine
import pytest
from agents import HTTP, Person, agent, body, environment, refused

sys.path.append(str(Path(__file__).parents[1] / "providers"))

from emulated import Emulator
from serving import Served

from aims.mcp import TOOLS
from aims.mcp.schemas import takes

PAINTER, CHANGER = "own/painter", "own/changer"
MODELS = {
    PAINTER: ("fal-ai/nano-banana-2", "text2img"),
    CHANGER: ("fal-ai/nano-banana-2/edit", "img2img"),
}
TAKEN = (
    *("--parameter", "system_prompt:text:max=500"),
    *("--parameter", "thinking_level:choice:choices=minimal|high:default=minimal"),
    *("--parameter", "top_k:integer:min=1:max=40:sent_as=seed"),
)


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """fal, as far as anybody here can tell."""
    found = Emulator("fal", tmp_path_factory.mktemp("fal") / "ledger.db")
    yield found
    found.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, emulator: Emulator) -> Iterator[Served]:
    """A studio that is connected to it, and to which its operator has added models of their own."""
    home = tmp_path_factory.mktemp("studio")
    machine.new_sqlite(home / "studio.db")
    for model, (endpoint, task) in MODELS.items():
        words = (
            "catalog",
            "add",
            endpoint,
            "--id",
            model,
            "--task",
            task,
            "--price",
            "26",
            "--provider",
            "fal",
        )
        shape = ("--ratios", "1:1,16:9", "--count-name", "num_images")
        subprocess.run(
            [sys.executable, "-m", "aims", *words, *shape, *TAKEN],
            env=environment(home, AIMS_HOME=str(home)),
            check=True,
            capture_output=True,
            timeout=60,
        )
    studio = Served(home, None, connections=emulator.connection).start()
    yield studio
    studio.stop()


async def test_an_agent_sends_a_model_what_it_was_told_that_it_takes(
    alice: Person, emulator: Emulator, transport: str, tmp_path: Path
):
    said = f"A barn over {transport}"
    asked = {"prompt": said, "model": PAINTER, "aspect_ratio": "16:9", "idempotency_key": "barn"}
    given = {"system_prompt": "Paint.", "thinking_level": "high", "top_k": 7, "colour": "red"}

    async with agent(alice, transport, tmp_path) as aims:
        models = body(await aims.call_tool("list_models", {"type": "image"}))["image_models"]
        made = body(await aims.call_tool("generate_image", {**asked, "settings": given}))
        again = body(await aims.call_tool("generate_image", {**asked, "settings": given}))
        other = await aims.call_tool("generate_image", {**asked, "settings": {**given, "top_k": 8}})
        resource = (await aims.read_resource("aims://models")).contents[0].text

    (entry,) = [each for each in models if each["id"] == PAINTER]
    told = entry["available_settings"]
    assert {name: told["top_k"][name] for name in ("type", "min", "max")} == {
        "type": "integer",
        "min": 1,
        "max": 40,
    }
    assert told["thinking_level"]["choices"] == ["minimal", "high"]
    assert told["thinking_level"]["default"] == "minimal"
    assert resource == alice.send("GET", "/models").text
    assert (made["success"], made["credits_used"], made["ignored_parameters"]) == (True, 26, ["colour"])
    assert again["generation_id"] == made["generation_id"]
    refused(other, "AIMS API error (422): ")
    (sent,) = emulator.requests(said)
    assert sent["body"] == {
        "prompt": said,
        "num_images": 1,
        "aspect_ratio": "16:9",
        "system_prompt": "Paint.",
        "thinking_level": "high",
        "seed": 7,
    }
    assert alice.balance == (974, 0)


async def test_a_picture_is_changed_with_them_too(alice: Person, emulator: Emulator, tmp_path: Path):
    """`n` is a setting of this tool, since it is no argument of it."""
    source = alice.generate("A barn to change", model=PAINTER).json()["images"][0]["url"]
    asked = {"prompt": "Add a rainbow", "model": CHANGER, "image_urls": [source]}

    async with agent(alice, HTTP, tmp_path) as aims:
        given = {"system_prompt": "Paint.", "n": 2, "top_k": None}
        made = body(await aims.call_tool("edit_image", {**asked, "settings": given}))

    assert (made["success"], len(made["images"]), made["credits_used"]) == (True, 2, 52)
    (sent,) = emulator.requests("Add a rainbow")
    assert (sent["body"]["system_prompt"], sent["body"]["num_images"]) == ("Paint.", 2)
    assert "seed" not in sent["body"]


async def test_a_film_is_made_with_them_too(alice: Person, emulator: Emulator, tmp_path: Path):
    """A model of ours, whose `cfg_scale` is a field of the API and no argument of the tool."""
    model = "fal-ai/kling-video/v3/standard/text-to-video"
    asked = {"prompt": "A barn in the wind", "model": model, "duration": 3, "settings": {"cfg_scale": 0.25}}

    async with agent(alice, HTTP, tmp_path) as aims:
        made = body(await aims.call_tool("generate_video", asked))

    assert (made["success"], made["credits_used"]) == (True, 201)
    assert emulator.requests("A barn in the wind")[0]["body"]["cfg_scale"] == 0.25


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"top_k": 41}, ("AIMS API error (400): ", "`top_k`", "40")),
        ({"top_k": "many"}, ("AIMS API error (400): ", "`top_k`")),
        ({"thinking_level": "deep"}, ("AIMS API error (400): ", "`thinking_level`", "minimal")),
        # What only looks like a parameter of the call itself is a name like any other to the API.
        (
            {"timeout": 1, "wait": False, "on_progress": "x", "top_k": 0},
            ("AIMS API error (400): ", "`top_k`"),
        ),
        ({"n": 2}, ("`n` is an argument of `generate_image`", "beside `settings`")),
        ({"prompt": "B"}, ("`prompt` is an argument",)),
        ({"idempotency_key": "B"}, ("`idempotency_key` is an argument",)),
        ({"settings": "B"}, ("`settings` is an argument",)),
        ({"top_k": [7]}, ("`top_k` in `settings` must be text, a number, true or false",)),
        ({"top_k": {"a": 7}}, ("`top_k` in `settings` must be",)),
        ("top_k=7", ("`settings` must be an object",)),
        ([{"top_k": 7}], ("`settings` must be an object",)),
    ],
)
async def test_what_is_wrong_with_them_is_said_and_nothing_is_charged(
    alice: Person, emulator: Emulator, tmp_path: Path, settings: Any, words: tuple[str, ...]
):
    asked = {"prompt": "A barn that is never painted", "model": PAINTER, "settings": settings}

    async with agent(alice, HTTP, tmp_path) as aims:
        refused(await aims.call_tool("generate_image", asked), *words)

    assert alice.balance == (1000, 0)
    assert emulator.requests("A barn that is never painted") == []


async def test_a_setting_in_the_wrong_place_is_shown_the_right_one(alice: Person, tmp_path: Path):
    async with agent(alice, HTTP, tmp_path) as aims:
        refused(
            await aims.call_tool("generate_image", {"prompt": "A barn", "model": PAINTER, "top_k": 7}),
            "no argument `top_k`",
            "What else a model takes goes into `settings`.",
        )
        refused(await aims.call_tool("list_styles", {"top_k": 7}), "It takes: none.")


def test_the_tools_that_make_something_take_settings_and_no_other_does():
    taking = {name for name, tool in TOOLS.items() if "settings" in takes(tool)["properties"]}

    assert taking == {"generate_image", "edit_image", "generate_video"}
