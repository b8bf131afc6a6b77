"""How large a picture may be. Checked from the header, before anything is decoded."""

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 16_384
MOST_FRAMES = 200
MOST_PIXELS_OF_ALL_FRAMES = 120_000_000
LONGEST_ANIMATION_SECONDS = 20.0
