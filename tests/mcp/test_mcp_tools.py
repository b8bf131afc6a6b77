"""The tools as an agent uses them: every one, on every way, with the same answers as the API's."""

import base64
import io
from pathlib import Path
from typing import Any

import pytest
from agents import HTTP, agent, body, refused, texts
from jsonschema import Draft202012Validator
from mcp import MCPError
from PIL import Image
from serving import SMALL, Person

from aims.mcp import INSTRUCTIONS, TOOLS
from aims.mcp.schemas import gives, takes


def picture(kind: str = "PNG") -> bytes:
    """A small picture."""
    data = io.BytesIO()
    Image.new("RGB", (96, 64), "teal").save(data, kind)
    return data.getvalue()


async def test_an_agent_makes_changes_and_finds_a_picture(alice: Person, way: str, tmp_path: Path):
    """One visit, as the instructions tell it."""
    heard: list[tuple[float, float | None, str | None]] = []

    async def hear(done: float, of: float | None, line: str | None) -> None:
        heard.append((done, of, line))

    async with agent(alice, way, tmp_path) as aims:
        assert (aims.server_info.name, aims.instructions) == ("aims", INSTRUCTIONS)
        assert texts((await aims.list_tools()).tools) == list(TOOLS)
        account = body(await aims.call_tool("get_account", {}))
        assert account == alice.send("GET", "/images/generate").json()
        assert body(await aims.call_tool("list_models", {})) == alice.send("GET", "/models").json()
        films = body(await aims.call_tool("list_models", {"type": "video"}))
        assert films == alice.send("GET", "/models?type=video").json()
        assert body(await aims.call_tool("list_styles", {})) == alice.send("GET", "/styles").json()

        given = {"image_base64": base64.b64encode(picture("JPEG")).decode(), "filename": "a.jpg"}
        kept = body(await aims.call_tool("upload_image", given))
        assert kept["success"] is True
        assert alice.served.client.get(kept["url"]).status_code == 200

        asked = {"prompt": "Sea at dawn", "style_slug": "anime-style", **SMALL}
        result = await aims.call_tool(
            "generate_image", {**asked, "return_image": True}, progress_callback=hear
        )
        made = body(result)
        assert not result.is_error
        assert (made["success"], made["credits_used"], made["credits_remaining"]) == (True, 25, 975)
        assert made["style_applied"] == "anime-style"
        file = alice.served.client.get(made["images"][0]["url"])
        shown = result.content[1]
        assert shown.type == "image"
        assert (shown.mime_type, base64.b64decode(shown.data)) == (file.headers["content-type"], file.content)

        edit = {"prompt": "Add a boat", "image_urls": [kept["url"]], **SMALL}
        edited = body(await aims.call_tool("edit_image", edit))
        assert (edited["success"], edited["credits_remaining"]) == (True, 950)
        seen = body(await aims.call_tool("get_generation", {"generation_id": edited["generation_id"]}))
        assert seen == alice.show(edited["generation_id"])
        assert seen["model"] == "fal-ai/nano-banana-2/edit"

    assert [done for done, _, _ in heard] == sorted({done for done, _, _ in heard})
    assert heard[-1] == (1.0, 1.0, f"Generation {made['generation_id']}: completed")
    assert heard[0][2].startswith(f"Generation {made['generation_id']}: ")


async def test_a_film(alice: Person, transport: str, tmp_path: Path):
    async with agent(alice, transport, tmp_path) as aims:
        asked = {"prompt": "A boat", "model": "fal-ai/veo3.1/lite", "duration": 4, "aspect_ratio": "16:9"}
        result = await aims.call_tool("generate_video", {**asked, "return_image": True})

    film = body(result)
    assert (film["success"], film["credits_used"], film["credits_remaining"]) == (True, 60, 940)
    assert film["video"]["status"] == "completed"
    assert (film["video"]["duration"], film["video"]["audio"]) == (4, False)
    # Of a film it is one frame.
    assert [each.type for each in result.content] == ["text", "image"]
    assert result.content[1].mime_type == "image/webp"


