"""The benchmarks' machinery: fair rounds, honest checks, clear refusals; no timing is judged."""

import gc
import math
import operator
import subprocess
import sys
from pathlib import Path

import pytest

from autograd import Value
from benchmarks import memory, moons_step, random_graph, styles
from benchmarks.__main__ import main
from benchmarks.peers import OURS, PEERS, Peer
from benchmarks.suite import Disagreement, Suite, relative_difference, run
from benchmarks.timing import Spread, interleave, ratios
from benchmarks.workload import Contestant, Run, Target, Workload

ROOT = Path(__file__).resolve().parents[1]
ABSENT = Peer("absent", "no_such_engine.value", "no-such-engine", "pip install no-such-engine")


def constant(name: str, gradients: list[float], peer: Peer = OURS) -> Contestant:
    return Contestant(name, peer, lambda: Run(lambda: None, lambda _: gradients))


def test_rounds_are_interleaved_and_begin_with_each_in_turn():
    calls = []
    once = {name: lambda name=name: calls.append(name) for name in "abc"}
    seconds = interleave(once, 3, collector=True)
    assert "".join(calls) == "abcbcacab"
    assert [len(seconds[name]) for name in "abc"] == [3, 3, 3]


@pytest.mark.parametrize("collector", [True, False])
@pytest.mark.parametrize("enabled", [True, False])
def test_the_collector_is_as_asked_and_then_as_before(collector, enabled):
    seen = []
    (gc.enable if enabled else gc.disable)()
    try:
        interleave({"a": lambda: seen.append(gc.isenabled())}, 2, collector)
        assert seen == [collector, collector]
        assert gc.isenabled() == enabled
    finally:
        gc.enable()


def test_ratios_are_taken_round_by_round():
    seconds = {"ours": [1.0, 2.0, 4.0], "theirs": [3.0, 4.0, 20.0]}
    assert ratios(seconds, "theirs", "ours") == Spread(3.0, 2.0, 5.0)


def test_a_wrong_gradient_stops_the_run_before_it_is_timed(capsys):
    contestants = (constant("ours", [1.0, 2.0]), constant("wrong", [1.0, 2.0 + 1e-8]))
    with pytest.raises(Disagreement, match="bad: the gradients of ours and wrong differ by 5e-09"):
        run(Suite("s", "", (Workload("bad", "", contestants),)), [], 1)
    assert "ms" not in capsys.readouterr().out


def test_a_nan_or_a_missing_gradient_is_a_disagreement():
    assert relative_difference([1.0, 2.0], [1.0, math.nan]) == math.inf
    assert relative_difference([1.0, 2.0], [1.0]) == math.inf
    assert relative_difference([0.0], [0.0]) == 0.0


def test_who_is_not_installed_takes_no_part(capsys):
    contestants = (constant("ours", [1.0]), constant("absent", [5.0], ABSENT))
    workload = Workload("alone", "", contestants, (Target("absent", on=2.0, off=2.0),))
    run(Suite("s", "", (workload,)), [], 2)
    out = capsys.readouterr().out
    assert "ours" in out
    assert "absent" not in out
    assert not ABSENT.is_installed()


@pytest.mark.parametrize("kinds", [random_graph.SINGLE, random_graph.MIXED])
def test_random_graphs_are_tame_shared_and_wholly_alive(kinds):
    drawn = random_graph.recipe(2000, kinds)
    assert len(drawn.functions) == 2000
    assert set(drawn.functions) == set(kinds)
    binary = {operator.add, operator.sub, operator.mul, operator.truediv}
    uses = [0] * (len(drawn.leaves) + 2000)
    for function, i, j in zip(drawn.functions, drawn.first, drawn.second, strict=True):
        uses[i] += 1
        uses[j] += function in binary
    assert uses[-1] == 0  # the root
    assert min(uses[:-1]) >= 1
    assert max(uses) >= 3
    run_once = random_graph.prepare(OURS, lambda: drawn)
    gradients = run_once.gradients(run_once.once())
    assert all(map(math.isfinite, gradients))
    assert drawn.build([Value(x) for x in drawn.leaves]).data == pytest.approx(
        drawn.build([Plain(x) for x in drawn.leaves])
    )


class Plain(float):
    """A float with the method `relu`, to build the graph without an engine."""

    def relu(self):
        return Plain(max(self, 0.0))

    def _of(operation):
        return lambda self, other: Plain(operation(float(self), float(other)))

    __add__, __sub__ = _of(operator.add), _of(operator.sub)
    __mul__, __truediv__, __pow__ = _of(operator.mul), _of(operator.truediv), _of(operator.pow)


def test_the_step_of_the_moons_learns():
    step = moons_step.prepare(OURS)
    first = max(map(abs, step.gradients(step.once())))
    for _ in range(30):
        step.once()
    assert 0.0 < max(map(abs, step.gradients(None))) < first


def test_the_memory_of_a_node_is_weighed():
    usage = memory.measure(OURS, operations=5000)
    assert usage.nodes == 5100  # one leaf for every fifty operations
    assert 100 < usage.allocated < 400


def test_the_suite_runs_and_says_who_took_part(capsys):
    assert main(["eager", "--only", "moons-step", "--rounds", "1"]) == 0
    out = capsys.readouterr().out
    assert out.isascii()
    for peer in PEERS:
        assert peer.name in out
    assert "as fast as micrograd" in out  # a dependency of the tests
    assert "gradients agree" in out


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["lazy"], "unknown suite 'lazy'; choose from eager"),
        (["--only", "lazy"], "invalid choice: 'lazy'"),
        (["--rounds", "0"], "must be a whole number, at least 1, got '0'"),
        (["--rounds", "many"], "got 'many'"),
        (["--fast"], "unrecognized arguments: --fast"),
    ],
)
def test_wrong_arguments_end_with_2_and_one_message(arguments, complaint):
    command = [sys.executable, "-m", "benchmarks", *arguments]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert complaint in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("name", ["characters", "autoencoder", "equation", "simulation"])
def test_losses_as_people_write_them_have_the_bits_of_eager_mode(name, capsys):
    run(styles.SUITE, [name], 1)
    assert "gradients agree with eager to 0.0e+00 of the largest" in capsys.readouterr().out
