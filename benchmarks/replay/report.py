"""What contests print, and what they write as Markdown: ratios with median, min and max."""

from collections.abc import Iterable, Sequence

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


def _spread(spread: Spread) -> str:
    return f"{factor(spread.median)} ({factor(spread.min)} - {factor(spread.max)})"


def promise(verdict: Verdict) -> str:
    """What was promised, and what became of it."""
    asked, found = verdict.promise, verdict.measured
    if isinstance(asked, Limit):
        what = f"{asked.ours}: at most {time(asked.at_most)}"
        measured = "" if found is None else f"{time(found.median)} a call"
    else:
        what = f"{asked.ours}: {asked.at_least:g}x against {asked.against}"
        measured = "" if found is None else f"{_spread(found)} against {verdict.theirs}"
    if found is None:
        return f"{what}: cannot be judged, not all are installed"
    by = "" if verdict.ours == asked.ours else f"{verdict.ours} "
    return f"{what}: {'reached' if verdict.reached else 'MISSED'}, {by}{measured}"


def lines(outcome: Outcome) -> Iterable[str]:
    """What came out of a workload, for the terminal."""
    unit = outcome.workload.unit
    bases = list(dict.fromkeys(base for _, base in outcome.ratios))
    for name, seconds in outcome.seconds.items():
        text = f"  {name:36} {time(seconds.median):>8} a {unit}"
        for base in bases:
            if name != base:
                text += f"; {_spread(outcome.ratios[name, base])} x {base}"
        yield f"{text}; ready in {time(outcome.ready[name])}"
    yield f"  all agree to {outcome.difference:.1e} of the largest number"
    for verdict in outcome.verdicts:
        yield f"  {promise(verdict)}"


def markdown(outcomes: Sequence[Outcome], makings: Sequence[Making]) -> Iterable[str]:
    """All that came out, in tables."""
    verdicts = [(outcome, v) for outcome in outcomes for v in outcome.verdicts]
    if verdicts:
        yield from ["", "## What was promised", "", "| workload | promise | measured | |"]
        yield "|---|---|---|---|"
        for outcome, verdict in verdicts:
            yield _promise_row(outcome, verdict)
    for outcome in outcomes:
        yield from _table(outcome)
    if makings:
        yield from ["", "## Making a program", ""]
        yield "| program | mode | operations | samples in lanes | us an operation | at most | |"
        yield "|---|---|---|---|---|---|---|"
        for making in makings:
            yield _making_row(making)


def _promise_row(outcome: Outcome, verdict: Verdict) -> str:
    asked, found = verdict.promise, verdict.measured
    if isinstance(asked, Limit):
        what = f"{asked.ours}: at most {time(asked.at_most)}"
    else:
        what = f"{asked.ours}: {asked.at_least:g} times as fast as {asked.against}"
    if found is None:
        return f"| {outcome.workload.name} | {what} | | not judged |"
    if isinstance(asked, Limit):
        measured = f"{time(found.median)} ({time(found.min)} - {time(found.max)})"
    else:
        measured = f"{_spread(found)}: {verdict.ours} against {verdict.theirs}"
    end = "reached" if verdict.reached else "**missed**"
    return f"| {outcome.workload.name} | {what} | {measured} | {end} |"


def _table(outcome: Outcome) -> Iterable[str]:
    workload = outcome.workload
    bases = list(dict.fromkeys(base for _, base in outcome.ratios))
    yield from ["", f"## {workload.name}", "", f"{workload.what[0].upper()}{workload.what[1:]}."]
    yield f"All agree to {outcome.difference:.1e} of the largest number."
    yield ""
    yield f"| | a {workload.unit} |" + "".join(f" times {b} |" for b in bases) + " ready in |"
    yield "|---|---|" + "---|" * len(bases) + "---|"
    for name, seconds in outcome.seconds.items():
        row = [name, time(seconds.median)]
        row += ["1" if name == b else _spread(outcome.ratios[name, b]) for b in bases]
        yield f"| {' | '.join([*row, time(outcome.ready[name])])} |"


def _making_row(making: Making) -> str:
    program = making.program
    each = Spread(*(1e6 * seconds for seconds in making.each))
    limit = "" if program.at_most is None else f"{1e6 * program.at_most:g}"
    end = {None: "", True: "reached", False: "**missed**"}[making.reached]
    kind = "step of " if program.is_step else ""
    return (
        f"| {kind}{program.name}, {program.tier} | {program.mode} | {making.operations:,} | "
        f"{making.samples or ''} | {_spread(each)} | {limit} | {end} |"
    )


def making(found: Making) -> str:
    """What making a program took, for the terminal."""
    program, limit = found.program, found.program.at_most
    lanes = f", {found.samples} samples in lanes" if found.samples else ""
    text = (
        f"  {program.mode}, {program.tier}: {found.operations:,} operations{lanes}, each "
        f"{time(found.each.median)} ({time(found.each.min)} - {time(found.each.max)})"
    )
    if limit is not None:
        text += f"; at most {time(limit)}: {'reached' if found.reached else 'MISSED'}"
    return text
