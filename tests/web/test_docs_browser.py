"""The documentation in a real browser: lists that narrow, copying, languages, themes, a phone, and axe (WCAG AA)."""

import gzip
import re
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from browsing import Browser, Watched, watched
from playwright.sync_api import Page
from serving import SQLITE, Served
from showing import TABS

PAGES = (*TABS, "/docs/design", "/", "/reference")
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1440, "height": 900}
MOST_BYTES = 150_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

pytestmark = SQLITE


@contextmanager
def reading(browser: Browser, served: Served, path: str, size: dict[str, int] = DESK) -> Iterator[Watched]:
    """A page of the studio, loaded, in a window of that size."""
    with watched(browser) as seen:
        seen.page.set_viewport_size({"width": size["width"], "height": size["height"]})
        # What the sandbox would draw for it is not looked at here.
        seen.page.route("**/previews/**", lambda route: route.abort())
        answer = seen.page.goto(f"{served.base}{path}")
        assert answer is not None
        assert answer.ok
        yield seen


def test_the_lists_have_what_the_studio_offers(browser: Browser, served: Served):
    shelf = served.studio.shelf
    with reading(browser, served, "/docs") as seen:
        for model in shelf.models():
            row = seen.page.locator(f"#model-{model.id.replace('/', '-')}".replace(".", "\\."))
            assert model.name in row.locator("summary").inner_text()
            assert model.id in row.locator("summary").inner_text()
            assert str(model.price.credits) in row.locator(".price").inner_text()
        assert seen.page.locator("#models-list > li").count() == len(shelf.models())
        assert seen.page.locator(".style").count() == len(shelf.styles())
        row = seen.page.locator("#model-fal-ai-nano-banana-2")
        row.locator("summary").click()
        assert row.get_by_role("cell", name="enable_web_search", exact=True).is_visible()


def test_a_list_narrows_while_somebody_types(browser: Browser, served: Served):
    with reading(browser, served, "/docs") as seen:
        field = seen.page.get_by_label("Search the models")
        shown = seen.page.locator("#models-list > li:visible")
        every = shown.count()
        field.fill("VEO films words")
        assert 0 < shown.count() < every
        assert all("Veo" in text for text in shown.all_inner_texts())
        field.fill("no such thing")
        assert shown.count() == 0
        assert seen.page.get_by_text("No model has these words.").is_visible()
        field.fill("")
        assert shown.count() == every
        seen.page.get_by_label("Search the styles").fill("watercolor")
        assert seen.page.locator(".style:visible").count() == 1
        assert seen.page.locator("[data-group]:visible").count() == 1


def test_without_scripts_all_is_there_and_the_studio_searches(browser: Browser, served: Served):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.route("**/previews/**", lambda route: route.abort())
        page.goto(f"{served.base}/docs?models=seedream#models")
        assert page.locator("#models-list > li").count() == 2
        assert page.locator(".copy").first.is_hidden()
        example = page.locator("#example-ask-image-basic")
        example.get_by_text("Python", exact=True).click()
        assert example.get_by_text("from aims.client import AIMS").is_visible()
        assert example.get_by_text("curl -X POST").is_hidden()
        page.get_by_label("Search the styles").fill("no such style")
        page.get_by_label("Search the styles").press("Enter")
        page.get_by_text("No style has these words.").wait_for()


def test_what_is_shown_is_what_is_copied(browser: Browser, served: Served):
    with reading(browser, served, "/docs") as seen:
        seen.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        example = seen.page.locator("#example-ask-image-basic")
        for language in ("curl", "JavaScript"):
            example.get_by_label(language, exact=True).check()
            example.get_by_role("button", name="Copy A picture from words").click()
            seen.page.get_by_text("Copied.").wait_for(state="attached")
            assert clipboard(seen.page) == example.locator("pre:visible").inner_text()
        seen.page.locator("#model-fal-ai-nano-banana-2").get_by_role("button", name="Copy the id").click()
        assert clipboard(seen.page) == "fal-ai/nano-banana-2"
        seen.page.get_by_role("button", name="Copy the address of Rate limits").click(force=True)
        assert clipboard(seen.page) == f"{served.base}/docs#rate-limits"
        seen.page.goto(f"{served.base}/reference")
        sample = seen.page.locator("#generateImages .sample").first
        sample.get_by_role("button", name="Copy").click()
        seen.page.get_by_text("Copied.").wait_for(state="attached")
        assert clipboard(seen.page) == sample.locator("pre").inner_text()


def clipboard(page: Page) -> str:
    """What would be pasted now."""
    return page.evaluate("navigator.clipboard.readText()")


