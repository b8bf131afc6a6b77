"""How a provider's models are usually told things, learned from those of its models that the catalogue knows."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from .spec import Model, Picture, Source, Task

T = TypeVar("T")
_PLAIN = Picture(takes="pixels")


class Customs:
    """What the models of one provider have in common, those first that do the same."""

    def __init__(self, models: Iterable[Model], provider: str, task: Task) -> None:
        self._all = [model for model in models if model.provider == provider]
        self._same = [model for model in self._all if model.task == task]
        self.provider = provider

    @property
    def runs_graphs(self) -> bool:
        """Whether a model there is a graph, so that an endpoint alone says nothing."""
        return bool(self._all) and all(model.workflow for model in self._all)

    @property
    def only_connected(self) -> bool:
        """Whether its models are offered only where it is connected."""
        return bool(self._all) and all(model.offered == "connected" for model in self._all)

    def picture(self, takes: str | None = None) -> dict[str, Any] | None:
        """The table `picture` that most of its models agree with; None where none takes the size in that way.

        takes: `ratios` or `sizes`, where the caller knows which; they are then the caller's to list.
        """
        pictures = [each for each in self._pictures() if takes in (None, each.takes)]
        if not pictures:
            return None
        one = _usual(pictures, lambda each: (each.takes, each.sent_as, each.encoding))
        if one.takes == "pixels" and one.encoding == "text":
            # Said in the same way, a size of those that some are limited to is one that all of them take.
            listed = (each for each in pictures if (each.takes, each.sent_as) == ("sizes", one.sent_as))
            one = next(listed, one)
        alike = [each for each in pictures if (each.takes, each.sent_as) == (one.takes, one.sent_as)]
        said: dict[str, Any] = {"takes": one.takes, "sent_as": one.sent_as}
        if one.takes == "pixels":
            return said | _limits(one, alike)
        if takes is None:
            said[one.takes] = _shared([each.ratios or each.sizes for each in alike])
        return said

    def source(self, field: str) -> Source | None:
        """How most of its models of this kind are told a picture or film to work from; None where there is none."""
        found = [model.sources[field] for model in self._same if field in model.sources]
        return _usual(found, lambda each: each.sent_as) if found else None

    def name(self, parameter: str) -> str:
        """Its name for a parameter: the same, unless it keeps all of them in some object of its own."""
        found = {model.parameters[parameter].sent_as for model in self._all if parameter in model.parameters}
        name = found.pop() if len(found) == 1 else None
        return name if name and "." in name else parameter

    def _pictures(self) -> Sequence[Picture]:
        same = [model.picture for model in self._same if model.picture]
        return same or [model.picture for model in self._all if model.picture]


def _usual(these: Sequence[T], like: Callable[[T], Hashable]) -> T:
    """One of those that are most common."""
    (most, _), *_ = Counter(map(like, these)).most_common(1)
    return next(each for each in these if like(each) == most)


def _shared(lists: Sequence[Sequence[str]]) -> list[str]:
    """What is in each of them. `auto` is not: who says nothing about the size leaves it to the model anyway."""
    return [each for each in lists[0] if each != "auto" and all(each in other for other in lists)]


def _limits(one: Picture, alike: Sequence[Picture]) -> dict[str, Any]:
    """The limits that all of these keep, as far as they are not those of every picture."""
    found = {
        "encoding": one.encoding,
        "step": max(each.step for each in alike),
        "longest": min(each.longest for each in alike),
        "least_area": max(each.least_area for each in alike),
        "most_area": min(each.most_area for each in alike),
        "steepest": min(each.steepest for each in alike),
    }
    return {name: value for name, value in found.items() if value != getattr(_PLAIN, name)}