async def test_a_result_is_the_documented_answer(alice: Person, tmp_path: Path):
    """The same request over HTTP, under the same key, joins the same generation: both say the same of it."""
    asked = {"prompt": "Abstract [sandbox: fail=1]", "n": 2, "make_public": True, "background": None, **SMALL}
    async with agent(alice, HTTP, tmp_path) as aims:
        said = body(await aims.call_tool("generate_image", {**asked, "idempotency_key": "one"}))

    asked.pop("background")
    answer = alice.send("POST", "/images/generate", json=asked, headers={"Idempotency-Key": "one"})

    assert answer.headers["idempotent-replayed"] == "true"
    assert said.pop("generation_id") in answer.headers["location"]
    assert said == answer.json()


async def test_a_failed_picture_marks_the_whole_result_and_keeps_it(alice: Person, way: str, tmp_path: Path):
    async with agent(alice, way, tmp_path) as aims:
        some = await aims.call_tool("generate_image", {"prompt": "A [sandbox: fail=1]", "n": 2, **SMALL})
        none = await aims.call_tool("generate_image", {"prompt": "A [sandbox: fail=all]", "n": 2, **SMALL})

    assert some.is_error
    partial = body(some)
    assert (partial["success"], partial["credits_used"], partial["credits_remaining"]) == (True, 25, 975)
    assert [each["status"] for each in partial["images"]] == ["completed", "failed"]
    assert partial["images"][1]["credits_refunded"] == 25
    assert none.is_error
    total = body(none)
    assert (total["success"], total["credits_used"], total["credits_remaining"]) == (False, 0, 975)
    assert [each["status"] for each in total["images"]] == ["failed", "failed"]


async def test_what_the_api_refuses_says_what_to_do(alice: Person, transport: str, tmp_path: Path):
    served = alice.served
    poor, narrow = served.person(10), served.person(1000, scopes=("media:read",))
    asked = {"prompt": "Abstract", **SMALL}

    async with agent(poor, transport, tmp_path) as aims:
        error = refused(await aims.call_tool("generate_image", asked), "AIMS API error (402): ", "25", "10")
        assert "list_models" in error["next"]
        error = refused(
            await aims.call_tool("generate_image", {**asked, "n": 99}), "AIMS API error (400): ", "`n`"
        )
        error = refused(await aims.call_tool("generate_image", {**asked, "model": "none"}), "(400)", "none")
    async with agent(narrow, transport, tmp_path) as aims:
        refused(await aims.call_tool("generate_image", asked), "AIMS API error (403): ", "`image:generate`")
        refused(await aims.call_tool("generate_video", {"prompt": "A"}), "(403)", "`video:generate`")
        given = {"image_base64": base64.b64encode(picture()).decode()}
        refused(await aims.call_tool("upload_image", given), "(403)", "`media:write`")

    assert poor.balance == (10, 0)
    assert narrow.traces[2:] == served.person(1000).traces[2:]


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("generate_image", {}, "Prompt is required"),
        ("generate_image", {"prompt": ""}, "Prompt is required"),
        ("generate_image", {"prompt": "A", "command": "ls"}, "`command`"),
        ("generate_image", {"prompt": "A", "return_image": "yes"}, "`return_image`"),
        ("generate_image", {"prompt": "A", "idempotency_key": "a\n"}, "`idempotency_key`"),
        ("generate_image", {"prompt": "A", "idempotency_key": ""}, "`idempotency_key`"),
        ("edit_image", {"prompt": "A"}, "`image_urls` is required"),
        ("edit_image", {"prompt": "A", "image_urls": []}, "`image_urls` is required"),
        ("get_generation", {"generation_id": 7}, "`generation_id`"),
        ("upload_image", {"path": "a.png", "image_base64": "AAAA"}, "`path`"),
        ("upload_image", {"image_base64": 7}, "must be text"),
        ("upload_image", {"image_base64": "data:image/png;base64,AAAA"}, "`data:`"),
        ("upload_image", {"image_base64": "not base64!"}, "not valid base64"),
        ("upload_image", {"image_base64": base64.b64encode(b"<svg/>").decode()}, "no picture"),
        (
            "upload_image",
            {"image_base64": base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(20 << 20)).decode()},
            "20 MiB",
        ),
    ],
)
async def test_wrong_arguments_are_refused_before_anything_is_asked(
    alice: Person, tmp_path: Path, name: str, arguments: dict[str, Any], words: str
):
    async with agent(alice, HTTP, tmp_path) as aims:
        error = refused(await aims.call_tool(name, arguments), words)

    assert "AIMS API error" not in error["error"]
    assert alice.balance == (1000, 0)


