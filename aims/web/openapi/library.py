"""Operations on what is kept: uploads, and the pictures and films of the library."""

from .operations import Answer, Operation, json_of, link

_PICTURE = {"type": "string", "contentMediaType": "application/octet-stream", "description": "The picture."}

OPERATIONS = (
    Operation(
        method="POST",
        path="/api/v1/uploads",
        name="uploadPicture",
        tag="Library",
        summary="Upload a picture to work from",
        says="Keeps a PNG, JPEG, WebP, GIF, AVIF, HEIC or BMP of at most 20 MiB, recognised by its bytes, never by its "
        "name or declared type. Metadata that could tell where it was taken is removed.",
        access="media:write",
        parameters=("idempotency_key",),
        body={
            "multipart/form-data": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": _PICTURE},
            }
        },
        answers={
            200: Answer(
                says="The picture is kept.",
                content=json_of("Upload"),
                headers=("Idempotent-Replayed",),
                links={
                    "Share": link("shareMedia", "Give it a public address.", asset_id="$response.body#/id")
                },
            )
        },
        errors=(409, 413, 415, 422),
    ),
    Operation(
        method="POST",
        path="/api/v1/media/{asset_id}/share",
        name="shareMedia",
        tag="Library",
        summary="Share a picture or film",
        says="Gives it a public address. One that has an address keeps it.",
        access="media:write",
        parameters=("asset_id",),
        answers={
            200: Answer(
                says="It is public.",
                content=json_of("Share"),
                links={
                    "Unshare": link("unshareMedia", "Take it back.", asset_id="$response.body#/id"),
                },
            )
        },
        errors=(404,),
    ),
    Operation(
        method="DELETE",
        path="/api/v1/media/{asset_id}/share",
        name="unshareMedia",
        tag="Library",
        summary="Stop sharing",
        says="Takes the public address away, at once: the page, the file and the thumbnail are gone.",
        access="media:write",
        parameters=("asset_id",),
        answers={200: Answer(says="It is not public.", content=json_of("Share"))},
        errors=(404,),
    ),
)
