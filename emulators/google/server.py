"""Google's routes, and what a script can have go wrong on them beside what goes wrong everywhere.

submit   `key` (a 400 that means the key), `billing` (a 400 that means the account); or, after the call was taken and
         will be billed: `proxy` (502), or any misbehaviour
result   `words` (in place of a picture), `drafts` (before the picture), `nothing`, `missing` (no candidates),
         `unreadable`, `empty`, `corrupt`, `page`, `other`
end      ok, a finish reason, or `blocked:` and a reason; of a film: ok, `filtered`, `guidelines`, a number of gRPC's
status   of a film: `back` (not done, whatever it is), `missing`, `address`, `unreadable`, `empty`, `corrupt`, `page`,
         `other`, a misbehaviour

`retry-after` is told in the details of a 429, as `2s`.
"""

import json
import re
import uuid
from pathlib import Path
from typing import Any

from emulators import serving
from emulators.google import films, pictures, speech
from emulators.google.login import Login, Wrong
from emulators.google.work import Call, Film
from emulators.script import Script
from emulators.serving import Emulator
from emulators.work import Work

_MODEL = re.compile(r"/v1(?:beta)?/models/(?P<model>[^/:]+)(?::(?P<verb>\w+))?")
SERVICE = "generativelanguage.googleapis.com"
_WRONG = b'{"candidates": [{"content": {"parts": {"inlineData": 5}}, "finishReason": 7}, 3], "responseId": 5}'


_FILM = re.compile(
    r"/v1(?:beta1)?/projects/(?P<project>[^/]+)/locations/(?P<place>[^/]+)/publishers/google/models/(?P<model>[^/:]+)"
    r":(?P<verb>predictLongRunning|fetchPredictOperation)"
)


class Google(Emulator):
    """Both doors. login: knows the service account, where the key is one."""

    def __init__(self, port: int, key: str, ledger: Path) -> None:
        super().__init__(port, key, Work[Any](ledger), Handler)
        self.login = Login(key) if key.startswith("{") else None


def make(port: int, key: str, ledger: Path) -> Emulator:
    """The emulator. key: a key of the Gemini API, or the JSON of a service account, which opens Vertex."""
    return Google(port, key, ledger)


