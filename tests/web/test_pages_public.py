"""What anybody sees without a key: the front page, our style sheet, and what styles look like."""

import asyncio
import io
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image
from serving import SQLITE, Served, has_error
from test_sharing_pages import POLICY, Tags
from test_uploads_repeated import decoders_busy

from aims.web.pages import HERE
from aims.web.public.previews import made

SLUGS = ("anime-style", "cyberpunk-style", "watercolor-style")

pytestmark = SQLITE


def test_the_front_page_says_that_the_studio_runs_and_how_to_use_it(served: Served):
    answer = served.client.get("/")
    tags = Tags(answer.text)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers.get_list("content-security-policy") == [POLICY]
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "The studio is running" in tags.text
    assert f"{len(served.studio.shelf.models())} models" in answer.text
    assert f"{len(served.studio.shelf.styles())} styles" in answer.text
    assert f"curl -X POST {served.base}/api/v1/images/generate" in answer.text
    assert not tags.named("script")
    for each in tags.named("link"):
        assert served.client.get(str(each["href"])).status_code == 200


def test_the_front_page_tells_nothing_about_who_uses_the_studio(served: Served):
    page = served.client.get("/").text

    assert served.first is not None
    for secret in (served.first.workspace_id, served.first.api_key, str(served.settings.home), "sqlite"):
        assert secret not in page
    assert not re.findall(r"aims_[0-9A-Za-z]{20,}", page)


def test_the_style_sheet_is_sent_as_one_and_kept_for_a_day(served: Served):
    answer = served.client.get("/static/public.css")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.headers["x-content-type-options"] == "nosniff"
    again = served.client.get("/static/public.css", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    # Nothing is fetched from elsewhere.
    assert not re.findall(r"url\(['\"]?(?:https?:)?//|@import", answer.text)


@pytest.mark.parametrize(
    "name",
    [
        "nothing.css", "../pages.py", "..%2fpages.py", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/pages.py",
        "%2fetc%2fpasswd", "....//pages.py", "..%5cpages.py", "public.css%00", "public.css/", "", ".", "..",
        "PUBLIC.CSS", "public.css%2f..%2f..%2fpages.py", "public.css.bak", "x" * 5000,
    ],
)  # fmt: skip
def test_only_what_is_ours_is_sent_from_static(served: Served, name: str):
    status, _, body = served.say(
        f"GET /static/{name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode()
    )

    assert status in {400, 404} or (status == 200 and name == "public.css/")
    assert b"root:" not in body
    assert b"import" not in body


def test_every_file_of_ours_has_a_type_that_is_known(served: Served):
    for path in (HERE / "static").iterdir():
        answer = served.client.get(f"/static/{path.name}")
        assert (answer.status_code, answer.content) == (200, path.read_bytes()), path.name


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
