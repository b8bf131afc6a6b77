"""`/docs/design`: everything that pages are made of, in every state, to look at."""

from dataclasses import dataclass, replace

from aims.web.desk import Desk

from .offered import Look, Offered, looks, models
from .pages import DocsPage, Place
from .samples import Sample, Samples

COLOURS = (
    "table", "sheet", "well", "raised", "line", "line-strong", "ink", "ink-quiet", "ink-faint", "safelight",
    "safelight-strong", "on-safelight", "good", "warn", "bad", "code-string", "code-value", "code-word",
)  # fmt: skip
PARTS = (
    "Colours", "Type", "Buttons", "Marks", "Notes", "Ways around", "Code", "Tables", "Lists that narrow", "Models",
    "Styles", "Emptiness",
)  # fmt: skip
SIZES = (28, 20, 16, 14, 13, 12)


@dataclass(frozen=True, slots=True)
class DesignPage(DocsPage):
    """The components, with something real in them."""

    colours: tuple[str, ...]
    sizes: tuple[int, ...]
    models: list[Offered]
    styles: list[Look]
    samples: dict[str, Sample]


def page(at: Desk) -> DesignPage:
    """All that stands on it."""
    make = Samples(at.studio, at.commands() if at.commands else None)
    samples = (
        make.asking("image", "basic"),
        make.answered("image", "made", "basic"),
        make.text("bearer", "Bearer token", "Authorization: Bearer YOUR_API_KEY"),
    )
    shown = models(at.studio)
    return DesignPage(
        title="Components",
        base_url=at.studio.settings.base_url,
        tab="design",
        places=tuple(Place(each.lower().replace(" ", "-"), each) for each in PARTS),
        colours=COLOURS,
        sizes=SIZES,
        models=[*shown[:2], *(replace(each, available=False) for each in shown[2:3])],
        styles=looks(at.studio)[:3],
        samples={each.name: each for each in samples},
    )
