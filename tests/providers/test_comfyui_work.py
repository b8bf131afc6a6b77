"""Workflows on a ComfyUI server: what is sent, what comes home, how far it is, and what is told when it fails."""

import io
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from emulated import ROOT, Emulator, begin, ended, files_are_whole, made, until, uploaded
from PIL import Image
from serving import Person, Served

from aims.generation.collect import OUT_OF_REACH, UNUSABLE

PROVIDER = "comfyui"
START = 100_000
EDIT: dict[str, Any] = {"model": "comfyui/picture-to-picture"}
GARBAGE = ["html", "truncated", "deep", "nan", "wrong", "list", "null", "reset"]

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def person(emulator: Emulator, connected: Served) -> Iterator[Person]:
    """Somebody with a workspace there. Nothing is billed, so there are no books to compare ours with."""
    yield connected.person(START)
    assert connected.breaches() == []
    files_are_whole(connected)
    emulator.kept_its_key_to_itself()


@pytest.fixture(scope="module")
def picture() -> bytes:
    """A picture to work from."""
    data = io.BytesIO()
    Image.new("RGB", (320, 200), "teal").save(data, "PNG")
    return data.getvalue()


def graph_of(emulator: Emulator, prompt: str) -> dict[str, Any]:
    """The one workflow with these words, as it arrived."""
    (taken,) = emulator.requests(prompt)
    return taken["body"]["graph"]


def is_clean(end: Any) -> None:
    """Nothing of where the server is, and nothing of how we are made, is in what the user sees."""
    text = json.dumps([end.view["error"], end.view["outputs"]])
    for private in ("http", "127.0.0.1", "Traceback", "aims"):
        assert private not in text, text
    assert end.view["error"].endswith(".")


def test_a_picture_comes_home_and_costs_what_the_model_says(person: Person, emulator: Emulator):
    end = made(person, "A mill by a stream", n=3, size="640x512", negative_prompt="people", steps=7, seed=5)

    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert (end.charged, person.balance) == (3, (START - 3, 0))
    for output in end.view["outputs"]:
        assert person.served.client.get(output["url"]).headers["content-type"] == "image/png"
    graph = graph_of(emulator, "A mill by a stream")
    assert graph["6"]["inputs"]["text"] == "A mill by a stream"
    assert graph["7"]["inputs"]["text"] == "people"
    assert graph["5"]["inputs"] == {"width": 640, "height": 512, "batch_size": 3}
    assert graph["3"]["inputs"]["seed"] == 5
    assert graph["3"]["inputs"]["steps"] == 7
    assert graph["3"]["inputs"]["latent_image"] == ["5", 0], "what is linked stays linked"


def test_what_nobody_asked_for_twice_is_not_the_same_picture_again(person: Person, emulator: Emulator):
    """Where the request has no seed each call has its own; where it has one, the pictures go on from it."""
    for asked in ({"prompt": "Without a seed"}, {"prompt": "With a seed", "seed": 100}):
        assert person.finished(begin(person, n=8, **asked))["status"] == "completed"

    seeds = [each["body"]["graph"]["3"]["inputs"]["seed"] for each in emulator.requests("Without a seed")]
    given = [each["body"]["graph"]["3"]["inputs"]["seed"] for each in emulator.requests("With a seed")]
    assert len(set(seeds)) == 2
    assert sorted(given) == [100, 104]


def test_a_picture_to_work_from_is_sent_once_and_byte_for_byte(
    person: Person, emulator: Emulator, picture: bytes, served_bytes: Any
):
    url = uploaded(person, picture)
    end = made(person, "Over it", image_urls=[url], **EDIT)

    assert end.status == "completed"
    name = graph_of(emulator, "Over it")["10"]["inputs"]["image"]
    folder, _, file = name.partition("/")
    assert folder == "studio"
    arrived = served_bytes(f"{emulator.url}/view?type=input&subfolder={folder}&filename={file}")
    with Image.open(io.BytesIO(arrived)) as found:
        assert (found.size, found.getpixel((5, 5))) == ((320, 200), (0, 128, 128))


def test_an_edit_of_the_plain_model_is_its_siblings(person: Person, emulator: Emulator, picture: bytes):
    end = made(person, "Edited by its sibling", image_urls=[uploaded(person, picture)], n=2, strength=0.3)

    assert end.status == "completed"
    graph = graph_of(emulator, "Edited by its sibling")
    assert graph["13"]["inputs"]["amount"] == 2
    assert graph["3"]["inputs"]["denoise"] == 0.3


