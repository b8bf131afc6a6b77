"""The application: every route in one list, behind the gate."""

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.routes import HTTPRoute

from aims.web import assets, files, health, incoming, mcp
from aims.web.api import catalogue, credits, events, generate, generations, media, uploads, usage, webhooks
from aims.web.desk import Desk
from aims.web.direct import Direct
from aims.web.docs.pages import Pages
from aims.web.docs.routes import ROUTES as DOCS
from aims.web.errors import HANDLERS
from aims.web.gate import Gate
from aims.web.openai import errors
from aims.web.openai.routes import ROUTES as COMPATIBLE
from aims.web.public import agents, front, previews, reference, shared

LARGEST_BODY = 1 << 20


def make_api() -> Router:
    """What is answered below `/api/v1`."""
    api = Router(
        path="/api/v1",
        route_handlers=[
            generate.generate_image,
            generate.generate_video,
            catalogue.image_models,
            catalogue.video_models,
            catalogue.models,
            catalogue.styles,
            catalogue.estimate_image,
            catalogue.estimate_video,
            uploads.upload,
            media.browse,
            media.show,
            media.remove,
            media.restore,
            media.share,
            media.unshare,
            generations.browse,
            generations.show,
            events.events,
            generations.stop,
            credits.show_credits,
            usage.show_usage,
            *webhooks.ROUTES,
        ],
    )
    return _without_options(api)


def make_compatible() -> Router:
    """What is answered below `/v1`, for programs written for OpenAI."""
    return _without_options(Router(path="/v1", route_handlers=[*COMPATIBLE]))


def _without_options(router: Router) -> Router:
    """The first handler of an address brings an answer to OPTIONS that knows of no other. Without it, the application
    gives each address one that names all of its methods.
    """
    for route in [each for each in router.routes if isinstance(each, HTTPRoute)]:
        route.route_handlers = [each for each in route.route_handlers if "OPTIONS" not in each.http_methods]
    return router


def make_app(desk: Desk) -> Gate:
    """The ASGI application for an opened studio."""
    app = Litestar(
        route_handlers=[
            make_api(),
            make_compatible(),
            health.health,
            health.ready,
            mcp.speak,
            incoming.take,
            agents.skill,
            agents.llms,
            files.file,
            front.front,
            assets.static,
            *DOCS,
            shared.show,
            shared.file,
            shared.thumbnail,
            previews.style,
            reference.openapi,
            reference.reference,
        ],
        exception_handlers=errors.beside(HANDLERS),
        state=State({"desk": desk, "pages": Pages()}),
        request_max_body_size=LARGEST_BODY,
        openapi_config=None,
        logging_config=None,
        # Without this, a 404 for an unknown path would carry the framework's debug page in development.
        debug=False,
    )
    busy = {
        ("POST", "/api/v1/images/generate"): generate.generate_image,
        ("POST", "/api/v1/videos/generate"): generate.generate_video,
    }
    return Gate(Direct(app, busy), desk.studio.settings.base_url)
