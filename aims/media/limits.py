"""How large a picture or film may be. Checked from the header, before anything is decoded."""

MOST_PIXELS = 40_000_000
LONGEST_SIDE = 16_384
MOST_FRAMES = 200
MOST_PIXELS_OF_ALL_FRAMES = 120_000_000
LONGEST_ANIMATION_SECONDS = 20.0

MOST_FILM_BYTES = 256 * 1024 * 1024
MOST_FILM_PIXELS = 4096 * 2304
LONGEST_FILM_SIDE = 4096
LONGEST_FILM_SECONDS = 600
MOST_FILM_FRAMES = 100_000
# A film with more in all its frames is decoded in parts: ten seconds of 4K, or forty of 1080p, are less.
MOST_DECODED_PIXELS = 2_500_000_000
