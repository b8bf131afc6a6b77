"""Somebody starts the studio, opens its documentation, copies the first example, and has a picture."""

import asyncio
import html
import json
import re
import subprocess
from pathlib import Path

import httpx2
from server import PATIENCE, Instance

_FIRST = re.compile(r'id="example-ask-image-basic".*?<code>(.*?)</code>', re.DOTALL)
_CLI = re.compile(r'data-language="cli"')


async def test_the_first_example_makes_a_picture_with_the_key_that_was_printed(
    instance: Instance, tmp_path: Path
) -> None:
    server = await instance.serve()
    page = httpx2.get(f"{server.url}/docs", trust_env=False).text
    found = _FIRST.search(page)
    assert found is not None
    example = html.unescape(re.sub(r"<[^>]+>", "", found[1]))

    done = await asyncio.to_thread(
        subprocess.run,
        ["bash", "-eu", "-c", example],
        env={"PATH": "/usr/bin:/bin", "AIMS_API_KEY": instance.first_key, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=True,
    )

    told = json.loads(done.stdout)
    assert told["success"], told
    picture = httpx2.get(told["images"][0]["url"], trust_env=False)
    assert picture.content.startswith(b"\x89PNG")
    # The program that serves has handed its command line over.
    assert _CLI.search(page)
    assert "aims keys create [OPTIONS]" in httpx2.get(f"{server.url}/docs/cli", trust_env=False).text
