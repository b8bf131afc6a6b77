"""A model is one TOML file: put there before the start or while the server runs, it is listed, priced and used.

And what an operator changes about a model holds at once, for what is asked afterwards.
"""

import asyncio
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from brush import MODEL_FILE
from PIL import Image
from serving import PATIENCE, SQLITE, Person, Served, has_error

from aims import catalog
from aims.cli import run

BANANA = "fal-ai/nano-banana-2"
MODEL = (
    MODEL_FILE.replace(
        'ratios = ["1:1", "2:1"]',
        'ratios = ["1:1", "3:2"]\nresolutions = ["0.5K"]\nresolution = "0.5K"\nresolution_sent_as = "resolution"',
    )
    + """
[[price.multipliers]]
name = "many bristles"
when = { bristles = 99 }
factor = "3/2"
"""
)


def listed(person: Person) -> dict[str, dict[str, Any]]:
    """The image models by id, as all three lists have them."""
    lists = [
        person.send("GET", "/images/generate").json()["available_models"],
        person.send("GET", "/models").json()["image_models"],
        person.send("GET", "/models?type=image").json()["image_models"],
    ]
    assert lists[0] == lists[1] == lists[2]
    # The sandbox makes what no provider is connected for.
    assert all(each["available"] is True for each in lists[0])
    return {each["id"]: each for each in lists[0]}


def is_usable(person: Person, price: int = 5) -> None:
    """The new model is listed, estimated, drawn and paid like any other."""
    entry = listed(person)["acme/brush"]
    assert (entry["name"], entry["model_type"], entry["credit_cost"]) == ("Acme Brush", "text2img", price)
    assert entry["default_advanced_settings"]["bristles"] == 12
    assert (
        entry["available_settings"]["bristles"]["min"],
        entry["available_settings"]["bristles"]["max"],
    ) == (3, 99)
    body = {"prompt": "A red barn", "model": "acme/brush", "resolution": None}

    estimate = person.send("POST", "/images/estimate", json={**body, "n": 2, "bristles": 99}).json()
    assert estimate["quote"]["credits"] == -(-price * 3 // 2) * 2
    before = person.balance[0]
    answer = person.generate(**body, aspect_ratio="3:2", bristles=20)
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["credits_used"], told["credits_remaining"]) == (price, before - price)
    assert "ignored_parameters" not in told
    with Image.open(io.BytesIO(person.served.client.get(told["images"][0]["url"]).content)) as image:
        assert image.width / image.height == pytest.approx(1.5, abs=0.05)
    error = has_error(person.generate(**body, bristles=100), 400, "invalid_request")
    assert "`bristles`" in error["error"]


def test_a_file_that_is_there_before_the_start_is_a_model(own: Callable[..., Served], tmp_path: Path):
    models = tmp_path / "own-0" / "catalog" / "models"
    models.mkdir(parents=True)
    (models / "brush.toml").write_text(MODEL)

    is_usable(own().person(1000))


