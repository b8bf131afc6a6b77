"""What ComfyUI says went wrong, in the contract's words. What is the workflow's fault is the operator's to mend."""

from collections.abc import Iterator
from typing import Any

from aims.core.fetch import Fetched
from aims.providers.comfyui.answers import Refusal, read
from aims.providers.contract import (
    Ambiguous,
    BadAnswer,
    BadInput,
    Busy,
    Down,
    Failed,
    NoAccess,
    ProviderError,
)
from aims.providers.wording import clean, retry_after

UNREACHABLE = "The ComfyUI server could not be reached."
STRANGER = "What answers at the ComfyUI server's address is no ComfyUI."
SHUT = "The ComfyUI server does not let this studio in. Its operator has to correct it."
LOST = "The ComfyUI server does not know of this work any more; it may have been restarted. Ask again."
STOPPED = "It was stopped at the ComfyUI server."
NOTHING = "The workflow ran to its end and saved nothing."
NO_MEMORY = (
    "The GPU has not enough memory for this. A smaller picture, fewer at once or a shorter film may fit."
)

_MEMORY = ("out of memory", "outofmemory", "allocation on device", "not enough memory")
_MOST = 3
# Of the workflow as a whole, in the order of server.py and execution.py.
_WHOLE = {
    "no_prompt": "The server was sent no workflow.",
    "prompt_no_outputs": "This model's workflow saves nothing. Its operator has to mend it.",
}
_MISSING_NODE = ("missing_node_type", "invalid_prompt")


def of_submit(got: Fetched) -> ProviderError:
    """An error answer to a workflow that was sent."""
    if got.status in (401, 403):
        return NoAccess(SHUT)
    if got.status == 429:
        return Busy("The ComfyUI server is busy.", retry_after=retry_after(got.headers.get("retry-after")))
    if got.status == 413:
        return BadInput("The pictures to work from are larger than the ComfyUI server takes.")
    if got.status == 400:
        refusal = read(got, Refusal)
        if refusal is not None and (refusal.error or refusal.node_errors):
            return _refused(refusal)
    if got.status in (404, 405):
        return Down(STRANGER)
    return Ambiguous(f"The ComfyUI server answered {got.status}, and may have taken the work all the same.")


def of_ask(got: Fetched) -> ProviderError:
    """An error answer to a question."""
    if got.status in (401, 403):
        return NoAccess(SHUT)
    if got.status == 429:
        return Busy("The ComfyUI server is busy.", retry_after=retry_after(got.headers.get("retry-after")))
    return Down(STRANGER if got.status in (404, 405) else f"The ComfyUI server answered {got.status}.")


def garbled() -> BadAnswer:
    """An answer that none of its kind gives."""
    return BadAnswer("The ComfyUI server's answer could not be understood.")


def of_messages(messages: object) -> Failed:
    """How a workflow failed, from what its history says of it."""
    for kind, data in _pairs(messages):
        if kind == "execution_interrupted":
            return Failed("provider_cancelled", STOPPED)
        if kind == "execution_error":
            return _failed(data)
    return Failed("provider_error", "The ComfyUI server could not finish it, and does not say why.")


def _failed(data: dict[str, Any]) -> Failed:
    said, kind = str(data.get("exception_message") or ""), str(data.get("exception_type") or "")
    if any(word in f"{said} {kind}".lower() for word in _MEMORY):
        return Failed("provider_error", NO_MEMORY)
    node, reason = clean(data.get("node_type")) or "A node", clean(said)
    return Failed("provider_error", f"{node} failed: {reason}." if reason else f"{node} failed.")


def _refused(refusal: Refusal) -> BadInput:
    kind, message = "", ""
    if isinstance(refusal.error, dict):
        kind, message = str(refusal.error.get("type") or ""), clean(refusal.error.get("message"))
    problems = list(_problems(refusal.node_errors))
    if problems:
        return BadInput(f"The ComfyUI server does not accept this request: {'; '.join(problems[:_MOST])}.")
    if kind in _MISSING_NODE:
        return BadInput(
            f"The ComfyUI server lacks a node of this model's workflow: {message or 'it does not say which'}."
        )
    return BadInput(
        _WHOLE.get(kind) or f"The ComfyUI server does not accept this workflow: {message or 'no reason'}."
    )


def _problems(nodes: object) -> Iterator[str]:
    """What is wrong, node by node: `KSampler: Value not in list: sampler_name: 'x' not in [...]`."""
    for node in nodes.values() if isinstance(nodes, dict) else ():
        if not isinstance(node, dict):
            continue
        kind, listed = clean(node.get("class_type")), node.get("errors")
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict):
                said = [clean(each.get(name)) for name in ("message", "details")]
                if text := ": ".join(part for part in said if part):
                    yield f"{kind}: {text}" if kind else text


def _pairs(messages: object) -> Iterator[tuple[str, dict[str, Any]]]:
    for each in messages if isinstance(messages, list) else ():
        if (
            isinstance(each, list)
            and len(each) == 2
            and isinstance(each[0], str)
            and isinstance(each[1], dict)
        ):
            yield each[0], each[1]
