"""What contests print: times and ratios with median, min and max. Their page is in page.py."""

from collections.abc import Iterable

from benchmarks.replay.compiling import Making
from benchmarks.replay.contest import Limit, Outcome, Verdict
from benchmarks.timing import Spread

_UNITS = (("s", 1.0), ("ms", 1e-3), ("us", 1e-6), ("ns", 0.0))


def time(seconds: float) -> str:
    """A time in the unit in which it is at least 1: "12.3 us"."""
    unit, size = next(pair for pair in _UNITS if seconds >= pair[1])
    return f"{seconds / (size or 1e-9):.3g} {unit}"


def factor(ratio: float) -> str:
    """A ratio with three digits: "0.937", "12.3", "1,230"."""
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def ratio(spread: Spread) -> str:
    """Median and, in parentheses, min and max."""
    return f"{factor(spread.median)} ({factor(spread.min)} - {factor(spread.max)})"


def times(spread: Spread) -> str:
    """The same of seconds."""
    return f"{time(spread.median)} ({time(spread.min)} - {time(spread.max)})"


def promise(verdict: Verdict) -> str:
    """What was promised, and what became of it."""
    asked, found = verdict.promise, verdict.measured
    if isinstance(asked, Limit):
        what = f"{asked.ours}: at most {time(asked.at_most)}"
        measured = "" if found is None else f"{time(found.median)} a call"
    else:
        what = f"{asked.ours}: {asked.at_least:g}x against {asked.others}"
        measured = "" if found is None else f"{ratio(found)} against {verdict.theirs}"
    if found is None:
        return f"{what}: cannot be judged, not all are installed"
    by = "" if verdict.ours == asked.ours else f"{verdict.ours} "
    return f"{what}: {'reached' if verdict.reached else 'MISSED'}, {by}{measured}"


def lines(outcome: Outcome) -> Iterable[str]:
    """What came out of a workload, for the terminal."""
    unit = outcome.workload.unit
    bases = list(dict.fromkeys(base for _, base in outcome.ratios))
    for name, seconds in outcome.seconds.items():
        text = f"  {name:36} {times(seconds)} a {unit}"
        for base in bases:
            if name != base:
                text += f"; {ratio(outcome.ratios[name, base])} x {base}"
        yield f"{text}; ready in {time(outcome.ready[name])}"
    yield f"  all agree to {outcome.difference:.1e} of the largest number"
    if outcome.remark:
        yield f"  {outcome.remark}"
    for verdict in outcome.verdicts:
        yield f"  {promise(verdict)}"


def making(found: Making) -> str:
    """What making a program took, for the terminal."""
    program, limit = found.program, found.program.at_most
    lanes = f", {found.samples} samples in lanes" if found.samples else ""
    text = (
        f"  {program.mode}, {program.tier}: {found.operations:,} operations{lanes}, "
        f"{found.written:,} written, each of all {times(found.each)}"
    )
    if limit is not None:
        text += f"; at most {time(limit)}: {'reached' if found.reached else 'MISSED'}"
    return text
