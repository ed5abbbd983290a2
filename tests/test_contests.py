"""The contests of compiled programs: fair turns, honest checks and verdicts; no timing is judged.

The peers are not here; ours and micrograd take part.
"""

import random
import sys
from array import array
from dataclasses import replace
from itertools import chain, pairwise
from pathlib import Path

import pytest

import nn
from autograd.replay.llvm.machine import function_of, translated
from benchmarks.__main__ import main
from benchmarks.peers import LLVM, OURS, Peer, PeerElsewhere
from benchmarks.replay import (
    compiling,
    contestants,
    least,
    live,
    page,
    report,
    tasks,
    with_glassgrad,
)
from benchmarks.replay.contest import Contestant, Limit, Target, Workload, hold, judge
from benchmarks.replay.elsewhere import Elsewhere
from benchmarks.replay.hold import Held
from benchmarks.replay.run import Run, calls_of, interleave
from benchmarks.suite import Disagreement
from benchmarks.timing import Spread

ABSENT = Peer("absent", "no_such_engine", "no-such-engine", "pip install no-such-engine")


class Clocked:
    """A run whose calls take as long as it says, and that counts them up in its result."""

    def __init__(self, seconds, steps=1, wrong=0.0):
        self.steps, self._seconds, self._done, self._wrong = steps, seconds, 0, wrong
        self.asked, self.is_closed = [], False

    def seconds(self, calls):
        self.asked.append(calls)
        return self._seconds * calls

    def result(self):
        self._done += self.steps
        return [self._done + self._wrong, 1000.0]

    def close(self):
        self.is_closed = True


def contest(*runs, promises=(), **details):
    """A workload of (name, run) or (name, run, peer); the reference counts, too."""
    found = [Contestant(n, *peer or [OURS], lambda _, r=r: r) for n, r, *peer in runs]
    reference = Contestant("reference", OURS, lambda _: Clocked(1.0))
    return Workload("w", "it", "step", tuple(found), reference, promises, **details)


def test_calls_are_timed_together_until_the_clock_costs_nothing():
    fast = Clocked(1e-5)
    assert calls_of(fast, 0.02) == 2000
    assert fast.asked == [1, 1, 10, 100, 2000]
    assert calls_of(Clocked(3.0), 0.02) == 1


def test_a_time_is_of_one_step():
    runs = {"one": Clocked(0.5), "whole": Clocked(2.0, steps=100)}
    assert interleave(runs, 2) == {"one": [0.5, 0.5], "whole": [0.02, 0.02]}


def test_each_is_compared_after_as_many_steps_as_it_did():
    runs = [Clocked(1.0), Clocked(1.0, steps=7), Clocked(1.0, steps=3)]
    outcome = hold(contest(*zip("abc", runs, strict=True)), 1)
    assert outcome.difference == 0.0
    assert all(run.is_closed for run in runs)


def test_a_wrong_result_stops_the_contest_before_it_is_timed():
    wrong = Clocked(1.0, steps=2, wrong=1e-5)
    with pytest.raises(Disagreement, match="w: the gradients of reference and b differ by 1e-08"):
        hold(contest(("a", Clocked(1.0)), ("b", wrong)), 1)
    assert wrong.asked == []
    assert wrong.is_closed


def written(folder, *outcomes, makings=()):
    """The page of what came out."""
    page.write(folder / "page.md", Held([*outcomes], [*makings]), 3)
    return (folder / "page.md").read_text(encoding="ascii")


