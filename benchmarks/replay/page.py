"""The page that `make bench` writes, docs/benchmarks.md: how to read it, promises, tables."""

from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

from benchmarks.peers import PEERS, machine
from benchmarks.replay.compiling import STRAIGHT, Growth, Making, growths
from benchmarks.replay.contest import Limit, Outcome, Verdict
from benchmarks.replay.hold import Held
from benchmarks.replay.report import ratio, time, times
from benchmarks.timing import Spread

ENDS = {None: "not judged", True: "reached", False: "**missed**"}
NOBODY = "not all are installed"

READING = """\
## How to read it

All contestants of a workload compute the same in double precision, on one core, with one thread.
Before anything is timed, their values and gradients, or the sums of all their updates so far, are
compared; one that differs stops the run. Then they are timed in turns: each round times each of
them once, for about 20 ms of calls that follow each other, and who begins moves on.

- A time is the median of the rounds, with (min - max).
- A ratio is taken round by round, so that a machine that is busy with other things slows both
  sides: how many times as long the row took as glassgrad's fastest way in that mode.
- *ready in* is what nobody's time contains: preparing, tracing, compiling, and the first result.
- Times depend on the machine; ratios do less so. The README's figures are quotients of the median
  times below, which differ a little from ratios taken round by round.

**glassgrad.** *exact* has the bits of eager mode (the tests compare every parameter after many
steps on every kind of model), *fast* is right within rounding: `docs/compile.md`. *python* is the
program without llvmlite. *first tier* is a long program before it is translated; it is translated
when as much time has gone into it as translating takes, and the other rows are of then. Functions
take and return Python's floats and lists of them; with *array*, a NumPy array goes in.

- *nn.fit*: one training by `nn.fit(compiled=...)` as a user starts it, all that it does between
  steps included: the order of the samples, the history of losses and accuracies, Ctrl-C.
- *Descent*: `autograd.replay.Descent`, which `nn.fit` stands on, one call for all batches of one
  size that follow each other.
- *a call a step*: `autograd.compile` of a whole step, parameters in and out as a list of floats.
- Of the samples of the moons only those that have a hinge loss take part in our backpropagation,
  and in full batches only those that may have one in forward propagation; they become fewer while
  the model learns. So ours trains from the first weights, again and again: each training is as many
  steps as take the learning rate as far as the 100 of micrograd's demo do (5,545 of 0.01). *at
  rest*: with a learning rate of 0, where all samples have a loss. The others take as long at any
  time.

**The others** are used as those who know them would for small double-precision work:

- *torch*: tensors made beforehand, one thread; eager with `torch.autograd.grad` or fused SGD, with
  weight decay for the penalty or all parameters in one tensor; *compile* is TorchInductor with
  static shapes, `fullgraph`, calls by generated C++ and no gradient mode, a call a step or several
  steps *unrolled* into one program.
- *jax*: arrays made beforehand, computed in the caller's thread (quicker here than handing it to
  another), parameters donated; *lax.scan* is whole epochs in one program. *one array in and out*
  hands over the numbers in one array; a promise about jax.jit is about the other rows.
- *casadi*: expressions of numbers, for batches of matrices; *in its arrays* and trainings read and
  write NumPy arrays in place, so that nothing is handed over; *gcc* is its C, with
  `-O3 -march=native -fno-math-errno`.
- *HIPS autograd*: NumPy arrays, in an environment and a process of its own, on the same core.
- *micrograd*: its demo; it has neither tanh nor exp.

Who is missing in a table cannot do it or takes minutes to compile it, as jax.jit and CasADi's C do
from 10,000 operations that are not in a loop, and torch.compile from 1,000.
"""


