"""The catalogue from the command line: listed, priced, paused, hidden, added; and what is refused."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typing_in import Said, refused

Run = Callable[..., Said]
pytestmark = pytest.mark.usefixtures("made")

GPT = "openai/gpt-image-2"
BANANA = "fal-ai/nano-banana-2"
MODEL = """
id = "acme/brush"
name = "Acme Brush"
description = "Paints what it is told."
task = "text2img"
provider = "acme"
endpoint = "v1/brush"
version = "1"
source = "Acme's handbook"
checked = "2026-11-22"

[price]
credits = 5
unit = "image"
version = "1"

[picture]
takes = "ratios"
sent_as = "shape"
ratios = ["1:1", "2:1"]
"""


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
            "hidden", "default",
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

    assert said == {"model": "acme/brush", "file": str(home / "catalog" / "models" / "brush.toml")}
    assert row(run, "acme/brush")["credits"] == 5
    assert list((home / "catalog" / "models").iterdir()) == [home / "catalog" / "models" / "brush.toml"]


def test_a_file_is_replaced_only_when_that_is_said(run: Run, brush: Path):
    run("catalog", "add", str(brush))
    brush.write_text(MODEL.replace("credits = 5", "credits = 6"))

    refused(run("catalog", "add", str(brush)), 1, "--replace")
    assert row(run, "acme/brush")["credits"] == 5
    run("catalog", "add", str(brush), "--replace")
    assert row(run, "acme/brush")["credits"] == 6


def test_a_file_that_keeps_a_server_from_starting_is_not_added(run: Run, home: Path, brush: Path):
    """The same id in two files, an edit model that is not there, a substitute that is not there: all are refused."""
    run("catalog", "add", str(brush))
    before = run("catalog", "list", "--json").json
    for text, says in (
        (MODEL, "already in another file"),
        (MODEL.replace('task = "', 'edit = "acme/none"\ntask = "').replace("brush", "pen"), "acme/none"),
        (
            MODEL.replace("[price]", 'status = "retired"\nsubstitute = "acme/none"\n[price]').replace(
                "brush", "pen"
            ),
            "acme/none",
        ),
    ):
        other = brush.with_name("other.toml")
        other.write_text(text)
        refused(run("catalog", "add", str(other)), 2, says)

    assert run("catalog", "list", "--json").json == before
    assert [path.name for path in (home / "catalog" / "models").iterdir()] == ["brush.toml"]


def test_a_file_that_does_not_fit_leaves_the_one_that_it_would_have_replaced(
    run: Run, home: Path, brush: Path
):
    run("catalog", "add", str(brush))
    brush.write_text(MODEL.replace('task = "', 'edit = "acme/none"\ntask = "'))

    refused(run("catalog", "add", str(brush), "--replace"), 2, "acme/none")

    assert (home / "catalog" / "models" / "brush.toml").read_text() == MODEL


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

    assert not (home / "catalog" / "models").exists()


def test_a_file_under_a_name_that_no_server_reads_is_refused(run: Run, home: Path, brush: Path):
    other = brush.rename(brush.with_suffix(".txt"))

    refused(run("catalog", "add", str(other)), 2, ".toml")

    assert not (home / "catalog").exists()


def test_the_price_of_a_model_whose_file_is_gone_can_be_put_back(run: Run, home: Path, brush: Path):
    run("catalog", "add", str(brush))
    run("catalog", "set", "acme/brush", "--price", "9")
    (home / "catalog" / "models" / "brush.toml").unlink()
    assert run("catalog", "list").code == 0

    run("catalog", "set", "acme/brush", "--reset")

    run("catalog", "add", str(brush))
    assert row(run, "acme/brush")["credits"] == 5
