"""Every route below `/v1`."""

from aims.web.openai import images, models, videos

ROUTES = (
    images.generate,
    images.edit,
    videos.create,
    videos.browse,
    videos.show,
    videos.content,
    videos.remove,
    models.browse,
    models.show,
)
