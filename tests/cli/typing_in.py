"""What a command said, and how a test reads it."""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON, once it is certain that the command did its work."""
        assert self.code == 0, self
        return json.loads(self.out)


def refused(said: Said, code: int, *words: str) -> None:
    """The command failed, said why on standard error, and printed no result."""
    assert said.code == code, said
    assert said.out == ""
    assert said.err
    assert "Traceback" not in said.err
    for word in words:
        assert word in said.err, said.err
