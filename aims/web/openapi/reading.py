"""The document as a page tells it: sections, operations with their fields, samples and answers, and the objects."""

import re
from dataclasses import dataclass, replace
from typing import Any

from aims.web.pages import Page

from . import examples, wire
from .document import TAGS, document, operations
from .operations import PUBLIC, Answer, Json, Operation

_LEAD = re.compile(r"\*\*(.+?)\*\*\s*(.*)", re.DOTALL)
_SCHEMAS = "#/components/schemas/"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Some sentences, perhaps with words in front that say what they are about."""

    lead: str
    text: str


@dataclass(frozen=True, slots=True)
class Row:
    """A field, parameter or header. shape: the object that it holds, if it holds one. choices: what it may be."""

    name: str
    kind: str
    shape: str
    note: str
    choices: list[str]
    default: str
    says: str


@dataclass(frozen=True, slots=True)
class Sample:
    """Something to copy."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Told:
    """One way in which an operation answers."""

    status: int
    says: str
    shape: str
    kinds: list[str]
    headers: list[str]
    samples: list[Sample]


@dataclass(frozen=True, slots=True)
class Entry:
    """An operation. same_as: the operation that has told the body's fields already."""

    name: str
    method: str
    path: str
    summary: str
    says: list[str]
    access: str
    parameters: list[Row]
    fields: list[Row]
    body: str
    same_as: str
    samples: list[Sample]
    answers: list[Told]
    errors: list[int]


