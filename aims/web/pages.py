"""Turn a template and a small context into a page, with a policy that lets it show our own files and nothing else."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Response

from aims.web import assets

HERE = Path(__file__).parent
POLICY = (
    "default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'self'; font-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""For a page that strangers made something of: it runs nothing at all."""
SCRIPTED = POLICY.replace("form-action 'none'", "form-action 'self'") + "; script-src 'self'"
"""For a page of our own: it runs our files, and sends its forms here."""

_templates = Environment(
    loader=FileSystemLoader(HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_seen_by_templates: dict[str, Any] = _templates.globals
_seen_by_templates["asset"] = assets.address


@dataclass(frozen=True, slots=True)
class Page:
    """What every template gets. `title` stands in the window, `base_url` begins every absolute link."""

    title: str
    base_url: str


def page(
    template: str,
    context: Page,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    policy: str = POLICY,
) -> Response[bytes]:
    """A page. The template sees the fields of its context and nothing else."""
    return Response(
        rendered(template, context),
        status_code=status,
        media_type="text/html",
        headers={"Content-Security-Policy": policy, **(headers or {})},
    )


def rendered(template: str, context: Page) -> bytes:
    """The bytes of a page, for one that is kept."""
    values: dict[str, Any] = asdict(context)
    return _templates.get_template(template).render(values).encode()
