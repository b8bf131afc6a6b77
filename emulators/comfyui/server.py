"""ComfyUI's routes, and what a script can have go wrong on them beside what goes wrong everywhere.

submit   after the workflow was taken: `proxy` (502) or any misbehaviour
history  `wrong`, `nan`; names of results: `outside` (`../`), `stranger` (another host), `odd` (a folder that is none)
cancel
ws       for the client that sent it: `close` (hangs up at each step), `garbage`
end      ok; `oom`, `error`: a node fails; `nothing`: nothing is saved; `forgotten`: the server starts again
status   `null`: the history does not say how it ended

A prompt's script stands in any text of the workflow. Nothing is billed: the ledger counts the workflows that were run.
"""

import json
import re
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from emulators import files, serving
from emulators.comfyui import rules
from emulators.comfyui.sockets import Socket, accepted
from emulators.comfyui.work import Server, Workflow
from emulators.script import Script
from emulators.serving import Emulator, Gone

_PART = re.compile(rb'name="(?P<name>[^"]+)"(?:; filename="(?P<file>[^"]*)")?')
_NAMES = {
    "outside": {"filename": "../../../etc/passwd", "subfolder": "", "type": "output"},
    "below": {"filename": "a.png", "subfolder": "../../input", "type": "output"},
    "stranger": {"filename": "a.png", "subfolder": "http://stranger.invalid", "type": "output"},
    "host": {"filename": "//stranger.invalid/a.png", "subfolder": "", "type": "output"},
    "odd": {"filename": "a.png", "subfolder": "", "type": "../models"},
}


class ComfyUI(Emulator):
    """The emulator. older: it names what it takes by itself, stops whatever runs, and has no `progress_state`."""

    older = False
    work: Server


def make(port: int, key: str, ledger: Path, *, older: bool = False) -> Emulator:
    """The emulator."""
    made = ComfyUI(port, key, Server(ledger), Handler)
    made.older = older
    return made


