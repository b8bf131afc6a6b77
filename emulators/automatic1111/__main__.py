"""`./dev emulate automatic1111`."""

import sys

from emulators.automatic1111.server import make
from emulators.starting import main

if __name__ == "__main__":
    sys.exit(main("automatic1111", 7861, make))
