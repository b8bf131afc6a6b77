"""Requests to any model of the catalogue: the plainest one there is, and one with everything that it takes."""

import io
from typing import Any

from emulated import uploaded
from PIL import Image
from serving import Person

from aims.catalog import Model


def pictures() -> list[bytes]:
    """Two pictures to work from, told apart by their colour."""
    made = []
    for colour in ("teal", "orange"):
        data = io.BytesIO()
        Image.new("RGB", (640, 480), colour).save(data, "PNG")
        made.append(data.getvalue())
    return made


def begin(person: Person, kind: str, body: dict[str, Any]) -> str:
    """Ask, and do not wait."""
    answer = person.send("POST", f"/{kind}s/generate", headers={"Prefer": "respond-async"}, json=body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["id"])


def sources(person: Person, model: Model, clips: str = "") -> dict[str, Any]:
    """All that a model can work from, as fields of a request. clips: the model that makes the film to go on with."""
    body: dict[str, Any] = {}
    for name, source in model.sources.items():
        if source.role == "clip":
            body[name] = film(person, clips)
        else:
            urls = [uploaded(person, each) for each in pictures()]
            body[name] = (
                urls[: source.most] if name.endswith("urls") else urls[0 if source.role != "end" else 1]
            )
    return body


def film(person: Person, model: str) -> str:
    """The address of a film that was made here."""
    begun = begin(person, "video", {"prompt": "A clip to go on with", "model": model, "duration": 4})
    view = person.finished(begun)
    return str(view["outputs"][0]["url"])


def furthest(model: Model) -> dict[str, Any]:
    """Every parameter of a model, at the end of what it takes."""
    body: dict[str, Any] = {}
    for name, parameter in model.parameters.items():
        match parameter.type:
            case "choice":
                body[name] = parameter.choices[-1]
            case "boolean":
                body[name] = not parameter.default
            case "text":
                body[name] = "blurry, grey"
            case _:
                body[name] = parameter.max if parameter.max is not None else 7
    if model.picture is not None:
        body["resolution"] = model.picture.resolutions[-1] if model.picture.resolutions else "1K"
        body["aspect_ratio"] = "16:9"
        body["n"] = min(model.outputs_per_call, 4)
    return body