def test_a_file_that_is_added_while_the_server_runs_is_a_model(
    own: Callable[..., Served], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The server's own watch finds it."""
    served = own()
    person = served.person(1000)
    has_error(person.generate(model="acme/brush"), 400, "unknown_model")
    file = tmp_path / "brush.toml"
    file.write_text(MODEL)
    monkeypatch.setenv("AIMS_HOME", str(served.settings.home))

    assert run(["catalog", "add", str(file)]) == 0

    async def seen() -> None:
        async with asyncio.timeout(PATIENCE):
            while served.studio.shelf.entry("acme/brush") is None:  # noqa: ASYNC110 - the watch tells nobody
                await asyncio.sleep(0.01)

    served.do(seen())
    is_usable(person)
    # A price that the file says later is the price from then on.
    file.write_text(MODEL.replace("credits = 5", "credits = 7"))
    assert run(["catalog", "add", str(file), "--replace"]) == 0
    refresh(served)
    is_usable(person, 7)


def refresh(served: Served) -> None:
    """Do what the watch does every two seconds, now."""

    async def take() -> None:
        served.studio.counter.take(await served.studio.db.read(catalog.overrides.load))

    served.do(take())


@pytest.fixture
def operate(shared: Served, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The operator's command line on the studio that is served. Everything that it changed is put back."""
    touched: set[tuple[str, str]] = set()

    def type_in(*arguments: str, workspace: str) -> None:
        monkeypatch.setenv("AIMS_HOME", str(shared.settings.home))
        if shared.settings.database_url:
            monkeypatch.setenv("AIMS_DATABASE_URL", shared.settings.database_url)
        touched.add((arguments[0], workspace))
        place = ["--workspace", workspace] if workspace else []
        assert run(["catalog", "set", *arguments, *place]) == 0
        refresh(shared)

    yield type_in
    for model, workspace in touched:
        type_in(model, "--reset", workspace=workspace)


def begin(person: Person, **more: Any) -> Any:
    return person.send(
        "POST", "/images/generate", json={"prompt": "Abstract", "model": BANANA, "resolution": "0.5K", **more}
    )


def test_a_price_holds_for_what_is_asked_from_then_on(alice: Person, charlie: Person, operate: Any):
    running = alice.begin("Abstract [sandbox: delay=600s]")

    operate(BANANA, "--price", "33", workspace=alice.workspace_id)

    assert listed(alice)[BANANA]["credit_cost"] == 33
    assert listed(charlie)[BANANA]["credit_cost"] == 25
    assert (begin(alice).json()["credits_used"], begin(charlie).json()["credits_used"]) == (33, 25)
    # What was accepted before is held at its own price, and would be charged at it.
    view = alice.show(running["id"])
    assert (view["quote"]["credits"], view["credits"]["held"]) == (25, 25)
    assert alice.balance == (1000 - 33 - 25, 25)
    alice.send("POST", f"/generations/{running['id']}/cancel")
    alice.finished(running["id"])


def test_a_generation_that_was_accepted_is_charged_what_was_said_then(alice: Person, operate: Any):
    running = alice.begin("Abstract [sandbox: delay=1s]")
    operate(BANANA, "--price", "500", workspace=alice.workspace_id)

    view = alice.finished(running["id"])

    assert (view["status"], view["credits"]["charged"]) == ("completed", 25)
    assert alice.balance == (975, 0)


def test_a_repeated_request_joins_what_was_made_at_the_old_price(alice: Person, operate: Any):
    first = begin(alice)
    key = {"Idempotency-Key": "k"}
    body = {"prompt": "Abstract", "model": BANANA, "resolution": "0.5K"}
    first = alice.send("POST", "/images/generate", headers=key, json=body)
    operate(BANANA, "--price", "33", workspace=alice.workspace_id)

    again = alice.send("POST", "/images/generate", headers=key, json=body)

    assert again.headers["idempotent-replayed"] == "true"
    assert again.json()["images"] == first.json()["images"]
    assert again.json()["credits_used"] == 25


def test_a_paused_model_is_not_listed_and_says_when_to_come_back(
    alice: Person, charlie: Person, operate: Any
):
    operate(BANANA, "--status", "paused", workspace=alice.workspace_id)
    before = alice.traces

    answer = begin(alice)

    assert "paused" in has_error(answer, 503, "model_paused")["error"]
    assert int(answer.headers["retry-after"]) >= 1
    assert BANANA not in listed(alice)
    assert alice.traces == before
    assert begin(charlie).status_code == 200
    operate(BANANA, "--status", "active", workspace=alice.workspace_id)
    assert begin(alice).status_code == 200


@SQLITE
def test_what_runs_when_its_model_is_paused_is_finished(alice: Person, operate: Any):
    running = alice.begin("Abstract [sandbox: delay=1s]")
    operate(BANANA, "--status", "paused", workspace=alice.workspace_id)

    assert alice.finished(running["id"])["status"] == "completed"


def test_a_retired_model_names_what_to_use_instead(alice: Person, operate: Any):
    other = "fal-ai/nano-banana-pro"
    operate(BANANA, "--status", "retired", "--substitute", other, workspace=alice.workspace_id)
    before = alice.traces

    error = has_error(begin(alice), 400, "model_retired")

    assert f"'{other}'" in error["error"]
    assert [each["field"] for each in error["details"]] == ["model"]
    assert BANANA not in listed(alice)
    assert alice.traces == before


def test_a_hidden_model_is_in_no_list_and_can_still_be_used(alice: Person, operate: Any):
    operate(BANANA, "--hidden", workspace=alice.workspace_id)

    assert BANANA not in listed(alice)
    assert begin(alice).json()["credits_used"] == 25
    estimate = alice.send("POST", "/images/estimate", json={"prompt": "Abstract", "model": BANANA})
    assert estimate.json()["quote"]["credits"] == 25
    said = has_error(begin(alice, model=f"{BANANA}x"), 400, "unknown_model")["error"]
    assert f"'{BANANA}'" not in said


def test_the_default_of_a_workspace_is_its_own(alice: Person, charlie: Person, operate: Any):
    operate(BANANA, "--default", workspace=alice.workspace_id)

    def chosen(person: Person) -> tuple[str, str]:
        estimate = person.send("POST", "/images/estimate", json={"prompt": "Abstract"}).json()
        return estimate["model"], person.send("GET", "/images/generate").json()["default_model"]

    assert chosen(alice) == (BANANA, BANANA)
    assert chosen(charlie) == ("openai/gpt-image-2", "openai/gpt-image-2")
    assert begin(alice, model=None).json()["credits_used"] == 25


@SQLITE
def test_what_is_said_for_the_instance_holds_for_every_workspace_that_says_nothing(
    alice: Person, charlie: Person, operate: Any
):
    operate(BANANA, "--price", "40", workspace="")
    operate(BANANA, "--price", "30", workspace=charlie.workspace_id)

    assert (listed(alice)[BANANA]["credit_cost"], listed(charlie)[BANANA]["credit_cost"]) == (40, 30)
    assert (begin(alice).json()["credits_used"], begin(charlie).json()["credits_used"]) == (40, 30)
    operate(BANANA, "--reset", workspace="")
    assert listed(alice)[BANANA]["credit_cost"] == 25


PRICES = {
    "fal-ai/bytedance/seedream/v4/text-to-image": 10, "fal-ai/bytedance/seedream/v4/edit": 10, BANANA: 25,
    f"{BANANA}/edit": 25, "fal-ai/gpt-image-1.5": 30, "fal-ai/gpt-image-1.5/edit": 30,
    "fal-ai/nano-banana-pro": 50, "fal-ai/nano-banana-pro/edit": 50, "openai/gpt-image-2": 70,
    "openai/gpt-image-2/edit": 70, "fal-ai/flux-pro/kontext": 20,
}  # fmt: skip


def test_the_list_has_the_models_and_prices_of_the_price_list(alice: Person):
    assert {name: each["credit_cost"] for name, each in listed(alice).items()} == PRICES
    answer = alice.send("GET", "/models?type=nonsense")
    assert [each["field"] for each in has_error(answer, 400, "invalid_request")["details"]] == ["type"]
    assert set(alice.send("GET", "/models?type=video").json()) == {"status", "workspace_id", "video_models"}


def test_every_style_has_a_name_and_a_preview_that_is_there(alice: Person):
    body = alice.send("GET", "/styles").json()

    assert body["status"] == "ok"
    assert len(body["styles"]) >= 40
    assert len({each["slug"] for each in body["styles"]}) == len(body["styles"])
    assert {"anime-style", "cyberpunk-style", "watercolor-style"} <= {each["slug"] for each in body["styles"]}
    for each in body["styles"]:
        assert set(each) == {"slug", "name", "description", "category", "preview_url"}
        assert each["preview_url"] == f"{alice.served.base}/previews/styles/{each['slug']}.webp"
    assert json.dumps(body["styles"]).count("{prompt}") == 0
