"""`./dev emulate replicate`."""

import sys

from emulators.replicate.server import make
from emulators.starting import main

if __name__ == "__main__":
    sys.exit(main("replicate", 8793, make))
