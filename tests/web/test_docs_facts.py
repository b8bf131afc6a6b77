"""What texts and pages are made of is right without a studio: ids and prices, colours, components, icons."""

import re
from pathlib import Path

import pytest

from aims import catalog, skills
from aims.cli.described import command_line
from aims.web.assets import STATIC
from aims.web.docs.colours import coloured
from aims.web.pages import HERE

ROOT = Path(__file__).parents[2]
SHELF = catalog.open_shelf()
KNOWN = {model.id: model for model in SHELF.models(status=None)}
_ID = re.compile(r"(?<![\w/.-])(?:fal-ai|openai|xai|bytedance)/[a-z0-9][a-z0-9./-]*[a-z0-9]")
_PRICED = re.compile(r"`(?P<id>[^`\s]+/[^`\s]+)`[^`\n]{0,12}?(?P<price>\b\d+\b)(?= credits| \|)")
_CREDITS = re.compile(r"`(?P<id>[a-z0-9-]+/[^`\s]+)`,? (?:with |at |\()?(?P<price>\d+)\b(?! of|:)")


def told() -> dict[str, str]:
    """Every text of ours that may name a model: skills, pages, examples, helps, and what lies at the root."""
    line = command_line()
    helps = {
        each.name: "\n".join((each.says, *each.examples, *(o.says for o in each.options)))
        for each in line.commands
    }
    files = [
        *ROOT.glob("*.md"),
        *(HERE / "templates").rglob("*.html"),
        *(HERE / "docs").glob("*.toml"),
        *(HERE / "openapi").glob("*.toml"),
    ]
    return {
        **{each.name: each.text for each in skills.every()},
        **helps,
        **{path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in files},
    }


TEXTS = told()


@pytest.mark.parametrize("name", TEXTS)
def test_every_model_that_a_text_names_can_be_asked_for(name: str):
    for found in set(_ID.findall(TEXTS[name])):
        assert found in KNOWN, found
        assert KNOWN[found].status == "active", found


def test_every_price_that_a_text_names_is_the_catalogues():
    seen = 0
    for name, text in TEXTS.items():
        for found in (*_PRICED.finditer(text), *_CREDITS.finditer(text)):
            if found["id"] in KNOWN:
                seen += 1
                assert int(found["price"]) == KNOWN[found["id"]].price.credits, (name, found[0])
    # The tables of the skills, and what the README says of the default and the cheapest.
    assert seen >= 15


def test_colours_lose_no_word_of_an_example():
    """Colours are put around words, and never change one."""
    for language in ("curl", "python", "javascript", "cli", "json", "text"):
        for text in (
            "",
            "a 'b",
            '{"a": "b\\"c", "n": 1}',
            "# x\ncurl -d '{\n}'",
            "const a = `b`; // c",
            "-1.5 true",
        ):
            assert "".join(part.text for part in coloured(text, language)) == text


def test_every_component_has_a_sheet_of_its_name_and_every_icon_is_used():
    macros = {path.stem for path in (HERE / "templates" / "components").glob("*.html")} - {"words"}
    sheets = {path.stem for path in (STATIC / "css" / "components").glob("*.css")}
    assert macros <= sheets

    every = "".join(path.read_text() for path in (HERE / "templates").rglob("*.html"))
    drawn = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "icons.svg").read_text()))
    asked = set(re.findall(r'icon\("([\w-]+)"', every)) | {"info", "triangle-alert"}
    assert asked == drawn