class Handler(serving.Handler):
    """One connection."""

    garbage = serving.GARBAGE | {"wrong": ("application/json", _WRONG)}
    plain = {code: speech.error(code) for code in speech.STATUSES}  # noqa: RUF012 - nobody changes it

    server: Google

    def has_key(self) -> bool:
        if self.server.login is not None:
            return self.server.login.knows(self.headers.get("Authorization", ""))
        return self.headers.get("x-goog-api-key") == self.server.key

    def route(self) -> None:
        path = self.path.partition("?")[0]
        if self.command == "GET" and path in ("/v1/models", "/v1beta/models"):
            self._list()
            return
        film = _FILM.fullmatch(path) if self.server.login is not None and self.command == "POST" else None
        if film is not None:
            {"predictLongRunning": self._begin, "fetchPredictOperation": self._fetch}[film["verb"]](film)
            return
        if self.server.login is not None and (self.command, path) == ("POST", "/token"):
            self._log_in(self.server.login)
            return
        found = _MODEL.fullmatch(path)
        if "key=" in self.path:
            self.server.work.note("stray", "", "a key in an address", with_key=True)
        if found is None or found["verb"] != "generateContent" or self.command != "POST":
            self.server.work.note("stray", "", self.path[:100], with_key=self.has_key())
            self.say(404, speech.error(404))
            return
        self._generate(found["model"])

    def fails(self, step: str, script: Script) -> bool:
        if step == "429":
            self.say(429, speech.too_many(script.text("retry-after")))
        elif step == "key":
            self.say(400, speech.wrong_key(SERVICE))
        elif step == "billing":
            self.say(400, speech.error(400, "Billing is not enabled.", status="FAILED_PRECONDITION"))
        else:
            return super().fails(step, script)
        return True

    def _list(self) -> None:
        self.server.work.note("models", "", "ok", with_key=self.has_key())
        if not self.has_key():
            self.say(400, speech.wrong_key(SERVICE))
            return
        self.say(200, {"models": [speech.described(name) for name in pictures.MODELS]})

    def _generate(self, model: str) -> None:
        work = self.server.work
        body = self._body()
        words = pictures.words(body)
        script = Script.of(words)
        step = self.server.progress.next(script, "submit", words)
        number = work.note("submit", words, step, with_key=self.has_key())
        if not self.has_key():
            self.say(400, speech.wrong_key(SERVICE))
            return
        if self.fails(step, script):
            return
        if model not in pictures.MODELS:
            self.say(404, speech.error(404))
            return
        problem = pictures.check(model, body)
        if problem:
            self.say(400, speech.error(400, problem))
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = work.take(Call.new(model, body, script), headers)
        self._answer(call, model, step, number)

    def _answer(self, call: Any, model: str, step: str, number: int) -> None:
        if step in ("proxy", "reset", "hang", "drip"):
            # The way back breaks at once, and the picture is made all the same.
            if step == "proxy":
                self.say(502, None)
            self.misbehave(step, number)
            return
        call.over.wait()
        self.misbehave(step, number)
        self.say(200, speech.answer(call, model, call.script.text("result", "ok")))

    def _log_in(self, login: Login) -> None:
        self.server.work.note("login", "", "ok", with_key=False)
        try:
            self.say(200, login.exchange(self.data().decode()))
        except Wrong as wrong:
            self.say(400, {"error": str(wrong), "error_description": "Invalid JWT Signature."})

    def _begin(self, where: re.Match[str]) -> None:
        work, body = self.server.work, self._body()
        words = films.words(body)
        script = Script.of(words)
        step = self.server.progress.next(script, "submit", words)
        number = work.note("submit", words, step, with_key=self.has_key())
        if not self._is_known(where) or self.fails(step, script):
            return
        if step == "guidelines":
            self.say(400, speech.error(400, speech.GUIDELINES))
            return
        if where["model"] not in films.MODELS:
            self.say(404, speech.error(404, f"Publisher Model `{where[0]}` not found."))
            return
        problem = films.check(where["model"], body)
        if problem:
            self.say(400, speech.error(400, problem))
            return
        key = f"{where[0].partition('/projects/')[2].partition(':')[0]}/operations/{uuid.uuid4()}"
        headers = {name.lower(): value for name, value in self.headers.items()}
        film = work.take(Film.new(where["model"], body, script, f"projects/{key}"), headers)
        if step == "proxy":
            self.say(502, None)
            return
        self.misbehave(step, number)
        self.say(200, {"name": film.id})

    def _fetch(self, where: re.Match[str]) -> None:
        body = self._body()
        name = str(body.get("operationName")) if isinstance(body, dict) else ""
        film = self.server.work.find(name)
        if film is None or f"/models/{where['model']}/operations/" not in name:
            self.server.work.note("stray", "", name[:100], with_key=self.has_key())
            self.say(404, speech.error(404, f"Operation {name} not found."))
            return
        step = self.server.progress.next(film.script, "status", name)
        number = self.server.work.note("status", name, step, with_key=self.has_key())
        if not self._is_known(where) or self.fails(step, film.script):
            return
        self.misbehave(step, number)
        self.say(200, speech.operation(film, name, step))

    def _body(self) -> Any:
        try:
            return pictures.named(json.loads(self.data()))
        except ValueError:
            return None

    def _is_known(self, where: re.Match[str]) -> bool:
        assert self.server.login is not None
        if not self.has_key():
            self.say(401, speech.error(401))
        elif where["project"] != self.server.login.project:
            self.say(403, speech.error(403))
        else:
            return True
        return False
