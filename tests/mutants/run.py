"""Mutation testing of what computes numbers: `make mutants`.

Tries every mutant of every file of `plan.py` and compares the survivors with `equivalent.toml`,
where each has its reason. Exits with 1 if a mutant survives that is not listed, or if one is
listed that does not exist or does not survive.

    python -m tests.mutants.run [--jobs N] [--again] [FILE ...]

`--again` tries only those that survived the last time, and those that are new.
"""

import argparse
import json
import os
import resource
import sys
import time
import tomllib
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from tests.mutants import trial
from tests.mutants.making import Key, Mutant, mutants_of
from tests.mutants.plan import PLAN

FOLDER = Path(".mutants")
EQUIVALENT = Path(__file__).with_name("equivalent.toml")


NO_TESTS = 5  # pytest's exit code where the name of no test has ROW in it


@dataclass
class Running:
    """A mutant that is being tried."""

    mutant: Mutant
    stage: int


def listed() -> dict[Key, str]:
    """The mutants that are known to compute the same, each with its reason."""
    table = tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))
    reasons = {}
    for entry in table.get("mutant", []):
        reason = entry.pop("reason")
        reasons[Key(**{"nth": 1} | entry)] = reason
    return reasons


@cache
def baseline(tests: str) -> float:
    """The processor time that these tests take with no mutant; they must pass."""
    output = FOLDER / "baseline.txt"
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    child = trial.start("no.py", "", tests.split(), 600.0, str(output))
    _, status = os.waitpid(child, 0)
    if status:
        sys.exit(f"without any mutant, these tests fail: {tests}\n{output.read_text()}")
    seconds = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before
    print(f"{seconds:6.1f} s  {tests}", flush=True)
    return seconds


def row_of(within: str) -> str:
    """The row that a definition belongs to: "max_" and "_clip_partials" are max and clip."""
    return within.partition(".")[0].removesuffix("_partials").strip("_") or "none"


def survivors_of(mutants: list[Mutant], jobs: int) -> set[Key]:
    """Try them all, as many at a time as `jobs`; those that pass every test."""
    seconds = {
        tests: baseline(tests.partition(" -k ")[0])
        for tests in {tests: 0 for mutant in mutants for tests in PLAN[mutant.key.file]}
    }
    waiting = [Running(mutant, 0) for mutant in reversed(mutants)]
    running: dict[int, Running] = {}
    survivors: set[Key] = set()
    done, began = 0, time.monotonic()
    log = (FOLDER / "log.txt").open("a", encoding="utf-8")
    while waiting or running:
        while waiting and len(running) < jobs:
            one = waiting.pop()
            tests = PLAN[one.mutant.key.file][one.stage]
            output = FOLDER / f"output-{len(waiting) % 16}.txt"
            child = trial.start(
                one.mutant.key.file,
                one.mutant.source,
                tests.replace("ROW", row_of(one.mutant.key.within)).split(),
                5.0 + 3.0 * seconds[tests],
                str(output),
            )
            running[child] = one
        child, status = os.wait()
        one = running.pop(child)
        key = one.mutant.key
        passed = status == 0 or os.waitstatus_to_exitcode(status) == NO_TESTS
        if passed and one.stage + 1 < len(PLAN[key.file]):
            waiting.append(Running(one.mutant, one.stage + 1))
            continue
        done += 1
        word = "SURVIVED" if passed else "killed"
        if passed:
            survivors.add(key)
            print(f"{key.file}:{one.mutant.line} {key.within}\n  - {key.before}\n  + {key.after}")
        clock = time.monotonic() - began
        log.write(f"{clock:.1f} {word} in stage {one.stage} status {status} ")
        log.write(f"{key.file}:{one.mutant.line}  {key.before}  ->  {key.after}\n")
        log.flush()
        if done % 50 == 0:
            print(f"{done} of {len(mutants)} in {time.monotonic() - began:.0f} s", flush=True)
    log.close()
    return survivors


def main() -> int:
    """Try the mutants, compare, and say how it stands."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.run")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--again", action="store_true")
    parser.add_argument("files", nargs="*", default=list(PLAN))
    options = parser.parse_args()
    FOLDER.mkdir(exist_ok=True)
    trial.prepare()
    reasons = listed()
    bad = 0
    rows = []
    for file in options.files:
        mutants = mutants_of(file)
        record = FOLDER / (file.replace("/", ".") + ".json")
        known: dict[Key, bool] = {}
        if options.again and record.exists():
            known = {Key(**e["key"]): e["survived"] for e in json.loads(record.read_text())}
        trying = [one for one in mutants if known.get(one.key, True)]
        survived = survivors_of(trying, options.jobs)
        entries = [{"key": asdict(m.key), "survived": m.key in survived} for m in mutants]
        record.write_text(json.dumps(entries, indent=1))
        expected = {key for key in reasons if key.file == file}
        for key in sorted(survived - expected, key=str):
            bad += 1
            print(f"SURVIVED and not listed: {key}")
        for key in sorted(expected - survived, key=str):
            bad += 1
            print(f"listed, but it does not survive or does not exist: {key}")
        rows.append((file, len(mutants), len(mutants) - len(survived), len(survived & expected)))
    rows.append(("together", *[sum(row[k] for row in rows) for k in (1, 2, 3)]))
    print("\n| file | mutants | killed | equivalent |\n|---|---:|---:|---:|")
    for file, number, killed, equivalent in rows:
        print(f"| {file} | {number} | {killed} | {equivalent} |")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
