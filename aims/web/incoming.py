"""Where providers send word that a request is over. The address is one that only they were told; what they send is
signed; and it is on the disk before they are thanked.
"""

from litestar import post
from litestar.params import FromPath

from aims.generation import letterbox
from aims.web.api import bodies
from aims.web.desk import AnyRequest, desk

LARGEST = 256 << 10
"""Of a message: ids, addresses, an error. Bytes."""


@post("/webhooks/providers/{provider:str}/{generation_id:str}/{attempt_id:str}/{seal:str}", status_code=204)
async def take(
    request: AnyRequest,
    provider: FromPath[str],
    generation_id: FromPath[str],
    attempt_id: FromPath[str],
    seal: FromPath[str],
) -> None:
    """Take in a message. An address that was never given out is refused before anything of the body is read."""
    box = letterbox(desk(request).studio, provider, generation_id, attempt_id, seal)
    body = await bodies.all_of(request, LARGEST)
    await box.take({name.lower(): value for name, value in request.headers.items()}, body)
