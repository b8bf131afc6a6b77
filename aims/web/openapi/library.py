"""Operations on what is kept: uploads, and the pictures and films of the library."""

from dataclasses import replace

from .operations import Answer, Operation, json_of, link

_PICTURE = {"type": "string", "contentMediaType": "application/octet-stream", "description": "The picture."}

_THERE = Answer(says="The picture or film.", content=json_of("Media"))
_LINKS = {
    name: link(target, says, asset_id="$response.body#/id")
    for name, target, says in (
        ("Show", "showMedia", "Look at it."),
        ("Share", "shareMedia", "Give it a public address."),
        ("Delete", "deleteMedia", "Put it in the trash."),
        ("Restore", "restoreMedia", "Take it out of the trash."),
    )
}

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
                links=_LINKS,
            )
        },
        errors=(409, 413, 415, 422),
    ),
    Operation(
        method="GET",
        path="/api/v1/media",
        name="listMedia",
        tag="Library",
        summary="The library",
        says="Pictures and films that were made or uploaded, newest first. `q` finds words of their prompts.",
        access="media:read",
        parameters=(
            "q",
            "kind",
            "source",
            "model",
            "shared",
            "trashed",
            "created_after",
            "created_before",
            "library_limit",
            "cursor",
        ),
        answers={200: Answer(says="A page of the library.", content=json_of("MediaPage"))},
    ),
    Operation(
        method="GET",
        path="/api/v1/media/{asset_id}",
        name="showMedia",
        tag="Library",
        summary="Look at a picture or film",
        says="One that is kept, also one that is in the trash.",
        access="media:read",
        parameters=("asset_id",),
        answers={200: replace(_THERE, links=_LINKS)},
        errors=(404,),
    ),
    Operation(
        method="DELETE",
        path="/api/v1/media/{asset_id}",
        name="deleteMedia",
        tag="Library",
        summary="Delete a picture or film",
        says="Puts it in the trash, from where it can be restored. Its addresses and its share are gone at once. "
        "With `permanent=true`, one that is in the trash already is deleted for good.",
        access="media:write",
        parameters=("asset_id", "permanent"),
        answers={200: replace(_THERE, links=_LINKS), 204: Answer(says="It is deleted for good.")},
        errors=(404, 409),
    ),
    Operation(
        method="POST",
        path="/api/v1/media/{asset_id}/restore",
        name="restoreMedia",
        tag="Library",
        summary="Restore a picture or film",
        says="Takes it out of the trash. Its share does not come back with it.",
        access="media:write",
        parameters=("asset_id",),
        answers={200: replace(_THERE, links=_LINKS)},
        errors=(404,),
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
