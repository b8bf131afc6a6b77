"""`python -m aims` and the `aims` command."""

import gc
import sys


def main() -> None:
    """Run the command line."""
    # Importing makes hundreds of thousands of objects that all stay: looking through them again and again takes an
    # eighth of the start. Whoever runs for longer switches the collector on again.
    gc.disable()
    from aims.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
