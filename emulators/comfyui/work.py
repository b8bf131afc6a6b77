"""ComfyUI's workflows: each runs node by node, in a thread of its own, and tells the client that sent it."""

import threading
import time
from dataclasses import dataclass, field
from typing import Any

from emulators import work
from emulators.comfyui import rules
from emulators.comfyui.sockets import BINARY, TEXT, Socket
from emulators.script import EVER

STEPS_TOLD = 20
FAILURES = {
    "oom": ("Allocation on device 0 would exceed allowed memory. (out of memory)", "torch.OutOfMemoryError"),
    "error": ("mat1 and mat2 shapes cannot be multiplied (77x2048 and 768x320)", "RuntimeError"),
}


@dataclass(slots=True)
class Workflow(work.Job):
    """One workflow that was taken. state: pending, running or over. files: what it saved, by node."""

    number: int = 0
    graph: dict[str, Any] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    wanted: list[str] = field(default_factory=list)
    state: str = "pending"
    messages: list[list[Any]] = field(default_factory=list)
    outputs: dict[str, Any] = field(default_factory=dict)
    stop: threading.Event = field(default_factory=threading.Event)
    interrupted: bool = False

    @property
    def failure(self) -> str | None:
        if self.removed or self.interrupted:
            return "cancelled"
        end = self.script.text("end", "ok")
        return end if end in FAILURES else None

    @property
    def phase(self) -> str:
        return {"pending": "queued", "running": "running", "over": "over"}[self.state]

    @property
    def item(self) -> list[Any]:
        """How it stands in the queue."""
        return [self.number, self.id, self.graph, self.extra, self.wanted]

    @property
    def is_film(self) -> bool:
        return any(self.graph[each]["class_type"] in rules.FILMS for each in self.wanted)

    @property
    def units(self) -> int:
        """Nothing is paid for: what it comes to is work of the GPU, one unit for each workflow that it did."""
        return 0 if self.failure or self.script.text("end", "ok") != "ok" else 1

    @property
    def count(self) -> int:
        """How many pictures it makes."""
        found = [
            node["inputs"].get("batch_size", node["inputs"].get("amount")) for node in self.graph.values()
        ]
        return max([each for each in found if isinstance(each, int)], default=1)


