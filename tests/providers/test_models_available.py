"""Where one provider is connected, the models of the others are still listed, and marked as what cannot be made now."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from emulated import Emulator
from serving import Person, Served

PROVIDER = "openai"
ALONE, OWN, SECOND = "fal-ai/nano-banana-2", "gpt-image-1-mini", "openai/gpt-image-2"
WORDS = {"image": "text2img", "video": "text2video"}


def listed(person: Person) -> dict[str, dict[str, Any]]:
    """Every model by its id, as all lists have them."""
    said = person.send("GET", "/models").json()
    for kind in ("image", "video"):
        overview = person.send("GET", f"/{kind}s/generate").json()
        assert overview["available_models"] == said[f"{kind}_models"]
    return {each["id"]: each for kind in ("image", "video") for each in said[f"{kind}_models"]}


def aims(person: Person, home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The installed program, with the person's key."""
    path = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONUTF8": "1"}
    said = subprocess.run(
        [sys.executable, "-m", "aims", *words],
        env=path | {"AIMS_API_KEY": person.text, "AIMS_BASE_URL": person.served.base},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said


def test_a_model_says_whether_it_can_be_made_now(person: Person):
    found = listed(person)

    assert {name: found[name]["available"] for name in (ALONE, OWN, SECOND)} == {
        ALONE: False,
        OWN: True,
        SECOND: True,
    }


def test_what_is_marked_is_what_is_refused(connected: Served):
    """Somebody without credits is refused for that where a model can be made, and for the provider where it cannot."""
    poor = connected.person(0)
    found = listed(poor)
    asked = {id_: each for id_, each in found.items() if each["model_type"] in WORDS.values()}

    assert {each["available"] for each in asked.values()} == {True, False}
    for id_, each in asked.items():
        kind = next(name for name, task in WORDS.items() if task == each["model_type"])
        answer = poor.send("POST", f"/{kind}s/generate", json={"prompt": "A red barn", "model": id_})
        wanted = (402, "insufficient_credits") if each["available"] else (503, "provider_not_connected")
        assert (answer.status_code, answer.json()["code"]) == wanted, id_


def test_programs_for_openai_are_told_of_what_can_be_made_alone(person: Person):
    found = {id_ for id_, each in listed(person).items() if each["available"]}

    said = person.served.client.get("/v1/models", headers=person.bearer).json()

    assert {each["id"] for each in said["data"]} == found
    assert person.served.client.get(f"/v1/models/{ALONE}", headers=person.bearer).status_code == 200


def test_the_documentation_marks_it(connected: Served):
    page = connected.client.get("/docs").text
    rows = re.findall(
        r'<summary>.*?<code>([^<]+)</code>.*?<span class="makes">(.*?)<span class="price">', page
    )

    marked = {model_id: "not connected" in makes for model_id, makes in rows}
    assert {name: marked[name] for name in (ALONE, OWN, SECOND)} == {ALONE: True, OWN: False, SECOND: False}


def test_the_command_marks_it_and_leaves_it_out_of_a_list_of_ids(person: Person, tmp_path: Path):
    found = listed(person)
    away = [model_id for model_id, each in found.items() if not each["available"]]

    table, ids = aims(person, tmp_path, "models"), aims(person, tmp_path, "models", "--print", "url")

    heads, *rows = table.stdout.splitlines()
    assert heads.split()[-1] == "state"
    assert {row.split()[0]: row.endswith("not connected") for row in rows} == {
        model_id: model_id in away for model_id in found
    }
    assert f"{len(away)} of {len(found)} cannot be asked now" in table.stderr
    assert set(ids.stdout.split()) == set(found) - set(away)


def test_what_is_at_its_second_provider_is_made_there(person: Person, emulator: Emulator):
    view = person.finished(person.begin("A barn at the second", model=SECOND, resolution=None)["id"])

    assert view["status"] == "completed"
    assert len(emulator.requests("A barn at the second")) == 1
