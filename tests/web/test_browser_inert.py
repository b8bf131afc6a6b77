"""Stored files in a real browser: opened, embedded in every way there is, made into blobs, none runs (MED-03)."""

import html
from contextlib import suppress

import pytest
from browsing import Browser, PlaywrightError, site, watched
from serving import SQLITE, Person
from test_sharing_inert import delivered
from test_uploads_kinds import POLYGLOTS, SCRIPT, kept, send_file, thumbnails_of

EMBEDDED = """<!doctype html><title>Somebody else's page</title>
<img src="{0}"><iframe src="{0}"></iframe><object data="{0}"></object><embed src="{0}">
<object data="{0}" type="image/svg+xml"></object><object data="{0}" type="text/html"></object>
<script src="{0}"></script><link rel="stylesheet" href="{0}"><video src="{0}"></video><audio src="{0}"></audio>
"""
AS_BLOB = """async (address) => {
  const blob = await (await fetch(address)).blob();
  const made = URL.createObjectURL(blob);
  const loaded = ["iframe", "object", "embed", "img"].map((name) => new Promise((done) => {
    const element = document.createElement(name);
    element.onload = element.onerror = () => done(name);
    element[name === "object" ? "data" : "src"] = made;
    document.body.append(element);
  }));
  await Promise.all(loaded);
  return blob.type;
}"""


NOT_SHOWN = ("heic",)
"""What Chromium cannot show it saves instead."""


def addresses(person: Person, data: bytes) -> list[str]:
    """Keep the bytes, as a person's upload and as a provider's output: addresses under which they are served."""
    row = kept(send_file(person, data, "page.html", "text/html"))
    asset_id, address = delivered(person, data)
    share = person.send("POST", f"/media/{asset_id}/share").json()["share_url"]
    return [row["url"], address, thumbnails_of(address)[512], f"{share}/file"]


def test_this_browser_does_run_such_a_file_where_it_is_served_carelessly(browser: Browser):
    """Without this, silence below would prove nothing."""
    data = POLYGLOTS[sorted(POLYGLOTS)[0]]
    with site({"/careless": ("text/html", data)}) as address, watched(browser) as seen:
        with seen.page.expect_event("dialog"):
            seen.page.goto(f"{address}/careless")
        assert seen.dialogs == ["127.0.0.1"]


@SQLITE
@pytest.mark.parametrize("name", sorted(POLYGLOTS))
def test_opened_or_embedded_it_runs_nothing(alice: Person, browser: Browser, name: str):
    served = addresses(alice, POLYGLOTS[name])
    embedding = "".join(EMBEDDED.format(html.escape(each)) for each in served)
    with site({"/": ("text/html", embedding.encode())}) as elsewhere, watched(browser) as seen:
        for each in served:
            if each.endswith(NOT_SHOWN) or name.startswith(NOT_SHOWN):
                with suppress(PlaywrightError):  # it says so when a file is saved instead of shown
                    seen.page.goto(each)
                continue
            answer = seen.page.goto(each)
            assert answer is not None
            assert answer.ok
            assert seen.page.evaluate("document.contentType").startswith("image/")
        assert not seen.refusals
        seen.page.goto(elsewhere, wait_until="load")
        assert not seen.dialogs


@SQLITE
def test_made_into_a_blob_it_runs_nothing_even_without_policies(alice: Person, browser: Browser):
    """A page that fetches the file and shows it has only the type that we gave: that alone must be enough."""
    with watched(browser, bypass_csp=True) as seen:
        for name in sorted(each for each in POLYGLOTS if not each.startswith(NOT_SHOWN)):
            _, address = delivered(alice, POLYGLOTS[name])
            seen.page.goto(f"{alice.served.base}/")
            assert seen.page.evaluate(AS_BLOB, address).startswith("image/")
        assert not seen.dialogs


@SQLITE
def test_a_prompt_that_is_a_script_is_text_on_the_share_page(alice: Person, browser: Browser):
    prompt = f'"><img src=x onerror=alert(1)>{SCRIPT.decode()}<svg onload=alert(2)> abstract'
    share = alice.generate(prompt, make_public=True).json()["images"][0]["share_url"]
    with watched(browser) as seen:
        seen.page.goto(share)
        assert seen.page.locator("img").first.is_visible()
        assert not seen.dialogs
        assert not seen.refusals
