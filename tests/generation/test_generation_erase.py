"""What is deleted for good while work waits that needs it: the work ends, and is given back."""

import asyncio
import io

from idle_studio import Idle
from PIL import Image

from aims import generation, media
from aims.generation import Supervisor


async def test_work_whose_picture_was_deleted_for_good_ends_and_is_given_back(idle: Idle):
    studio = idle.studio
    data = io.BytesIO()
    Image.new("RGB", (64, 64), "teal").save(data, "PNG")
    kept = await studio.uploads.keep(idle.workspace_id, data.getvalue())
    accepted = await idle.accept(image_urls=[f"{studio.settings.base_url}/{kept.storage_key}"])
    await idle.write(media.throw_away, idle.workspace_id, kept.id)
    await generation.erase(studio, idle.actor, kept.id)
    supervisor = Supervisor(alone=True)

    async with asyncio.timeout(60), studio.signals.listen(accepted.id) as listener:
        await supervisor.start(studio)
        while (view := await idle.view(accepted.id)).finished_at is None:
            await listener.wait(0.1)
    await supervisor.stop(0)

    assert view.status == "failed"
    assert view.error == "A picture or film that it was to work from was deleted."
    assert (view.credits.charged, view.credits.refunded, view.credits.held) == (0, 25, 0)
    assert not list(studio.storage.root.rglob(f"{kept.id}*"))
