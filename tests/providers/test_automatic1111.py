"""A server that has no queue and draws one thing at a time: drawn, stopped, broken, and drawn again for nothing."""

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import machine
import pytest
from emulated import KEY, Emulator, begin, connection_to, ended, files_are_whole, made, until, uploaded
from PIL import Image
from serving import Person, Served

from aims.core import settings
from aims.core.children import Children
from aims.core.errors import Invalid
from aims.core.fetch import Fetched, Fetcher
from aims.generation.collect import UNUSABLE
from aims.providers import automatic1111
from aims.providers.automatic1111 import speech
from aims.providers.automatic1111.sizes import drawn_size, size_of
from aims.providers.registry import Tools

PROVIDER = "automatic1111"
START = 100_000
EDIT: dict[str, Any] = {"model": "automatic1111/img2img"}

pytestmark = pytest.mark.usefixtures("quick")


@pytest.fixture
def person(emulator: Emulator, connected: Served) -> Iterator[Person]:
    """Somebody with a workspace there. Nothing is billed, so there are no books to compare ours with."""
    yield connected.person(START)
    assert connected.breaches() == []
    files_are_whole(connected)


def is_clean(end: Any) -> None:
    """Nothing of the connection, and nothing of how we are made, is in what the user sees."""
    text = json.dumps([end.view["error"], end.view["outputs"]])
    for private in (*KEY.split(":"), "http", "127.0.0.1", "Traceback", "Basic", "aims"):
        assert private not in text, text
    assert end.view["error"].endswith(".")


def a_picture(kind: str = "PNG", size: tuple[int, int] = (300, 200)) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, "teal").save(data, kind)
    return data.getvalue()


def test_pictures_come_home_inline_and_the_request_is_in_the_servers_words(
    person: Person, emulator: Emulator
):
    end = made(
        person, "A mill", n=3, size="640x512", seed=7, steps=9, checkpoint="dream.safetensors", guidance_scale=5
    )  # fmt: skip

    assert (end.status, end.charged, end.cost_outcome) == ("completed", 3, "posted")
    assert [each["status"] for each in end.view["outputs"]] == ["completed"] * 3
    (taken,) = emulator.requests("A mill")
    body = taken["body"]
    assert (body["width"], body["height"], body["batch_size"]) == (640, 512, 3)
    assert (body["seed"], body["steps"], body["cfg_scale"], body["sampler_name"]) == (7, 9, 5, "Euler a")
    assert body["override_settings"] == {"sd_model_checkpoint": "dream.safetensors"}
    assert body["save_images"] is False
    assert "authorization" not in taken["headers"]


def test_a_picture_is_drawn_over_at_its_own_size(person: Person, emulator: Emulator):
    end = made(person, "Over it", image_urls=[uploaded(person, a_picture())], strength=0.25)

    assert end.status == "completed"
    (taken,) = emulator.requests("Over it")
    assert taken["endpoint"] == "img2img"
    assert (taken["body"]["width"], taken["body"]["height"]) == (304, 200)
    assert taken["body"]["denoising_strength"] == 0.25
    assert len(taken["body"]["init_images"]) == 1


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_the_size_of_a_picture_is_read_without_decoding_it(kind: str):
    assert size_of(a_picture(kind, (301, 77))) == (301, 77)
    lossless = io.BytesIO()
    Image.new("RGBA", (33, 65), (1, 2, 3, 4)).save(lossless, "WEBP", lossless=True)
    assert size_of(lossless.getvalue()) == (33, 65)
    for nothing in (b"", b"GIF89a", a_picture(kind)[:12], b"\xff\xd8" + b"\xff\xe0" * 3):
        assert size_of(nothing) in (None, (0, 0))
    assert drawn_size((4000, 1000)) == (2048, 512)
    assert drawn_size((1, 3)) == (8, 8)


def test_a_sheet_of_all_is_no_picture_of_its_own(person: Person):
    end = made(person, "With a grid", "result=grid", n=2)

    assert [each["status"] for each in end.view["outputs"]] == ["completed", "completed"]