def test_promises_are_judged_by_the_best_of_each_side(tmp_path):
    outcome = hold(
        contest(
            ("glassgrad exact, slow", Clocked(0.5)),
            ("glassgrad exact, quick", Clocked(0.125)),
            ("torch eager", Clocked(4.0)),
            ("torch compile", Clocked(1.0)),
            ("jax.jit", Clocked(1.0), ABSENT),
            promises=(
                Target("glassgrad exact", "torch", 8.0),
                Target("glassgrad exact", "torch", 8.5),
                Target("glassgrad exact", "torch", 31.0, "compile"),
                Target("glassgrad exact, slow", "torch eager", 8.0),
                Target("glassgrad exact", "jax", 1.0),
                Limit("glassgrad exact", 0.25),
                Limit("glassgrad exact", 0.1),
            ),
            a_unit=2,
        ),
        3,
    )
    assert [v.reached for v in outcome.verdicts] == [True, False, True, True, None, True, False]
    assert outcome.verdicts[0].measured == Spread(8.0, 8.0, 8.0)
    assert outcome.verdicts[0].theirs == "torch compile"
    assert outcome.seconds["torch compile"].median == 2.0  # of a unit of two steps
    assert outcome.ratios["torch eager", "glassgrad exact, quick"].median == 32.0
    assert "jax.jit" not in outcome.seconds
    text = "\n".join(report.lines(outcome)) + written(tmp_path, outcome)
    assert "8x against torch: reached, glassgrad exact, quick 8 (8 - 8) against torch comp" in text
    assert "8.5x against torch: MISSED" in text
    assert "31x against torch, compile apart: reached, glassgrad exact, quick 32" in text
    assert "31 times as fast as torch, compile apart | 32 (32 - 32): glassgrad exact, quick" in text
    assert (
        "| w | glassgrad exact: 1 times as fast as jax | not all are installed | not judged |"
        in text
    )
    assert "exact: at most 100 ms a step | 250 ms (250 ms - 250 ms) | **missed** |" in text


def test_nothing_is_judged_where_none_of_ours_takes_part():
    (target, limit) = Target("glassgrad fast", "torch", 1.0), Limit("glassgrad fast", 1.0)
    assert judge(target, {"torch": [1.0]}).reached is None
    assert judge(limit, {"torch": [1.0]}).reached is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(7.84e-8, "78.4 ns"), (1e-6, "1 us"), (0.0125, "12.5 ms"), (3.0, "3 s"), (0.0, "0 ns")],
)
def test_times_are_read_at_a_glance(seconds, text):
    assert report.time(seconds) == text


@pytest.fixture
def task(monkeypatch):
    """A small training of 10 samples in batches of 4, 4 and 2, under the name `small`."""
    source = random.Random(1)
    rows = [[source.gauss(0.0, 1.0) for _ in range(2)] for _ in range(10)]
    samples = rows, [1 if x > y else -1 for x, y in rows]
    small = tasks.Task((2, 3, 1), "tanh", "hinge", 1e-3, 0.05, lambda: samples, 4, 5, 2)
    monkeypatch.setitem(tasks.TASKS, "small", small)
    return small


def test_all_our_ways_of_training_do_the_same(task):
    ways = [
        contestants.DESCENT_EXACT,
        contestants.DESCENT_FAST,
        contestants.FIT_EXACT,
        contestants.FIT_FAST,
        contestants.STEP_EXACT,
        contestants.STEP_FAST,
        contestants.REST_EXACT,
        contestants.REST_FAST,
    ]
    workload = Workload("small", "it", "step", tuple(ways), contestants.STEP_EAGER)
    outcome = hold(workload, 1, least=0.0)  # once each
    assert list(outcome.seconds) == [way.name for way in ways]
    assert outcome.difference < 1e-12
    assert all(spread.min > 0.0 for spread in outcome.seconds.values())


@pytest.mark.parametrize(
    "way", [contestants.DESCENT_EXACT, contestants.FIT_EXACT, contestants.STEP_EXACT]
)
def test_a_training_begins_anew_when_it_is_over(way, task, monkeypatch):
    """The numbers after a call are those after the first one, or they go on to change."""
    task, n_steps, found = replace(task, batch_size=10), 5, {}
    for length in (0, n_steps):
        monkeypatch.setitem(tasks.TASKS, "small", replace(task, training=length))
        run = way.prepare("small")
        calls = n_steps // run.steps
        for _ in range(calls - 1):
            run.result()
        first = run.result()
        for _ in range(calls):
            run.seconds(1)
        found[length] = (first, run.result() if run.steps > 1 else None)
        run.close()
    assert found[0][0] == found[n_steps][0]
    if way is not contestants.STEP_EXACT:  # after a call more
        assert found[n_steps][1] == found[n_steps][0] != found[0][1]