def test_the_way_it_goes_is_heard_and_told(person: Person, emulator: Emulator):
    """Through the server's socket into the generation's own events."""
    generation_id = begin(person, "A slow one", "work=7")
    seen: list[float] = []

    def look(view: dict[str, Any]) -> bool:
        if view["progress"] not in (None, *seen):
            seen.append(view["progress"])
        return view["finished_at"] is not None

    person.until(generation_id, look)
    assert ended(person, generation_id).status == "completed"
    assert seen == sorted(seen)
    assert len([each for each in seen if 0.1 < each < 1]) >= 2, seen
    assert len(emulator.rows("SELECT 1 FROM calls WHERE route = 'ws'")) >= 1


@pytest.mark.parametrize("script", ["ws=close, work=1", "ws=garbage, work=1"])
def test_a_socket_that_breaks_or_talks_nonsense_changes_nothing(script: str, person: Person):
    end = made(person, f"Told by {script}", script)

    assert (end.status, end.cost_outcome) == ("completed", "posted")


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("end=oom", "The GPU has not enough memory for this."),
        ("end=error", "KSampler failed: mat1 and mat2 shapes cannot be multiplied (77x2048 and 768x320)."),
        ("end=nothing", "The workflow ran to its end and saved nothing."),
        ("end=forgotten, work=1", "The ComfyUI server does not know of this work any more"),
    ],
)
def test_prv_07_a_workflow_that_fails_says_why_and_is_not_charged(
    script: str, said: str, person: Person, emulator: Emulator
):
    end = made(person, f"Ends by {script}", script)

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert (end.state, end.error_code, end.cost_outcome) == ("failed", "provider_error", None)
    assert said in end.view["error"]
    assert len(emulator.calls("submit", f"Ends by {script}")) == 1
    is_clean(end)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            {"checkpoint": "not-there.safetensors"},
            "CheckpointLoaderSimple: Value not in list: ckpt_name: 'not-there.safetensors' not in",
        ),
        ({"size": "64x4096"}, ""),
    ],
)
def test_prv_06_what_a_node_does_not_take_is_told_in_its_words(
    asked: dict[str, Any], said: str, person: Person, emulator: Emulator
):
    end = made(person, f"Refused {asked}", **asked)

    assert len(emulator.calls("submit", f"Refused {asked}")) == 1
    if said:
        assert (end.state, end.error_code) == ("failed", "provider_rejected_input")
        assert said in end.view["error"]
        is_clean(end)
    else:
        assert end.status == "completed", "what the catalogue lets through the node takes"


@pytest.mark.parametrize(
    ("step", "code"),
    [("401", "provider_no_access"), ("403", "provider_no_access"), ("413", "provider_rejected_input")],
)
def test_prv_06_what_is_refused_is_not_asked_again(step: str, code: str, person: Person, emulator: Emulator):
    end = made(person, f"Refused with {step}", f"submit={step}/ok")

    assert (end.status, end.error_code, end.charged) == ("failed", code, 0)
    assert emulator.calls("submit", f"Refused with {step}") == [step]
    is_clean(end)


