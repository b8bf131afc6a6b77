"""The shelf: every model and style there is, read once at the start and never changed afterwards."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import TypeVar

import msgspec

from aims.core.errors import Invalid, Unavailable

from .added import Added
from .files import read, wrong_file
from .prepared import Prepared, prepare
from .spec import Kind, Model, Price, Status, Style, Task
from .words import shown

HERE = Path(__file__).parent

T = TypeVar("T", Model, Style)


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator has changed about a model; None leaves what the file says."""

    price: Price | None = None
    status: Status | None = None
    substitute: str | None = None
    hidden: bool | None = None


class Tolerance:
    """Lets what is wrong with one of the operator's files concern that file only.

    faults: what is wrong. read: what each file said when it was read last. One that is wrong now still means that, so
    that an operator who makes a slip while editing takes nothing away.
    """

    def __init__(self, read: Mapping[Path, Model | Style] | None = None) -> None:
        self.faults: list[Invalid] = []
        self.read: dict[Path, Model | Style] = dict(read or {})

    def instead(self, path: Path, kind: type[T], problem: Invalid | OSError) -> T | None:
        """Note what is wrong; what the file meant before, if it did."""
        if isinstance(problem, OSError):
            problem = wrong_file(path, f"it cannot be read: {problem.strerror}.")
        self.faults.append(problem)
        before = self.read.get(path)
        return before if isinstance(before, kind) else None


@dataclass(frozen=True, slots=True)
class Shelf:
    """Every model and style. It does not change; `adjusted` gives another one."""

    _models: Mapping[str, Model]
    _styles: Mapping[str, Style]
    _prepared: Mapping[str, Prepared]

    @classmethod
    def of(cls, models: Iterable[Model], styles: Iterable[Style]) -> "Shelf":
        """A shelf with these on it, cheapest first."""
        ordered = sorted(models, key=lambda m: (m.kind, m.price.credits, m.name, len(m.id), m.id))
        return cls(
            {model.id: model for model in ordered},
            {style.slug: style for style in sorted(styles, key=lambda s: (s.category, s.name))},
            {model.id: prepare(model) for model in ordered},
        )

    def model(self, model_id: str, *, near: Callable[[Model], bool] | None = None) -> Model:
        """The model that can be used under this id. near: which ones may be named when there is none.

        Raises Invalid on `model` when there is none (naming the nearest ids) or when it is retired (naming
        its substitute), and Unavailable (`model_paused`) when the operator has paused it.
        """
        model = self._models.get(model_id)
        if model is None:
            raise Invalid.field("model", self._no_model(model_id, near), code="unknown_model")
        if model.status == "retired":
            sentence = f"The model '{model.id}' is retired. Use '{model.substitute}' instead."
            raise Invalid.field("model", sentence, code="model_retired")
        if model.status == "paused":
            sentence = f"The model '{model.id}' is paused. Try again later, or choose another model."
            raise Unavailable(sentence, code="model_paused", retry_after=60.0)
        return model

    def entry(self, model_id: str) -> Model | None:
        """The model under this id whatever its status, for history and operators; None when there is none."""
        return self._models.get(model_id)

    def models(
        self, kind: Kind | None = None, task: Task | None = None, *, status: Status | None = "active"
    ) -> tuple[Model, ...]:
        """The models that can be used, in the catalogue's order. `status=None` lists all, hidden ones too."""
        return tuple(
            model
            for model in self._models.values()
            if (kind is None or model.kind == kind)
            and (task is None or model.task == task)
            and (status is None or (model.status == status and not model.hidden))
        )

    def edit_of(self, model: Model) -> Model | None:
        """The model that edits pictures for this one: itself, its sibling, or None.

        Raises as `model` does when the sibling is retired or paused.
        """
        if model.task == "img2img":
            return model
        return self.model(model.edit) if model.edit else None

    def style(self, slug: str) -> Style:
        """The style with this slug. Raises Invalid on `style_slug`, naming the nearest slugs."""
        style = self._styles.get(slug)
        if style is None:
            near = nearest(slug, {s.slug: (s.slug, s.name.lower()) for s in self._styles.values()})
            raise Invalid.field(
                "style_slug", f"There is no style '{shown(slug)}'.{_did_you_mean(near)}", code="unknown_style"
            )
        return style

    def styles(self) -> tuple[Style, ...]:
        """Every style, by category and name."""
        return tuple(self._styles.values())

    def adjusted(self, changes: Mapping[str, Change]) -> "Shelf":
        """Another shelf, with what the operator changed. Ids that are not there are passed over."""
        models = dict(self._models)
        for model_id, change in changes.items():
            if model_id in models:
                new = {
                    name: value for name, value in msgspec.structs.asdict(change).items() if value is not None
                }
                models[model_id] = msgspec.structs.replace(models[model_id], **new)
        return Shelf.of(models.values(), self._styles.values())

    def offered(self, connected: Collection[str] = ()) -> "Shelf":
        """Another shelf, with what is offered where these providers are connected."""
        models = {
            model.id: model
            for model in self._models.values()
            if model.offered == "always" or model.provider in connected
        }
        return self if len(models) == len(self._models) else Shelf(models, self._styles, self._prepared)

    def prepared(self, model: Model) -> Prepared:
        """The readers and defaults that were prepared for a model of this shelf."""
        return self._prepared[model.id]

    def _no_model(self, model_id: str, near: Callable[[Model], bool] | None) -> str:
        usable = {
            m.id: (m.id, m.id.partition("/")[2], m.name.lower())
            for m in self.models()
            if near is None or near(m)
        }
        return f"There is no model '{shown(model_id)}'.{_did_you_mean(nearest(model_id, usable))}"


