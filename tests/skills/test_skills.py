"""The skills say what is so, carry nothing but text, and are where an installer, a plugin and a browser look."""

import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from aims import catalog, skills
from aims.mcp import TOOLS
from aims.mcp.tools import release
from aims.web.public.agents import contents

ROOT = Path(__file__).parents[2]
NAMES = ("aims-edit-image", "aims-generate-image", "aims-generate-video")
SHELF = catalog.open_shelf()
TEXTS = {
    **{each.name: each.text for each in skills.every()},
    "AGENTS.md": (ROOT / "AGENTS.md").read_text(),
    "llms.txt": contents("BASE"),
}

_ID = re.compile(r"(?:(?:fal-ai|openai|xai|bytedance)/[a-z0-9./-]*[a-z0-9])")
_PRICED = re.compile(r"^\| `([^`]+)` \| (\d+) \|", re.MULTILINE)
_HOST = re.compile(r"\b(?:https?|wss?|ftp)://", re.IGNORECASE)
_HIDDEN = re.compile(r"[^\n\x20-\x7e]")
_TOOL = re.compile(r"`((?:get|list|generate|edit|upload)_[a-z_]+)`")
each_text = pytest.mark.parametrize("name", TEXTS)


def test_there_are_three_and_each_says_when_to_use_it():
    assert tuple(each.name for each in skills.every()) == NAMES
    for each in skills.every():
        assert "Use it when" in each.description
        assert 80 < len(each.description) < 1024
        for part in ("## Ask for", "## Models", "## Steps", "## Credits and failures"):
            assert part in each.text, (each.name, part)
        assert each.text.index("Prefer the MCP") < each.text.index("`aims` command") < each.text.index("HTTP")


@each_text
def test_every_model_that_is_named_is_one_and_can_be_asked(name: str):
    for found in _ID.findall(TEXTS[name]):
        assert SHELF.model(found).status == "active", found


@pytest.mark.parametrize("name", NAMES)
def test_every_price_is_the_catalogues(name: str):
    priced = _PRICED.findall(TEXTS[name])
    kind = "video" if name.endswith("video") else "image"

    assert len(priced) >= 5
    for model_id, price in priced:
        model = SHELF.model(model_id)
        assert (model.price.credits, model.kind) == (int(price), kind), model_id


@each_text
def test_every_tool_that_is_named_is_one(name: str):
    known = set(TOOLS) | {"image_urls", "upload_image"}

    assert set(_TOOL.findall(TEXTS[name])) <= known


@each_text
def test_a_text_holds_nothing_hidden_no_script_and_no_host(name: str):
    text = TEXTS[name]

    assert not _HIDDEN.search(text)
    assert not _HOST.search(text)
    for word in ("eval ", "| sh", "| bash", "sudo", "base64 -d", "printenv", "<script", "<!--"):
        assert word not in text, word
    # What is read from the environment is the key and the address.
    assert set(re.findall(r"\$\{?([A-Za-z_]+)", text)) <= {"AIMS_BASE_URL", "AIMS_API_KEY", "url"}


def test_a_folder_of_a_skill_holds_its_text_alone():
    found = sorted(
        path.relative_to(ROOT).as_posix() for path in (ROOT / "skills").rglob("*") if path.is_file()
    )

    assert found == [f"skills/{name}/SKILL.md" for name in NAMES]
    assert not any(path.stat().st_mode & 0o111 for path in (ROOT / "skills").rglob("*.md"))


def test_the_plugin_registers_the_skills_and_the_server_together():
    plugin = json.loads((ROOT / ".claude-plugin/plugin.json").read_text())
    market = json.loads((ROOT / ".claude-plugin/marketplace.json").read_text())
    servers = json.loads((ROOT / plugin["mcpServers"]).read_text())["mcpServers"]

    assert plugin["version"] == market["metadata"]["version"] == release()
    assert (ROOT / plugin["skills"]).resolve() == ROOT / "skills"
    assert [(each["name"], each["source"]) for each in market["plugins"]] == [(plugin["name"], "./")]
    assert set(servers) == {"aims"}
    assert servers["aims"]["command"] == "aims-mcp"
    assert set(servers["aims"]["env"]) == {"AIMS_API_KEY", "AIMS_BASE_URL"}


def test_they_are_packed_into_the_wheel(tmp_path: Path):
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)

    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        for each in skills.every():
            assert packed.read(f"aims/skills/shelf/{each.name}/SKILL.md").decode() == each.text
    assert "aims/mcp/server.py" in names
