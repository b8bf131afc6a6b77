"""The web UI's routes (`modules/api/api.py` at 2fec9471), and what a script can have go wrong on them.

submit    after it was taken: `proxy` (502) or any misbehaviour
result    the answer with the pictures: `wrong`, `fewer`, `grid` (a sheet of all comes first), `page` (no picture)
progress  a misbehaviour, an HTTP status, `silent` (it does not say whose)
end       ok; `oom`, `error`

Nothing is billed: the ledger counts the drawings that were finished.
"""

import base64
import binascii
import io
import json
from pathlib import Path
from typing import Any

from PIL import Image, UnidentifiedImageError

from emulators import files, serving
from emulators.automatic1111.work import FAILURES, Desk, Drawing
from emulators.script import Script
from emulators.serving import Emulator

SAMPLERS = [
    "DPM++ 2M",
    "DPM++ SDE",
    "DPM++ 2M SDE",
    "Euler a",
    "Euler",
    "LMS",
    "Heun",
    "DDIM",
    "UniPC",
    "LCM",
]
# Types and bounds of the fields (`modules/processing.py`). What is not here is passed over, as there.
FIELDS: dict[str, tuple[type, ...]] = {
    "prompt": (str,),
    "negative_prompt": (str,),
    "seed": (int,),
    "steps": (int,),
    "cfg_scale": (int, float),
    "width": (int,),
    "height": (int,),
    "batch_size": (int,),
    "n_iter": (int,),
    "denoising_strength": (int, float),
    "sampler_name": (str,),
    "override_settings": (dict,),
    "init_images": (list,),
    "send_images": (bool,),
    "save_images": (bool,),
    "force_task_id": (str,),
}


def make(port: int, key: str, ledger: Path) -> Emulator:
    """The emulator."""
    return Emulator(port, key, Desk(ledger), Handler)


class Handler(serving.Handler):
    """One connection."""

    garbage = serving.GARBAGE | {
        "wrong": ("application/json", b'{"images": 5, "progress": "half", "info": []}')
    }

    @property
    def desk(self) -> Desk:
        """Who draws."""
        assert isinstance(self.server.work, Desk)
        return self.server.work

    def has_key(self) -> bool:
        wanted = base64.b64encode(self.server.key.encode()).decode()
        return self.headers.get("Authorization") == f"Basic {wanted}"

    def route(self) -> None:
        path = self.path.partition("?")[0]
        if path.startswith("/sdapi") and not self.has_key():
            self.desk.note("stray", "", path[:100], with_key=False)
            self._fault(401, "HTTPException", "Incorrect username or password")
            return
        match self.command, path.removeprefix("/sdapi/v1/"):
            case "POST", "txt2img" | "img2img" as kind:
                self._draw(kind)
            case "GET", "progress":
                self._progress()
            case "POST", "interrupt":
                self._interrupt()
            case _:
                self.desk.note("stray", "", self.path[:100], with_key=self.has_key())
                self.say(404, {"detail": "Not Found"})

    def _draw(self, kind: str) -> None:
        try:
            asked = json.loads(self.data())
        except ValueError:
            asked = {}
        text = str(asked.get("prompt"))
        script = Script.of(text)
        step = self.server.progress.next(script, "submit", text)
        call = self.desk.note("submit", text, step, with_key=self.has_key())
        if self.fails(step, script) or self._is_wrong(kind, asked):
            return
        drawing = Drawing.new(kind, asked, script)
        self.desk.start(drawing, {name.lower(): value for name, value in self.headers.items()})
        if step == "proxy":
            self.say(502, None)
            return
        self.misbehave(step, call)
        drawing.over.wait()
        if drawing.failure in FAILURES:
            code, error, said = FAILURES[drawing.failure]
            self._fault(code, error, "", said)
            return
        self._hand_over(drawing)

    def _hand_over(self, drawing: Drawing) -> None:
        step = self.server.progress.next(drawing.script, "result", drawing.id)
        call = self.desk.note("result", drawing.id, step, with_key=self.has_key())
        self.misbehave(step, call)
        count = int(drawing.body.get("batch_size", 1))
        images = [base64.b64encode(files.picture(number)).decode() for number in range(count)]
        info: dict[str, Any] = {"seed": drawing.body.get("seed", -1), "index_of_first_image": 0}
        if step == "grid":
            images.insert(0, base64.b64encode(files.picture(9)).decode())
            info["index_of_first_image"] = 1
        elif step == "fewer":
            images.pop()
        elif step == "page":
            images = [base64.b64encode(b"<html>").decode(), "?", 7][:count]
        self.say(200, {"images": images, "parameters": drawing.body, "info": json.dumps(info)})

    def _progress(self) -> None:
        now = self.desk.now
        script = now.script if now else Script()
        step = self.server.progress.next(script, "progress", now.id if now else "")
        call = self.desk.note("progress", now.id if now else "", step, with_key=self.has_key())
        if self.fails(step, script):
            return
        self.misbehave(step, call)
        body = {
            "progress": now.at if now else 0.0,
            "eta_relative": 0.0,
            "state": {"job_count": 1 if now else 0},
            "current_image": None,
            "textinfo": None,
        }
        if step != "silent":
            body["current_task"] = now.task if now else None
        self.say(200, body)

    def _interrupt(self) -> None:
        now = self.desk.now
        step = self.server.progress.next(now.script if now else Script(), "cancel", now.id if now else "")
        call = self.desk.note("cancel", now.id if now else "", step, with_key=self.has_key())
        if self.fails(step, Script()):
            return
        self.misbehave(step, call)
        self.desk.interrupt()
        self.say(200, {})

    def _is_wrong(self, kind: str, asked: dict[str, Any]) -> bool:
        """Answer with what is wrong with a request, if anything is."""
        for name, types in FIELDS.items():
            value = asked.get(name)
            if value is not None and (
                not isinstance(value, types) or (isinstance(value, bool) and bool not in types)
            ):
                said = [
                    {
                        "loc": ["body", name],
                        "msg": f"value is not a valid {types[0].__name__}",
                        "type": "type_error",
                    }
                ]
                self.say(422, {"detail": said})
                return True
        if asked.get("sampler_name", "Euler") not in SAMPLERS:
            self._fault(404, "HTTPException", "Sampler not found")
        elif kind == "img2img" and not asked.get("init_images"):
            self._fault(404, "HTTPException", "Init image not found")
        elif not all(map(_is_picture, asked.get("init_images") or [])):
            self._fault(500, "HTTPException", "Invalid encoded image")
        else:
            return False
        return True

    def _fault(self, code: int, error: str, detail: str, errors: str = "") -> None:
        self.say(code, {"error": error, "detail": detail, "body": "", "errors": errors})


def _is_picture(text: Any) -> bool:
    try:
        with Image.open(io.BytesIO(base64.b64decode(text, validate=True))) as found:
            return found.width > 0
    except (binascii.Error, TypeError, ValueError, UnidentifiedImageError):
        return False
