"""The documentation tells what answers: its tables come out of the code, and show what the studio offers now."""

import re
from typing import Any

import pytest
from serving import SQLITE, Served, has_error
from showing import TABS, Reading
from test_catalogue_models import operate
from test_documentation import DOCUMENT, OUTSIDE
from test_documentation import parameters as documented
from test_sharing_pages import Tags

from aims import catalog, skills
from aims.accounts import ANY
from aims.catalog import request_schema
from aims.cli.described import command_line
from aims.mcp import TOOLS
from aims.mcp.schemas import takes
from aims.web.desk import Desk
from aims.web.docs import cli
from aims.web.docs.reference import page as reference_page
from aims.web.openapi import examples, wire
from aims.web.pages import SCRIPTED, rendered

__all__ = ["operate"]

pytestmark = SQLITE


def words_of(served: Served, path: str) -> str:
    """The text of a page, in one line."""
    return " ".join(" ".join(Tags(served.client.get(path).text).text).split())


@pytest.fixture(scope="session")
def reference(shared: Served) -> Tags:
    """The page of the API, read."""
    return Tags(shared.client.get("/docs").text)


@pytest.mark.parametrize("path", [*TABS, "/docs/design"])
def test_a_page_runs_our_files_alone_and_is_sent_again_only_when_it_has_changed(served: Served, path: str):
    answer = served.client.get(path)

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers.get_list("content-security-policy") == [SCRIPTED]
    assert "unsafe" not in SCRIPTED
    assert answer.headers["cache-control"] == "public, max-age=60"
    again = served.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    tags = Tags(answer.text)
    for each in tags.named("script"):
        assert str(each["src"]).startswith("/static/")
    assert not [name for _, about in tags.tags for name in about if name == "style" or name.startswith("on")]
    for each in (*tags.named("link"), *tags.named("script")):
        assert served.client.get(str(each.get("href") or each["src"])).status_code == 200
    for each in {str(each["href"]) for each in tags.named("a")}:
        if each.startswith("/"):
            assert served.client.get(each.partition("#")[0]).status_code == 200, each


@pytest.mark.parametrize("page", ["", "/cli", "/mcp", "/skills"])
def test_a_page_has_a_name_in_the_tab(served: Served, page: str):
    text = served.client.get(f"/docs{page}").text

    (title,) = re.findall("<title>(.*?)</title>", text)
    assert re.fullmatch(r"[A-Z][A-Za-z ]+ · AI Media Studio", title)


def test_what_the_ordered_documentation_has_is_there(reference: Tags):
    """Its parts, its parameters, its requests and its statuses."""
    said = " ".join(" ".join(reference.text).split())
    titles = (
        "Quick start", "Get your API key", "Make your first request", "Discover the current model ids",
        "Authentication", "Bearer token (recommended)", "X-API-Key header", "Generate images",
        "Model-specific parameters",
        "Public sharing", "Edit images", "Style presets", "Generate videos", "Available models", "Available styles",
        "Code examples", "Error codes", "Rate limits", "60 requests a minute",
    )  # fmt: skip
    for each in titles:
        assert each in said, each
    names = {*documented("Generate Images\nPOST", "Generate Videos\nPOST")}
    for kind, found in (
        ("image", names),
        ("video", {*documented("Generate Videos\nPOST", "Available Models")}),
    ):
        assert {f"{kind}-{name}" for name in found} <= {about.get("id") for _, about in reference.tags}
    for each in examples.read("documentation"):
        if each.status is None:
            lines = [line.strip() for line in each.body.strip().splitlines()]
            assert all(line in "\n".join(reference.text) for line in lines), each.name
    for status in re.findall(r"^(\d{3})$", DOCUMENT.split("Error Codes")[1], re.MULTILINE):
        assert f"error-{status}" in {about.get("id") for _, about in reference.tags}
    assert OUTSIDE.findall(said)


def test_every_field_status_and_scope_is_told_and_no_other(served: Served, reference: Tags):
    there = {str(about["id"]) for _, about in reference.tags if about.get("id")}
    for kind in ("image", "video"):
        fields = request_schema(kind)["properties"]
        told = {name for name in there if name.startswith(f"{kind}-")} - {f"{kind}-parameters"}
        assert told - {f"{kind}-model-parameters"} == {f"{kind}-{name}" for name in fields}
    assert {int(name[6:]) for name in there if re.fullmatch(r"error-\d+", name)} == {200, *wire.ERRORS}
    for scope in ANY:
        assert scope in reference.text
    anchors = {about.get("id") for _, about in Tags(served.client.get("/reference").text).tags}
    for each in reference.named("a"):
        page, _, anchor = str(each["href"]).partition("#")
        if page == "/reference" and anchor:
            assert anchor in anchors, anchor


