"""`./dev emulate google`."""

import sys

from emulators.google.server import make
from emulators.starting import main

if __name__ == "__main__":
    sys.exit(main("google", 8791, make))