@dataclass(frozen=True, slots=True)
class Section:
    """Operations that belong together."""

    name: str
    anchor: str
    says: str
    entries: list[Entry]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object, as it is everywhere."""

    name: str
    says: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class ReferencePage(Page):
    """The whole document."""

    version: str
    introduction: list[Paragraph]
    sections: list[Section]
    shapes: list[Shape]
    errors: list[Row]


def contents(base_url: str) -> ReferencePage:
    """The document of a studio, ready for its page."""
    told = document(base_url)
    schemas = told["components"]["schemas"]
    return ReferencePage(
        title="API reference",
        base_url=base_url,
        version=told["info"]["version"],
        introduction=[_paragraph(each) for each in told["info"]["description"].split("\n\n")],
        sections=[
            Section(
                name,
                name.lower().replace(" ", "-"),
                says,
                [_entry(each, schemas, base_url) for each in operations() if each.tag == name],
            )
            for name, says in TAGS.items()
        ],
        shapes=[
            Shape(name, schema["description"], _told_rows(schema))
            for name, schema in schemas.items()
            if not name.endswith("Request")
        ],
        errors=[
            Row(str(status), name, "", "", [], "", says) for status, (name, says, _) in wire.ERRORS.items()
        ],
    )


def _paragraph(text: str) -> Paragraph:
    found = _LEAD.fullmatch(text)
    return Paragraph(found[1], found[2]) if found else Paragraph("", text)


def _entry(told: Operation, schemas: Json, base_url: str) -> Entry:
    kind, schema = next(iter(told.body.items()), ("", {}))
    asked = schemas[schema["$ref"].removeprefix(_SCHEMAS)] if "$ref" in schema else schema
    first = next(each for each in operations() if each is told or (told.body and each.body == told.body))
    return Entry(
        told.name,
        told.method,
        told.path,
        told.summary,
        told.says.split("\n\n"),
        {PUBLIC: "No key", "key": "Any valid key"}.get(told.access, told.access),
        [_parameter(wire.PARAMETERS[each]) for each in told.parameters],
        rows(asked) if first is told else [],
        kind,
        "" if first is told else first.name,
        _samples(told, kind, base_url),
        [_answer(told, status, answer) for status, answer in sorted(told.answers.items())],
        list(told.statuses),
    )


def _answer(told: Operation, status: int, answer: Answer) -> Told:
    kinds = [each.split(";")[0] for each in answer.content]
    shape = next((name for each in answer.content.values() if (name := _shape(each))), "")
    return Told(status, answer.says, shape, kinds, list(answer.headers), _shown(told.name, status))


def _shown(operation: str, status: int | None) -> list[Sample]:
    """The examples as their files have them, in the same lines."""
    every = (*examples.read("documentation"), *examples.read("ours"))
    found = [each for each in every if (each.operation, each.status) == (operation, status)]
    return [Sample(each.summary, each.body.strip()) for each in found]


def _samples(told: Operation, kind: str, base_url: str) -> list[Sample]:
    path = re.sub(r"\{(\w+)\}", lambda found: found[1].upper(), told.path)
    words = (
        "curl -I" if told.method == "HEAD" else "curl" if told.method == "GET" else f"curl -X {told.method}"
    )
    lines = [f"{words} {base_url}{path}"]
    if told.access != PUBLIC:
        lines.append('-H "Authorization: Bearer YOUR_API_KEY"')
    if kind == "multipart/form-data":
        lines.append('-F "file=@picture.png"')
    if kind != "application/json":
        return [Sample("Request", _command(lines))]
    lines.append('-H "Content-Type: application/json"')
    bodies = _shown(told.name, None) or [Sample("Request", "{}")]
    return [
        Sample(each.title, _command([*lines, "-d '" + each.text.replace("\n", "\n  ") + "'"]))
        for each in bodies
    ]


def _command(lines: list[str]) -> str:
    return " \\\n  ".join(lines)


def _parameter(told: Json) -> Row:
    note = "required" if told.get("required") else ""
    schema = told["schema"]
    place = {"path": "in the path", "query": "in the query", "header": "header"}[told["in"]]
    return Row(told["name"], place, "", note, _choices(schema), _default(schema), told["description"])


def rows(schema: Json) -> list[Row]:
    """The fields of an object."""
    needed = schema.get("required", ())
    return [
        Row(
            name,
            _kind(each),
            _shape(each),
            "required" if name in needed else "",
            _choices(each),
            _default(each),
            each.get("description", ""),
        )
        for name, each in schema.get("properties", {}).items()
    ]


def _told_rows(schema: Json) -> list[Row]:
    """The fields of an answer: there, null or absent is what matters, not whether they must be sent."""
    null = {"type": "null"}
    return [
        replace(
            row,
            kind=f"{row.kind} or null"
            if null in schema["properties"][row.name].get("anyOf", ())
            else row.kind,
            note="" if row.note else "may be absent",
        )
        for row in rows(schema)
    ]


def _default(schema: Json) -> str:
    if "default" not in schema:
        return ""
    value = schema["default"]
    if isinstance(value, list):
        return ",".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _choices(schema: Json) -> list[str]:
    words = schema.get("enum") or schema.get("items", {}).get("enum", ())
    return list(dict.fromkeys(str(each) for each in words if each is not None))


def _shape(schema: Json) -> str:
    """The object that a value is, or that its items are."""
    for each in (schema, *schema.get("anyOf", ())):
        inner = each.get("items") or each.get("additionalProperties") or each
        if isinstance(inner, dict) and "$ref" in inner:
            return inner["$ref"].removeprefix(_SCHEMAS)
    return ""


def _kind(schema: Json) -> str:
    """What a value is, in a few words."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(each) for each in schema["anyOf"] if each != {"type": "null"}))
    name = schema.get("type")
    if isinstance(name, list):
        name = next(each for each in name if each != "null")
    if name is None:
        name = "object" if "$ref" in schema else "string"
    if name == "array":
        inner = _kind(schema.get("items", {})).partition(",")[0]
        return f"list of {inner}s{_bounds(schema, 'minItems', 'maxItems', 'entries')}"
    least = ("minLength", "maxLength", "characters") if name == "string" else ("minimum", "maximum", "")
    return f"{name}{_bounds(schema, *least)}"


def _bounds(schema: Json, least: str, most: str, unit: str) -> str:
    low, high = schema.get(least), schema.get(most)
    if high is None or (unit == "characters" and high <= 16):
        return ""
    return f", {_number(low or 0)} to {_number(high)}{' ' + unit if unit else ''}"


def _number(value: Any) -> str:
    return "2⁶³−1" if value == 2**63 - 1 else f"{value:,}"
