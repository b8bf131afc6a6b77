"""The catalogue from the command line: listed, priced, paused, hidden, added; and what is refused."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from brush import MODEL_FILE as MODEL
from typing_in import Said, refused

Run = Callable[..., Said]
pytestmark = pytest.mark.usefixtures("made")

GPT = "openai/gpt-image-2"
BANANA = "fal-ai/nano-banana-2"


def row(run: Run, model: str, *more: str) -> dict[str, Any]:
    """One model as the list has it."""
    (found,) = [each for each in run("catalog", "list", *more, "--json").json if each["id"] == model]
    return found


@pytest.fixture
def brush(tmp_path: Path) -> Path:
    """A file with a model that nobody has heard of."""
    path = tmp_path / "brush.toml"
    path.write_text(MODEL)
    return path


def test_the_list_has_every_model_with_its_price_and_its_state(run: Run):
    models = run("catalog", "list", "--json").json
    text = run("catalog", "list").out

    assert len(models) == 37
    assert [each["id"] for each in models if each["default"]] == [GPT, "fal-ai/veo3.1/fast"]
    assert {each["status"] for each in models} == {"active", "retired"}
    assert all(each["substitute"] for each in models if each["status"] == "retired")
    for each in models:
        assert set(each) == {
            "id", "name", "model_type", "provider", "credits", "unit", "price_version", "status", "substitute",
            "hidden", "default", "available",
        }  # fmt: skip
        assert each["id"] in text
        assert f"{each['credits']}/{each['unit']}" in text


def test_a_price_is_changed_and_put_back(run: Run):
    before = row(run, GPT)

    assert run("catalog", "set", GPT, "--price", "80", "--json").json == {"model": GPT, "changed": True}
    after = row(run, GPT)
    run("catalog", "set", GPT, "--reset")

    assert (before["credits"], after["credits"]) == (70, 80)
    assert before["price_version"] != after["price_version"]
    assert row(run, GPT) == before


def test_what_is_not_said_stays_as_it_is(run: Run):
    run("catalog", "set", GPT, "--price", "80", "--hidden")
    run("catalog", "set", GPT, "--status", "paused")
    run("catalog", "set", GPT, "--visible")

    one = row(run, GPT)
    assert (one["credits"], one["status"], one["hidden"]) == (80, "paused", False)
    assert "paused default" in run("catalog", "list").out


def test_a_price_of_nothing_is_a_price(run: Run):
    run("catalog", "set", GPT, "--price", "0")

    assert row(run, GPT)["credits"] == 0


def test_a_workspace_has_its_own_prices_and_the_others_keep_theirs(run: Run):
    run("workspaces", "create", "--name", "Marketing")
    run("catalog", "set", GPT, "--price", "80")
    run("catalog", "set", GPT, "--price", "90", "--workspace", "Marketing")
    run("catalog", "set", BANANA, "--default", "--workspace", "Marketing")

    assert row(run, GPT)["credits"] == 80
    assert row(run, GPT, "--workspace", "Marketing")["credits"] == 90
    assert not row(run, BANANA)["default"]
    assert row(run, BANANA, "--workspace", "Marketing")["default"]
    run("catalog", "set", GPT, "--reset", "--workspace", "Marketing")
    assert row(run, GPT, "--workspace", "Marketing")["credits"] == 80


def test_a_retired_model_names_another_one(run: Run):
    refused(run("catalog", "set", GPT, "--status", "retired"), 2, "names the model to use instead")
    refused(run("catalog", "set", GPT, "--status", "retired", "--substitute", GPT), 2, "is another model")
    refused(
        run("catalog", "set", GPT, "--status", "retired", "--substitute", "fal-ai/sora-2/pro"),
        2,
        "sora-2/pro",
    )
    assert row(run, GPT)["status"] == "active"

    run("catalog", "set", GPT, "--status", "retired", "--substitute", BANANA)

    assert (row(run, GPT)["status"], row(run, GPT)["substitute"]) == ("retired", BANANA)


@pytest.mark.parametrize(
    "arguments",
    [
        ["catalog", "set", GPT],
        ["catalog", "set", GPT, "--price", "-1"],
        ["catalog", "set", GPT, "--price", "1.5"],
        ["catalog", "set", GPT, "--price", "1000001"],
        ["catalog", "set", GPT, "--status", "gone"],
        ["catalog", "set"],
        ["catalog", "add"],
        ["catalog", "add", "nowhere.toml"],
        ["catalog", "set", "fal-ai/veo3.1/fast/image-to-video", "--default"],
        ["catalog", "set", "openai/gpt-image-2/edit", "--default"],
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(run: Run, arguments: list[str]):
    before = run("catalog", "list", "--json").json

    refused(run(*arguments), 2)

    assert run("catalog", "list", "--json").json == before


@pytest.mark.parametrize("change", [["--price", "1"], ["--default"], ["--reset"], ["--hidden"]])
def test_a_model_that_is_not_there_is_refused_with_the_nearest_names(run: Run, change: list[str]):
    refused(run("catalog", "set", "openai/gpt-image-3", *change), 2, "There is no model", GPT)


def test_a_workspace_that_is_not_there_is_refused(run: Run):
    refused(run("catalog", "set", GPT, "--price", "1", "--workspace", "Nowhere"), 1, "no such workspace")
    refused(run("catalog", "list", "--workspace", "Nowhere"), 1, "no such workspace")


def test_a_model_is_added_from_a_file(run: Run, home: Path, brush: Path):
    said = run("catalog", "add", str(brush), "--json").json
    brush.unlink()

    assert said == {"model": "acme/brush", "provider": "acme", "added": True, "replaced": False}
    assert row(run, "acme/brush")["credits"] == 5
    assert run("catalog", "show", "acme/brush").out == MODEL
    shown = run("catalog", "show", "acme/brush", "--json").json
    assert shown == {"model": "acme/brush", "from": "database", "file": MODEL}
    assert not (home / "catalog").exists()


def test_a_model_is_replaced_only_when_that_is_said(run: Run, brush: Path):
    run("catalog", "add", str(brush))
    brush.write_text(MODEL.replace("credits = 5", "credits = 6"))

    refused(run("catalog", "add", str(brush)), 1, "--replace")
    assert row(run, "acme/brush")["credits"] == 5
    said = run("catalog", "add", str(brush), "--replace")
    assert said.out.startswith("acme/brush is replaced, at acme. ")
    assert row(run, "acme/brush")["credits"] == 6


@pytest.mark.parametrize(
    "more",
    ['edit = "acme/none"\n', 'status = "retired"\nsubstitute = "acme/none"\n'],
    ids=["edit", "substitute"],
)
def test_a_model_that_does_not_fit_is_not_added_and_takes_no_place(run: Run, brush: Path, more: str):
    """It names a model that is not there."""
    run("catalog", "add", str(brush))
    before = run("catalog", "list", "--json").json
    for text, replace in ((MODEL.replace("brush", "pen"), ()), (MODEL, ("--replace",))):
        brush.write_text(text.replace('task = "', f'{more}task = "'))

        refused(run("catalog", "add", str(brush), *replace), 2, "acme/none")

    assert run("catalog", "list", "--json").json == before
    assert run("catalog", "show", "acme/brush").out == MODEL


def test_a_model_is_taken_away_again(run: Run, brush: Path):
    run("catalog", "add", str(brush))

    assert run("catalog", "remove", "acme/brush", "--json").json == {"model": "acme/brush", "removed": True}

    refused(run("catalog", "set", "acme/brush", "--price", "1"), 2, "There is no model")
    refused(run("catalog", "show", "acme/brush"), 2, "There is no model")
    for model in ("acme/brush", GPT):
        refused(run("catalog", "remove", model), 1, "was not added")


def test_one_of_the_studios_own_is_shown_to_start_from(run: Run, home: Path, tmp_path: Path):
    text = run("catalog", "show", BANANA).out
    file = tmp_path / "mine.toml"
    file.write_text(text.replace("credits = 25", "credits = 26"))

    refused(run("catalog", "add", str(file)), 1, "already")
    run("catalog", "add", str(file), "--replace")
    assert row(run, BANANA)["credits"] == 26
    run("catalog", "remove", BANANA)
    assert row(run, BANANA)["credits"] == 25


def test_it_is_said_which_provider_a_model_without_one_is_added_at(run: Run):
    said = run("catalog", "add", "acme/v1/brush", "--price", "1")

    provider = row(run, "acme/v1/brush")["provider"]
    assert said.out.startswith(f"acme/v1/brush is added at {provider}. ")
    # There is nothing to replace, and that is said too.
    again = run("catalog", "add", "acme/v1/pen", "--price", "1", "--replace", "--json").json
    assert again == {"model": "acme/v1/pen", "provider": provider, "added": True, "replaced": False}


def test_a_model_is_added_with_one_line(run: Run):
    """And the same words, read as the file that they have become, are the same model."""
    line = (
        *("catalog", "add", "acme/v1/brush", "--price", "25", "--provider", "fal", "--ratios", "1:1,16:9"),
        *(
            "--parameter",
            "steps:integer:min=1:max=50:default=28",
            "--parameter",
            "mood:choice:choices=calm|wild",
        ),
        *(
            "--parameter",
            "guidance:number:sent_as=cfg:unit=points",
            "--parameter",
            "tiled:boolean:default=false",
            "--parameter",
            "tone:text:max=40",
        ),
    )
    tried = run(*line, "--dry-run").out
    refused(run("catalog", "show", "acme/v1/brush"), 2, "There is no model")

    run(*line)

    assert run("catalog", "show", "acme/v1/brush").out == tried
    listed = row(run, "acme/v1/brush")
    assert (listed["credits"], listed["unit"], listed["provider"]) == (25, "image", "fal")
    made = tomllib.loads(tried)
    assert made["picture"] == {"takes": "ratios", "sent_as": "aspect_ratio", "ratios": ["1:1", "16:9"]}
    assert made["parameters"]["steps"] == {
        "type": "integer", "sent_as": "steps", "help": "Sent to the provider as `steps`.",
        "min": 1, "max": 50, "default": 28,
    }  # fmt: skip
    assert made["parameters"]["mood"]["choices"] == ["calm", "wild"]
    assert made["parameters"]["guidance"]["sent_as"] == "cfg"
    assert made["parameters"]["tiled"]["default"] is False
    assert made["parameters"]["tone"]["max"] == 40


def test_what_the_line_does_not_say_is_as_with_the_other_models_of_that_provider(run: Run):
    def composed(*more: str) -> dict[str, Any]:
        return tomllib.loads(run("catalog", "add", "acme/x", "--price", "5", "--dry-run", *more).out)

    replicate = composed("--provider", "replicate")
    assert (replicate["offered"], replicate["picture"]["sent_as"]) == ("connected", "aspect_ratio")
    assert "16:9" in replicate["picture"]["ratios"]
    named = composed("--provider", "google", "--ratios", "1:1,16:9")["picture"]
    assert named["sent_as"] == "generationConfig.imageConfig.aspectRatio"
    assert named["ratios"] == ["1:1", "16:9"]
    assert composed("--provider", "replicate", "--size-name", "shape")["picture"]["sent_as"] == "shape"
    film = composed(
        *("--provider", "vertex", "--task", "img2video"),
        *(
            "--parameter",
            "duration:integer:choices=4|8:default=4",
            "--parameter",
            "seed:integer:sent_as=seed",
        ),
    )
    assert film["parameters"]["duration"]["sent_as"] == "parameters.durationSeconds"
    assert film["parameters"]["seed"]["sent_as"] == "seed"
    assert film["sources"]["image_url"]["sent_as"] == "image"
    assert "offered" not in composed("--provider", "fal")


@pytest.mark.parametrize("task", ["img2img", "img2video", "ref2video", "firstlast2video", "extendvideo"])
def test_each_task_has_the_sources_that_it_needs(run: Run, task: str):
    line = ("catalog", "add", "acme/x", "--price", "5", "--task", task)
    duration = ("--parameter", "duration:integer:choices=5|10:default=5") if "video" in task else ()

    run(*line, *duration)

    assert row(run, "acme/x")["model_type"] == task


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ((), "--price"),
        (("--price", "5", "--parameter", "steps"), "NAME:TYPE"),
        (("--price", "5", "--parameter", "steps:integer:most=5"), "most=5"),
        (("--price", "5", "--parameter", "steps:integer:min=few"), "parameters"),
        (("--price", "5", "--parameter", "steps:sometimes"), "parameters"),
        (("--price", "5", "--parameter", "size:text"), "parameters.size"),
        (("--price", "5", "--parameter", "mood:choice"), "choices"),
        (("--price", "5", "--ratios", "wide"), "picture.ratios"),
        (("--price", "5", "--ratios", "1:1", "--sizes", "64x64"), "not both"),
        (("--price", "5", "--task", "text2video"), "duration"),
        (("--price", "5", "--provider", "nobody"), "no provider 'nobody'"),
        (("--price", "5", "--provider", "comfyui"), "is a workflow"),
        (("--price", "5", "--provider", "vertex"), "how vertex is told the size"),
        (
            (
                "--price",
                "5",
                "--provider",
                "replicate",
                "--task",
                "img2video",
                "--parameter",
                "duration:integer:default=5",
            ),
            "--source-name image_url=NAME",
        ),
        (("--price", "5", "--id", "../x"), "id"),
    ],
)
def test_a_line_that_makes_no_model_is_refused_with_what_is_wrong(run: Run, more: tuple[str, ...], says: str):
    before = run("catalog", "list", "--json").json

    refused(run("catalog", "add", "acme/x", *more), 2, says)

    assert run("catalog", "list", "--json").json == before


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "id"),
        ("id = ", "brush.toml"),
        ("\x00", "brush.toml"),
        (MODEL.replace("credits = 5", "credits = -5"), "credits"),
        (MODEL.replace("credits = 5", ""), "credits"),
        (MODEL.replace("[price]", "colour = 1\n[price]"), "colour"),
        (MODEL.replace('"acme/brush"', '"../../etc/passwd"'), "id"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_name_and_the_key(
    run: Run, home: Path, brush: Path, text: str, says: str
):
    brush.write_text(text)

    refused(run("catalog", "add", str(brush)), 2, "brush.toml", says)

    assert not (home / "catalog").exists()
    assert len(run("catalog", "list", "--json").json) == 37


def test_a_file_under_a_name_that_no_server_reads_is_refused(run: Run, home: Path, brush: Path):
    other = brush.rename(brush.with_suffix(".txt"))

    refused(run("catalog", "add", str(other)), 2, ".toml")

    assert not (home / "catalog").exists()


def test_the_price_of_a_model_whose_file_is_gone_can_be_put_back(run: Run, home: Path, brush: Path):
    run("catalog", "add", str(brush))
    run("catalog", "set", "acme/brush", "--price", "9")
    run("catalog", "remove", "acme/brush")
    assert run("catalog", "list").code == 0

    run("catalog", "set", "acme/brush", "--reset")

    run("catalog", "add", str(brush))
    assert row(run, "acme/brush")["credits"] == 5
