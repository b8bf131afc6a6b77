"""What a stranger sees of a shared picture: the picture, and nothing else of the studio (TEN-04, MED-08)."""

import io
import re
from html.parser import HTMLParser
from typing import Any

import pytest
from PIL import Image
from serving import SQLITE, Person, Served, has_error
from structlog.testing import capture_logs

from aims.web.gate import loggable

SHARE = re.compile(r"/shared/media/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; font-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
# Prompts that would do something if they were ever written into a page.
SCRIPTS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-' javascript:alert(1)",
    "{{ 7*7 }} {% include '/etc/passwd' %} ${7*7}",
    "</title><svg/onload=alert(1)>",
    "<!--#exec cmd='id'--> \u202e&lt;iframe srcdoc=x&gt;",
]


class Tags(HTMLParser):
    """The tags of a page, their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data.strip())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def properties(self) -> dict[str | None, str | None]:
        return {each["property"]: each["content"] for each in self.named("meta") if "property" in each}


@pytest.fixture
def shown(alice: Person) -> dict[str, Any]:
    """A picture of Alice's that she has shared when she made it."""
    answer = alice.generate("A SECRETIVE lighthouse", make_public=True)
    assert answer.status_code == 200, answer.text
    return answer.json()["images"][0]


def below(image: dict[str, Any]) -> tuple[str, str, str]:
    """The three addresses of a share: its page, its file and its thumbnail."""
    share = image["share_url"]
    return share, f"{share}/file", f"{share}/thumbnail"


def is_hidden(answer: Any) -> None:
    """Nobody keeps it, finds it, or hears from where somebody came."""
    assert answer.headers.get_list("cache-control") == ["no-store"]
    assert answer.headers.get_list("x-robots-tag") == ["noindex"]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


def test_a_stranger_sees_the_page_the_file_and_the_thumbnail(served: Served, shown: dict[str, Any]):
    page, file, thumbnail = (served.client.get(each) for each in below(shown))

    for answer in (page, file, thumbnail):
        assert answer.status_code == 200
        is_hidden(answer)
    assert page.headers["content-type"].startswith("text/html")
    assert page.headers.get_list("content-security-policy") == [POLICY]
    assert file.content == served.client.get(shown["url"]).content
    assert file.headers["content-type"] == "image/png"
    assert "sandbox" in file.headers["content-security-policy"]
    assert thumbnail.headers["content-type"] == "image/webp"
    assert Image.open(io.BytesIO(thumbnail.content)).size == (512, 512)


def test_the_address_of_a_share_has_an_id_of_its_own(served: Served, alice: Person, shown: dict[str, Any]):
    address = shown["share_url"].removeprefix(served.base)

    assert SHARE.fullmatch(address)
    assert shown["id"] not in address
    assert all(part not in address for part in (alice.workspace_id, alice.key.id))