async def test_the_definitions_say_what_the_tools_do(alice: Person, tmp_path: Path):
    async with agent(alice, HTTP, tmp_path) as aims:
        listed = (await aims.list_tools()).tools

    reading = {"list_models", "list_styles", "get_account", "get_generation"}
    for tool in listed:
        assert tool.title
        assert tool.description.endswith(".")
        for schema in (tool.input_schema, tool.output_schema):
            Draft202012Validator.check_schema(schema)
            assert schema["type"] == "object"
        assert tool.input_schema["additionalProperties"] is False
        assert all(told["description"] for told in tool.input_schema["properties"].values())
        hints = tool.annotations
        assert hints.read_only_hint == (tool.name in reading)
        assert hints.destructive_hint is False
        assert hints.idempotent_hint == (tool.name in reading)
        assert hints.open_world_hint == tool.name.startswith(("generate_", "edit_"))
        # No tool takes a file of this machine, or anything to run.
        assert not {"path", "file", "command", "args", "server", "env"} & set(tool.input_schema["properties"])


def test_the_schemas_take_what_the_contract_names():
    both = {
        "settings",
        "idempotency_key",
        "return_image",
        "prompt",
        "model",
        "aspect_ratio",
        "resolution",
        "make_public",
    }
    video = {
        "duration",
        "audio",
        "image_url",
        "image_urls",
        "first_frame_url",
        "last_frame_url",
        "negative_prompt",
    }
    image = {"n", "size", "output_format", "quality", "style_slug", "image_urls", "seed", "limit_generations"}

    assert set(takes(TOOLS["generate_image"])["properties"]) == both | image
    assert set(takes(TOOLS["edit_image"])["properties"]) == both | {"image_urls", "output_format"}
    assert set(takes(TOOLS["generate_video"])["properties"]) == both | video | {"extend_video_url"}
    assert takes(TOOLS["edit_image"])["required"] == ["prompt", "image_urls"]
    assert takes(TOOLS["generate_image"])["required"] == ["prompt"]
    refusal = {"success": False, "error": "No.", "hint": "It.", "next": "Go."}
    for tool in TOOLS.values():
        assert Draft202012Validator(gives(tool)).is_valid(refusal)
        assert not Draft202012Validator(gives(tool)).is_valid({"success": False})


async def test_resources_are_what_the_api_says(
    alice: Person, charlie: Person, transport: str, tmp_path: Path
):
    made = alice.finished(alice.begin()["id"])
    async with agent(alice, transport, tmp_path) as aims:
        assert [str(each.uri) for each in (await aims.list_resources()).resources] == [
            "aims://models",
            "aims://styles",
        ]
        templates = (await aims.list_resource_templates()).resource_templates
        assert [each.uri_template for each in templates] == ["aims://generations/{id}"]
        for uri, path in (
            ("aims://models", "/models"),
            (f"aims://generations/{made['id']}", f"/generations/{made['id']}"),
        ):
            (content,) = (await aims.read_resource(uri)).contents
            assert (content.mime_type, content.text) == ("application/json", alice.send("GET", path).text)
        for uri in ("aims://nothing", "file:///etc/hosts", "aims://generations/"):
            with pytest.raises(MCPError, match="no such resource"):
                await aims.read_resource(uri)
    async with agent(charlie, transport, tmp_path) as aims:
        with pytest.raises(MCPError, match="no such generation"):
            await aims.read_resource(f"aims://generations/{made['id']}")


async def test_an_unknown_tool_is_an_error_of_the_protocol(alice: Person, transport: str, tmp_path: Path):
    async with agent(alice, transport, tmp_path) as aims:
        with pytest.raises(MCPError, match="no tool 'run_command'"):
            await aims.call_tool("run_command", {"command": "ls"})
