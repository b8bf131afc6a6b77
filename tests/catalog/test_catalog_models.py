"""Every model file there is, whatever it is called: a new one is covered by being there."""

import json
from pathlib import Path

import pytest
from catalog_bodies import MODEL_FILE, SHELF, body_for

from aims import catalog
from aims.catalog import Model, Shelf
from aims.core.errors import StudioError

ALL = SHELF.models(status=None)
ACTIVE = SHELF.models()
FILES = Path(catalog.__file__).parent / "models"

B, S, K = "fal-ai/veo3.1", "bytedance/seedance-2.0", "fal-ai/kling-video/v3"
PRICES = {
    "fal-ai/bytedance/seedream/v4/text-to-image": 10,
    "fal-ai/bytedance/seedream/v4/edit": 10,
    "fal-ai/nano-banana-2": 25,
    "fal-ai/nano-banana-2/edit": 25,
    "fal-ai/gpt-image-1.5": 30,
    "fal-ai/gpt-image-1.5/edit": 30,
    "fal-ai/nano-banana-pro": 50,
    "fal-ai/nano-banana-pro/edit": 50,
    "openai/gpt-image-2": 70,
    "openai/gpt-image-2/edit": 70,
    "fal-ai/flux-pro/kontext": 20,
    **{f"{B}/lite{path}": 15 for path in ("", "/image-to-video")},
    **{
        f"{B}/fast{path}": 30
        for path in ("", "/image-to-video", "/first-last-frame-to-video", "/extend-video")
    },
    **{
        f"{B}{path}": 60
        for path in (
            "",
            "/image-to-video",
            "/first-last-frame-to-video",
            "/reference-to-video",
            "/extend-video",
        )
    },
    **{f"xai/grok-imagine-video/{path}": 15 for path in ("text-to-video", "image-to-video")},
    **{f"{S}/fast/{path}": 20 for path in ("text-to-video", "image-to-video", "reference-to-video")},
    **{f"{S}/{path}": 25 for path in ("text-to-video", "image-to-video", "reference-to-video")},
    **{f"{K}/standard/{path}": 67 for path in ("text-to-video", "image-to-video")},
    **{f"{K}/pro/{path}": 70 for path in ("text-to-video", "image-to-video")},
    "fal-ai/sora-2/text-to-video": 35,
    "fal-ai/sora-2/text-to-video/pro": 50,
    "fal-ai/sora-2/image-to-video": 35,
}


