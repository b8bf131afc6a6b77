"""What the catalogue's tests share: one shelf, two ways to ask it, and an operator's folder."""

from pathlib import Path

import pytest
from catalog_bodies import MODEL_FILE, SHELF, Check

from aims import catalog
from aims.catalog import Shelf


@pytest.fixture(scope="session")
def shelf() -> Shelf:
    return SHELF


@pytest.fixture(scope="session")
def image(shelf: Shelf) -> Check:
    return lambda **body: catalog.check(shelf, "image", body, default_model="openai/gpt-image-2")


@pytest.fixture(scope="session")
def video(shelf: Shelf) -> Check:
    return lambda **body: catalog.check(shelf, "video", body, default_model="fal-ai/veo3.1/fast")


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    """An operator's catalogue folder, with one model in it."""
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "brush.toml").write_text(MODEL_FILE)
    return tmp_path