def test_a_language_is_chosen_once_for_every_page(browser: Browser, served: Served):
    with reading(browser, served, "/docs") as seen:
        seen.page.locator("#example-ask-image-basic").get_by_label("Python", exact=True).check()
        assert seen.page.locator("#example-later").get_by_label("Python", exact=True).is_checked()
        # One that does not have it stays with what it has.
        assert seen.page.locator("#example-key-header pre").is_visible()
        seen.page.goto(f"{served.base}/docs/mcp")
        assert seen.page.locator("#example-tools").get_by_label("Python", exact=True).is_checked()


def test_tabs_anchors_and_the_contents_lead_where_they_say(browser: Browser, served: Served):
    with reading(browser, served, "/docs") as seen:
        seen.page.get_by_role("link", name="Get API key").click()
        assert seen.page.url.endswith("/docs#api-key")
        for name, path in (("CLI", "/docs/cli"), ("MCP", "/docs/mcp"), ("Skills", "/docs/skills")):
            seen.page.get_by_label("Documentation").get_by_role("link", name=name, exact=True).click()
            seen.page.wait_for_url(f"**{path}")
            current = seen.page.locator(".tabs [aria-current=page]")
            assert current.inner_text() == name
        for path in TABS:
            seen.page.goto(f"{served.base}{path}")
            targets = seen.page.eval_on_selector_all(
                "a[href^='#']", "(links) => links.map((link) => link.getAttribute('href').slice(1))"
            )
            assert targets
            assert (
                seen.page.evaluate("(ids) => ids.filter((id) => !document.getElementById(id))", targets) == []
            )
            ids = seen.page.eval_on_selector_all("[id]", "(all) => all.map((each) => each.id)")
            assert len(ids) == len(set(ids))
        seen.page.goto(f"{served.base}/docs#errors")
        seen.page.locator(".contents [aria-current]", has_text="Error codes").wait_for()


def test_the_theme_is_the_systems_until_somebody_chooses(browser: Browser, served: Served):
    with reading(browser, served, "/docs") as seen:
        page = seen.page
        ground = "getComputedStyle(document.body).backgroundColor"
        page.emulate_media(color_scheme="light")
        light = page.evaluate(ground)
        page.emulate_media(color_scheme="dark")
        dark = page.evaluate(ground)
        assert light != dark
        page.get_by_role("button", name="Theme: system").click()
        assert page.evaluate(ground) == light
        page.goto(f"{served.base}/reference")
        assert page.evaluate(ground) == light
        page.get_by_role("button", name="Theme: light").click()
        page.emulate_media(color_scheme="light")
        assert page.evaluate(ground) == dark


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_readable_by_everybody_in_both_themes_and_on_a_phone(
    browser: Browser, served: Served, path: str
):
    with reading(browser, served, path) as seen:
        for theme in ("light", "dark"):
            seen.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            found = Axe().run(seen.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
            assert found.violations_count == 0, found.generate_report()
        seen.page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        assert seen.page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        if path in TABS:
            seen.page.get_by_text("On this page").last.click()
            found = Axe().run(seen.page, options={"runOnly": RULES, "resultTypes": ["violations"]})
            assert found.violations_count == 0, found.generate_report()
        assert not seen.refusals
        assert not [line for line in seen.complaints if "ERR_FAILED" not in line]


@pytest.mark.parametrize("path", PAGES)
def test_a_first_view_is_small(served: Served, path: str):
    """Everything but pictures, as it is sent."""
    page = served.client.get(path)
    named = set(re.findall(r'(?:href|src)="(/static/[^"#]+)', page.text))
    sheet = next(each for each in named if each.endswith(".css"))
    named |= {urljoin(sheet, each) for each in re.findall(r"url\(([^)]+)\)", served.client.get(sheet).text)}
    script = next((each for each in named if "/docs." in each), None)
    if script:
        inner = served.client.get(script).text
        named |= {urljoin(script, each) for each in re.findall(r'import "\./([^"]+)"', inner)}
    assert any(each.endswith(".woff2") for each in named)

    total = sum(sent(served, each) for each in (path, *named))

    assert total <= MOST_BYTES, total


def sent(served: Served, path: str) -> int:
    """The bytes of an answer's body on the wire."""
    with served.client.stream("GET", path, headers={"Accept-Encoding": "gzip"}) as answer:
        assert answer.status_code == 200, path
        body = b"".join(answer.iter_raw())
    if answer.headers.get("content-encoding") == "gzip":
        assert len(gzip.decompress(body)) > len(body)
    return len(body)
