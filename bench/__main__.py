"""`./dev bench`: which measurements there are, and run one."""

import sys
from importlib import import_module

BENCHES = {
    "accept": "accepted generations a second, added latency, start and memory, then all of them finished and verified",
    "help": "how long the command takes to show its help",
    "flight": "thousands of generations in flight: memory, event-loop lag, the time of other requests",
    "overhead": "whole generations through the fal adapter against an instant upstream, beside gateways",
    "library": "lists, searches and filters of a library of 200,000, alone and while generations are accepted",
}


def main() -> int:
    """Run the measurement that is named; without a name, list them."""
    arguments = sys.argv[1:]
    if not arguments or arguments[0] not in BENCHES:
        for name, text in BENCHES.items():
            print(f"  ./dev bench {name:8} {text}")
        return 0 if not arguments else 2
    result: int = import_module(f"bench.{arguments[0]}").main(arguments[1:])
    return result


if __name__ == "__main__":
    sys.exit(main())
