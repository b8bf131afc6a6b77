"""OpenAI's routes, and what a script can have go wrong on them beside what goes wrong everywhere.

    submit   `policy`, `old-policy` (refused before anything is made), `spent`, `limit` (no money left), `unknown`; or,
             after the call was taken and will be billed: `proxy` (502) or any misbehaviour
    result   `late-policy` (made, and then refused), `missing`, `wrong`, `fewer`, `page`, `empty`, `corrupt`, `other`

`work` is how many seconds it takes. A client that goes away is billed all the same.
"""

import json
import secrets
import time
from pathlib import Path
from typing import Any

from emulators import forms, serving
from emulators.openai import rules, speech
from emulators.openai.work import Call, Work
from emulators.script import Script
from emulators.serving import Emulator

_WRONG = b'{"created": "x", "data": {"b64_json": 1}, "error": 7}'
_ROUTES = {"/v1/images/generations": False, "/v1/images/edits": True}


def make(port: int, key: str, ledger: Path) -> Emulator:
    """The emulator."""
    return Emulator(port, key, Work(ledger), Handler)


class Handler(serving.Handler):
    """One connection."""

    garbage = serving.GARBAGE | {"wrong": ("application/json", _WRONG)}
    plain = speech.PLAIN

    def route(self) -> None:
        if self.command == "POST" and self.path in _ROUTES:
            self._make(edit=_ROUTES[self.path])
        elif self.command == "GET" and self.path == "/v1/models":
            self._list()
        else:
            self.server.work.note("stray", "", self.path[:100], with_key=self.has_key())
            self.say(404, speech.error(f"Invalid URL ({self.command} {self.path})", None))

    def _list(self) -> None:
        about = {"object": "model", "created": 1764000000, "owned_by": "openai"}
        if self._is_known():
            self.say(200, {"object": "list", "data": [{"id": name, **about} for name in rules.MODELS]})

    def fails(self, step: str, script: Script) -> bool:
        if step not in speech.FAILED:
            return super().fails(step, script)
        code, body = speech.FAILED[step]
        self.say(code, body, {"x-request-id": f"req_{secrets.token_hex(16)}", "x-should-retry": "false"})
        return True

    def _make(self, *, edit: bool) -> None:
        work = self.server.work
        body, files = self._read(edit=edit)
        prompt = str(body.get("prompt", ""))
        script = Script.of(prompt)
        step = self.server.progress.next(script, "submit", prompt)
        noted = work.note("submit", prompt, step, with_key=self.has_key())
        if not self._is_known() or self.fails(step, script) or not self._is_right(body, files, edit=edit):
            return
        call = Call.new(
            f"{body['model']}{'/edit' if edit else ''}", body, script, f"req_{secrets.token_hex(16)}"
        )
        call.pictures = len(files)
        headers = {name.lower(): value for name, value in self.headers.items()}
        work.take(call, headers | {"x-files": json.dumps([rules.seen(each) for each in files])})
        if step == "proxy":
            self.say(502, None)
            return
        self.misbehave(step, noted)
        call.over.wait()
        headers = {
            "x-request-id": call.id,
            "openai-processing-ms": str(round((time.monotonic() - call.begins) * 1000)),
        }
        ended = self.server.progress.next(script, "result", call.id)
        work.note("result", call.id, ended, with_key=self.has_key())
        if ended in speech.FAILED:
            self.say(*speech.FAILED[ended], headers)
            return
        self.say(200, speech.result(call, ended), headers)

    def _read(self, *, edit: bool) -> tuple[dict[str, Any], list[forms.File]]:
        data, content_type = self.data(), self.headers.get("Content-Type", "")
        if edit and content_type.startswith("multipart/form-data"):
            fields, files = forms.read(content_type, data)
            return rules.typed(fields), files
        try:
            body = json.loads(data)
        except ValueError:
            body = None
        return body if isinstance(body, dict) else {}, []

    def _is_right(self, body: dict[str, Any], files: list[forms.File], *, edit: bool) -> bool:
        if body.get("model") not in rules.MODELS:
            self.say(404, speech.PLAIN[404])
            return False
        try:
            rules.check(body, edit=edit)
            if edit:
                rules.check_files(files, body)
        except rules.Wrong as wrong:
            self.say(400, speech.error(wrong.message, wrong.code, wrong.param))
            return False
        return True

    def _is_known(self) -> bool:
        if not self.has_key():
            self.say(401, speech.PLAIN[401])
        return self.has_key()
