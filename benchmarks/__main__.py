"""The command line: `python -m benchmarks [SUITE ...]`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks import eager, report, styles, suite
from benchmarks.peers import OURS, PEERS
from benchmarks.replay.hold import Held, hold_all, one_core
from benchmarks.replay.page import write
from benchmarks.replay.suites import SUITES as CONTESTS, Contests

SUITES: dict[str, suite.Suite | Contests] = {
    s.name: s for s in (eager.SUITE, styles.SUITE, *CONTESTS)
}
PARTS = sorted({name for s in SUITES.values() for name in s.names()})


def _rounds(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be a whole number, at least 1, got {text!r}")
    return number


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description="Time glassgrad beside the engines that are installed, interleaved in one "
        "run, after checking that all compute the same "
        "gradients. Ratios compare; the times themselves depend on the machine.",
        epilog="suites: "
        + "; ".join(f"{s.name}: {s.what} ({', '.join(s.names())})" for s in SUITES.values()),
    )
    parser.add_argument(
        "suites",
        nargs="*",
        metavar="SUITE",
        help=f"which to run: {', '.join(SUITES)}; default: all",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        choices=PARTS,
        metavar="NAME",
        help="run this workload only; may be repeated",
    )
    parser.add_argument(
        "--rounds",
        type=_rounds,
        default=7,
        help="interleaved repetitions of each workload (default: 7)",
    )
    parser.add_argument(
        "--markdown",
        type=Path,
        metavar="FILE",
        help="write what came out of all suites but eager and styles there, too",
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the suites asked for; 0, or 1 when engines disagree or ours cannot be imported.

    Wrong arguments end the program with 2, as argparse does.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    for name in options.suites:
        if name not in SUITES:
            parser.error(f"unknown suite {name!r}; choose from {', '.join(SUITES)}")
    if not OURS.is_installed():
        print(f"{OURS.name} cannot be imported: run this where it is checked out", file=sys.stderr)
        return 1
    report.introduction(PEERS, options.rounds)
    held = Held([], [])
    try:
        for name in options.suites or SUITES:
            chosen = SUITES[name]
            with one_core():
                if isinstance(chosen, suite.Suite):
                    suite.run(chosen, options.only, options.rounds)
                    continue
                hold_all(chosen, options.only, options.rounds, held)
            if options.markdown is not None:  # now, for the next suite takes long
                write(options.markdown, held, options.rounds)
    except suite.Disagreement as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
