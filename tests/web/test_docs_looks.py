"""Pictures of every component, in three widths and both themes, for a person to look at before a change of the look.

They lie in the folder that the run was given: `./dev test tests/web/test_docs_looks.py --basetemp FOLDER`.
"""

from pathlib import Path

import pytest
from browsing import Browser, watched
from PIL import Image
from serving import SQLITE, Served

WIDTHS = (390, 1024, 1440)
THEMES = ("light", "dark")

pytestmark = SQLITE


@pytest.mark.parametrize("width", WIDTHS)
def test_every_component_is_drawn(browser: Browser, served: Served, tmp_path: Path, width: int):
    with watched(browser) as seen:
        seen.page.set_viewport_size({"width": width, "height": 900})
        seen.page.goto(f"{served.base}/docs/design")
        seen.page.evaluate("document.fonts.ready")
        families = {"Instrument Sans", "Geist Mono"}
        loaded = "[...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)"
        assert {each.strip('"') for each in seen.page.evaluate(loaded)} == families
        grounds = set()
        for theme in THEMES:
            seen.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
            file = tmp_path / f"{theme}.png"
            seen.page.screenshot(path=file, full_page=True)
            with Image.open(file) as picture:
                assert picture.width == width
                assert len(picture.convert("RGB").resize((64, 64)).getcolors(4096) or ()) > 50
                grounds.add(picture.convert("RGB").getpixel((2, picture.height - 2)))
        assert len(grounds) == len(THEMES)
        assert not seen.refusals
        # Nothing of what is drawn is cut off at the side, in whatever state it is.
        assert seen.page.evaluate("document.documentElement.scrollWidth") == width
