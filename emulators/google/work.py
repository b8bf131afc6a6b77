"""Google's calls and operations: what each costs, and how it ends."""

from typing import Any

from emulators.work import Job

# Tokens of one picture, and of a few words.
PICTURE, SENTENCE = 1120, 30


class Call(Job):
    """One `generateContent`.

    A script's `end` is a finish reason; with `blocked:` before it, the reason why the prompt was never looked at. What
    is drawn and then withheld (IMAGE_...) is billed, as are words in place of a picture.
    """

    @property
    def blocked(self) -> str:
        """Why the prompt was blocked, if it was."""
        end = self.script.text("end", "ok")
        return end.removeprefix("blocked:") if end.startswith("blocked:") else ""

    @property
    def wants_words(self) -> bool:
        return "TEXT" in self.body.get("generationConfig", {}).get("responseModalities", ["TEXT"])

    @property
    def tokens(self) -> int:
        """How many were made."""
        if self.blocked or (self.failure and not self.failure.startswith("IMAGE_")):
            return 0
        if self.script.text("result") == "missing":
            return 0
        return SENTENCE if self.script.text("result") == "words" else PICTURE

    @property
    def units(self) -> int:
        return 1 if self.tokens else 0


class Film(Job):
    """One operation of Veo. `end`: ok, `filtered`, `guidelines`, or the number of a gRPC code."""

    @property
    def parameters(self) -> dict[str, Any]:
        """How the film is to be."""
        held = self.body.get("parameters")
        return held if isinstance(held, dict) else {}

    @property
    def seconds(self) -> int:
        """How long it is."""
        return int(self.parameters.get("durationSeconds", 8))

    @property
    def units(self) -> int:
        return 0 if self.failure else self.seconds * int(self.parameters.get("sampleCount", 1))