def test_a_training_at_rest_stays_where_it_began(task):
    run = contestants.REST_EXACT.prepare("small")
    run.result()
    run.seconds(1)
    assert run.result() == [0.0] * 13


def test_how_many_samples_have_a_loss_is_told(task, monkeypatch):
    labels = task.samples()[1]
    wrong = [label * side for label, side in zip(labels, [2.0, -2.0] * 5, strict=True)]
    assert live.with_a_loss(task, [[0.5] * 10, labels, wrong]) == [10, 0, 5]
    monkeypatch.setitem(tasks.TASKS, "small", replace(task, batch_size=10, epochs=400))
    counts = live.with_a_loss(task, with_glassgrad.outputs_of("small"))
    assert len(counts) == 400
    assert counts[0] == 10 > counts[-1]
    live.counts.cache_clear()
    said = live.sentence("small")
    live.counts.cache_clear()
    assert said.startswith("Of the 10 samples 10 have a loss in the first step")
    assert f"and {counts[-1]} in the last of 400" in said


def test_the_least_time_of_a_step_is_that_of_its_products(task, monkeypatch):
    """Of two vectors of samples forward, and back of as many as have a loss: two, one, none."""
    sizes, n = task.sizes, len(task.samples()[0])
    forward = sum(a * b for a, b in pairwise(sizes))
    back = 2 * forward - sizes[0] * sizes[1]
    assert least.products(task, [n, 3, 0]) == 2 * forward + back * (2 + 1 + 0) / 3
    monkeypatch.setattr(live, "counts", lambda name: [n, 3, 0])
    monkeypatch.setattr(least, "rate", lambda is_fused: 4.0 if is_fused else 2.0)
    expected = least.products(task, [n, 3, 0]) / 4.0 / 1000.0
    said = least.sentence("small")
    assert f"less than {expected:.2g} us or, exact, {2 * expected:.2g} us." in said


@pytest.mark.parametrize("is_fused", [True, False])
def test_each_turn_of_the_loop_that_is_timed_makes_its_products(is_fused):
    """x becomes x / 2 + 1, from 0.5 on, in each of the sums, which are added up."""
    loop = function_of(translated(least._text(is_fused, 3)), least._Loop, "products")
    numbers = array("d", [0.5] * 8 + [1.0] * 8)
    loop(3, numbers.buffer_info()[0])
    assert numbers.tolist() == [3 * 1.8125] * 8 + [1.0] * 8
    assert least.rate(is_fused) > 0.0


def test_the_batches_are_those_of_fit(task):
    seen = []

    def loss(outputs, targets):
        seen.append(targets)
        return nn.hinge_loss(outputs, targets)

    model = nn.MLP(2, [1], seed=0)
    nn.fit(model, task.samples(), loss, lr=0.1, epochs=5, batch_size=4, seed=0, verbose=False)
    assert seen == [batch.labels for epoch in task.epochs_of_batches for batch in epoch]
    assert [[len(group) for group in epoch] for epoch in task.unrolled_steps] == [[2, 1]] * 5
    sizes, samples = with_glassgrad._in_order(task)
    assert sizes == [(4, 2), (2, 1)] * 5
    assert samples == array("q", chain.from_iterable(chain.from_iterable(task.epochs_of_samples)))


def test_an_eager_batch_in_the_midst_of_a_descent_is_said(task, monkeypatch):
    monkeypatch.setitem(
        with_glassgrad.LOSSES, "hinge", lambda outputs, _: outputs[0] * random.random()
    )
    with pytest.raises(RuntimeError, match="small: a batch was left to eager mode"):
        with_glassgrad.descent("small", "exact").result()


