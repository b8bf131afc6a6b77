"""Whether a request is one that the model takes: names, types, bounds and choices, from `models.json`.

The rules were written down from fal's own descriptions of its models, without a look at the studio's catalogue.
"""

import base64
import binascii
import json
from pathlib import Path
from typing import Any

MODELS: dict[str, Any] = json.loads((Path(__file__).parent / "models.json").read_text())
NUMBERS = {"integer": (int,), "number": (int, float)}
MOST_PIXELS, LEAST_PIXELS, STEEPEST = 8294400, 655360, 3

PICTURES = {
    "data:image/png;base64": b"\x89PNG",
    "data:image/jpeg;base64": b"\xff\xd8\xff",
    "data:image/webp;base64": b"RIFF",
}
FILMS = {"data:video/mp4;base64": b"ftyp"}

Problem = dict[str, Any]


def check(endpoint: str, body: Any) -> list[Problem]:
    """What is wrong with a request, as fal says it: the `detail` of a 422."""
    if not isinstance(body, dict):
        return [_problem("", "Input should be a valid dictionary", "dict_type")]
    inputs = MODELS[endpoint]["inputs"]
    found = [
        _problem(name, "Extra inputs are not permitted", "extra_forbidden")
        for name in body.keys() - inputs.keys()
    ]
    for name, rule in inputs.items():
        if name in body:
            found += _value(name, body[name], rule)
        elif rule.get("required"):
            found.append(_problem(name, "Field required", "missing"))
    if "multi_prompt" in inputs and ("prompt" in body) == ("multi_prompt" in body):
        found.append(_problem("prompt", "Exactly one of prompt and multi_prompt is needed", "one_of"))
    if body.get("sync_mode"):
        found.append(_problem("sync_mode", "Results of sync_mode are not kept", "feature_not_supported"))
    return found


def _value(name: str, value: Any, rule: dict[str, Any]) -> list[Problem]:
    kind = rule["type"]
    if kind == "string|object" and isinstance(value, dict):
        return _size(name, value, rule.get("object", {}))
    if kind in ("string", "string|object"):
        return _text(name, value, rule)
    if kind == "boolean":
        return (
            []
            if isinstance(value, bool)
            else [_problem(name, "Input should be a valid boolean", "bool_type")]
        )
    if kind == "array":
        return _list(name, value, rule)
    if isinstance(value, bool) or not isinstance(value, NUMBERS[kind]):
        return [_problem(name, f"Input should be a valid {kind}", f"{kind}_type")]
    if value < rule.get("min", value):
        return [
            _problem(name, f"Input should be greater than or equal to {rule['min']}", "greater_than_equal")
        ]
    if value > rule.get("max", value):
        return [_problem(name, f"Input should be less than or equal to {rule['max']}", "less_than_equal")]
    if "enum" in rule and value not in rule["enum"]:
        return [_problem(name, f"Input should be one of {rule['enum']}", "literal_error")]
    return []


def _text(name: str, value: Any, rule: dict[str, Any]) -> list[Problem]:
    if not isinstance(value, str):
        return [_problem(name, "Input should be a valid string", "string_type")]
    if "enum" in rule and value not in rule["enum"]:
        return [_problem(name, f"Input should be one of {rule['enum']}", "literal_error")]
    if not rule.get("min_length", 0) <= len(value) <= rule.get("max_length", len(value)):
        return [_problem(name, "String has a length that is not supported", "sequence_too_long")]
    return _address(name, value) if rule.get("format") == "uri" or name.endswith(("_url", "_urls")) else []


def _list(name: str, value: Any, rule: dict[str, Any]) -> list[Problem]:
    if not isinstance(value, list):
        return [_problem(name, "Input should be a valid list", "list_type")]
    if len(value) > rule.get("max_items", len(value)):
        return [_problem(name, "List is too long", "sequence_too_long")]
    return [problem for each in value for problem in _text(name, each, rule.get("items", {}))]


def _size(name: str, value: dict[str, Any], rule: dict[str, Any]) -> list[Problem]:
    if value.keys() != {"width", "height"} or not all(type(each) is int for each in value.values()):
        return [_problem(name, "width and height should be integers", "value_error")]
    width, height = value["width"], value["height"]
    if not rule:
        return []
    found = []
    for side, length in value.items():
        if length % rule[side]["multiple_of"] or length > rule[side]["max"]:
            found.append(_problem(f"{name}.{side}", "is not supported", "multiple_of"))
    if (
        max(width, height) > STEEPEST * min(width, height)
        or not LEAST_PIXELS <= width * height <= MOST_PIXELS
    ):
        found.append(_problem(name, "is not supported", "value_error"))
    return found


def _address(name: str, value: str) -> list[Problem]:
    """A file that fal could read: one that is in the request itself, as nothing else can be reached from here."""
    head, _, text = value.partition(",")
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        data = b""
    wanted = FILMS if name.startswith("video") else PICTURES
    if head not in wanted or wanted[head] not in data[:12]:
        return [_problem(name, f"Failed to load {value[:60]}", "file_download_error")]
    return []


def _problem(name: str, text: str, kind: str) -> Problem:
    loc = ["body", *([name] if name else [])]
    return {"loc": loc, "msg": text, "type": kind, "url": f"https://docs.fal.ai/errors#{kind}", "input": "…"}
