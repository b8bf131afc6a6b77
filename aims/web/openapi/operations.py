"""How an operation is told."""

from dataclasses import dataclass, field, replace
from typing import Any

Json = dict[str, Any]

PUBLIC = "public"
KEY = "key"
"""Any valid key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One way in which an operation answers.

    content: the schema of the body by its content type; empty for an answer without one.
    headers: names out of `wire.HEADERS`. examples: names of examples for a JSON body.
    links: what can be done next with the answer's own values.
    """

    says: str
    content: dict[str, Json] = field(default_factory=dict)
    headers: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    links: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one address.

    name: its `operationId`. access: `PUBLIC`, `KEY`, or the scope that a key needs.
    parameters: names out of `wire.PARAMETERS`. body: the schema by its content type.
    errors: the statuses that answer with the error object, beside those that every operation of its kind has.
    route: the address as the framework writes it, where that is not what `path` says.
    """

    method: str
    path: str
    name: str
    tag: str
    summary: str
    says: str
    access: str
    answers: dict[int, Answer]
    parameters: tuple[str, ...] = ()
    body: dict[str, Json] = field(default_factory=dict)
    examples: tuple[str, ...] = ()
    errors: tuple[int, ...] = ()
    route: str | None = None

    @property
    def statuses(self) -> tuple[int, ...]:
        """Every status that answers with the error object."""
        usual = {400, 500}
        if self.access != PUBLIC:
            usual |= {401, 429, 503}
            if self.access != KEY:
                usual.add(403)
        if self.body:
            usual.add(413)
        return tuple(sorted(usual.union(self.errors).difference(self.answers)))


def with_heads(*told: Operation) -> tuple[Operation, ...]:
    """The operations, and after each GET the one that answers its headers alone."""
    found: list[Operation] = []
    for each in told:
        found.append(each)
        if each.method == "GET":
            found.append(_head(each))
    return tuple(found)


def _head(operation: Operation) -> Operation:
    return replace(
        operation,
        method="HEAD",
        name=f"{operation.name}Head",
        summary=f"{operation.summary}: headers alone",
        says="Answers as `GET` does, without the bytes.",
        answers={status: replace(answer, content={}) for status, answer in operation.answers.items()},
    )


def ref(name: str) -> Json:
    """A schema by its name in the document's components."""
    return {"$ref": f"#/components/schemas/{name}"}


def json_of(name: str) -> dict[str, Json]:
    """The content of an answer that is JSON of this shape."""
    return {"application/json": ref(name)}


def link(name: str, says: str, **parameters: str) -> Json:
    """A link to the operation of that name. `parameters`: its parameters, as runtime expressions."""
    return {"operationId": name, "description": says, "parameters": parameters}