def test_a_process_that_ends_is_said(capfd):
    with pytest.raises(RuntimeError, match=r"with_hips\.py ended when it was asked for 'prepare'"):
        Elsewhere(Path(sys.executable), "call", "tiny-graph")
    assert "No module named 'autograd.numpy'" in capfd.readouterr().err


def test_a_peer_of_another_environment_is_looked_for_there(tmp_path):
    python = tmp_path / "bin" / "python"
    peer = PeerElsewhere("HIPS autograd", "autograd", "autograd", "make bench", python)
    assert not peer.is_installed()
    python.parent.mkdir()
    python.touch()
    assert not peer.is_installed()
    packages = tmp_path / "lib" / "python3.11" / "site-packages"
    (packages / "autograd-1.9.1.dist-info").mkdir(parents=True)
    metadata = "Metadata-Version: 2.1\nName: autograd\nVersion: 1.9.1\n"
    (packages / "autograd-1.9.1.dist-info" / "METADATA").write_text(metadata)
    assert peer.is_installed()
    assert peer.version() == "1.9.1"


def test_making_a_program_is_timed(tmp_path):
    found = compiling.make(compiling.Program("rosenbrock-100", False, "fast", 1e-9), 2)
    assert found.operations > 500
    assert found.samples == 0
    assert found.reached is False
    assert "at most 1 ns: MISSED" in report.making(found)
    assert found.written == found.operations
    assert "| **missed** |" in written(tmp_path, makings=[found])


def test_making_is_held_against_the_number_of_operations(tmp_path):
    def made(name, operations, seconds, tier="program"):
        program = compiling.Program(name, False, "exact", None, tier)
        return compiling.Making(program, operations, operations, 0, Spread(seconds, 0.0, 1.0))

    large, small = made("random-3e3", 6000, 1.6e-4), made("random-1e3", 2000, 1e-4)
    first = [made("random-1e4", 10, 1e-5, "first tier"), made("random-1e5", 99, 1e-5, "first tier")]
    text = written(tmp_path, makings=[large, small, *first, made("tiny", 1, 1.0)])
    assert "of 3.0 times as many | 1.60 | **missed** |" in text
    assert "of 9.9 times as many | 1.00 | reached |" in text
    assert compiling.growths([small]) == []


def test_the_operations_of_a_sample_are_written_once(task, monkeypatch):
    monkeypatch.setitem(tasks.TASKS, "small", replace(task, batch_size=10))
    step = with_glassgrad.made_step("small", "fast")
    assert step.samples == 10
    assert 1.5 * step.written < step.operations < 10 * step.written


def test_what_came_out_is_printed_and_written(capsys, tmp_path, monkeypatch):
    absent = [contestants.CALL_HIPS, contestants.CALL_JAX, contestants.CALL_TORCH]
    for contestant in absent:  # installed here or not, they would take long
        monkeypatch.setattr(
            type(contestant.peer), "is_installed", lambda peer: peer in (OURS, LLVM)
        )
    file = tmp_path / "benchmarks.md"
    arguments = ["functions", "--only", "tiny-graph", "--rounds", "1", "--markdown", str(file)]
    assert main(arguments) == 0
    out, written = capsys.readouterr().out, file.read_text(encoding="utf-8")
    for name in ("glassgrad exact", "glassgrad fast", "glassgrad python", "glassgrad eager"):
        assert f"  {name} " in out
        assert f"| {name} |" in written
    assert "80x against jax.jit: cannot be judged, not all are installed" in out
    assert "glassgrad exact: at most 100 ns" in written


def test_a_run_calls_as_a_program_does():
    calls = []
    run = Run(lambda *given: calls.append(given), (1, 2), lambda _: [0.0])
    run.seconds(3)
    assert run.result() == [0.0]
    assert calls == [(1, 2)] * 4
