"""A model that is a graph: two files, read together, and whatever does not fit between them is said at the start."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from aims import catalog
from aims.catalog import Model, check, provider_input
from aims.catalog.counter import Counter
from aims.catalog.shelf import HERE
from aims.core.errors import Invalid

DEFAULTS = {"image": "openai/gpt-image-2", "video": "fal-ai/veo3.1/fast"}
LOCAL = [model for model in catalog.open_shelf().models(status=None) if model.workflow is not None]

TOML = """
id = "own/sketch"
name = "Sketch"
description = "A graph of one's own."
task = "text2img"
provider = "own"
endpoint = "sketch"
version = "1"
source = "by hand"
checked = "2026-11-22"

[price]
credits = 0
unit = "image"
version = "1"

[picture]
takes = "pixels"
encoding = "sides"
step = 8

[workflow]
file = "sketch.json"
outputs = ["9"]

[workflow.inputs]
prompt = ["6.text", "7.text"]
seed = "3.seed"
width = "5.width"
height = "5.height"
steps = "3.steps"
"""
STEPS = """
[parameters.steps]
type = "integer"
help = "How many."
default = 20
sent_as = "steps"
"""
GRAPH: dict[str, Any] = {
    "3": {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20, "model": ["4", 0]}},
    "4": {"class_type": "Loader", "inputs": {"name": "a.safetensors"}},
    "5": {"class_type": "EmptyLatentImage", "inputs": {"width": 512, "height": 512}},
    "6": {"class_type": "CLIPTextEncode", "inputs": {"text": ""}},
    "7": {"class_type": "CLIPTextEncode", "inputs": {"text": ""}},
    "9": {"class_type": "SaveImage", "inputs": {"images": ["3", 0]}},
}


def written(folder: Path, toml: str = TOML + STEPS, graph: Any = GRAPH) -> Path:
    """An operator's folder with that one model in it."""
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models" / "sketch.toml").write_text(toml)
    if graph is not None:
        text = graph if isinstance(graph, str) else json.dumps(graph)
        (folder / "models" / "sketch.json").write_text(text)
    return folder


def sketch(folder: Path, **how: Any) -> Model:
    """That model."""
    found = catalog.open_shelf([written(folder, **how)]).entry("own/sketch")
    assert found is not None
    return found


