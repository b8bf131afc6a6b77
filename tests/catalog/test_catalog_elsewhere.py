"""The same model at another provider makes the same of a request, or is not asked."""

from pathlib import Path
from typing import Any

import pytest

from aims import catalog
from aims.catalog import Draft, Model, open_shelf
from aims.core.errors import Invalid

SHELF = open_shelf()
PAIRS = [
    pytest.param(model, other, id=f"{model.id} at {other}")
    for model in SHELF.models(status=None)
    for other in model.also_at
]
FILE = """
id = "{id}"
name = "A model"
description = "For a test."
task = "{task}"
provider = "{provider}"
endpoint = "somewhere"
version = "1"
source = "nowhere"
checked = "2026-11-28"
also_at = {also_at}
[price]
credits = 1
unit = "image"
version = "1"
[picture]
takes = "pixels"
sent_as = "size"
[sources.image_urls]
role = "reference"
sent_as = "image"
help = "Pictures to work from."
required = false
"""


def draft(model: Model, **body: Any) -> Draft:
    pictures = {"image_urls": ["https://x.test/a.png", "https://x.test/b.png"]}
    references = pictures if model.task == "img2img" and model.sources["image_urls"].most > 1 else {}
    if model.task == "img2img" and not references:
        references = {"image_urls": ["https://x.test/a.png"]}
    if model.kind == "video":
        references = {
            name: ["https://x.test/a.png"] if name.endswith("urls") else f"https://x.test/{name}.png"
            for name in model.sources
        }
    asked = {"model": model.id, "prompt": "A barn at dusk"} | references | body
    return catalog.check(SHELF, model.kind, asked, default_model="")


def elsewhere(of: str, **body: Any) -> Draft | None:
    """The draft for the first other provider of a model."""
    model = SHELF.entry(of)
    assert model is not None
    other = SHELF.entry(model.also_at[0])
    assert other is not None
    return catalog.elsewhere(SHELF, draft(model, **body), other)


def test_there_are_pairs():
    assert PAIRS


@pytest.mark.parametrize(("model", "other"), PAIRS)
def test_a_plain_request_is_made_the_same_there(model: Model, other: str):
    named = SHELF.entry(other)
    assert named is not None
    assert model.id in named.also_at, "each names the other"
    asked = draft(model, aspect_ratio="16:9")

    found = catalog.elsewhere(SHELF, asked, named)

    assert found is not None
    assert found.model.id == other
    assert (found.width, found.height, found.n) == (asked.width, asked.height, asked.n)
    assert [each.url for each in found.references] == [each.url for each in asked.references]
    assert found.styled_prompt == asked.styled_prompt


def test_what_was_asked_for_goes_along():
    found = elsewhere("openai/gpt-image-2", n=3, size="1536x1024", quality="high", output_format="webp")

    assert found is not None
    assert found.n == 3
    assert {
        "size": "1536x1024",
        "quality": "high",
        "output_format": "webp",
    }.items() <= found.parameters.items()


def test_a_style_goes_along_in_the_words():
    style = SHELF.styles()[0]

    found = elsewhere("openai/gpt-image-2", style_slug=style.slug)

    assert found is not None
    assert found.styled_prompt == style.template.replace("{prompt}", "A barn at dusk")


@pytest.mark.parametrize(
    ("model", "body"),
    [
        ("fal-ai/nano-banana-2", {"seed": 5}),
        ("fal-ai/nano-banana-2", {"resolution": "0.5K"}),
        ("fal-ai/nano-banana-2/edit", {"resolution": "0.5K"}),
        ("fal-ai/nano-banana-2", {"enable_web_search": True}),
        ("gpt-image-2", {"moderation": "low"}),
        ("fal-ai/veo3.1", {"resolution": "4k"}),
        ("fal-ai/veo3.1/fast", {"safety_tolerance": "6"}),
        ("google/veo-3.1/reference-to-video", {"negative_prompt": "boats"}),
        ("fal-ai/veo3.1/image-to-video", {"aspect_ratio": "auto"}),
    ],
)
def test_what_the_other_cannot_do_is_not_asked_of_it(model: str, body: dict[str, Any]):
    assert elsewhere(model, **body) is None


@pytest.mark.parametrize(
    ("also_at", "provider", "task"),
    [
        ('["nobody/has-it"]', "two", "text2img"),
        ('["one/model"]', "two", "text2img"),
        ('["two/model"]', "one", "text2img"),
        ('["two/model"]', "two", "img2img"),
        ('["two/model", "two/model"]', "two", "text2img"),
    ],
    ids=["unknown", "itself", "same provider", "another task", "twice"],
)
def test_a_file_that_names_no_such_model_is_refused(tmp_path: Path, also_at: str, provider: str, task: str):
    folder = tmp_path / "models"
    folder.mkdir()
    first = {"id": "one/model", "task": "text2img", "provider": "one", "also_at": also_at}
    second = {"id": "two/model", "task": task, "provider": provider, "also_at": "[]"}
    (folder / "one.toml").write_text(FILE.format(**first))
    (folder / "two.toml").write_text(FILE.format(**second))

    with pytest.raises(Invalid, match="the same model elsewhere"):
        open_shelf([tmp_path])