def test_what_is_fewer_or_no_picture_is_given_back(person: Person):
    fewer, none = made(person, "One less", "result=fewer", n=3), made(person, "None", "result=page", n=3)

    assert [each["status"] for each in fewer.view["outputs"]] == ["completed", "completed", "failed"]
    assert fewer.charged - fewer.view["credits"]["refunded"] in (1, 2)
    assert (none.status, none.charged) == ("failed", 0)
    assert [each["error"] for each in none.view["outputs"]] == [
        UNUSABLE["image"],
        speech.NO_PICTURE,
        speech.NO_PICTURE,
    ]


def test_the_way_it_goes_is_told_and_others_wait_for_their_turn(person: Person, emulator: Emulator):
    first, second = begin(person, "Drawn first", "work=6"), None
    until(lambda: emulator.requests("Drawn first"), "it is drawn")
    second = begin(person, "Drawn second")
    seen: list[float] = []

    def look(view: dict[str, Any]) -> bool:
        if view["progress"] not in (None, *seen):
            seen.append(view["progress"])
        return view["finished_at"] is not None

    person.until(first, look)

    assert len([each for each in seen if 0 < each < 1]) >= 2, seen
    assert ended(person, second).status == "completed"
    (one,), (two,) = emulator.rows(
        "SELECT at FROM calls WHERE route = 'submit' AND (instr(whose, 'Drawn first') OR instr(whose, 'Drawn second'))"
    )
    assert two - one > 5, "the server has one thing to draw at a time"


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    "broken", ["reset", "proxy", "hang", "drip", "html", "truncated", "deep", "list", "null"]
)
def test_prv_01_what_is_lost_is_drawn_again_and_charged_for_once(
    broken: str, person: Person, emulator: Emulator
):
    prompt = f"Lost by {broken}"

    end = made(person, prompt, f"submit={broken}/ok")

    assert (end.status, end.state, end.cost_outcome) == ("completed", "done", "posted")
    assert (end.charged, person.balance) == (1, (START - 1, 0))
    assert emulator.calls("submit", prompt) == [broken, "ok"]


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("broken", ["reset", "hang", "html", "huge", "500"])
def test_prv_08_what_stays_broken_is_left_and_given_back(
    broken: str, person: Person, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("aims.providers.automatic1111.adapter.LARGEST_PICTURES", 1 << 20)
    end = made(person, f"Always {broken}", f"submit={broken}")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    assert len(emulator.calls("submit", f"Always {broken}")) <= 3
    is_clean(end)


@pytest.mark.parametrize(
    ("script", "asked", "said"),
    [
        ("end=oom", {}, speech.NO_MEMORY),
        (
            "end=error",
            {},
            "The Stable Diffusion server could not draw it: mat1 and mat2 shapes cannot be multiplied.",
        ),
        ("submit=401", {}, speech.SHUT),
        ("submit=413", {}, "larger than the Stable Diffusion server takes."),
    ],
)
def test_prv_06_what_it_does_not_draw_says_why(
    script: str, asked: dict[str, Any], said: str, person: Person, emulator: Emulator
):
    end = made(person, f"Refused by {script}", script, **asked)

    assert (end.status, end.charged, end.cost_outcome) == ("failed", 0, None)
    assert said in end.view["error"]
    assert len(emulator.calls("submit", f"Refused by {script}")) == 1
    is_clean(end)


@pytest.mark.parametrize(
    ("status", "detail", "said"),
    [
        (404, "Sampler not found", "does not accept this request: Sampler not found."),
        (404, "Not Found", speech.STRANGER),
        (
            422,
            [{"loc": ["body", "steps"], "msg": "value is not a valid integer"}],
            "`steps`: value is not a valid int",
        ),
        (422, {"odd": 1}, "it does not say why"),
    ],
)
def test_what_an_error_says_is_told(status: int, detail: Any, said: str):
    body = json.dumps({"error": "HTTPException", "detail": detail, "errors": ""}).encode()

    assert said in speech.of_drawing(Fetched(status, {}, body, "")).reason


@pytest.mark.parametrize("step", ["html", "reset", "500", "silent", "null"])
def test_a_server_that_does_not_say_how_far_it_is_draws_all_the_same(step: str, person: Person):
    end = made(person, f"Says {step}", f"progress={step}, work=1")

    assert (end.status, end.charged) == ("completed", 1)


def test_prv_13_what_is_drawn_is_stopped_and_what_waits_is_never_sent(person: Person, emulator: Emulator):
    drawn = begin(person, "Drawn for ever", "work=ever")
    until(lambda: emulator.requests("Drawn for ever"), "it is drawn")
    waits = begin(person, "Never drawn")
    for each in (drawn, waits):
        person.until(each, lambda view: view["status"] == "running")

    for each in (waits, drawn):
        assert person.send("POST", f"/generations/{each}/cancel").status_code in (200, 202)
        end = ended(person, each)
        assert (end.status, end.charged, end.cost_outcome) == ("cancelled", 0, None)
    assert person.balance == (START, 0)
    over = "SELECT ended FROM requests WHERE instr(body, 'Drawn for ever') AND ended IS NOT NULL"
    assert until(lambda: emulator.rows(over), "it is stopped") == [("interrupted",)]
    assert emulator.requests("Never drawn") == []


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("step", ["500", "hang", "html"])
def test_prv_13_a_stop_that_is_not_heard_is_a_stop(step: str, person: Person, emulator: Emulator):
    generation_id = begin(person, f"Not stopped by {step}", f"work=2, cancel={step}")
    until(lambda: emulator.requests(f"Not stopped by {step}"), "it is drawn")
    person.until(generation_id, lambda view: view["status"] == "running")

    assert person.send("POST", f"/generations/{generation_id}/cancel").status_code in (200, 202)

    assert ended(person, generation_id).status == "cancelled"
    assert person.balance == (START, 0)


def test_a_studio_that_starts_again_asks_again(tmp_path: Path):
    """What was being drawn is seen by nobody: it is drawn once more, under the same name, and charged for once."""
    emulator = Emulator(PROVIDER, tmp_path / "ledger.db")
    first = Served(tmp_path / "home", None, connections=emulator.connection).start()
    person = first.person(START)
    generation_id = begin(person, "Across a restart", "work=2")
    until(lambda: emulator.requests("Across a restart"), "it is drawn")
    person.until(generation_id, lambda view: view["status"] == "running")
    first.stop()

    second = Served(tmp_path / "home", None, connections=emulator.connection).start()
    again = Person(second, person.workspace_id, person.key)
    end = ended(again, generation_id)

    assert (end.status, end.charged, end.cost_outcome) == ("completed", 1, "posted")
    names = [each["body"]["force_task_id"] for each in emulator.requests("Across a restart")]
    assert len(names) == 2
    assert len(set(names)) == 1
    assert second.breaches() == []
    second.stop()
    emulator.close()


def test_prv_02_nobody_there_is_given_back(tmp_path: Path):
    nobody = connection_to(PROVIDER, f"http://127.0.0.1:{machine.spare_port()}")
    served = Served(tmp_path / "home", None, connections=nobody, waiting_seconds=2).start()
    person = served.person(START)

    end = made(person, "Sent in vain")

    assert (end.status, end.charged, person.balance) == ("failed", 0, (START, 0))
    served.stop()


async def test_a_key_is_a_user_and_a_password(tmp_path: Path):
    wrong = {PROVIDER: {"key": "onlyoneword", "base_url": "http://127.0.0.1:7860"}}
    children, fetcher = Children(1, allowed=()), Fetcher()

    with pytest.raises(
        Invalid, match="AIMS_AUTOMATIC1111_KEY is wrong: it has to be `user:password`"
    ) as refusal:
        automatic1111.connect(Tools(children, settings.load(home=tmp_path, connections=wrong), fetcher))

    assert "onlyoneword" not in refusal.value.sentence
    await fetcher.close()
    await children.close()
