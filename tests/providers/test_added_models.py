"""A model that an operator adds with one line makes pictures, or films, at every provider that it can be added for."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from emulated import Emulator, ended, until, uploaded
from serving import Served
from sqlalchemy import select
from wishes import pictures

from aims.generation.tables import attempts

DURATION = ("--parameter", "duration:integer:choices=4|6|8:default=4")


@dataclass(frozen=True, slots=True)
class Line:
    """What an operator types about an endpoint, and what somebody asks of it. sent: words that the provider is sent."""

    endpoint: str
    words: tuple[str, ...] = ()
    kind: str = "image"
    sent: str = ""


LINES = {
    "automatic1111": Line("txt2img", sent='"width"'),
    "fal": Line("fal-ai/bytedance/seedream/v4/text-to-image", sent='"image_size": {"width"'),
    "google": Line("gemini-3-pro-image", sent='"aspectRatio": "3:2"'),
    "openai": Line("gpt-image-2", sent='"size": "'),
    "replicate": Line("black-forest-labs/flux-1.1-pro", sent='"aspect_ratio": "3:2"'),
    "vertex": Line(
        "veo-3.1-fast-generate-001", ("--task", "text2video", *DURATION), "video", '"durationSeconds": 4'
    ),
}
EDITS = {
    "automatic1111": Line("img2img", sent='"init_images"'),
    "fal": Line("fal-ai/nano-banana-2/edit", sent='"image_urls"'),
    "google": Line("gemini-3-pro-image", sent='"inlineData"'),
    "openai": Line("gpt-image-1-mini", sent="image"),
    "replicate": Line("black-forest-labs/flux-kontext-pro", sent='"input_image"'),
}
ATTEMPTS = select(attempts)
Add = Callable[..., str]


@pytest.fixture
def add(connected: Served, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Add:
    """Types the line, beside the running studio, and waits until it offers the model."""
    from aims.cli import run

    monkeypatch.setenv("AIMS_HOME", str(connected.settings.home))

    def type_in(provider: str, line: Line, *more: str) -> str:
        model = f"own/{line.endpoint.rpartition('/')[2]}-{len(more)}"
        words = ("catalog", "add", line.endpoint, "--provider", provider, "--id", model, "--price", "7")
        capfd.readouterr()
        assert run([*words, *line.words, *more]) == 0, capfd.readouterr().err
        until(lambda: connected.studio.counter.files.entry(model), "the running studio offers it")
        return model

    return type_in


@pytest.fixture
def buyer(emulator: Emulator, connected: Served) -> Iterator[Any]:
    """Somebody with a workspace there. Afterwards what the provider has made is what we have booked, one for one."""
    yield connected.person(100_000)
    booked = connected.read(lambda tx: [row.cost_outcome for row in tx.all(ATTEMPTS)])
    assert booked == ["posted"] * len(emulator.billed())
    assert connected.breaches() == []


def makes(emulator: Emulator, buyer: Any, line: Line, body: dict[str, Any]) -> None:
    """It makes one, bought once, for the price of the line; with a size, and with nothing said about that."""
    sizes: list[dict[str, Any]] = [{"aspect_ratio": "3:2"}, {}] if line.kind == "image" else [{}]
    for number, size in enumerate(sizes):
        prompt = f"A barn, the {number}. of {body['model']}"
        asked = body | size | {"prompt": prompt}
        answer = buyer.send(
            "POST", f"/{line.kind}s/generate", headers={"Prefer": "respond-async"}, json=asked
        )
        assert answer.status_code == 202, answer.text
        end = ended(buyer, answer.json()["id"])
        assert (end.status, end.cost_outcome) == ("completed", "posted"), end.view["error"]
        assert end.charged == 7 * (1 if line.kind == "image" else 4)
        (taken,) = emulator.requests(prompt)
        if not number:
            assert line.sent in str(taken["body"]).replace("'", '"')


@pytest.mark.parametrize(("emulator", "line"), LINES.items(), indirect=["emulator"], ids=list(LINES))
def test_a_model_that_is_added_with_its_endpoint_and_its_price_works(
    emulator: Emulator, buyer: Any, add: Add, line: Line
):
    model = add(emulator.name, line)

    makes(emulator, buyer, line, {"model": model})


@pytest.mark.parametrize(("emulator", "line"), EDITS.items(), indirect=["emulator"], ids=list(EDITS))
def test_one_that_works_from_a_picture_is_sent_it_as_its_provider_wants_it(
    emulator: Emulator, buyer: Any, add: Add, line: Line
):
    model = add(emulator.name, line, "--task", "img2img")

    makes(emulator, buyer, line, {"model": model, "image_urls": [uploaded(buyer, pictures()[0])]})
