"""`/health` says that the process answers; `/ready` says that it can accept paid work."""

from litestar import Response
from sqlalchemy import literal, select

from aims.core.db import Tx
from aims.core.errors import StudioError
from aims.web.desk import AnyRequest, desk
from aims.web.linked import linked

_ONE = select(literal(1))


def _touch(tx: Tx) -> None:
    tx.value(_ONE)


@linked("/health")
async def health() -> dict[str, str]:
    """200 while the process answers. Asks nothing else, so that a slow disk does not look like a dead process."""
    return {"status": "ok"}


@linked("/ready")
async def ready(request: AnyRequest) -> Response[dict[str, str]]:
    """200 when paid work can be accepted, else 503 and the sentence that says what is missing."""
    at = desk(request)
    try:
        await at.studio.db.read(_touch)
        at.studio.storage.require_space()
    except StudioError as error:
        return Response({"status": "unavailable", "reason": error.sentence}, status_code=503)
    if at.stopping.is_set():
        return Response({"status": "stopping", "reason": "The studio is shutting down."}, status_code=503)
    return Response({"status": "ok"}, status_code=200)
