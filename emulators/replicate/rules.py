"""Whether an input is one that the model takes: names, types, bounds and choices, from `models.json`.

The rules were written down from Replicate's own pages about its models (read 2026-11-28), without a look at the
studio's catalogue. Two models of nobody's stand for those that are known by the id of a version only.
"""

import base64
import binascii
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

MODELS: dict[str, Any] = json.loads((Path(__file__).parent / "models.json").read_text())
VERSIONS = {model["version"]: name for name, model in MODELS.items() if "version" in model}
LARGEST_INLINE = 256_000
KINDS = {"string": str, "boolean": bool, "integer": int, "file": str, "files": list}
MAGIC = {"image/png": b"\x89PNG", "image/jpeg": b"\xff\xd8\xff", "image/webp": b"RIFF", "video/mp4": b"ftyp"}

Problem = dict[str, str]
Finds = Callable[[str], bool]


def check(model: str, held: Any, is_ours: Finds) -> list[Problem]:
    """What is wrong with an input, as the API says it: `invalid_fields`. is_ours: whether a file is here."""
    if not isinstance(held, dict):
        return [_problem("", "Invalid type. Expected: object")]
    rules = MODELS[model]["inputs"]
    found = [_problem(name, "Additional property is not allowed") for name in held.keys() - rules.keys()]
    for name, rule in rules.items():
        if name in held:
            found += _value(name, held[name], rule, is_ours)
        elif rule.get("required"):
            found.append(_problem(name, "is required"))
    return found


def schema(model: str) -> dict[str, Any]:
    """The description of a model's input, as its version has it."""
    properties = {}
    for at, (name, rule) in enumerate(MODELS[model]["inputs"].items()):
        kind = rule["type"]
        told: dict[str, Any] = {"title": name.replace("_", " ").title(), "x-order": at}
        told |= (
            {"type": "string", "format": "uri"}
            if kind == "file"
            else {"type": "array" if kind == "files" else kind}
        )
        told |= {key: rule[short] for key, short in (("minimum", "min"), ("maximum", "max")) if short in rule}
        properties[name] = told | ({"enum": rule["enum"]} if "enum" in rule else {})
    required = [name for name, rule in MODELS[model]["inputs"].items() if rule.get("required")]
    held = {"title": "Input", "type": "object", "required": required, "properties": properties}
    return {"components": {"schemas": {"Input": held, "Output": {"title": "Output"}}}}


def _value(name: str, value: Any, rule: dict[str, Any], is_ours: Finds) -> list[Problem]:
    kind = rule["type"]
    if not isinstance(value, KINDS[kind]) or (kind == "integer" and isinstance(value, bool)):
        return [_problem(name, f"Invalid type. Expected: {kind}")]
    if "enum" in rule and value not in rule["enum"]:
        return [_problem(name, f"must be one of: {rule['enum']}")]
    if kind == "integer" and not rule.get("min", value) <= value <= rule.get("max", value):
        return [_problem(name, f"must be between {rule['min']} and {rule['max']}")]
    if kind == "file":
        return [] if _is_file(value, is_ours) else [_problem(name, "Does not match format 'uri'")]
    if kind == "files":
        fits = len(value) <= rule["max_items"] and all(_is_file(each, is_ours) for each in value)
        return [] if fits else [_problem(name, "Does not match format 'uri'")]
    return []


def _is_file(value: Any, is_ours: Finds) -> bool:
    """Whether it can be read: a small file in the request itself, or one that was uploaded. Nothing else can be."""
    if not isinstance(value, str) or not value.startswith("data:"):
        return isinstance(value, str) and is_ours(value)
    head, _, text = value.removeprefix("data:").partition(",")
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    magic = MAGIC.get(head.removesuffix(";base64"))
    return len(value) <= LARGEST_INLINE and magic is not None and magic in data[:12]


def _problem(name: str, text: str) -> Problem:
    return {"type": "invalid", "field": f"input.{name}" if name else "input", "description": text}