def each(models: tuple[Model, ...]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("model", models, ids=lambda model: model.id)


@pytest.mark.parametrize(("model_id", "price"), PRICES.items())
def test_the_price_list_is_in_the_catalogue(shelf: Shelf, model_id: str, price: int) -> None:
    model = shelf.entry(model_id)
    assert model is not None
    assert model.price.credits == price


def test_every_file_is_a_model() -> None:
    assert len(ALL) == len(list(FILES.rglob("*.toml")))


@each(ACTIVE)
def test_a_plain_request_gets_a_draft_a_price_and_a_provider_request(shelf: Shelf, model: Model) -> None:
    draft = catalog.check(shelf, model.kind, body_for(model), default_model="none")
    assert draft.model is model
    assert not draft.ignored_parameters
    quote = catalog.quote(model, draft)
    assert quote.credits >= model.price.credits > 0
    sent = catalog.provider_input(
        model,
        prompt=draft.styled_prompt,
        parameters=draft.parameters,
        references=[(r.field, r.url) for r in draft.references],
    )
    assert json.loads(json.dumps(sent)) == sent
    assert {source.sent_as for source in model.sources.values()} <= sent.keys()


@each(ACTIVE)
def test_every_choice_of_every_parameter_is_accepted(shelf: Shelf, model: Model) -> None:
    for name, parameter in model.parameters.items():
        ends = [end for end in (parameter.min, parameter.max) if end is not None]
        for value in (*parameter.choices, *(() if parameter.type == "text" else ends)):
            draft = catalog.check(shelf, model.kind, body_for(model, **{name: value}), default_model="none")
            assert draft.parameters[name] == value


@each(ACTIVE)
def test_an_example_works_as_it_is_printed(shelf: Shelf, model: Model) -> None:
    assert model.examples
    for example in model.examples:
        draft = catalog.check(shelf, model.kind, example.body, default_model=model.id)
        assert draft.model is model
        assert not draft.ignored_parameters


@each(ALL)
def test_a_listing_says_what_the_api_promises_and_is_json(model: Model) -> None:
    entry = catalog.describe(model)
    assert entry["model_type"] == model.task
    assert entry["credit_cost"] == model.price.credits
    assert set(entry["default_advanced_settings"]) <= set(entry["available_settings"])
    assert all(setting["help"] for setting in entry["available_settings"].values())
    assert json.loads(json.dumps(entry)) == entry


@each(SHELF.models(status="retired"))
def test_a_retired_model_names_a_substitute_that_works(shelf: Shelf, model: Model) -> None:
    with pytest.raises(StudioError, match=f"retired. Use '{model.substitute}' instead") as caught:
        catalog.check(shelf, model.kind, {"prompt": "x", "model": model.id}, default_model="none")
    assert caught.value.code == "model_retired"
    assert shelf.model(str(model.substitute)).task == model.task
    assert model not in shelf.models()


def test_a_model_added_as_a_file_works_at_once(own_folder: Path) -> None:
    shelf = catalog.open_shelf([own_folder])
    body = {"prompt": "A barn", "model": "acme/brush", "size": "2048x1024", "bristles": 40}
    draft = catalog.check(shelf, "image", body, default_model="none")
    assert catalog.provider_input(draft.model, prompt="A barn", parameters=draft.parameters) == {
        "prompt": "A barn",
        "shape": "2:1",
        "bristle_count": "40",
    }
    assert catalog.quote(draft.model, draft).credits == 5
    with pytest.raises(StudioError, match="`bristles` must be a whole number from 3 to 99; got 100"):
        catalog.check(shelf, "image", body | {"bristles": 100}, default_model="none")


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("\n[price]", "\ncolour = 1\n[price]", "unknown field `colour`"),
        ("min = 3", "minimum = 3", r"unknown field `minimum`.*parameters"),
        ("credits = 5", "credits = -5", r"`\$.price.credits`"),
        ("credits = 5", "credits = 5.5", r"`\$.price.credits`"),
        ('[price]\ncredits = 5\nunit = "image"\nversion = "1"\n', "", "missing required field `price`"),
        ('unit = "image"', 'unit = "second"', "`price.unit` must be 'image'"),
        ("default = 12", "default = 2", "`parameters.bristles.default` is outside its bounds"),
        ("default = 12", 'unit = "x"\nsnap = true\ndefault = 500', "outside its bounds"),
        ("max = 99", "max = 1", "`parameters.bristles.min` is above its max"),
        ('sent_as = "bristle_count"\n', "", "needs `sent_as` or `phrases`"),
        ('task = "text2img"', 'task = "img2img"', "needs the table `sources.image_urls`"),
        ('version = "1"\nsource', 'status = "retired"\nversion = "1"\nsource', "`substitute` belongs"),
        ('ratios = ["1:1", "2:1"]', 'ratios = ["wide"]', "`picture.ratios`"),
        ('ratios = ["1:1", "2:1"]', "", "`picture.ratios`"),
        ("[parameters.bristles]", "[parameters.n]", "`parameters.n` is a field of the API"),
        ("[parameters.bristles]", "[parameters.size]", "`parameters.size` is a field of the API"),
        ("max = 99", "snap = true", "`parameters.bristles.snap` needs choices"),
        ("min = 3", 'snap = true\nchoices = ["12"]', "is not one of its choices"),
        ("name = ", "name ", "brush.toml"),
    ],
)
def test_a_wrong_file_is_named_with_its_key(own_folder: Path, old: str, new: str, sentence: str) -> None:
    assert old in MODEL_FILE
    (own_folder / "models" / "brush.toml").write_text(MODEL_FILE.replace(old, new, 1))
    with pytest.raises(StudioError, match=sentence) as caught:
        catalog.open_shelf([own_folder])
    assert "brush.toml" in caught.value.sentence
    assert caught.value.code == "catalog_file"


def test_a_source_that_no_request_can_send_is_refused(own_folder: Path) -> None:
    more = '\n[sources.mask_url]\nrole = "reference"\nsent_as = "mask"\nhelp = "the mask."\n'
    (own_folder / "models" / "brush.toml").write_text(MODEL_FILE + more)
    with pytest.raises(StudioError, match=r"`sources.mask_url` is not a field that requests for images have"):
        catalog.open_shelf([own_folder])


@pytest.mark.parametrize("factor", ["0", "-1", "1/0", "much", "101"])
def test_a_multiplier_must_be_a_sensible_factor(own_folder: Path, factor: str) -> None:
    more = f'\n[[price.multipliers]]\nname = "x"\nfactor = "{factor}"\nover_pixels = 9\n'
    (own_folder / "models" / "brush.toml").write_text(MODEL_FILE + more)
    with pytest.raises(StudioError, match="factor"):
        catalog.open_shelf([own_folder])


def test_an_edit_model_that_is_not_there_stops_the_start(own_folder: Path) -> None:
    (own_folder / "models" / "brush.toml").write_text(
        MODEL_FILE.replace("task", 'edit = "acme/none"\ntask', 1)
    )
    with pytest.raises(StudioError, match="'acme/brush' names 'acme/none' as its edit model"):
        catalog.open_shelf([own_folder])


def test_an_operator_file_takes_the_place_of_ours(own_folder: Path) -> None:
    ours = MODEL_FILE.replace("acme/brush", "fal-ai/nano-banana-2")
    (own_folder / "models" / "brush.toml").write_text(ours)
    assert catalog.open_shelf([own_folder]).model("fal-ai/nano-banana-2").price.credits == 5


def test_two_files_with_one_id_are_refused(own_folder: Path) -> None:
    (own_folder / "models" / "again.toml").write_text(MODEL_FILE)
    with pytest.raises(StudioError, match="'acme/brush' is already in another file"):
        catalog.open_shelf([own_folder])
