"""The pictures that a request works from: addresses of this workspace's own files, turned into storage keys."""

from collections.abc import Sequence

from aims import media
from aims.catalog import Reference
from aims.core.db import Tx
from aims.core.errors import Invalid, NotFound
from aims.generation.request import SourceKey

KINDS = {"clip": "video", "reference": "image", "start": "image", "end": "image"}


def referenced(
    tx: Tx, workspace_id: str, base_url: str, references: Sequence[Reference]
) -> tuple[SourceKey, ...]:
    """The stored files of a request's pictures and films, in its order.

    Raises Invalid, naming the field, for an address that is not a picture or film of this workspace: in the same words
    for one of another workspace, one in the trash and one that never was.
    """
    return tuple(SourceKey(each.role, _key(tx, workspace_id, base_url, each)) for each in references)


def _key(tx: Tx, workspace_id: str, base_url: str, reference: Reference) -> str:
    path = reference.url.strip().removeprefix(base_url).split("?")[0].split("#")[0].lstrip("/")
    try:
        if not path.startswith(f"workspaces/{workspace_id}/"):
            raise NotFound("It is not an address of this workspace.")
        asset, _ = media.at(tx, path)
    except NotFound:
        raise _not_here(reference) from None
    if asset.workspace_id != workspace_id:
        raise _not_here(reference)
    wanted = KINDS[reference.role]
    if asset.kind != wanted:
        raise Invalid.field(
            reference.field,
            f"`{reference.field}` needs {'a film' if wanted == 'video' else 'a picture'}; this is another kind.",
            code="wrong_reference",
        )
    return asset.storage_key


def _not_here(reference: Reference) -> Invalid:
    if KINDS[reference.role] == "video":
        return Invalid.field(
            reference.field,
            f"`{reference.field}` has an address that is not a film of this workspace. "
            "Use the `url` of a film that was made here (POST /api/v1/videos/generate).",
            code="unknown_reference",
        )
    return Invalid.field(
        reference.field,
        f"`{reference.field}` has an address that is not a picture of this workspace. "
        "Upload it first (POST /api/v1/uploads) and use the `url` of the answer.",
        code="unknown_reference",
    )