def write(path: Path, held: Held, rounds: int) -> None:
    """Write all that has come out so far."""
    who = ", ".join(f"{peer.name} {peer.version()}" for peer in PEERS if peer.is_installed())
    lines = [
        "# Benchmarks of compiled functions and training",
        "",
        "Written by `make bench`, which installs the peers in environments of their own and takes",
        "about half an hour. One table alone, where they are installed:",
        "`.venv-bench/bin/python -m benchmarks training --only moons-relu-full`.",
        "",
        f"- date: {date.today().isoformat()}",
        f"- machine: {machine()}",
        f"- versions: {who}",
        f"- rounds: {rounds}",
        "",
        *READING.splitlines(),
        *_promises(held),
    ]
    for outcome in held.outcomes:
        lines += _table(outcome)
    lines += _making(held.makings)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _promises(held: Held) -> Iterable[str]:
    rows = [_promise_row(outcome, v) for outcome in held.outcomes for v in outcome.verdicts]
    rows += [_limit_row(making) for making in held.makings if making.reached is not None]
    rows += [_growth_row(growth) for growth in growths(held.makings)]
    if not rows:
        return
    yield from ["", "## What was promised", ""]
    yield "Goals that the project set itself before it was fast; nobody else promised anything."
    yield "The fastest of ours against the fastest of theirs; where it says *nn.fit*, that alone."
    yield "Where it says *apart*, against the fastest of the others of them."
    yield from ["", "| workload | promise | measured | |", "|---|---|---|---|", *rows]


def _promise_row(outcome: Outcome, verdict: Verdict) -> str:
    asked, found = verdict.promise, verdict.measured
    if isinstance(asked, Limit):
        what = f"{asked.ours}: at most {time(asked.at_most)} a {outcome.workload.unit}"
        measured = NOBODY if found is None else times(found)
    else:
        what = f"{asked.ours}: {asked.at_least:g} times as fast as {asked.others}"
        by = f"{verdict.ours} and {verdict.theirs}"
        measured = NOBODY if found is None else f"{ratio(found)}: {by}"
    return f"| {outcome.workload.name} | {what} | {measured} | {ENDS[verdict.reached]} |"


def _limit_row(making: Making) -> str:
    limit = time(making.program.at_most or 0.0)
    return (
        f"| making {_name(making)}, {making.program.mode} | at most {limit} for each operation | "
        f"{times(making.each)} | {ENDS[making.reached]} |"
    )


def _growth_row(growth: Growth) -> str:
    small, large = growth
    return (
        f"| making {_name(large)} | in proportion to {_name(small)}: each operation at most "
        f"{STRAIGHT:g} times as long, of {large.operations / small.operations:.1f} times as many | "
        f"{growth.ratio:.2f} | {ENDS[growth.reached]} |"
    )


def _table(outcome: Outcome) -> Iterable[str]:
    workload = outcome.workload
    bases = list(dict.fromkeys(base for _, base in outcome.ratios))
    yield from ["", f"## {workload.name}", "", f"{workload.what[0].upper()}{workload.what[1:]}."]
    yield f"All agree to {outcome.difference:.1e} of the largest number."
    if outcome.remark:
        yield outcome.remark
    yield ""
    yield f"| | a {workload.unit} |" + "".join(f" / {b} |" for b in bases) + " ready in |"
    yield "|---|---|" + "---|" * len(bases) + "---|"
    for name, seconds in outcome.seconds.items():
        row = [name, times(seconds)]
        row += ["1" if name == b else ratio(outcome.ratios[name, b]) for b in bases]
        yield f"| {' | '.join([*row, time(outcome.ready[name])])} |"


def _making(makings: Sequence[Making]) -> Iterable[str]:
    if not makings:
        return
    yield from ["", "## Making a program", ""]
    yield "Recording and translating, for each operation of plain arithmetic,"
    yield "those of the derivatives included. *operations* counts those of all samples; what is"
    yield "*written* as machine code has those of a sample once."
    yield ""
    columns = ["program", "mode", "operations", "samples in lanes", "us an operation"]
    yield f"| {' | '.join([*columns, 'written', 'us a written one'])} |"
    yield "|---|---|---|---|---|---|---|"
    for making in makings:
        each = Spread(*(1e6 * seconds for seconds in making.each))
        share = 1e6 * making.each.median * making.operations / making.written
        yield (
            f"| {_name(making)} | {making.program.mode} | {making.operations:,} | "
            f"{making.samples or ''} | {ratio(each)} | {making.written:,} | {share:.3g} |"
        )


def _name(making: Making) -> str:
    program = making.program
    kind = "step of " if program.is_step else ""
    tier = "" if program.tier == "program" else f", {program.tier}"
    return f"{kind}{program.name}{tier}"
