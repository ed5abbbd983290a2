"""Plain numbers in a recording: what is made of ints computes, compares and fails as floats do.

Owns the floats that a function makes of its int arguments (see test_ints for the ints themselves).
"""

from __future__ import annotations

import copy
import math
import pickle
import random
import warnings
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Value
from tests.replay.eager import BACKENDS, bits
from tests.replay.plain_programs import expression, function, outcome

DECIDES = ("round", "int", "math.floor", "math.sqrt", "float", "bool", "str", "table.get")
NAMES = ("n", "m", "k", "n/3", "(m-k)*0.5")


def agree(f, backend, *calls):
    """Each call of a compiled function is that of the function itself, ints left as they are."""
    compiled = ag.compile(f, backend=backend)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for call in calls:
            right = outcome(f, *[Value(x) if isinstance(x, float) else x for x in call])
            assert outcome(compiled, *call) == right, call
    return compiled


@pytest.mark.parametrize("seed", range(120))
def test_a_random_expression_of_ints(seed):
    draw = random.Random(seed)
    text = expression(draw, NAMES, 3, DECIDES)
    f = function(f"[w * 1.5, {text}, w]", "n, m, k, w")
    small = (0, 1, 2, 3, -1, -2, 5, 7)
    calls = [(*draw.choices(small, k=3), draw.choice([0.5, 2.0, -1.0])) for _ in range(8)]
    agree(f, BACKENDS[seed % 2], *calls)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize(
    "f",
    [
        lambda n, m, x: [x if n / 2 == m / 3 else -x],
        lambda n, m, x: [x * {0.5: 10.0, 1.0: 20.0}.get(n / 2, 30.0)],
        lambda n, m, x: [x if n / 2 in {0.5, 1.5} else -x],
        lambda n, m, x: [x / n],
        lambda n, m, x: [1.0 / n, x],
        lambda n, m, x: [n / 2 / (m / 2), x],
        lambda n, m, x: [divmod(n / 2, m), x][1:] if m else [n / 2 % m],
        lambda n, m, x: [(n / 2) ** 0.5, x],
        lambda n, m, x: [(n / 2) ** (m / 1), x],
        lambda n, m, x: [10.0 ** (n * 100 / 1), x],
        lambda n, m, x: [pow(n, 2, 3) * x],
        lambda n, m, x: [x * math.sqrt(n / 2 + 9), n / 2],
        lambda n, m, x: [sorted([n / 2, m / 3, 1.0])[1], x],
        lambda n, m, x: [x * round(n / 3, 1), round(n / 3)],
        lambda n, m, x: [x, f"{n / 3:.2f}", str(n / 3)],
        lambda n, m, x: [x * ("abc" * abs(n)).count("a"), (n / 4).is_integer(), (n / 4).real],
        lambda n, m, x: [x * copy.deepcopy(n / 3), pickle.loads(pickle.dumps(n / 3))],
        lambda n, m, x: [x * (n / 3 + Fraction(1, 3)), n / 3 - Fraction(1, 3)],
        lambda n, m, x: [np.float64(2.0) * (n / 3), (n / 3) * np.float64(2.0), x],
        lambda n, m, x: [*(np.array([1.0, 2.0]) * (n / 3)), x],
        lambda n, m, x: [*ag.mul(n / 3, np.array([1.0, 2.0])), x],
        lambda n, m, x: [x if n / 2 == x else -x, x if x == n / 2 else -x, x if x < n / 2 else -x],
        lambda n, m, x: [x ** (n / 2), (n / 2 + 3) ** x, x // (n / 2), x % (n / 2)],
        lambda n, m, x: [ag.power(x, n / 2), ag.power(n / 2, m), ag.grad(lambda z: z * z)(n / 2)],
        lambda n, m, x: [ag.take([x, -x, 2.0 * x], abs(n) * 2 / 2) if abs(n) < 3 else x],
        lambda n, m, x: [Value(n) * x, Value(m / 2, "half") ** 2, Value(n) == Value(n), x],
        lambda n, m, x: [*ag.value_and_grad(lambda z: z * z * x)(Value(n / 2)), x],
        lambda n, m, x: [x if n / 2 else -x, not m / 2],
        lambda n, m, x: [-(n / 3) * m, +(n / 3), abs(-(n / 3)), x],
        lambda n, m, x: [x * int(n / 2), math.floor(n / 2), math.ceil(n / 2), math.trunc(n / 2)],
    ],
)
def test_a_float_made_of_ints(f, backend):
    pairs = [(1, 3), (2, 4), (2, 3), (0, 0), (-1, 2), (3, 0), (2, -3), (4, 1), (1, 3), (2, 4)]
    agree(f, backend, *[(n, m, 0.5 + i) for i, (n, m) in enumerate(pairs)])


@pytest.mark.parametrize("backend", BACKENDS)
def test_one_program_serves_all_numbers_that_are_only_computed_with(backend):
    compiled = agree(
        lambda n, m, x: [x * (n / 3) ** 0.5 / (m / 2), n / 3 // m, n / 3 % m, Value(n) * x],
        backend,
        *[(n, m, 1.5) for n in range(5) for m in range(1, 5)],
    )  # fmt: skip
    assert len(compiled.report().paths) == 1
    assert not compiled.report().n_eager


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_value_of_a_number_is_a_leaf_which_no_derivative_passes(backend):
    def f(w, n, y):
        a, b = Value(n, "n"), Value(y)
        assert a.op is b.op is None
        slope = ag.grad(lambda z: ag.tanh(z * w * a))(b)
        return w * a * b + slope

    eager = ag.value_and_grad(f)
    compiled = ag.compile(eager, backend=backend)
    calls = [(0.5, 2, 3.0), (0.25, 3, 0.5), (-2.0, -7, 0.0), (1.5, 0, -0.0)]
    assert [bits(compiled(*call)) for call in calls] == [bits(eager(*call)) for call in calls]
    assert len(compiled.report().paths) == 1
    assert not compiled.report().n_eager


def test_what_a_program_cannot_divide_is_python_s_own_error():
    compiled = ag.compile(lambda n, x: x + 1.0 / n)
    assert compiled(2, 0.25) == 0.75
    assert compiled(4, 0.25) == 0.5
    for _ in range(2):
        with pytest.raises(ZeroDivisionError, match="division by zero"):
            compiled(0, 0.25)
    assert compiled(8, 0.25) == 0.375


def test_an_error_names_the_type_that_an_int_has_in_eager_mode():
    said = []
    for run in (ag.vmap(lambda x: x), ag.compile(ag.vmap(lambda x: x))):
        with pytest.raises(ValueError, match="has no axis 0") as raised:
            run((1, 2))
        said.append(str(raised.value))
    assert said[0] == said[1]
    assert "its type is int;" in said[0]