def test_a_model_is_its_file_and_its_graph(tmp_path: Path):
    model = sketch(tmp_path)
    shelf = catalog.open_shelf([tmp_path])
    draft = check(
        shelf,
        "image",
        {"prompt": "A boat", "model": model.id, "size": "640x480", "steps": 4},
        default_model="",
    )

    body = provider_input(draft.model, prompt=draft.styled_prompt, parameters=draft.parameters)

    workflow = body.pop("workflow")
    assert body == {"prompt": "A boat", "width": 640, "height": 480, "steps": 4}
    assert workflow["nodes"] == GRAPH
    assert workflow["inputs"]["prompt"] == [["6", "text"], ["7", "text"]]
    assert workflow["outputs"] == ["9"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"sketch.json"', '"nowhere.json"', "nowhere.json cannot be read: No such file"),
        ('outputs = ["9"]', "outputs = []", "`workflow.outputs` names no node"),
        ('outputs = ["9"]', 'outputs = ["99"]', "`workflow.outputs` has node 99, which is not in sketch.json"),
        ('"3.seed"', '"33.seed"', "`workflow.inputs.seed` has node 33, which is not in sketch.json"),
        ('"3.seed"', '"3.noise"', "the input `noise` of node 3; its KSampler has seed, steps, model"),
        ('"3.seed"', '"seed"', "must name a node and its input, such as '6.text'; got 'seed'"),
        ('"3.seed"', '"3.model"', "has 3.model, which takes what node 4 makes"),
        ('steps = "3.steps"', "", "`parameters.steps.sent_as` is 'steps', which is not in `workflow.inputs`"),
        ('sent_as = "steps"', 'sent_as = "workflow"', "is 'workflow', which is the graph itself"),
        ('height = "5.height"', "", "`picture.encoding (height)` is 'height', which is not in"),
        (STEPS, "", "`workflow.inputs.steps` is a value that nothing in this file sends"),
        ('version = "1"\nsource', 'version = "1"\noutputs_per_call = 4\nsource', "above 1 needs `outputs_sent_as`"),
        ('outputs = ["9"]', 'outputs = ["9"]\nresults = ["9"]', "unknown field `results`"),
        ('outputs = ["9"]', 'outputs = ["9"]\nnodes = {}', "`workflow.nodes` is a file of its own"),
        (STEPS, STEPS + '\n[workflow.sets.look]\nred = { steps = 1 }', "`workflow.sets.look` must be a value that"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_said_with_its_name(old: str, new: str, said: str, tmp_path: Path):
    text = TOML + STEPS
    assert old in text

    with pytest.raises(Invalid) as refusal:
        sketch(tmp_path, toml=text.replace(old, new))

    assert refusal.value.code == "catalog_file"
    assert "sketch.toml" in refusal.value.sentence
    assert said in refusal.value.sentence


@pytest.mark.parametrize(
    ("graph", "said"),
    [
        ("{", "it is not JSON"),
        ("[" * 100_000, "it is not JSON"),
        ("[]", "it holds no nodes"),
        ("{}", "it holds no nodes"),
        ({"nodes": [], "links": []}, "the editor's own format; export it with `Export (API)`"),
        ({"1": {"inputs": {}}}, "its node 1 has no `class_type`"),
        ({"1": []}, "its node 1 has no `class_type`"),
        ({"1": {"class_type": "A"}}, "its node 1 has no `inputs`"),
        (
            {"1": {"class_type": "A", "inputs": {"x": ["7", 0]}}},
            "its input 1.x comes from node 7, which is not",
        ),
        (" " * ((1 << 20) + 1), "it is larger than 1 MiB"),
    ],
)
def test_a_graph_that_is_none_is_said_with_its_file(graph: Any, said: str, tmp_path: Path):
    with pytest.raises(Invalid, match="sketch") as refusal:
        sketch(tmp_path, graph=graph)

    assert said in refusal.value.sentence
    assert "sketch.json" in refusal.value.sentence


def test_a_choice_may_set_several_inputs(tmp_path: Path):
    shape = """
[workflow.sets.aspect_ratio]
"16:9" = { width = 832, height = 480 }
"9:16" = { width = 480, height = 832 }

[parameters.duration]
type = "choice"
help = "Seconds."
choices = [2, 5]
default = 2
sent_as = "frames"
sent = { 2 = 33, 5 = 81 }

[parameters.aspect_ratio]
type = "choice"
help = "The shape."
choices = ["16:9", "9:16"]
default = "16:9"
sent_as = "aspect_ratio"
"""
    text = TOML.replace("text2img", "text2video").replace('unit = "image"', 'unit = "second"')
    text = text.replace(TOML[TOML.index("[picture]") : TOML.index("[workflow]")], "").replace(
        "steps =", "frames ="
    )
    model = sketch(tmp_path, toml=text + shape)

    body = provider_input(model, prompt="A film", parameters={"duration": 5, "aspect_ratio": "9:16"})

    assert (body["frames"], body["aspect_ratio"]) == (81, "9:16")
    assert body["workflow"]["sets"]["aspect_ratio"]["9:16"] == {"width": 480, "height": 832}
    with pytest.raises(Invalid, match=r"`workflow\.sets\.aspect_ratio` does not say what '9:16' sets"):
        sketch(tmp_path, toml=(text + shape).replace('"9:16" = { width = 480, height = 832 }', ""))


def test_a_graph_that_was_exported_again_is_read_again(tmp_path: Path):
    counter = Counter(written(tmp_path), DEFAULTS)
    before = counter.files.entry("own/sketch")
    (tmp_path / "models" / "sketch.json").write_text("{")

    with pytest.raises(Invalid, match="it is not JSON"):
        counter.take(catalog.overrides.Overrides())
    assert counter.files.entry("own/sketch") == before

    (tmp_path / "models" / "sketch.json").write_text(json.dumps(GRAPH | {"10": GRAPH["9"]}))
    counter.take(catalog.overrides.Overrides())
    after = counter.files.entry("own/sketch")
    assert after is not None
    assert after.workflow is not None
    assert "10" in after.workflow.nodes


@pytest.mark.parametrize("model", LOCAL, ids=[model.id for model in LOCAL])
def test_the_models_that_come_along_are_offered_only_where_they_can_be_made(model: Model):
    assert model.offered == "connected"
    assert catalog.open_shelf().offered().entry(model.id) is None
    assert catalog.open_shelf().offered([model.provider]).entry(model.id) is not None


def test_each_graph_in_the_catalogue_belongs_to_a_model():
    named = {
        path.parent / tomllib.loads(path.read_text()).get("workflow", {}).get("file", "")
        for path in HERE.rglob("*.toml")
    }

    assert {path for path in HERE.rglob("*.json") if path not in named} == set()
    assert LOCAL