class Server(work.Work[Workflow]):
    """The queue, and who listens. files: (type, subfolder, name) to the workflow and the number of the picture."""

    def __init__(self, ledger: Any) -> None:
        super().__init__(ledger)
        self.sockets: dict[str, Socket] = {}
        self.files: dict[tuple[str, str, str], tuple[Workflow, int]] = {}
        self.inputs: dict[str, bytes] = {}
        self._number = 0

    def start(self, workflow: Workflow, headers: dict[str, str]) -> None:
        """Take a workflow into the queue."""
        with self.lock:
            self._number += 1
            workflow.number = self._number
        # It ends when it has run, and not when its time is over.
        workflow.ends = time.monotonic() + EVER
        self.take(workflow, headers)
        threading.Thread(target=self._run, args=(workflow,), daemon=True).start()

    def listed(self, state: str) -> list[Any]:
        """The queue's part, in its order."""
        return [each.item for each in self.all() if each.state == state and not _is_forgotten(each)]

    def history(self, key: str) -> dict[str, Any]:
        """What is said of a workflow once it is over."""
        found = self.find(key)
        if found is None or found.state != "over" or found.removed or _is_forgotten(found):
            return {}
        good = found.failure is None
        status: Any = {
            "status_str": "success" if good else "error",
            "completed": good,
            "messages": found.messages,
        }
        if found.script.text("status") == "null":
            status = None
        return {key: {"prompt": found.item, "outputs": found.outputs, "status": status, "meta": {}}}

    def remove(self, keys: Any) -> None:
        """Take workflows out of the queue; what runs is not touched."""
        with self.lock:
            for workflow in map(self.find, keys if isinstance(keys, list) else []):
                if workflow is not None and workflow.state == "pending":
                    workflow.removed = True
                    workflow.state = "over"
                    workflow.stop.set()
                    self.end(workflow)

    def interrupt(self, key: str | None) -> None:
        """Stop what runs: the one of that id, or whatever it is."""
        with self.lock:
            for workflow in self.all():
                if workflow.state == "running" and key in (None, workflow.id):
                    workflow.stop.set()

    def tell(self, workflow: Workflow, kind: str, **data: Any) -> None:
        """Tell its client, and write down what the history keeps."""
        told = {**data, "prompt_id": workflow.id}
        if kind.startswith("execution_"):
            told["timestamp"] = int(time.time() * 1000)
            workflow.messages.append([kind, told])
        listener = self.sockets.get(str(workflow.extra.get("client_id")))
        if listener is not None:
            listener.say(kind, told)

    def _run(self, workflow: Workflow) -> None:
        workflow.stop.wait(min(workflow.script.seconds("queue"), threading.TIMEOUT_MAX))
        with self.lock:
            if workflow.removed:
                return
            workflow.state = "running"
        self.tell(workflow, "execution_start")
        self.tell(workflow, "execution_cached", nodes=[])
        for name in rules.in_order(workflow.graph, workflow.wanted):
            self._run_node(workflow, name)
            if workflow.stop.is_set() or (
                workflow.failure and workflow.graph[name]["class_type"] == "KSampler"
            ):
                break
        self._finish(workflow)

    def _run_node(self, workflow: Workflow, name: str) -> None:
        node = workflow.graph[name]
        self.tell(workflow, "executing", node=name, display_node=name)
        if node["class_type"] == "KSampler":
            self._sample(workflow, name, node["inputs"]["steps"])
        elif name in workflow.wanted and workflow.failure is None:
            workflow.outputs[name] = self._save(workflow, name, node)
            self.tell(workflow, "executed", node=name, display_node=name, output=workflow.outputs[name])

    def _sample(self, workflow: Workflow, name: str, steps: int) -> None:
        told = min(steps, STEPS_TOLD)
        each = min(workflow.script.seconds("work") / told, threading.TIMEOUT_MAX)
        for at in range(1, told + 1):
            if workflow.stop.wait(each):
                return
            value = steps * at // told
            self._spoil(workflow)
            self.tell(workflow, "progress", value=value, max=steps, node=name)
            state = {"value": value, "max": steps, "state": "running", "node_id": name}
            self.tell(workflow, "progress_state", nodes={name: state})

    def _spoil(self, workflow: Workflow) -> None:
        """What a script has go wrong with the socket of its client."""
        listener = self.sockets.get(str(workflow.extra.get("client_id")))
        match workflow.script.text("ws"), listener:
            case "close", Socket():
                listener.hang_up()
            case "garbage", Socket():
                listener.send(BINARY, b"\x00\x00\x00\x01\x00\x00\x00\x02\x89PNG")
                for text in (
                    b"{",
                    b"[]",
                    b"7",
                    b'{"type": 5}',
                    b'{"type": "progress", "data": {"prompt_id": []}}',
                ):
                    listener.send(TEXT, text)
                self.tell(workflow, "progress", node=7, value="x", max=0)
                self.tell(workflow, "progress_state", nodes=[1])
                self.tell(workflow, "execution_cached", nodes=5)

    def _save(self, workflow: Workflow, name: str, node: dict[str, Any]) -> dict[str, Any]:
        if workflow.script.text("end") == "nothing":
            return {}
        film = node["class_type"] in rules.FILMS
        below, _, prefix = node["inputs"].get("filename_prefix", "ComfyUI").rpartition("/")
        folder = "temp" if node["class_type"] == "PreviewImage" else "output"
        made = []
        for number in range(1 if film else workflow.count):
            file = f"{prefix}_{workflow.number:05}{number}_.{'mp4' if film else 'png'}"
            self.files[folder, below, file] = workflow, number
            made.append({"filename": file, "subfolder": below, "type": folder})
        if node["class_type"] == "SaveVideo":
            return {"images": made, "animated": [True]}
        if film:
            return {
                "gifs": [{**made[0], "format": "video/h264-mp4", "frame_rate": node["inputs"]["frame_rate"]}]
            }
        return {"images": made}

    def _finish(self, workflow: Workflow) -> None:
        data = {"node_id": "3", "node_type": "KSampler", "executed": []}
        if workflow.stop.is_set():
            workflow.interrupted, workflow.outputs = True, {}
            self.tell(workflow, "execution_interrupted", **data)
        elif workflow.failure:
            said, kind = FAILURES[workflow.failure]
            self.tell(
                workflow, "execution_error", **data, exception_message=said, exception_type=kind, traceback=[]
            )
        else:
            self.tell(workflow, "execution_success")
        with self.lock:
            workflow.state = "over"
            self.end(workflow)
        self.tell(workflow, "executing", node=None, display_node=None)


def _is_forgotten(workflow: Workflow) -> bool:
    """Whether it is as if the server had been started again."""
    return workflow.script.text("end") == "forgotten" and workflow.state != "pending"
