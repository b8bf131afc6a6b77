"""Replicate's routes, and what a script can have go wrong on them beside what goes wrong everywhere.

submit   after the prediction was made and will be billed: `proxy` (502), `elsewhere` (addresses at a stranger's)
         or any misbehaviour
status   `back` (a finished one is processing), `done` (too early), `unknown`, `stranger` (another id)
result   of a finished one: `missing`, `wrong`, `fewer`, `words` (text in place of addresses)
cancel
end      ok, or what it fails with: `nsfw`, `sensitive`, `failed`, `early` (before it began)
"""

import json
import re
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from emulators import files, forms, serving
from emulators.replicate import rules, speech
from emulators.replicate.work import Prediction, Work, new_id, seconds
from emulators.script import Script
from emulators.serving import Emulator

_ONE = re.compile(r"/v1/predictions/(?P<id>[^/]+?)(?P<cancel>/cancel)?")
_MODEL = re.compile(
    r"/v1/models/(?P<name>[^/]+/[^/]+?)(?P<create>/predictions)?(?P<version>/versions/[^/]+)?"
)
_FILE = re.compile(r"/files/b/(?P<id>[^/]+)/(?P<number>\d+)\.(?P<kind>\w+)")
_UPLOAD = re.compile(r"/v1/files/(?P<id>[^/]+)")
_WRONG = b'{"id": 5, "status": 7, "output": {"url": 1}, "urls": [3]}'
_WAIT = re.compile(r"wait(?:=(\d+))?")
ACCOUNT = {"type": "organization", "username": "emulator", "name": "Emulator", "github_url": None}


def make(port: int, key: str, ledger: Path) -> Emulator:
    """The emulator."""
    return Emulator(port, key, Work(ledger), Handler)


