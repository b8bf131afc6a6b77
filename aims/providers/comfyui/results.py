"""What a finished workflow saved: names of files, which are asked for at the server's own address."""

from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

from aims.providers.comfyui import errors
from aims.providers.comfyui.answers import Entry
from aims.providers.contract import Done, Failed, Made, Order, Outcome, Withheld

NO_NAME = "The ComfyUI server named a result by a name that no file of its own has."

FOLDERS = frozenset({"output", "temp", "input"})
# SaveVideo lists its film among `images`, and others list a still beside theirs: the name tells them apart.
_ENDINGS = {
    "image": (".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".avif"),
    "video": (".mp4", ".m4v", ".mov", ".webm", ".mkv"),
}


def outcomes(url: str, entry: Entry, nodes: Sequence[str], order: Order) -> Done | Failed:
    """What came of a workflow that is over. nodes: whose files count, in this order."""
    status = entry.status
    if status is not None and status.status_str == "error":
        return errors.of_messages(status.messages)
    files = [file for node in nodes for file in _files(entry.outputs.get(node))]
    # A preview is kept until the next start only, and is there beside what was saved.
    files = [file for file in files if file.get("type", "output") != "temp"] or files
    ours = [file for file in files if str(file["filename"]).lower().endswith(_ENDINGS[order.kind])]
    if not files:
        return Failed("provider_error", errors.NOTHING)
    return Done(tuple(_outcome(url, file) for file in (ours or files)[: order.count]), cost_usd_micros=0)


def _files(output: object) -> Iterator[dict[str, Any]]:
    """Every file of a node's output, whatever the node calls the list that it is in."""
    for listed in output.values() if isinstance(output, dict) else ():
        for each in listed if isinstance(listed, list) else ():
            if isinstance(each, dict) and isinstance(each.get("filename"), str):
                yield each


def _outcome(url: str, file: dict[str, Any]) -> Outcome:
    name, below, folder = file["filename"], file.get("subfolder", ""), file.get("type", "output")
    if (
        not _is_plain(name)
        or "/" in name
        or not isinstance(below, str)
        or not (below == "" or _is_plain(below))
    ):
        return Withheld(NO_NAME)
    if folder not in FOLDERS:
        return Withheld(NO_NAME)
    asked = "&".join(
        f"{key}={quote(value, safe='')}"
        for key, value in (("filename", name), ("subfolder", below), ("type", folder))
    )
    return Made(url=f"{url}/view?{asked}")


def _is_plain(path: str) -> bool:
    """Whether a path stays where it begins, on every system that the server may run on."""
    parts = path.replace("\\", "/").split("/")
    return all(part not in ("", ".", "..") and ":" not in part for part in parts) and path.isprintable()
