"""The examples of the pages: in which languages, and with what answer."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from aims import catalog
from aims.catalog.fields import PICTURES_MOST
from aims.catalog.spec import Kind
from aims.core.errors import Invalid, NotEnoughCredits, StudioError
from aims.generation import Studio, checked, default_model, is_available
from aims.providers.registry import INSTANCE
from aims.web.commands import CommandLine
from aims.web.errors import body_of
from aims.web.openapi import examples

from .languages import LABELS, Pane, generate, pane

HERE = Path(__file__).parent
BALANCE = 1000
"""What the workspace of an answer on the page had before."""
_ANSWERED = {"image": "generateImages", "video": "generateVideo"}


@dataclass(frozen=True, slots=True)
class Sample:
    """Something to copy. name: its anchor."""

    name: str
    title: str
    panes: list[Pane]


class Samples:
    """Makes the examples of one studio's pages. base_url: where it is reached."""

    def __init__(self, studio: Studio, line: CommandLine | None) -> None:
        self._studio, self._line = studio, line
        self.base_url = studio.settings.base_url

    def asking(self, kind: Kind, name: str, title: str = "") -> Sample:
        """A request of the API's documentation, by its name there."""
        told = _documented(kind, name, None)
        body = told.body.replace(*self._models(kind, told.value))
        panes = generate(f"{kind}s", body, self.base_url, self._line)
        return Sample(f"ask-{kind}-{name}", title or told.summary, panes)

    def answered(self, kind: Kind, name: str, asked: str) -> Sample:
        """An answer of the documentation to a request of it, with this studio's addresses and prices."""
        told = _documented(kind, name, 200)
        request = _documented(kind, asked, None)
        models = self._models(kind, request.value)
        value, sent = (json.loads(each.body.replace(*models)) for each in (told, request))
        answer = self._own(kind, value, sent)
        text = json.dumps(answer, indent=2, ensure_ascii=False)
        return Sample(f"answer-{kind}-{asked}", f"200: {told.summary}", [pane("json", text, "JSON")])

    def told(self, name: str, **more: str) -> Sample:
        """An example out of our own file. more: what its placeholders stand for."""
        told = _ours()[name]
        words = {"BASE": self.base_url, **more}
        texts = {language: told[language].strip() for language in LABELS if language in told}
        panes = [
            pane(language, re.sub("|".join(words), lambda found: words[found[0]], text))
            for language, text in texts.items()
        ]
        return Sample(name, told["title"], panes)

    def text(self, name: str, title: str, text: str, language: str = "text") -> Sample:
        """Some text that is no request."""
        return Sample(name, title, [pane(language, text, title)])

    def refused(self) -> Iterator[Sample]:
        """What a request is answered that cannot be right, and one that cannot be paid."""
        offer = self._studio.counter.of("")
        model = default_model(self._studio, INSTANCE, "image")
        try:
            catalog.check(offer.shelf, "image", {"n": PICTURES_MOST + 1}, default_model=model)
        except Invalid as error:
            yield self._refusal(400, "What is wrong, field by field", error)
        price = self._price("image", {"prompt": "A lighthouse", "model": model}) or 0
        yield self._refusal(402, "Not enough credits", NotEnoughCredits(price, price // 2))

    def _models(self, kind: Kind, asked: dict[str, Any]) -> tuple[str, str]:
        """The model of an example, and the one in its place where it cannot be made here and another does the same."""
        studio, model_id = self._studio, asked.get("model", "")
        shelf, usable = studio.counter.of(INSTANCE).shelf, partial(is_available, studio, INSTANCE)
        model, other = shelf.entry(model_id), default_model(studio, INSTANCE, kind, asked)
        if model is None or usable(model):
            return model_id, model_id
        try:
            draft = checked(studio, INSTANCE, kind, {**asked, "model": other})
        except StudioError:
            return model_id, model_id
        does = usable(draft.model) and not draft.ignored_parameters
        return f'"{model_id}"', f'"{other if does else model_id}"'

    def _refusal(self, status: int, title: str, error: StudioError) -> Sample:
        body = json.loads(body_of(error)) | {"request_id": "01997e4b-0686-77ae-8245-d50c2e96412c"}
        text = json.dumps(body, indent=2, ensure_ascii=False)
        return Sample(f"error-{status}", f"{status}: {title}", [pane("json", text, "JSON")])

    def _own(self, kind: Kind, value: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
        used = self._price(kind, asked)
        if kind == "image":
            # One after the other: each picture has an id and an address of its own.
            text = json.dumps(value["images"][0])
            last = ("0000", "0001")[: asked.get("n", 1)]
            images = [json.loads(text.replace("446655440000", f"44665544{each}")) for each in last]
            value = {**value, "images": images}
        own = {} if used is None else {"credits_used": used, "credits_remaining": BALANCE - used}
        return {name: self._addressed(each) for name, each in value.items()} | own

    def _addressed(self, value: Any) -> Any:
        """The same, with addresses of this studio."""
        if isinstance(value, list):
            return [self._addressed(each) for each in value]
        if not isinstance(value, dict):
            return value
        found = {name: self._addressed(each) for name, each in value.items()}
        if "url" in found:
            found["url"] = f"{self.base_url}/workspaces/.../{found['url'].rpartition('/')[2]}"
        if "share_url" in found:
            found["share_url"] = f"{self.base_url}/shared/media/{found['share_url'].rpartition('/')[2]}"
        return found

    def _price(self, kind: Kind, asked: dict[str, Any]) -> int | None:
        """What a request costs here; None when this studio does not take it, as after a change of its operator."""
        try:
            draft = checked(self._studio, INSTANCE, kind, asked)
        except StudioError:
            return None
        return catalog.quote(draft.model, draft).credits


def names() -> Iterator[str]:
    """The examples of our own file."""
    yield from _ours()


def languages(name: str) -> set[str]:
    """The languages that an example of our own file has."""
    return {*_ours()[name]} - {"title"}


def _documented(kind: Kind, name: str, status: int | None) -> examples.Example:
    key = (_ANSWERED[kind], name, status)
    return next(
        each for each in examples.read("documentation") if (each.operation, each.name, each.status) == key
    )


@cache
def _ours() -> dict[str, dict[str, str]]:
    return tomllib.loads((HERE / "examples.toml").read_text(encoding="utf-8"))
