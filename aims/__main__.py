"""`python -m aims` and the `aims` command."""

import sys


def main() -> None:
    """Run the command line."""
    from aims.cli import run

    sys.exit(run())


if __name__ == "__main__":
    main()
