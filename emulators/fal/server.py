"""fal's routes, and what a script can have go wrong on them beside what goes wrong everywhere.

submit   an error_type; or, after the request was taken and will be billed: `proxy` (502) or any misbehaviour;
         `elsewhere` (addresses at a stranger's)
status   `back` (COMPLETED becomes IN_PROGRESS), `done` (too early), `unknown`, `stranger` (another id)
result   `early`, `missing`, `wrong`, `fewer`, `unsafe`
cancel
end      ok, or what the request fails with: `policy`, or a type of fal's errors
hook     see `hooks`

Inputs are in the request itself, or were uploaded: see `storage`.
"""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from emulators import files, serving
from emulators.fal import rules, speech
from emulators.fal.hooks import Hooks, published
from emulators.fal.storage import Storage
from emulators.fal.work import Request, Work
from emulators.script import Script
from emulators.serving import Emulator

_REQUEST = re.compile(r"/(?P<base>.+)/requests/(?P<id>[^/]+?)(?P<what>/status|/cancel)?")
_FILE = re.compile(r"/files/b/(?P<id>[^/]+)/(?P<number>\d+)\.(?P<kind>\w+)")
_WRONG = b'{"request_id": 5, "status": 7, "images": {"url": 1}, "video": [3]}'


def make(port: int, key: str, ledger: Path) -> Emulator:
    """The emulator."""
    return Fal(port, key, Work(ledger), Handler)


class Fal(Emulator):
    """The emulator, the word that it sends, and its storage."""

    def __init__(self, port: int, key: str, work: Work, handler: type[serving.Handler]) -> None:
        super().__init__(port, key, work, handler)
        self.hooks = Hooks(work, self)
        self.storage = Storage()


