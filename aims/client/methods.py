"""Make methods of verbs: with the parameters and the words of the verb, and the result of whoever carries it out."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Parameter, signature
from typing import Any, ParamSpec, Protocol, TypeVar, cast

P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class Method(Protocol[P, R]):
    """A method: what is got from its object takes the verb's parameters."""

    def __get__(self, area: Any, owner: Any = None) -> Callable[P, R]: ...


def as_method(method: Callable[..., Any], verb: Callable[..., Any], form: str) -> Method[Any, Any]:
    """Say of a method how it is called. form: of its result, such as `Iterator[{}]`."""
    found = signature(verb)
    inner = str(found.return_annotation).partition("[")[2].removesuffix("]")
    own = [each for each in found.parameters.values() if each.name != "self"]
    shown = found.replace(
        parameters=[Parameter("self", Parameter.POSITIONAL_ONLY), *own], return_annotation=form.format(inner)
    )
    vars(method)["__signature__"] = shown
    return cast("Method[Any, Any]", method)
