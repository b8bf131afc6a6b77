"""`POST /uploads`: a picture to work from."""

from typing import Any

import msgspec
from litestar import Response, post
from litestar.datastructures import UploadFile

from aims.core.errors import Invalid
from aims.generation import idempotency
from aims.web.desk import AnyRequest, desk, header, who

# The file itself, and room for what multipart puts around it.
LARGEST_BODY = 21 * 1024 * 1024
MOST_PARTS = 8


@post("/uploads", status_code=200, request_max_body_size=LARGEST_BODY)
async def upload(request: AnyRequest) -> Response[bytes]:
    """Keep a picture: PNG, JPEG, WebP, GIF, AVIF, HEIC or BMP, at most 20 MiB. Scope `media:write`."""
    studio, actor = desk(request).studio, await who(request)
    actor.require("media:write")
    desk(request).reads.admit(actor.key_id or actor.name, actor.rate_limit)
    key = idempotency.key_of(header(request, b"idempotency-key"))
    kept = await studio.uploads.keep(actor.workspace_id, await file_of(request), key=key)
    body = {"success": True, "id": kept.id, "url": f"{studio.settings.base_url}/{kept.storage_key}"}
    headers = {"Idempotent-Replayed": "true"} if kept.replayed else {}
    return Response(
        msgspec.json.encode(body), status_code=200, headers=headers, media_type="application/json"
    )


async def file_of(request: AnyRequest) -> bytes:
    """The bytes of the part named `file`.

    Raises Invalid when there is no such part.
    """
    kind = (header(request, b"content-type") or "").lower()
    if not kind.startswith("multipart/form-data"):
        raise Invalid.field("file", "Send the picture as multipart/form-data, in one part named `file`.")
    form: Any = await request.form()
    found = form.get("file")
    if not isinstance(found, UploadFile):
        raise Invalid.field("file", "There is no part named `file` with a file in it.")
    return await found.read()