class Handler(serving.Handler):
    """One connection."""

    garbage = serving.GARBAGE | {
        "wrong": ("application/json", b'{"prompt_id": 5, "queue_running": {"a": 1}}')
    }

    @property
    def here(self) -> ComfyUI:
        """The server, as what it is."""
        assert isinstance(self.server, ComfyUI)
        return self.server

    def has_key(self) -> bool:
        return "Authorization" in self.headers or "Cookie" in self.headers

    def route(self) -> None:
        if "Origin" in self.headers:
            self.say(403, None)
            return
        asked = urlsplit(self.path)
        path = asked.path.removeprefix("/api")
        query = {name: values[0] for name, values in parse_qs(asked.query).items()}
        match self.command, path.split("/")[1:]:
            case "POST", ["prompt"]:
                self._submit()
            case "GET", ["queue"]:
                work = self.here.work
                self.say(
                    200, {"queue_running": work.listed("running"), "queue_pending": work.listed("pending")}
                )
            case "POST", ["queue"]:
                self._cancel("delete")
            case "POST", ["interrupt"]:
                self._cancel("prompt_id")
            case "GET", ["history", key]:
                self._history(key)
            case "GET", ["view"]:
                self._view(query)
            case "POST", ["upload", "image"]:
                self._upload()
            case "GET", ["system_stats"]:
                self.say(200, {"system": {"comfyui_version": "emulated", "os": "posix"}, "devices": []})
            case "GET", ["ws"]:
                self._listen(query.get("clientId", uuid.uuid4().hex))
            case _:
                self.server.work.note("stray", "", self.path[:100], with_key=self.has_key())
                self.say(404, None)

    def _submit(self) -> None:
        work, older = self.here.work, self.here.older
        try:
            asked = json.loads(self.data())
        except ValueError:
            asked = {}
        graph = asked.get("prompt")
        text = _text_of(graph)
        script = Script.of(text)
        step = self.server.progress.next(script, "submit", text)
        call = work.note("submit", text, step, with_key=self.has_key())
        if self.fails(step, script):
            return
        key = str(uuid.uuid4())
        if not older and "prompt_id" in asked:
            key = asked["prompt_id"]
            if not _is_canonical(key):
                self.say(
                    400,
                    {
                        "error": {"type": "invalid_prompt_id", "message": "Invalid prompt id"},
                        "node_errors": {},
                    },
                )
                return
        wanted = None if older else asked.get("partial_execution_targets")
        error, nodes = rules.check(graph, wanted, work.inputs.keys(), older=older)
        if error is not None:
            self.say(400, {"error": error, "node_errors": nodes})
            return
        ends = [each for each in rules.ends_of(graph) if not wanted or each in wanted]
        made = Workflow.new("prompt", {"prompt": text, "graph": graph}, script, key)
        made.graph, made.wanted = dict(graph or {}), ends
        made.extra = asked.get("extra_data", {}) | {"client_id": asked.get("client_id")}
        work.start(made, {name.lower(): value for name, value in self.headers.items()})
        if step == "proxy":
            self.say(502, None)
            return
        self.misbehave(step, call)
        self.say(200, {"prompt_id": key, "number": made.number, "node_errors": nodes})

    def _cancel(self, field: str) -> None:
        work = self.here.work
        said = json.loads(self.data() or b"{}")
        keys = said.get(field) if field == "delete" else [said.get(field)]
        for key in keys:
            script = found.script if (found := work.find(str(key))) else Script()
            step = self.server.progress.next(script, "cancel", str(key))
            call = work.note("cancel", str(key), step, with_key=self.has_key())
            if self.fails(step, script):
                return
            self.misbehave(step, call)
        if field == "delete":
            work.remove(keys)
        else:
            work.interrupt(None if self.here.older else keys[0])
        self.head(200, "text/plain", 0)

    def _history(self, key: str) -> None:
        work = self.here.work
        found = work.find(key)
        script = found.script if found else Script()
        step = self.server.progress.next(script, "history", key)
        call = work.note("history", key, step, with_key=self.has_key())
        if self.fails(step, script):
            return
        answer = work.history(key)
        if answer and step in _NAMES:
            answer[key]["outputs"] = {each: {"images": [_NAMES[step]]} for each in answer[key]["outputs"]}
        elif answer and step == "wrong":
            answer[key]["outputs"] = {"9": {"images": [{"filename": 5}, "x", None]}, "8": 7}
        elif answer and step == "nan":
            answer[key]["prompt"][2]["4"]["is_changed"] = [float("nan")]
        else:
            self.misbehave(step, call)
        self.say(200, answer)

    def _view(self, query: dict[str, str]) -> None:
        work, folder = self.here.work, query.get("type", "output")
        below, name = query.get("subfolder", ""), query.get("filename", "")
        if folder == "input" and f"{below}/{name}" in work.inputs:
            self.hand_out("ok", 0, "application/octet-stream", work.inputs[f"{below}/{name}"])
            return
        found = work.files.get((folder, below, name))
        if found is None:
            work.note("stray", "", self.path[:100], with_key=self.has_key())
            self.say(404, None)
            return
        workflow, number = found
        step = self.server.progress.next(workflow.script, "output", workflow.id + name)
        call = work.note("output", workflow.id, step, with_key=self.has_key())
        if self.fails(step, workflow.script):
            return
        film = workflow.is_film != (step == "other")
        data = files.film(2) if film else files.picture(number)
        self.hand_out(step, call, "video/mp4" if film else "image/png", data)

    def _upload(self) -> None:
        boundary = self.headers.get("Content-Type", "").partition("boundary=")[2].encode()
        given: dict[str, bytes] = {}
        name = ""
        for part in self.data().split(b"--" + boundary)[1:-1]:
            head, _, body = part.partition(b"\r\n\r\n")
            found = _PART.search(head)
            if found is not None:
                given[found["name"].decode()] = body.removesuffix(b"\r\n")
                name = (found["file"] or b"").decode() or name
        if "image" not in given or not name:
            self.say(400, None)
            return
        below = given.get("subfolder", b"").decode()
        self.here.work.inputs[f"{below}/{name}" if below else name] = given["image"]
        self.server.work.note("upload", name, "ok", with_key=self.has_key())
        self.say(200, {"name": name, "subfolder": below, "type": given.get("type", b"input").decode()})

    def _listen(self, client: str) -> None:
        """Be a WebSocket from now on, until the client is gone."""
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", accepted(self.headers.get("Sec-WebSocket-Key", "")))
        self.end_headers()
        spoken = Socket(self.connection)
        self.here.work.sockets[client] = spoken
        self.server.work.note("ws", client, "ok", with_key=self.has_key())
        spoken.say("status", {"status": {"exec_info": {"queue_remaining": 0}}, "sid": client})
        spoken.listen()
        if self.here.work.sockets.get(client) is spoken:
            del self.here.work.sockets[client]
        raise Gone


def _text_of(graph: Any) -> str:
    """The texts of a workflow, of which the prompt is one."""
    nodes = graph.values() if isinstance(graph, dict) else ()
    inputs = [
        node["inputs"] for node in nodes if isinstance(node, dict) and isinstance(node.get("inputs"), dict)
    ]
    return "\n".join(each["text"] for each in inputs if isinstance(each.get("text"), str) and each["text"])


def _is_canonical(key: Any) -> bool:
    try:
        return str(uuid.UUID(key)) == key
    except (ValueError, AttributeError, TypeError):
        return False