def test_a_parameter_says_which_models_act_on_it(served: Served):
    """As many as have it among their settings, of those that make such things."""
    page = served.client.get("/docs").text
    films = {
        each.name: catalog.describe(each)["available_settings"]
        for each in served.studio.shelf.models("video")
    }
    taking = [name for name, settings in films.items() if "cfg_scale" in settings]

    row = page.split('id="video-cfg_scale"')[1].partition("</tr>")[0]

    assert 0 < len(taking) < len(films)
    assert f"{len(taking)} of {len(films)} models" in row or ", ".join(taking) in row


def test_a_price_and_a_model_that_the_operator_changes_change_on_the_page(served: Served, operate: Any):
    model = "fal-ai/nano-banana-2"
    assert "25 / image" in row_of(served, model)

    operate(model, "--price", "26", workspace="")
    assert "26 / image" in row_of(served, model)
    operate(model, "--hidden", workspace="")
    assert not row_of(served, model)
    assert "openai/gpt-image-2" in words_of(served, "/docs")


def row_of(served: Served, model: str) -> str:
    """The line of a model in the list; empty when it is not there."""
    page = served.client.get("/docs").text
    found = re.search(rf'id="model-{re.escape(model.replace("/", "-"))}".*?</summary>', page, re.DOTALL)
    return " ".join(" ".join(Tags(found[0]).text).split()) if found else ""


def test_what_cannot_be_asked_for_is_not_listed(served: Served):
    page = served.client.get("/docs").text
    offered = {model.id for model in served.studio.shelf.models()}
    every = {model.id for model in served.studio.counter.files.models(status=None)}

    listed = set(re.findall(r'data-copy="([^"]+/[^"]+)"', page))

    assert listed == offered
    assert every - offered


def test_a_search_is_answered_by_the_studio_too(served: Served):
    found = served.client.get("/docs", params={"models": "KLING films", "styles": "water"}).text

    assert set(re.findall(r'id="model-([\w.-]+)"', found)) == {
        each.id.replace("/", "-") for each in served.studio.shelf.models() if "kling" in each.id
    }
    assert 'value="KLING films"' in found
    assert "watercolor-style" in found
    assert "anime-style.webp" not in found
    told = served.client.get("/docs", params={"models": "<script>alert(1)</script>"}).text
    assert "<script>alert" not in told
    has_error(served.client.get("/docs", params={"models": "x" * 101}), 400, "invalid_request")


def test_every_command_is_told_with_its_flags(served: Served):
    said = words_of(served, "/docs/cli")

    line = command_line()
    assert {each.name for each in line.commands} >= {"aims image", "aims keys create", "aims serve"}
    for command in line.commands:
        assert command.usage in said, command.name
        for option in (*command.options, *line.everywhere):
            assert option.argument or ", ".join(option.flags) in said, (command.name, option)


def test_every_tool_is_told_with_its_arguments(served: Served):
    page = served.client.get("/docs/mcp").text
    for tool in TOOLS.values():
        assert f'id="{tool.name}"' in page
        table = page.split(f'aria-label="Arguments of {tool.name}"')[-1].partition("</table>")[0]
        for name in takes(tool)["properties"]:
            assert f'<code class="name">{name}</code>' in table, (tool.name, name)


def test_every_skill_is_told_word_for_word(served: Served):
    shown = {each.name: each.text for each in Reading(served.client.get("/docs/skills").text).examples}

    for each in skills.every():
        assert shown[f"{each.name}-text"] == each.text


def test_without_a_command_line_to_tell_the_pages_say_how_to_ask_it(served: Served):
    """As when another program serves the studio."""
    at = Desk(served.studio)

    told = Tags(rendered("docs/cli.html", cli.page(at)).decode())
    api = rendered("docs/reference.html", reference_page(at)).decode()

    places = {about.get("id") for _, about in told.tags}
    assert {str(each["href"])[1:] for each in told.named("a") if str(each["href"]).startswith("#")} <= places
    assert "aims --help" in told.text
    assert (
        'data-language="cli"'
        not in api.partition('id="example-ask-image-basic"')[2].partition("</figure>")[0]
    )
