"""`POST /uploads`: a picture to work from."""

import msgspec
from litestar import Response, post
from multipart import MultipartError, MultipartSegment, PushMultipartParser

from aims.core.errors import Invalid
from aims.generation import idempotency
from aims.media.uploads import LARGEST, too_large
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
    """The bytes of the part named `file`. They stay in memory: a stranger's picture is no temporary file of ours.

    Raises Invalid when there is no such part, or two; TooLarge as soon as it is more than 20 MiB.
    """
    kind, options = request.content_type
    if kind != "multipart/form-data":
        raise Invalid.field("file", "Send the picture as multipart/form-data, in one part named `file`.")
    found: bytearray | None = None
    part: bytearray | None = None
    try:
        parser = PushMultipartParser(options.get("boundary", ""), max_segment_count=MOST_PARTS)
        # The last piece is empty: that is how the parser hears of the end, and says whether it came too soon.
        async for piece in request.stream():
            for event in parser.parse(piece):
                if isinstance(event, MultipartSegment):
                    part = bytearray() if event.name == "file" and event.filename else None
                    if part is not None and found is not None:
                        raise Invalid.field("file", "There are two files. Send one in each request.")
                elif event is None:
                    found, part = part if part is not None else found, None
                elif part is not None:
                    part += event
                    if len(part) > LARGEST:
                        raise too_large()
    except MultipartError as error:
        raise Invalid(f"The form cannot be read: {error}.", code="invalid_multipart") from None
    if found is None:
        raise Invalid.field("file", "There is no part named `file` with a file in it.")
    return bytes(found)
