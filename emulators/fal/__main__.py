"""`./dev emulate fal`."""

import sys

from emulators.fal.server import make
from emulators.starting import main

if __name__ == "__main__":
    sys.exit(main("fal", 8790, make))
