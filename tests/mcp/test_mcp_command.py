"""`aims-mcp`: what it says without a key and without the protocol, and where it finds the key."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from agents import AIMS_MCP, STDIO, agent, body, environment, refused
from serving import Person

from aims.client import Generation, Output
from aims.client.steps import Store
from aims.mcp import TOOLS
from aims.mcp.pictures import MOST_BYTES, pictures_of
from aims.mcp.tools import release

AIMS = str(Path(AIMS_MCP).with_name("aims"))


def run(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A command in an empty home, with nothing on its standard input."""
    return subprocess.run(
        words,
        capture_output=True,
        text=True,
        env=environment(home),
        cwd=home,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("command", [(AIMS_MCP,), (AIMS, "mcp")], ids=["aims-mcp", "aims mcp"])
def test_it_tells_of_itself_without_a_key(tmp_path: Path, command: tuple[str, ...]):
    listed = run(tmp_path, *command, "--list-tools")
    helped, version = run(tmp_path, *command, "--help"), run(tmp_path, *command, "--version")

    assert (listed.returncode, listed.stderr) == (0, "")
    told = json.loads(listed.stdout)
    assert set(told) == {"name", "version", "tools"}
    assert (told["name"], told["version"]) == ("aims", release())
    assert told["tools"] == [{"name": each.name, "description": each.description} for each in TOOLS.values()]
    assert (helped.returncode, version.returncode) == (0, 0)
    assert "--list-tools" in helped.stdout
    assert version.stdout == f"aims-mcp {release()}\n"


@pytest.mark.parametrize("words", [("--nope",), ("serve",), ("--base-url", "ftp://x"), ("--key", "a b")])
def test_what_it_does_not_know_is_a_usage_error(tmp_path: Path, words: tuple[str, ...]):
    said = run(tmp_path, AIMS_MCP, *words)

    assert (said.returncode, said.stdout) == (2, "")
    assert said.stderr


def test_telling_of_itself_loads_no_protocol(tmp_path: Path):
    words = "import sys; from aims.cli.mcp import mcp; mcp.main(['--list-tools'], standalone_mode=False); "
    words += "print(*sorted({'mcp', 'httpx2', 'sqlalchemy'} & set(sys.modules)), file=sys.stderr)"

    said = run(tmp_path, sys.executable, "-c", words)

    assert said.stderr.strip() == ""


async def test_the_key_comes_from_the_file_that_login_writes(alice: Person, tmp_path: Path):
    kept = {"apiKey": alice.text, "baseUrl": alice.served.base}
    (tmp_path / ".aims").mkdir()
    (tmp_path / ".aims" / "config.json").write_text(json.dumps(kept))
    nobody = Person(alice.served, alice.workspace_id, replace(alice.key, text=""))

    async with agent(nobody, STDIO, tmp_path, base="") as aims:
        assert body(await aims.call_tool("get_account", {}))["workspace_id"] == alice.workspace_id


async def test_without_a_key_every_tool_says_what_to_do(alice: Person, tmp_path: Path):
    nobody = Person(alice.served, alice.workspace_id, replace(alice.key, text=""))

    async with agent(nobody, STDIO, tmp_path) as aims:
        assert len((await aims.list_tools()).tools) == len(TOOLS)
        error = refused(await aims.call_tool("get_account", {}), "AIMS API error (401)")

    assert "AIMS_API_KEY" in error["next"]


def asked_for(*outputs: Output) -> list[str]:
    """Which addresses are fetched to be returned. What is fetched has the size that was told."""
    flow, found = pictures_of(Generation(id="g", kind="image", status="completed", outputs=list(outputs))), []
    try:
        step = next(flow)
        while True:
            assert isinstance(step, Store)
            found.append(step.url)
            step.file.write_bytes(b"x" * (30_000 if step.url.endswith("t") else MOST_BYTES // 2))
            step = flow.send(None)
    except StopIteration:
        return found


def test_large_pictures_are_returned_as_thumbnails():
    def output(name: str, size: int, kind: str = "image/png") -> Output:
        return Output(
            id=name, status="completed", url=name, thumbnail_url=f"{name}t", content_type=kind, bytes=size
        )

    half = MOST_BYTES // 2

    assert asked_for(output("a", half)) == ["a"]
    assert asked_for(output("a", MOST_BYTES + 1)) == ["at"]
    assert asked_for(output("a", half), output("b", half)) == ["a", "bt"]
    assert asked_for(output("a", 100, "video/mp4")) == ["at"]
    assert asked_for(Output(id="a", status="failed")) == []
