"""`./dev emulate openai`."""

import sys

from emulators.openai.server import make
from emulators.starting import main

if __name__ == "__main__":
    sys.exit(main("openai", 8791, make))
