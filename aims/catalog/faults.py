"""Collects what is wrong with a request, so that a person can put all of it right in one go."""

from aims.core.errors import Detail, Invalid


class Faults:
    """Every fault found so far. The first one gives the error its sentence and its code."""

    def __init__(self) -> None:
        self.details: list[Detail] = []
        self.code: str | None = None

    def add(self, field: str, sentence: str) -> None:
        """One field is wrong."""
        self.details.append(Detail(field, sentence))

    def take(self, problem: Invalid) -> None:
        """What another part has found wrong."""
        if not self.details:
            self.code = problem.code
        self.details.extend(problem.details)

    def names(self, *fields: str | None) -> bool:
        """Whether one of these fields has been found wrong."""
        return any(detail.field in fields for detail in self.details)

    def stop_if_any(self) -> None:
        """Raise Invalid with all of them, if there are any."""
        if self.details:
            raise Invalid(self.details[0].message, code=self.code, details=tuple(self.details))
