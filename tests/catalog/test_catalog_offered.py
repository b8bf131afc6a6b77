"""Models that are there only where their provider is connected: elsewhere nothing shows that there are any."""

from pathlib import Path

import pytest
from catalog_bodies import MODEL_FILE

from aims import catalog
from aims.catalog import Counter
from aims.catalog.overrides import Overrides
from aims.core.errors import Invalid

GPT = "openai/gpt-image-2"
FILES = Path(catalog.__file__).parent / "models"
DEFAULTS = {"image": GPT, "video": "fal-ai/veo3.1/fast"}
CONNECTED = MODEL_FILE.replace("\n[price]", '\noffered = "connected"\n[price]', 1)


@pytest.fixture
def counter(own_folder: Path) -> Counter:
    """A catalogue with one model that is offered where `acme` is connected."""
    (own_folder / "models" / "brush.toml").write_text(CONNECTED)
    return Counter(own_folder, DEFAULTS)


def refusal(counter: Counter, workspace: str, model: str) -> str:
    """The sentence that a request for the model is refused with."""
    body = {"prompt": "A barn", "model": model}
    with pytest.raises(Invalid) as error:
        catalog.check(counter.of(workspace).shelf, "image", body, default_model="none")
    assert error.value.code == "unknown_model"
    return error.value.sentence


def test_without_its_provider_it_is_as_if_there_were_no_such_model(counter: Counter, tmp_path: Path):
    nothing = Counter(tmp_path / "nowhere", DEFAULTS)

    assert counter.of("").shelf.models(status=None) == nothing.of("").shelf.models(status=None)
    for asked in ("acme/brush", "acme/brish"):
        assert refusal(counter, "", asked) == refusal(nothing, "", asked)


def test_it_comes_with_its_provider_and_goes_with_it(counter: Counter):

    def there(workspace: str) -> bool:
        return counter.of(workspace).shelf.entry("acme/brush") is not None

    counter.connect({"": {"sandbox", "fal"}})
    assert not there("anybody")
    counter.connect({"": {"sandbox", "acme"}})
    assert there("anybody")
    counter.connect({"": {"sandbox"}, "alice": {"acme"}})
    assert (there("alice"), there("bob")) == (True, False)
    counter.connect({})
    assert not there("alice")


def test_a_default_that_has_gone_with_its_provider_is_none_until_it_is_back(counter: Counter):
    counter.take(Overrides(defaults={("", "image"): "acme/brush"}))
    assert counter.of("").default_model("image") == GPT

    counter.connect({"": {"acme"}})
    assert counter.of("").default_model("image") == "acme/brush"


@pytest.mark.parametrize(
    ("key", "model"),
    [("edit", "fal-ai/nano-banana-2/edit"), ("substitute", "fal-ai/veo3.1/fast")],
)
def test_what_is_always_there_leads_to_nothing_that_may_not_be(own_folder: Path, key: str, model: str):
    (ours,) = [path for path in FILES.rglob("*.toml") if f'\nid = "{model}"' in "\n" + path.read_text()]
    (own_folder / "models" / "pen.toml").write_text('offered = "connected"\n' + ours.read_text())

    (fault,) = Counter(own_folder, DEFAULTS).faults

    assert "offered only where its provider is connected" in fault.sentence
    assert [each.field for each in fault.details] == [key]
