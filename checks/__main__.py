"""`python -m checks [NAME ...]`: run the checks, print what they find, exit 1 if that is anything."""

import argparse
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from checks import sources, table
from checks.finding import Finding

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Run the named checks, or all of them. The answer is the exit status."""
    parser = argparse.ArgumentParser(prog="./dev check", description="Run the checks of this repository.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a check to run (default: all)")
    parser.add_argument("--list", action="store_true", help="print the names of the checks and stop")
    options = parser.parse_args(arguments)
    if options.list:
        for name, check in table.ALL.items():
            print(f"{name:<15} {(check.__doc__ or '').strip().splitlines()[0]}")
        return 0
    unknown = sorted(set(options.names) - set(table.ALL))
    if unknown:
        parser.error(f"no such check: {', '.join(unknown)}. Choose from: {', '.join(table.ALL)}")
    return _report(options.names or list(table.ALL), root)


def _report(names: list[str], root: Path) -> int:
    started = time.monotonic()
    found = run(names, root)
    for findings in found.values():
        for finding in sorted(findings):
            print(finding)
    total = sum(map(len, found.values()))
    counts = ", ".join(f"{name} {len(findings)}" for name, findings in found.items() if findings)
    said = f"{_count(total, 'finding')} ({counts})" if total else "nothing found"
    files, seconds = len(sources.files(root)), time.monotonic() - started
    print(f"{_count(len(names), 'check')} over {files} files in {seconds:.1f} s: {said}")
    return 1 if total else 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def run(names: list[str], root: Path) -> dict[str, list[Finding]]:
    """What each named check finds. The outside tools run while the house checks read the files."""
    with ThreadPoolExecutor(max_workers=len(table.TOOLS)) as pool:
        started = {name: pool.submit(table.TOOLS[name], root) for name in names if name in table.TOOLS}
        found = {name: table.HOUSE[name](root) for name in names if name in table.HOUSE}
        return {name: future.result() for name, future in started.items()} | found


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
