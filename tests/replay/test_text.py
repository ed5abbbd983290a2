"""Programs as text of Python: what is done again and again stands there once, with the same bits.

Owns the texts themselves, that they are short, and their numbers on random programs.
"""

from __future__ import annotations

import random
from unittest.mock import patch

import numpy as np
from hypothesis import assume, given, settings, strategies as st

import autograd as ag
from autograd.replay.python import text as writing
from autograd.replay.python.names import runs, sliced
from autograd.replay.python.program import interpret
from autograd.replay.python.text import preamble, written
from autograd.replay.tapes import repeating as choice
from autograd.replay.tapes.rolling import find_loops
from autograd.replay.tapes.tape import Guard, Tape
from tests.replay.eager import bits
from tests.replay.random_rounds import random_rounds
from tests.replay.test_random_batches import function

LENGTHS = (5, 1000)  # of functions: a program is one, or many


def program(text):
    """The program of a text, which needs nothing else."""
    space: dict[str, object] = {}
    exec(text, space)
    return space["program"]


def neuron(w, b, x, y):
    """Squared errors."""
    return ag.sum([(w * x_i + b - y_i) ** 2 for x_i, y_i in zip(x, y, strict=True)])


def test_the_text_of_a_batch_is_a_loop_over_its_samples():
    compiled = ag.compile(ag.value_and_grad(neuron, (0, 1)))
    compiled(0.5, -0.25, np.arange(50.0), np.ones(50))
    assert compiled.source == (
        "# x[0]: w\n"
        "# x[1]: b\n"
        "# x[2:52]: x\n"
        "# x[52:102]: y\n"
        "# returned[0:3]: the result\n"
        "from autograd.ops import TABLE\n"
        "\n"
        'f_power = TABLE["power"]\n'
        "\n"
        "def program(x):\n"
        "    s = [0.0] * 50\n"
        "    x0 = x[0]\n"
        "    x1 = x[1]\n"
        "    v399 = v449 = 0.0\n"
        "    for i in range(50):  # samples, the last one first\n"
        "        r0 = x[51 - i]\n"
        "        v0 = x0 * r0\n"
        "        v1 = v0 + x1\n"
        "        v2 = v1 - x[101 - i]\n"
        "        s[i] = f_power(v2, 2.0)\n"
        "        v250 = 2.0 * v2\n"
        "        v251 = r0 * v250\n"
        "        v399 = v399 + v251\n"
        "        v449 = v449 + v250\n"
        "    v249 = 0.0\n"
        "    for i in range(50):  # samples\n"
        "        v249 = v249 + s[49 - i]\n"
        "    return [v249, v399, v449]\n"
    )


def test_a_branch_is_asked_as_soon_as_its_numbers_are_there():
    def f(x):
        y = ag.exp(x)
        return ag.log(y - 1.0) if y > 1.0 else y if x == -1.0 else -y

    compiled = ag.compile(f)
    compiled(-1.0)
    assert compiled.source == (
        "# x[0]: x\n"
        "# returned[0]: the result\n"
        "from autograd.ops import TABLE\n"
        "\n"
        'f_exp = TABLE["exp"]\n'
        "\n"
        "def program(x):\n"
        "    if not x[0] == (-1.0):\n"
        "        return None  # another program's way\n"
        "    v0 = f_exp(x[0])\n"
        "    if v0 > 1.0:\n"
        "        return None  # another program's way\n"
        "    return [v0]\n"
    )


@given(seed=st.integers(0, 2**32), size=st.integers(1, 12), n=st.integers(8, 40))
@settings(max_examples=40, deadline=None)
def test_random_rounds(seed, size, n):
    draw = random.Random(seed)
    tape = random_rounds(draw, size, n)
    tape = tape._replace(constants=[x or 0.75 for x in tape.constants])
    numbers = [draw.uniform(-2.0, 2.0) for _ in range(tape.n_inputs)]
    every = interpret(tape._replace(outputs=[*range(tape.n_slots)]), numbers)
    asked = [draw.sample(range(tape.n_slots), 2) for _ in range(6)]
    tape = tape._replace(guards=[Guard("<", a, b, every[a] < every[b]) for a, b in asked])
    other = [*tape.guards, tape.guards[0]._replace(answer=not tape.guards[0].answer)]
    loops = find_loops(tape, worth=1)
    for most in LENGTHS:
        with patch.object(writing, "PER_FUNCTION", most):
            text, text_of_other = [
                preamble(called) + text
                for text, called in (
                    written(each, None, loops) for each in (tape, tape._replace(guards=other))
                )
            ]
        try:
            found = program(text)(numbers)
        except ZeroDivisionError:  # for which a program has the interpreter
            assume(False)
        assert bits(found) == bits(interpret(tape, numbers))
        assert program(text_of_other)(numbers) is None


