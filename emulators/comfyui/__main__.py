"""`./dev emulate comfyui`."""

import sys

from emulators.comfyui.server import make
from emulators.starting import main

OLDER = "be a server of 2024: it names what it takes by itself, and stops whatever runs"

if __name__ == "__main__":
    sys.exit(main("comfyui", 8188, make, key="", flags={"older": OLDER}))
