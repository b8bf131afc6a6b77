"""Turn a template and a small context into a page, with the policy that lets it show our own files and run nothing."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; font-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True)
class Page:
    """What every template gets. `title` stands in the window, `base_url` begins every absolute link."""

    title: str
    base_url: str


def page(
    template: str, context: Page, *, status: int = 200, headers: dict[str, str] | None = None
) -> Response[bytes]:
    """A page. The template sees the fields of its context and nothing else."""
    return Response(
        rendered(template, context),
        status_code=status,
        media_type="text/html",
        headers={"Content-Security-Policy": POLICY, **(headers or {})},
    )


def rendered(template: str, context: Page) -> bytes:
    """The bytes of a page, for one that is kept."""
    values: dict[str, Any] = asdict(context)
    return _templates.get_template(template).render(values).encode()