@given(seed=st.integers(0, 2**32), n=st.integers(3, 20), order=st.sampled_from([1, 1, 1, 2]))
@settings(max_examples=25, deadline=None)
def test_random_batches(seed, n, order):
    f, draw = function(seed), random.Random(seed)
    f = ag.value_and_grad(f) if order == 1 else ag.hessian(f)
    w = [draw.uniform(-1.0, 1.0) for _ in range(2)]
    rows = [[draw.choice((draw.uniform(-2.0, 2.0), 0.0, -0.0)) for _ in range(2)] for _ in range(n)]
    numbers = [*w, *[x for row in rows for x in row]]
    for most in LENGTHS:
        with patch.object(writing, "PER_FUNCTION", most), patch.object(choice, "SHORT", 0):
            compiled = ag.compile(f, backend="python")
            right = f(w, rows)
            for _ in range(3):
                assert bits(compiled(w, rows)) == bits(right)
            if compiled.report().n_eager == 0:  # otherwise it has a nan
                found = program(compiled.source)(numbers)
                assert bits(found) == bits(flat(right))


def flat(x):
    return [y for item in x for y in flat(item)] if isinstance(x, (list, tuple)) else [x]


def test_random_batches_have_loops():
    n_loops = 0
    for seed in range(40):
        f, draw = function(seed), random.Random(seed)
        rows = [[draw.uniform(-2.0, 2.0) for _ in range(2)] for _ in range(20)]
        with patch.object(choice, "SHORT", 0):
            compiled = ag.compile(ag.value_and_grad(f), backend="python")
            compiled([0.5, -0.25], rows)
        n_loops += compiled.report().paths[0].samples == 20
    assert n_loops >= 12


def test_a_sum_of_thousands_of_terms_a_sample_is_lines_that_python_can_read():
    def loss(w, rows):
        return ag.sum([ag.mean([ag.tanh(w * x) for x in row]) ** 2 for row in rows])

    eager = ag.value_and_grad(loss)
    compiled = ag.compile(eager, backend="python")
    rows = [[0.01 * k * (i + 1) for k in range(3100)] for i in range(3)]
    assert bits(compiled(0.5, rows)) == bits(eager(0.5, rows))
    assert compiled.report().paths[0].samples == 3
    assert max(map(len, compiled.source.splitlines())) < 200
    assert compiled.source is compiled.source  # not written anew


def test_places_are_cut_where_their_distance_changes():
    places = [5, 9, 10, 11, 12, None, 7, 7, 4, 2, 0, 3, None]
    found = [[5], [9, 10, 11, 12], [], [7], [7], [4, 2, 0], [3], []]
    assert [*runs(places)] == found
    assert [*runs(range(9), 4)] == [[0, 1, 2, 3], [4, 5, 6, 7], [8]]
    texts = [sliced("s", run) for run in ([5], [9, 10, 11, 12], [4, 2, 0], [0, 3, 6])]
    assert texts == ["s[5]", "s[9:13]", "reversed(s[0:5:2])", "s[0:7:3]"]


def test_a_name_is_the_one_that_python_makes_of_it():
    half = ag.Op("\N{LATIN SMALL LIGATURE FI}", lambda x: x / 2.0, lambda y, x: (0.5,))
    compiled = ag.compile(lambda x: half(x) * x, backend="python")
    assert [compiled(x) for x in (1.0, 2.0, 3.0)] == [0.5, 2.0, 4.5]
    twin = ag.Op("\N{LATIN SMALL LIGATURE FI}", lambda x: x / 4.0, lambda y, x: (0.25,))
    both = ag.compile(lambda x: half(x) * twin(x), backend="python")
    assert [both(x) for x in (1.0, 2.0, 4.0)] == [0.125, 0.5, 2.0]
    assert (compiled.n_eager, both.n_eager) == (0, 0)


def test_what_is_asked_twice_is_asked_once():
    guards = [Guard("==", 0, 0, True), Guard("!=", 0, 4, False), Guard("==", 1, 1, True),
              Guard("<", 2, 4, False), Guard("==", 2, 2, True), Guard("<", 3, 4, True),
              Guard("==", 3, 3, True)]  # fmt: skip
    text = written(Tape(4, [0.5], [], [], [0], guards))[0]
    assert [line.strip() for line in text.splitlines() if line.strip().startswith("if")] == [
        "if x[0] != 0.5:", "if not x[1] == x[1]:", "if x[2] < 0.5:", "if not x[2] == x[2]:",
        "if not x[3] < 0.5:",
    ]  # fmt: skip


def test_the_arguments_have_the_names_of_the_parameters():
    weight = ag.Value(0.5)

    def f(x, *others, rows, scale=1.0):
        return x * weight * others[0] * others[1][1] * ag.sum(rows["a"]) * scale

    compiled = ag.compile(ag.grad(f))
    compiled(2.0, 3.0, [4.0, 5.0], rows={"a": np.array([1.0, 2.0])}, scale=2.0)
    assert compiled.source.splitlines()[:7] == [
        "# x[0]: x",
        "# x[1]: argument 1",
        "# x[2:4]: argument 2",
        "# x[4]: scale",
        "# x[5]: Values from outside, such as weights",
        "# x[6:8]: rows",
        "# returned[0]: the result",
    ]
    compiled = ag.compile(max)  # of which Python knows no parameters
    assert compiled(1.0, 2.0) == 2.0
    assert compiled.source.startswith("# x[0]: argument 0\n# x[1]: argument 1\n")
