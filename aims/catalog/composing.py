"""Writes a model's file from a few words, for an operator who then reads and edits it."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aims.core.errors import Invalid

from .spec import Task

SOURCE_OF: dict[str, tuple[tuple[str, str], ...]] = {
    "img2img": (("image_urls", "reference"),),
    "img2video": (("image_url", "start"),),
    "ref2video": (("image_urls", "reference"),),
    "firstlast2video": (("first_frame_url", "start"), ("last_frame_url", "end")),
    "extendvideo": (("extend_video_url", "clip"),),
}
"""The fields that each task works from, with their roles."""
_WORDS = {"min", "max", "default", "choices", "unit", "help", "sent_as", "encoding"}


@dataclass(frozen=True, slots=True)
class Words:
    """What is known about a model. credits: for a picture, or for a second of film.

    picture: the file's table of that name, for a model that makes pictures. sources: for each of the task's fields in
    SOURCE_OF, `sent_as`, and `as_list` and `most` where it is a list. count_as: the provider's name for how many one
    call makes. only_connected: it is offered only where its provider is connected.
    """

    id: str
    provider: str
    endpoint: str
    task: Task
    credits: int
    day: str
    name: str
    description: str
    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    picture: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    outputs: int = 1
    count_as: str | None = None
    only_connected: bool = False


def parameter_of(text: str, called: Callable[[str], str] = str) -> tuple[str, dict[str, Any]]:
    """A parameter as it is written on a command line: `steps:integer:min=1:max=50:default=28`.

    Choices have a bar between them: `mood:choice:choices=calm|wild:default=calm`. What is not said of `sent_as` is
    `called` of the name; blanks and colons are for the file.

    Raises Invalid for one that cannot be read.
    """
    name, _, rest = text.partition(":")
    kind, *words = rest.split(":")
    sent_as = called(name)
    found: dict[str, Any] = {
        "type": kind,
        "sent_as": sent_as,
        "help": f"Sent to the provider as `{sent_as}`.",
    }
    for word in words:
        key, equals, value = word.partition("=")
        if key not in _WORDS or not equals:
            raise Invalid.field(
                "parameter",
                f"'{text}' cannot be read at '{word}'. Write NAME:TYPE, then as many as you like of "
                f":KEY=VALUE, where KEY is one of {', '.join(sorted(_WORDS))}.",
            )
        if key == "choices":
            found[key] = [_value(kind, each) for each in value.split("|")]
        elif key in ("min", "max"):
            found[key] = _value("integer" if value.lstrip("-").isdigit() else "number", value)
        else:
            found[key] = value if key in ("unit", "help", "sent_as", "encoding") else _value(kind, value)
    if not name or not kind:
        raise Invalid.field("parameter", f"'{text}' has to be NAME:TYPE, such as steps:integer:min=1:max=50.")
    return name, found


def compose(words: Words) -> str:
    """The text of the file. It is valid where the words are; whoever reads it says what is not."""
    is_film = not words.task.endswith("img")
    head: dict[str, Any] = {
        "id": words.id,
        "name": words.name,
        "description": words.description,
        "task": words.task,
        "provider": words.provider,
        "endpoint": words.endpoint,
        "version": "1",
        "source": "Added by the operator of this studio",
        "checked": words.day,
    }
    if words.only_connected:
        head["offered"] = "connected"
    if words.count_as:
        head |= {"outputs_per_call": words.outputs, "outputs_sent_as": words.count_as}
    tables: dict[str, dict[str, Any]] = {
        "price": {
            "credits": words.credits,
            "unit": "second" if is_film else "image",
            "version": f"{words.day}+{words.credits}",
        }
    }
    if not is_film:
        tables["picture"] = dict(words.picture)
    for field_name, role in SOURCE_OF.get(words.task, ()):
        tables[f"sources.{field_name}"] = {
            "role": role,
            "help": "what it is to work from.",
            **words.sources[field_name],
        }
    tables |= {f"parameters.{name}": dict(one) for name, one in words.parameters.items()}
    lines = [*_lines(head)]
    for name, table in tables.items():
        lines += ["", f"[{_path(name)}]", *_lines(table)]
    return "\n".join(lines) + "\n"


def _lines(table: Mapping[str, Any]) -> Iterable[str]:
    return (f"{name} = {_toml(value)}" for name, value in table.items())


def _path(name: str) -> str:
    table, dot, last = name.partition(".")
    return f"{table}.{_toml(last)}" if dot and not last.replace("_", "").replace("-", "").isalnum() else name


def _toml(value: Any) -> str:
    """A value as TOML writes it; its strings are JSON's, with the one character more that it wants escaped."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(kind: str, text: str) -> Any:
    """A word as a value of the parameter's type; one that is none stays a word, for the reader to complain about."""
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    try:
        return int(text) if kind == "integer" else float(text) if kind == "number" else text
    except ValueError:
        return text