def test_the_page_says_nothing_but_that_a_machine_made_it(
    served: Served, alice: Person, shown: dict[str, Any]
):
    page = served.client.get(shown["share_url"]).text
    share = shown["share_url"].rpartition("/")[2]

    for secret in (
        "SECRETIVE", "lighthouse", "nano-banana", "credits", "workspaces", shown["id"], alice.workspace_id,
        alice.key.id, shown["url"], shown["url"].rpartition("-")[2][:32],
    ):  # fmt: skip
        assert secret not in page, secret
    assert set(re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", page)) == {share}
    assert not re.findall(r"[0-9a-f]{32}", page)
    assert "AI-generated" in Tags(page).text


@SQLITE
def test_the_page_has_what_others_need_to_show_a_link(served: Served, shown: dict[str, Any]):
    tags = Tags(served.client.get(shown["share_url"]).text)
    share = shown["share_url"]

    assert tags.properties == {
        "og:title": "A shared picture",
        "og:type": "website",
        "og:url": share,
        "og:image": f"{share}/thumbnail",
    }
    assert {"name": "robots", "content": "noindex"} in tags.named("meta")
    (image,) = tags.named("img")
    assert (image["width"], image["height"]) == ("512", "512")
    assert not tags.named("script")
    assert not [name for _, attributes in tags.tags for name in attributes if name.startswith("on")]


@SQLITE
def test_the_page_shows_its_picture_under_every_name_of_this_machine(served: Served, shown: dict[str, Any]):
    """Its policy lets it load from where it came from only, so what it shows is named without a host."""
    path = shown["share_url"].removeprefix(served.base)
    page = served.client.get(path, headers={"Host": f"localhost:{served.port}"})
    tags = Tags(page.text)

    wanted = [*tags.named("img"), *tags.named("a"), *tags.named("link")]
    addresses = [str(each.get("src") or each.get("href")) for each in wanted]
    assert addresses
    for address in addresses:
        assert address.startswith("/"), address
        assert served.client.get(address).status_code == 200


@SQLITE
@pytest.mark.parametrize("prompt", SCRIPTS)
def test_no_prompt_ever_reaches_a_page(alice: Person, prompt: str):
    image = alice.generate(prompt, make_public=True).json()["images"][0]

    page = alice.served.client.get(image["share_url"]).text

    for piece in ("alert", "onerror", "onload", "javascript", "49", "passwd", "iframe", "svg", "exec"):
        assert piece not in Tags(page).text
        assert f"<{piece}" not in page
    assert prompt not in page
    assert "alert" not in page
    assert not Tags(page).named("script")


@SQLITE
def test_the_name_of_an_uploaded_file_reaches_nothing(alice: Person):
    for name in ("<script>alert(1)</script>.png", '"><img src=x onerror=alert(1)>.png'):
        data = io.BytesIO()
        Image.new("RGB", (9, 9), "red").save(data, "PNG")
        body = alice.send("POST", "/uploads", files={"file": (name, data.getvalue())}).json()
        share = alice.send("POST", f"/media/{body['id']}/share").json()["share_url"]

        page = alice.served.client.get(share)
        assert "alert" not in page.text
        assert "AI-generated" not in page.text
        for each in (page, alice.served.client.get(f"{share}/file"), alice.served.client.get(body["url"])):
            assert "alert" not in str(each.headers)


@SQLITE
def test_only_what_was_completed_gets_an_address(alice: Person):
    answer = alice.generate("Abstract [sandbox: fail=1]", n=2, make_public=True).json()

    assert [each["status"] for each in answer["images"]] == ["completed", "failed"]
    assert ["share_url" in each for each in answer["images"]] == [True, False]


@SQLITE
def test_without_make_public_nothing_is_shared(alice: Person):
    for more in ({}, {"make_public": False}):
        (image,) = alice.generate(**more).json()["images"]
        assert "share_url" not in image


@SQLITE
def test_several_pictures_have_several_addresses(alice: Person):
    images = alice.generate(n=3, make_public=True).json()["images"]

    files = [alice.served.client.get(f"{each['share_url']}/file").content for each in images]
    assert len({each["share_url"] for each in images}) == 3
    assert files == [alice.served.client.get(each["url"]).content for each in images]


def test_parts_of_a_shared_file_are_sent(served: Served, shown: dict[str, Any]):
    whole = served.client.get(shown["url"]).content
    size = len(whole)
    for path in below(shown)[1:]:
        full = served.client.get(path)
        part = served.client.get(path, headers={"Range": "bytes=5-9"})
        assert (part.status_code, part.content) == (206, full.content[5:10])
        is_hidden(part)
        assert served.client.get(path, headers={"Range": f"bytes={size}-"}).status_code == 416
        many = served.client.get(path, headers={"Range": "bytes=" + ",".join(["0-0"] * 1000)})
        assert (many.status_code, many.content) == (200, full.content)
        same = served.client.get(path, headers={"If-None-Match": full.headers["etag"]})
        assert (same.status_code, same.content) == (304, b"")
        assert same.headers["cache-control"] == "no-store"
        head = served.client.head(path)
        assert (head.status_code, head.content) == (200, b"")
        assert int(head.headers["content-length"]) == len(full.content)


@SQLITE
@pytest.mark.parametrize(
    "path",
    [
        "/shared/media/3f0c8a52-6f0e-4f53-9a3a-111111111111",
        "/shared/media/x",
        "/shared/media/%00",
        "/shared/media/..%2f..%2fsecret",
        "/shared/media/%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "/shared/media/'%20OR%201=1%20--",
        "/shared/media/" + "x" * 3000,
        "/shared/media/\u0661\u0662",
    ],
)
def test_an_address_that_was_never_given_shows_nothing(served: Served, path: str):
    page, file, thumbnail = (served.client.get(f"{path}{end}") for end in ("", "/file", "/thumbnail"))

    assert [each.status_code for each in (page, file, thumbnail)] == [404, 404, 404]
    if "%2f" not in path.lower():  # a slash makes it another address, which no page answers
        is_hidden(page)
        assert "There is nothing here" in page.text
    assert "script" not in page.text
    for each in (file, thumbnail):
        has_error(each, 404, "not_found")


@SQLITE
def test_nothing_is_written_or_listed_through_a_share(served: Served, shown: dict[str, Any]):
    for path in below(shown):
        for method in ("POST", "PUT", "PATCH", "DELETE"):
            assert served.client.request(method, path, content=b"x").status_code == 405
    for path in ("/shared/media", "/shared/media/", f"{shown['share_url']}/", f"{shown['share_url']}/prompt"):
        answer = served.client.get(path)
        assert answer.status_code == 404 or shown["id"] not in answer.text


@SQLITE
def test_no_line_of_the_log_has_the_secret_of_an_address(alice: Person):
    client = alice.served.client
    with capture_logs() as lines:
        image = alice.generate("A SECRETIVE lighthouse", make_public=True).json()["images"][0]
        share, stem = image["share_url"], image["url"].rpartition(".")[0]
        path = share.removeprefix(alice.served.base)
        for address in (
            *below(image), image["url"], f"{stem}.256.webp", f"{stem}.svg", f"{share}?key=x", f"{share}/prompt",
            f"{alice.served.base}/{path}", f"{alice.served.base}/x{path}", f"{alice.served.base}/./{path}",
            f"{alice.served.base}/{path.replace('/media', '//media')}", path.upper(),
        ):  # fmt: skip
            client.get(address)
        alice.send("POST", f"/media/{image['id']}/share")
        alice.send("DELETE", f"/media/{image['id']}/share")
        client.get(share)
    said = "\n".join(map(str, lines)).lower()

    assert said.count("/shared/media/") >= 5
    assert share.rpartition("/")[2] not in said
    assert stem.rpartition("-")[2] not in said
    assert "secretive" not in said
    assert alice.text.lower() not in said


def test_what_is_logged_of_an_address_ends_before_its_secret():
    assert loggable("/shared/media/3f0c8a52-6f0e-4f53-9a3a-111111111111/file") == "/shared/media/3f0c8a52..."
    assert loggable("//Shared//media/3f0c8a52-6f0e-4f53-9a3a-111111111111") == "//Shared//media/3f0c8a52..."
    assert loggable("/workspaces/3f0c8a52-6f0e/2026/11/x.png") == "/workspaces/3f0c8a52..."
    assert loggable("/webhooks/providers/fal/3f0c8a52-6f0e/3f0c8a52/0f0e") == "/webhooks/providers/fal..."
    assert loggable("/api/v1/models") == "/api/v1/models"
