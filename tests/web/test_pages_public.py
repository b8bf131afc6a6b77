"""What anybody sees without a key: the front page, our style sheet, and what styles look like."""

import asyncio
import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from serving import SQLITE, Served, has_error
from test_sharing_pages import Tags
from test_uploads_repeated import decoders_busy

from aims.web import assets
from aims.web.pages import SCRIPTED
from aims.web.public.previews import made

SLUGS = ("anime-style", "cyberpunk-style", "watercolor-style")

pytestmark = SQLITE


def test_the_front_page_says_that_the_studio_runs_and_how_to_use_it(served: Served):
    answer = served.client.get("/")
    tags = Tags(answer.text)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers.get_list("content-security-policy") == [SCRIPTED]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "The studio is running" in tags.text
    assert f"{len(served.studio.shelf.models())} models" in answer.text
    assert f"{len(served.studio.shelf.styles())} styles" in answer.text
    assert f"curl -X POST {served.base}/api/v1/images/generate" in answer.text
    assert all(str(each["src"]).startswith("/static/") for each in tags.named("script"))
    for each in (*tags.named("link"), *tags.named("script")):
        assert served.client.get(str(each.get("href") or each["src"])).status_code == 200
    assert {"/docs", "/docs/cli", "/docs/mcp", "/docs/skills"} <= {each["href"] for each in tags.named("a")}


def test_the_front_page_tells_nothing_about_who_uses_the_studio(served: Served):
    page = served.client.get("/").text

    assert served.first is not None
    for secret in (served.first.workspace_id, served.first.api_key, str(served.settings.home), "sqlite"):
        assert secret not in page
    assert not re.findall(r"aims_[0-9A-Za-z]{20,}", page)


def test_a_file_is_kept_for_ever_under_the_name_that_pages_have_for_it(served: Served):
    address = assets.address("studio.css")
    named, plain = served.client.get(address), served.client.get("/static/studio.css")

    assert (named.status_code, plain.status_code) == (200, 200)
    assert named.content == plain.content
    assert named.headers["content-type"] == "text/css; charset=utf-8"
    assert named.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert named.headers["x-content-type-options"] == "nosniff"
    assert plain.headers["cache-control"] == "public, max-age=300"
    again = served.client.get("/static/studio.css", headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert f'<link rel="stylesheet" href="{address}">' in served.client.get("/").text


def test_a_file_of_another_release_is_answered_with_what_there_is_and_not_kept(served: Served):
    answer = served.client.get("/static/studio.0123456789ab.css")

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=300"


def test_the_style_sheet_names_nothing_elsewhere_and_every_file_under_its_own_name(served: Served):
    sheet = served.client.get("/static/studio.css").text

    assert not re.findall(r"url\(['\"]?(?:https?:)?//|@import", sheet)
    named = re.findall(r"url\(([^)]+)\)", sheet)
    assert len(named) == 2
    for each in named:
        answer = served.client.get(f"/static/{each}")
        assert answer.headers["cache-control"].endswith("immutable")
        assert answer.content[:4] == b"wOF2"


@pytest.mark.parametrize(
    ("accepted", "packed"),
    [
        ("gzip", True),
        ("br, gzip;q=0.5", True),
        ("GZIP", True),
        ("identity", False),
        ("gzip;q=0", False),
        ("", False),
    ],
)
def test_a_file_is_packed_for_whoever_takes_it(served: Served, accepted: str, packed: bool):
    answer = served.client.get("/static/studio.css", headers={"Accept-Encoding": accepted})

    assert answer.headers.get("content-encoding") == ("gzip" if packed else None)
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.content == served.client.get("/static/studio.css").content
    assert ("-gz" in answer.headers["etag"]) is packed


@pytest.mark.parametrize(
    "name",
    [
        "nothing.css", "css", "../pages.py", "..%2fpages.py", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/pages.py",
        "%2fetc%2fpasswd", "....//pages.py", "..%5cpages.py", "studio.css%00", "studio.css/", "", ".", "..",
        "STUDIO.CSS", "studio.css%2f..%2f..%2fpages.py", "studio.css.bak", "tokens.css",
        "icons.LICENSE.txt", "x" * 5000,
    ],
)  # fmt: skip
def test_only_what_is_ours_is_sent_from_static(served: Served, name: str):
    status, _, body = served.say(
        f"GET /static/{name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )

    assert status in {400, 404} or (status == 200 and name == "studio.css/")
    assert b"root:x:" not in body
    assert b"from litestar" not in body


def test_every_file_that_is_served_is_there_to_be_had(served: Served):
    assert {"studio.css", "theme.js", "docs.js", "icons.svg", "instrument-sans.woff2"} <= {*assets.names()}
    for name in assets.names():
        answer = served.client.get(assets.address(name))
        assert answer.status_code == 200, name
        assert answer.headers["cache-control"].endswith("immutable"), name


@pytest.mark.parametrize("slug", SLUGS)
def test_a_style_has_a_preview(served: Served, slug: str):
    answer = served.client.get(f"/previews/styles/{slug}.webp")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "image/webp"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    with Image.open(io.BytesIO(answer.content)) as image:
        assert (image.format, image.size) == ("WEBP", (512, 512))


def test_styles_look_different(served: Served):
    seen = {served.client.get(f"/previews/styles/{slug}.webp").content for slug in SLUGS}

    assert len(seen) == len(SLUGS)


def test_a_preview_is_drawn_once_however_many_ask_for_it_at_once(served: Served):
    folder, slug = served.settings.home / "previews", served.studio.shelf.styles()[-1].slug
    before = set(folder.glob("*")) if folder.exists() else set()

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda _: served.client.get(f"/previews/styles/{slug}.webp"), range(16)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    (kept,) = set(folder.glob("*")) - before
    assert kept.read_bytes() == answers[0].content
    # What is on the disk is what is sent from then on.
    kept.write_bytes(answers[0].content + b"\0")
    assert served.client.get(f"/previews/styles/{slug}.webp").content == answers[0].content + b"\0"
    kept.write_bytes(answers[0].content)


def test_waiting_previews_take_one_place_in_the_queue(served: Served):
    """A stranger cannot fill the queue in front of the decoders by asking for the same preview again and again."""
    studio, slug = served.studio, served.studio.shelf.styles()[0].slug
    for path in (served.settings.home / "previews").glob("*"):
        path.unlink()

    async def ask() -> tuple[list[asyncio.Task[Path]], int]:
        asked = [asyncio.create_task(made(studio, slug)) for _ in range(50)]
        await asyncio.sleep(0)  # each begins
        return asked, len(studio.children._turns._queue)

    async def files(asked: list[asyncio.Task[Path]]) -> set[Path]:
        return set(await asyncio.gather(*asked))

    with decoders_busy(served):
        asked, waiting = served.do(ask())
    assert waiting == 1
    assert len(served.do(files(asked))) == 1


@pytest.mark.parametrize(
    "name",
    [
        "no-such-style.webp", "anime-style", "anime-style.png", "anime-style.webp.webp", ".webp", "webp",
        "..%2fanime-style.webp", "%00.webp", "ANIME-STYLE.webp", "<script>.webp", "x" * 3000 + ".webp",
    ],
)  # fmt: skip
def test_a_style_that_is_not_there_has_no_preview(served: Served, name: str):
    has_error(served.client.get(f"/previews/styles/{name}"), 404, "not_found")