def nearest(asked: str, known: Mapping[str, Iterable[str]], count: int = 2) -> list[str]:
    """The keys whose words are most like what was asked for, best first. The order is always the same."""
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(asked.strip().lower()[:80])
    scores: list[tuple[float, int, str]] = []
    for key, words in known.items():
        # Most names are too far away to be worth the exact measure, which costs a hundred times more.
        worth = -sorted(scores)[count - 1][0] if len(scores) >= count else 0.0
        best = 0.0
        for word in words:
            matcher.set_seq1(word)
            if matcher.real_quick_ratio() >= worth and matcher.quick_ratio() >= worth:
                best = max(best, matcher.ratio())
        scores.append((-best, len(key), key))
    return [key for _, _, key in sorted(scores)[:count]]


def _did_you_mean(near: list[str]) -> str:
    return f" Did you mean {' or '.join(repr(one) for one in near)}?" if near else ""


def open_shelf(
    folders: Sequence[Path] | None = None,
    added: Mapping[str, Added] | None = None,
    tolerance: Tolerance | None = None,
) -> Shelf:
    """Read the catalogue.

    folders: the operator's own folders, read after the studio's. Each may hold `models` and `styles` folders
    of TOML files, at any depth; a file there with an id or slug of the studio's replaces it.
    added: the models that are kept in the database, which come on top of all files.
    tolerance: for what is wrong with the operator's; all the rest is there.

    Raises Invalid (code `catalog_file`), naming the file and the key, when a file cannot be used.
    """
    models = _read_all(HERE / "models", Model, lambda model: model.id, None)
    styles = _read_all(HERE / "styles", Style, lambda style: style.slug, None)
    theirs: dict[str, Model] = {}
    for folder in folders or ():
        theirs |= _read_all(folder / "models", Model, lambda model: model.id, tolerance)
        styles |= _read_all(folder / "styles", Style, lambda style: style.slug, tolerance)
    for model_id, one in (added or {}).items():
        try:
            theirs[model_id] = one.read(model_id)
        except Invalid as fault:
            if tolerance is None:
                raise
            tolerance.faults.append(fault)
    while (wrong := next(_link_faults(models | theirs), None)) is not None:
        culprit, fault = wrong
        if tolerance is None or theirs.keys().isdisjoint(culprit):
            raise fault
        tolerance.faults.append(fault)
        del theirs[next(name for name in culprit if name in theirs)]
    return Shelf.of((models | theirs).values(), styles.values())


def files_of(folder: Path) -> list[Path]:
    """The files of models: the operator's, in this folder, and then the studio's own."""
    return [path for each in (folder, HERE) for path in visible(each / "models", ".toml")]


def visible(folder: Path, *suffixes: str) -> list[Path]:
    """The files below a folder with one of these endings, in order of their names.

    What is hidden is none of ours: drafts, and what editors and version control keep.
    """
    return [
        path
        for path in sorted(folder.rglob("*"))
        if path.suffix in suffixes
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    ]


def _read_all(
    folder: Path, kind: type[T], key: Callable[[T], str], tolerance: Tolerance | None
) -> dict[str, T]:
    found: dict[str, T] = {}
    for path in visible(folder, ".toml"):
        try:
            made = read(path, kind)
            if key(made) in found:
                raise wrong_file(path, f"'{key(made)}' is already in another file of {folder}.")
        except (Invalid, OSError) as problem:
            if tolerance is None:
                raise
            made = tolerance.instead(path, kind, problem)
        else:
            if tolerance is not None:
                tolerance.read[path] = made
        if made is not None:
            found.setdefault(key(made), made)
    return found


def _link_faults(models: Mapping[str, Model]) -> Iterator[tuple[tuple[str, ...], Invalid]]:
    """What is wrong between models, and whose file may be to blame: the one that names, then the one that is named."""
    for model in models.values():
        for key, other_id, fault in (
            ("edit", model.edit, _edit_fault),
            ("substitute", model.substitute, _substitute_fault),
        ):
            if other_id is not None and (what := fault(model, models.get(other_id))):
                names = f"The model '{model.id}' names '{other_id}'"
                yield (model.id, other_id), Invalid.field(key, f"{names}{what}", code="catalog_file")
        if what := _also_at_fault(model, [models.get(other_id) for other_id in model.also_at]):
            yield (model.id, *model.also_at), Invalid.field("also_at", what, code="catalog_file")


def _edit_fault(model: Model, other: Model | None) -> str | None:
    if other is None or other.task != "img2img":
        return " as its edit model, which is not one."
    return _offered_fault(model, other)


def _substitute_fault(model: Model, other: Model | None) -> str | None:
    if other is None or other.status == "retired":
        return " as its substitute, which cannot be used."
    return _offered_fault(model, other)


def _also_at_fault(model: Model, others: Sequence[Model | None]) -> str | None:
    """Each is a model that makes the same, at a provider of its own."""
    providers = {model.provider} | {other.provider for other in others if other}
    if len(providers) > len(others) and all(
        other is not None and other.task == model.task for other in others
    ):
        return None
    return (
        f"The model '{model.id}' names {shown(str(list(model.also_at)))} as the same model elsewhere: each has to be a "
        "model of the same task, and of another provider."
    )


def _offered_fault(model: Model, other: Model) -> str | None:
    """Wherever the model is offered, the one that it names has to be too."""
    if other.offered == "always" or (model.offered == "connected" and model.provider == other.provider):
        return None
    return ", which is offered only where its provider is connected."