class Handler(serving.Handler):
    """One connection."""

    garbage = serving.GARBAGE | {"wrong": ("application/json", _WRONG)}
    plain = speech.PLAIN

    @property
    def work(self) -> Work:
        """All predictions."""
        work: Any = self.server.work
        return work

    def route(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith("/files/"):
            self._file(path)
        elif self.command == "POST" and path == "/v1/predictions":
            self._create(None)
        elif (model := _MODEL.fullmatch(path)) and self.command == ("POST" if model["create"] else "GET"):
            self._model(model["name"], model["version"] or "", create=bool(model["create"]))
        elif path == "/v1/files" and self.command == "POST":
            self._upload()
        elif (one := _ONE.fullmatch(path)) and self.command == ("POST" if one["cancel"] else "GET"):
            self._ask(one["id"], "cancel" if one["cancel"] else "status")
        else:
            self._rest(path)

    def _rest(self, path: str) -> None:
        """What costs nothing and says little: the account, the list of predictions, files that were uploaded."""
        found = _UPLOAD.fullmatch(path)
        key = found["id"] if found else ""
        if not self._is_known():
            return
        if path == "/v1/account":
            self.say(200, ACCOUNT)
        elif path == "/v1/predictions":
            told = [speech.prediction(each, self.server.url, self.server.url) for each in self.work.all()]
            self.say(200, {"results": told[::-1], "next": None, "previous": None})
        elif key in self.work.files and self.command == "DELETE":
            del self.work.files[key]
            self.head(204, "application/json", 0)
        elif key in self.work.files:
            self.say(200, speech.uploaded(key, self.work.files[key], self.server.url))
        else:
            self.work.note("stray", "", self.path[:100], with_key=self.has_key())
            self.say(404, speech.PLAIN[404])

    def _model(self, name: str, version: str, *, create: bool) -> None:
        """A model, one of its versions (each has one here), or the wish for a prediction of it."""
        if create:
            self._create(name)
        elif self._is_known():
            told = speech.model(name) if name in rules.MODELS else None
            latest = told["latest_version"] if told else {}
            if told is None or version.removeprefix("/versions/") not in ("", latest["id"]):
                self.say(404, speech.PLAIN[404])
            else:
                self.say(200, latest if version else told)

    def _create(self, name: str | None) -> None:
        try:
            body = json.loads(self.data())
        except ValueError:
            body = None
        body = body if isinstance(body, dict) else {}
        held = body.get("input")
        prompt = str(held.get("prompt", "")) if isinstance(held, dict) else ""
        script = Script.of(prompt)
        step = self.server.progress.next(script, "submit", prompt)
        call = self.work.note("submit", prompt, step, with_key=self.has_key())
        if not self._is_known() or self.fails(step, script):
            return
        version = str(body.get("version", "")).rpartition(":")[2]
        model = name if name is not None else rules.VERSIONS.get(version, version)
        if model not in rules.MODELS or (name is not None and not rules.MODELS[name]["official"]):
            self.say(404 if name is not None else 422, speech.PLAIN[404 if name is not None else 422])
            return
        problems = rules.check(model, held, self._has_file)
        if problems:
            self.say(422, speech.invalid(problems))
            return
        one = self._taken(model, body, script)
        if step == "proxy":
            self.say(502, None)
            return
        self.misbehave(step, call)
        self._wait_for(one)
        self.say(201, self._told(one, elsewhere=step == "elsewhere"))

    def _taken(self, model: str, body: dict[str, Any], script: Script) -> Prediction:
        one = Prediction.new(model, body, script, new_id())
        one.made_at = time.time()
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.work.take(one, headers)
        deadline = seconds(headers.get("cancel-after", ""))
        if deadline is not None:
            self.work.stop_after(one, deadline)
        return one

    def _wait_for(self, one: Prediction) -> None:
        """As long as the caller likes to, up to a minute."""
        found = _WAIT.fullmatch(self.headers.get("Prefer", ""))
        if found:
            one.over.wait(min(int(found[1] or 60), 60))

    def _ask(self, key: str, route: str) -> None:
        one = self.work.find(key)
        if one is None:
            self.work.note("stray", "", self.path[:100], with_key=self.has_key())
            self.say(404, speech.PLAIN[404])
            return
        step = self.server.progress.next(one.script, route, key)
        call = self.work.note(route, key, step, with_key=self.has_key())
        if not self._is_known() or self.fails(step, one.script):
            return
        self.misbehave(step, call)
        if route == "cancel":
            self.work.stop(one)
        told = self._told(one)
        if step == "back":
            told |= {"status": "processing", "output": None}
        elif step == "done":
            told |= {"status": "processing", "completed_at": told["created_at"]}
        elif step == "unknown":
            told |= {"status": "pondering", "output": None}
        elif step == "stranger":
            told |= {"id": new_id()}
        elif told["status"] == "succeeded":
            told = self._result(one, told)
        self.say(200, told)

    def _result(self, one: Prediction, told: dict[str, Any]) -> dict[str, Any]:
        step = self.server.progress.next(one.script, "result", one.id)
        self.work.note("result", one.id, step, with_key=self.has_key())
        return speech.spoilt(told, step)

    def _told(self, one: Prediction, *, elsewhere: bool = False) -> dict[str, Any]:
        return speech.prediction(one, self.server.url, self.server.media(one.script), elsewhere=elsewhere)

    def _upload(self) -> None:
        fields, sent = forms.read(self.headers.get("Content-Type", ""), self.data())
        self.work.note("upload", str(fields), "ok", with_key=self.has_key())
        found = [each for each in sent if each.field == "content"]
        if not self._is_known():
            return
        if len(found) != 1:
            self.say(400, speech.PLAIN[400])
            return
        key = new_id()
        self.work.files[key] = found[0]
        self.say(201, speech.uploaded(key, found[0], self.server.url))

    def _has_file(self, url: str) -> bool:
        return url.removeprefix(f"{self.server.url}/v1/files/") in self.work.files

    def _file(self, path: str) -> None:
        found = _FILE.fullmatch(path)
        one = self.work.find(found["id"]) if found else None
        if found is None or one is None:
            self.say(404, speech.PLAIN[404])
            return
        step = self.server.progress.next(one.script, "output", one.id + found["number"])
        call = self.work.note("output", one.id, step, with_key="Authorization" in self.headers)
        if self.fails(step, one.script):
            return
        film = (found["kind"] == "mp4") != (step == "other")
        kind = {"jpg": "jpeg", "mp4": "png"}.get(found["kind"], found["kind"])
        data = (
            files.film(int(one.input.get("seconds", 2)))
            if film
            else files.picture(int(found["number"]), kind)
        )
        self.hand_out(step, call, "video/mp4" if film else f"image/{kind}", data)

    def _is_known(self) -> bool:
        if not self.has_key():
            self.say(401, speech.PLAIN[401])
        return self.has_key()
