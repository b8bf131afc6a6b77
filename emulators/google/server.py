"""Google's routes, and what a script can have go wrong on them beside what goes wrong everywhere.

submit   `key` (a 400 that means the key), `billing` (a 400 that means the account); or, after the call was taken and
         will be billed: `proxy` (502), or any misbehaviour
result   `words` (in place of a picture), `drafts` (before the picture), `nothing`, `missing` (no candidates),
         `unreadable`, `empty`, `corrupt`, `page`, `other`
end      ok, a finish reason, or `blocked:` and a reason

`retry-after` is told in the details of a 429, as `2s`.
"""

import json
import re
from pathlib import Path
from typing import Any

from emulators import serving
from emulators.google import pictures, speech
from emulators.google.work import Call
from emulators.script import Script
from emulators.serving import Emulator
from emulators.work import Work

_MODEL = re.compile(r"/v1(?:beta)?/models/(?P<model>[^/:]+)(?::(?P<verb>\w+))?")
SERVICE = "generativelanguage.googleapis.com"
_WRONG = b'{"candidates": [{"content": {"parts": {"inlineData": 5}}, "finishReason": 7}, 3], "responseId": 5}'


def make(port: int, key: str, ledger: Path) -> Emulator:
    """The emulator."""
    return Emulator(port, key, Work[Call](ledger), Handler)


class Handler(serving.Handler):
    """One connection."""

    garbage = serving.GARBAGE | {"wrong": ("application/json", _WRONG)}
    plain = {code: speech.error(code) for code in speech.STATUSES}  # noqa: RUF012 - nobody changes it

    def has_key(self) -> bool:
        return self.headers.get("x-goog-api-key") == self.server.key

    def route(self) -> None:
        path = self.path.partition("?")[0]
        if self.command == "GET" and path in ("/v1/models", "/v1beta/models"):
            self._list()
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
        try:
            body = pictures.named(json.loads(self.data()))
        except ValueError:
            body = None
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
