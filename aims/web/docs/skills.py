"""`/docs/skills`: the Agent Skills, as they lie in the package."""

from dataclasses import dataclass

from aims import skills as shelf
from aims.web.desk import Desk

from .pages import DocsPage, Place
from .samples import Sample, Samples


@dataclass(frozen=True, slots=True)
class Told:
    """A skill as it is shown."""

    name: str
    says: str
    text: Sample


@dataclass(frozen=True, slots=True)
class SkillsPage(DocsPage):
    """The skills, and how they are installed."""

    skills: list[Told]
    samples: dict[str, Sample]


def page(at: Desk) -> SkillsPage:
    """All that stands on it."""
    make = Samples(at.studio, None)
    told = [
        Told(each.name, each.description, make.text(f"{each.name}-text", "SKILL.md", each.text))
        for each in shelf.every()
    ]
    install = make.told("skill-install", SKILLS=" ".join(each.name for each in told))
    return SkillsPage(
        title="Skills",
        base_url=at.studio.settings.base_url,
        tab="skills",
        places=(
            Place("install", "Install"),
            Place("skills", "The skills", tuple(Place(each.name, each.name) for each in told)),
            Place("more", "For every agent"),
        ),
        skills=told,
        samples={install.name: install},
    )