class Handler(serving.Handler):
    """One connection."""

    garbage = serving.GARBAGE | {"wrong": ("application/json", _WRONG)}
    plain = speech.PLAIN

    @property
    def hooks(self) -> Hooks:
        """What sends word."""
        server: Any = self.server
        return server.hooks

    @property
    def storage(self) -> Storage:
        """Where inputs are uploaded to."""
        server: Any = self.server
        return server.storage

    def route(self) -> None:
        if self.path == "/steer":
            said = json.loads(self.data())
            self.storage.steps += said.get("uploads", [])
            self.hooks.steer(said)
            self.say(200, {})
        elif self.path == "/.well-known/jwks.json":
            self._keys()
        elif self.path.startswith(("/storage/", "/files/up")):
            self._store()
        elif self.command == "POST":
            self._submit()
        elif self.path.startswith("/files/"):
            self._file()
        else:
            self._ask()

    def has_key(self) -> bool:
        return self.headers.get("Authorization") == f"Key {self.server.key}"

    def fails(self, step: str, script: Script) -> bool:
        if step == "policy" or "_" in step:
            self.say(*speech.failed(step))
            return True
        return super().fails(step, script)

    def _store(self) -> None:
        """Uploads. Each is written down with whether the key came along."""
        where, url = urlsplit(self.path).path, self.server.url
        data = self.data()
        step = "ok" if where == "/storage/auth/token" or self.command == "GET" else self.storage.step()
        call = self.server.work.note(where.split("/")[2], where, step, with_key=self.has_key())
        if self.fails(step, Script()):
            return
        self.misbehave(step, call)
        kind = self.headers.get("Content-Type", "")
        if where == "/files/upload":
            name, token = self.headers.get("X-Fal-File-Name", ""), self.headers.get("Authorization", "")
            self.say(*self.storage.take(url, token, name, kind, data))
        elif self.command == "PUT":
            self.say(self.storage.put(where.rpartition("/")[2], kind, data), {})
        elif self.command == "GET":
            file = self.storage.find(where)
            if file is None:
                self.say(404, {"detail": "Not found"})
            else:
                self.hand_out("ok", call, file.content_type, file.data or b"")
        elif self._is_known():
            if where == "/storage/auth/token":
                self.say(200, self.storage.token(url))
            elif step == "elsewhere":
                self.say(
                    200, {"upload_url": "http://stranger.invalid/put", "file_url": f"{url}/files/up/1/a"}
                )
            else:
                self.say(*self.storage.begin(url, json.loads(data)))

    def _keys(self) -> None:
        """What messages are signed with: for everybody, without a key."""
        self.server.work.note("keys", "", str(self.hooks.available), with_key="Authorization" in self.headers)
        self.say(200 if self.hooks.available else 503, published(self.hooks.key))

    def _submit(self) -> None:
        work = self.server.work
        endpoint, _, query = self.path.removeprefix("/").partition("?")
        try:
            body = json.loads(self.data())
        except ValueError:
            body = None
        script = Script.of(body.get("prompt", "") if isinstance(body, dict) else "")
        whose = str(body.get("prompt")) if isinstance(body, dict) else ""
        step = self.server.progress.next(script, "submit", whose)
        call = work.note("submit", whose, step, with_key=self.has_key())
        if not self._is_known() or self.fails(step, script):
            return
        if endpoint not in rules.MODELS or rules.MODELS[endpoint]["status"] != "active":
            self.say(404, {"detail": f"Application '{endpoint}' not found"})
            return
        problems = rules.check(endpoint, self.storage.inlined(self.server.url, body))
        if problems:
            self.say(422, {"detail": problems}, {"X-Fal-Retryable": "false"})
            return
        headers = {name.lower(): value for name, value in self.headers.items()}
        request = Request.new(endpoint, dict(body or {}), script)
        request.webhook = parse_qs(query).get("fal_webhook", [""])[0]
        work.take(request, headers)
        if step == "proxy":
            self.say(502, None)
            return
        self.misbehave(step, call)
        answer = speech.taken(request, self.server.url, elsewhere=step == "elsewhere")
        self.say(200, answer, {"x-fal-request-id": request.id})

    def _ask(self) -> None:
        found = _REQUEST.fullmatch(self.path.partition("?")[0])
        request = self.server.work.find(found["id"]) if found else None
        if request is None or found is None or found["base"] != request.base:
            self.server.work.note("stray", "", self.path[:100], with_key=self.has_key())
            if self._is_known():
                self.say(404 if request is None else 405, {"status": "NOT_FOUND"})
            return
        route = (found["what"] or "/result")[1:]
        if (self.command == "PUT") != (route == "cancel"):
            self.say(405, {"detail": "Method Not Allowed"})
            return
        step = self.server.progress.next(request.script, route, request.id)
        call = self.server.work.note(route, request.id, step, with_key=self.has_key())
        if not self._is_known() or self.fails(step, request.script):
            return
        if not (route == "result" and step == "wrong"):
            self.misbehave(step, call)
        {"status": self._status, "result": self._result, "cancel": self._cancel}[route](request, step)

    def _status(self, request: Request, step: str) -> None:
        code, body = speech.status(request, self.server.url)
        if step == "back":
            code, body = 202, {**body, "status": "IN_PROGRESS"}
        elif step == "done":
            code, body = 200, {**body, "status": "COMPLETED"}
        elif step == "unknown":
            body = {**body, "status": "PONDERING"}
        elif step == "stranger":
            body = {**body, "request_id": "00000000-0000-0000-0000-000000000000"}
        self.say(code, body)

    def _cancel(self, request: Request, step: str) -> None:
        work: Any = self.server.work
        self.say(*work.cancel(request))

    def _result(self, request: Request, step: str) -> None:
        if step == "early" or request.state != "COMPLETED":
            self.say(400, {"detail": "Request is still in progress"})
            return
        headers = {"x-fal-request-id": request.id, "X-Fal-Billable-Units": str(request.units)}
        if request.failure:
            code, body, more = speech.failed(request.failure)
            self.say(code, body, headers | more)
            return
        body = speech.result(request, f"{self.server.media(request.script)}/files/b/{request.id}")
        if step == "missing":
            body = {"description": "nothing"}
        elif step == "wrong":
            body = {"images": [{"url": 5}, 7, None, "x"], "video": {"url": ["y"]}}
            body.pop("images" if request.is_film else "video")
        elif step == "fewer":
            body["images"] = body["images"][:-1]
        elif step == "unsafe":
            body["has_nsfw_concepts"] = [True] * len(body["images"])
        self.say(200, body, headers)

    def _file(self) -> None:
        found = _FILE.fullmatch(self.path)
        request = self.server.work.find(found["id"]) if found else None
        if found is None or request is None:
            self.say(404, {"detail": "Not found"})
            return
        step = self.server.progress.next(request.script, "output", request.id + found["number"])
        call = self.server.work.note("output", request.id, step, with_key="Authorization" in self.headers)
        if self.fails(step, request.script):
            return
        film = request.is_film != (step == "other")
        kind = "png" if found["kind"] == "mp4" else found["kind"]
        data = files.film(request.seconds) if film else files.picture(int(found["number"]), kind)
        self.hand_out(step, call, "video/mp4" if film else f"image/{kind}", data)

    def _is_known(self) -> bool:
        given = self.headers.get("Authorization", "")
        if self.has_key():
            return True
        well_formed = given.startswith("Key ") and ":" in given
        self.say(401, speech.PLAIN[401] if well_formed else speech.MALFORMED)
        return False