def test_prv_05_a_retry_after_is_obeyed(person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("aims.generation.call.LONGEST_WAIT", 30.0)
    end = made(person, "Told to wait", "submit=429/ok, retry-after=2")

    assert (end.status, end.tries) == ("completed", 2)
    (first,), (second,) = emulator.rows(
        "SELECT at FROM calls WHERE route = 'submit' AND instr(whose, 'Told to wait') ORDER BY at"
    )
    assert second - first >= 1.9


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("silent", ["hang", "drip", "endless"])
def test_prv_03_nothing_hangs_for_ever(silent: str, person: Person):
    end = made(person, f"Held up by {silent}", f"history={silent}")

    assert (end.status, end.state, end.charged, person.balance) == ("failed", "unknown", 0, (START, 0))
    is_clean(end)


@pytest.mark.parametrize("garbage", GARBAGE)
def test_prv_08_garbage_for_a_while_does_no_harm(garbage: str, person: Person, emulator: Emulator):
    """To the submit too: what was taken is found again by the name that we gave it."""
    for route in ("submit", "history"):
        odd = "html" if (route, garbage) == ("history", "wrong") else garbage
        end = made(person, f"{garbage} for {route}", f"{route}={odd}/{odd}/ok")

        assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
        assert len(emulator.requests(f"{garbage} for {route}")) == 1, "it was run once"


@pytest.mark.parametrize("garbage", ["html", "truncated", "deep", "list", "null", "huge"])
def test_prv_08_garbage_without_end_is_left(garbage: str, person: Person):
    end = made(person, f"Always {garbage}", f"history={garbage}")

    assert (end.status, end.charged, end.cost_outcome) == ("failed", 0, "absorbed")
    is_clean(end)


@pytest.mark.parametrize("step", ["outside", "below", "stranger", "host", "odd"])
def test_ssr_04_a_result_that_lies_elsewhere_is_not_asked_for(step: str, person: Person, emulator: Emulator):
    """`../`, another host, a folder that is none: the name of a file is all that an answer can say."""
    end = made(person, f"Lies {step}", f"history={step}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert "named a result by a name that no file of its own has" in end.view["outputs"][0]["error"]
    assert emulator.calls("output", str(end.request_id)) == []


@pytest.mark.parametrize("step", ["wrong", "nan"])
def test_a_history_that_is_odd(step: str, person: Person):
    """`nan` stands in the history of a workflow with a node that always runs, although JSON has no such number."""
    end = made(person, f"History {step}", f"history={step}")

    if step == "nan":
        assert end.status == "completed"
    else:
        assert (end.status, end.error_code, end.charged) == ("failed", "provider_error", 0)
        is_clean(end)


def test_an_older_history_that_does_not_say_how_it_ended(person: Person):
    assert made(person, "No status", "status=null").status == "completed"


@pytest.mark.parametrize(
    ("steps", "sentence", "asked"),
    [
        ("output=403", OUT_OF_REACH, 1),
        ("output=404", OUT_OF_REACH, 4),
        ("output=reset", OUT_OF_REACH, 4),
        ("output=page", UNUSABLE["image"], 1),
        ("output=corrupt", UNUSABLE["image"], 1),
        ("output=other", UNUSABLE["image"], 1),
    ],
)
def test_prv_10_what_cannot_be_had_is_given_back(
    steps: str, sentence: str, asked: int, person: Person, emulator: Emulator
):
    end = made(person, f"Spoilt {steps}", steps)

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert [each["error"] for each in end.view["outputs"]] == [sentence]
    assert asked <= len(emulator.calls("output", str(end.request_id))) <= asked * 2
    assert len(emulator.requests(f"Spoilt {steps}")) == 1


@pytest.fixture
def served_bytes() -> Any:
    """Fetches the bytes at an address."""
    import httpx2

    return lambda url: httpx2.get(url, trust_env=False).content


@pytest.fixture
def studio_with_films(emulator: Emulator, tmp_path: Path) -> Iterator[Served]:
    """A studio whose operator has put a workflow for films into the catalogue's folder: two files, and no more."""
    models = tmp_path / "home" / "catalog" / "models"
    models.mkdir(parents=True)
    for name in ("film.toml", "film.json"):
        shutil.copy(ROOT / "tests" / "providers" / "workflows" / name, models)
    # And the pair that the how-to shows, as it stands there.
    page = (ROOT / "docs" / "own-gpu.md").read_text()
    for kind in ("json", "toml"):
        (models / f"waves.{kind}").write_text(page.split(f"```{kind}\n")[1].split("```")[0])
    served = Served(tmp_path / "home", None, connections=emulator.connection).start()
    yield served
    assert served.breaches() == []
    served.stop()


def test_a_film_is_two_files_and_no_code(studio_with_films: Served, emulator: Emulator):
    person = studio_with_films.person(START)

    end = made(
        person,
        "Waves",
        kind="video",
        model="my/film",
        duration=5,
        aspect_ratio="9:16",
        negative_prompt="boats",
    )

    assert (end.status, end.charged, end.cost_outcome) == ("completed", 10, "posted")
    assert person.served.client.get(end.view["outputs"][0]["url"]).headers["content-type"] == "video/mp4"
    graph = graph_of(emulator, "Waves")
    assert graph["5"]["inputs"] == {"width": 480, "height": 832, "length": 81, "batch_size": 1}
    until(lambda: emulator.billed().get(str(end.request_id)), "it was run")


def test_what_the_how_to_shows_works(studio_with_films: Served, emulator: Emulator):
    """Its workflow is of core nodes, as a server of today exports them, and its request is the one below them."""
    person = studio_with_films.person(START)
    page = (ROOT / "docs" / "own-gpu.md").read_text()
    asked = json.loads(page.split("/videos/generate")[1].split("-d '")[1].split("'")[0])

    end = made(person, asked.pop("prompt"), kind="video", **asked)

    assert (end.status, end.charged) == ("completed", 2)
    film = person.served.client.get(end.view["outputs"][0]["url"])
    assert film.headers["content-type"] == "video/mp4"
    graph = graph_of(emulator, "Waves at dusk")
    assert graph["5"]["inputs"] == {"width": 480, "height": 832, "length": 33, "batch_size": 1}
    assert graph["6"]["inputs"]["text"] == "Waves at dusk"
    assert graph["11"]["class_type"] == "SaveVideo"


def test_work_on_a_gpu_of_ones_own_may_be_free(studio_with_films: Served):
    person = studio_with_films.person(0)
    waves = studio_with_films.settings.home / "catalog" / "models" / "waves.toml"
    waves.write_text(waves.read_text().replace("credits = 1", "credits = 0"))
    until(lambda: studio_with_films.studio.counter.files.model("my/waves").price.credits == 0, "it is free")

    end = made(person, "Foam on the shore", kind="video", model="my/waves", duration=2)

    assert (end.status, end.charged, person.balance) == ("completed", 0, (0, 0))
