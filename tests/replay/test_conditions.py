"""Comparisons that a program computes: `where(x > 0, a, b)`, counts of them, products with them.

Owns that one program serves all answers where nothing goes another way by them, that one is asked
where something does, or may, and that what a function does with a bool it does in a recording, too.
"""

from __future__ import annotations

import json
import math
import operator
import statistics
import warnings
from dataclasses import dataclass
from decimal import Decimal
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import Value, ops
from autograd.check.strategies import programs
from tests.replay.eager import BACKENDS, SPECIAL, agree

both = pytest.mark.parametrize("backend", BACKENDS)
COMPARISONS = (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne)
COMBINED = (operator.and_, operator.or_, operator.xor)
NUMBERS = (2.0, -3.0, 0.5, 0.0, -0.0, math.nan, math.inf, -math.inf, 1.0)
CHEAP = [ops.TABLE[name] for name in ("add", "sub", "mul", "div", "exp", "log", "tanh", "relu",
         "abs", "maximum", "sqrt", "sum")]  # fmt: skip


def ways(compiled):
    """How many programs there are, and that none was given up."""
    assert not any(layout.eager for layout in compiled._layouts.values())
    return len(compiled.report().paths)


@pytest.mark.parametrize("question", COMPARISONS, ids=lambda q: q.__name__)
@pytest.mark.parametrize("transform", [ag.value_and_grad, ag.grad, ag.hessian, ag.vmap])
def test_a_selection_by_a_comparison_is_one_program(question, transform):
    def f(x):
        return ag.where(question(x, 1.0), ag.log(x) * x, x * x * x) + ag.where(
            question(x * 2.0, x + 1.0), 1.0, x
        )

    g = transform(f)
    calls = [([x, 2.0] if transform is ag.vmap else x,) for x in NUMBERS]
    for compiled in agree(g, *calls, of=g):
        # Which edges of a derivative are dead is a question where that is differentiated again.
        assert ways(compiled) == 1 or transform is ag.hessian
        assert compiled.report().paths[0].guards == 0 or transform is ag.hessian


@pytest.mark.parametrize("question", COMPARISONS, ids=lambda q: q.__name__)
def test_of_two_values_and_of_other_numbers(question):
    for bound in (1, True, 10**400, -(10**400), 2**53 + 1, np.float64(0.5), math.nan):
        agree(lambda x, b=bound: ag.where(question(x, b), x, -x), *[(x,) for x in NUMBERS])
    pairs = [(x, y) for x in NUMBERS for y in NUMBERS]
    (ordered, *_) = agree(lambda x, y: ag.where(question(x * 1.0, y), x, y), *pairs)
    assert ways(ordered) == 1


@pytest.mark.parametrize("combine", COMBINED, ids=lambda c: c.__name__)
def test_combined_conditions_are_computed(combine):
    def f(x, y):
        return ag.where(combine(x > 0.0, y >= x), x * y, x - y)

    g = ag.value_and_grad(f, (0, 1))
    for compiled in agree(g, *[(x, y) for x in NUMBERS for y in NUMBERS], of=g):
        assert ways(compiled) == 1


@pytest.mark.parametrize("combine", COMBINED, ids=lambda c: c.__name__)
@pytest.mark.parametrize("constant", [True, False])
def test_one_may_be_a_constant(combine, constant):
    def f(x):
        return ag.where(combine(x > 0.0, constant), x, 1.0) * (combine(constant, x < 1.0) + 1)

    for compiled in agree(f, (2.0,), (-2.0,), (0.5,)):
        # Where a constant answers, nobody knows what has become of the other: it is asked.
        assert ways(compiled) == 1 if combine(0, constant) == combine(1, constant) - 1 else 3


@pytest.mark.parametrize("combine", COMBINED, ids=lambda c: c.__name__)
def test_what_combines_them_with_ints_decides(combine):
    for c in agree(lambda x: (combine(x > 0.0, 6), combine(3, x > 0.0), x), (2.0,), (-2.0,)):
        assert ways(c) == 2
    with pytest.raises(TypeError):
        ag.compile(lambda x: (x > 0.0) & 1.5)(2.0)


def test_a_combination_decides_too():
    def f(x, y):
        both_are = (x > 0.0) & (y > 0.0)
        return x * y if both_are else ag.where(both_are, 5.0, x - y)

    for compiled in agree(f, *[(x, y) for x in NUMBERS for y in NUMBERS]):
        assert ways(compiled) == 2


def test_a_factor_is_computed():
    def by_hand(x):
        return x * (x > 0.0) + (x < 0.0) * x * 0.01 - (x == 1.0)

    g = ag.value_and_grad(by_hand)
    for compiled in agree(g, *[(x,) for x in NUMBERS], of=g):
        assert ways(compiled) == 1


def test_counts_are_computed():
    def accuracy(scores, targets):
        right = [
            (score > 0.0) == (target > 0.0) for score, target in zip(scores, targets, strict=True)
        ]
        return sum(right) / len(right), sum(right), scores[0]

    calls = [([1.0, -2.0, 3.0], [1.0, 1.0, -1.0]), ([math.nan, 2.0, -3.0], [-1.0, 1.0, -1.0]),
             ([-1.0, 0.0, 5.0], [-1.0, -1.0, 1.0])]  # fmt: skip
    for compiled in agree(accuracy, *calls):
        assert ways(compiled) == 1
        assert compiled.report().paths[0].guards == 0  # no such count is beyond the floats
        assert type(compiled(*calls[0])[1]) is int


def test_many_samples_run_in_lanes():
    def loss(xs, w):
        return ag.sum([ag.where(x * w > 0.25, ag.log(x * w), x * w - 1.0) for x in xs])

    g = ag.value_and_grad(loss, 1)
    calls = [([math.sin(k * (i + 1.0)) * 3 for i in range(37)], 0.5 + k) for k in range(6)]
    native, python = agree(g, *calls, of=g)
    assert ways(native) == ways(python) == 1
    assert "samples in lanes" in str(native.report())


def test_vmap_of_one_runs_in_lanes():
    one = ag.value_and_grad(lambda x, y: ag.where(x < y, x * y, ag.exp(x)))
    f = ag.vmap(one)
    rows = [[math.cos(i * k + 0.1) for i in range(20)] for k in (1, 2, 3, 4)]
    for compiled in agree(f, (rows[0], rows[1]), (rows[2], rows[3]), (rows[1], rows[2]), of=f):
        assert ways(compiled) == 1


def test_forward_mode_selects_too():
    def along(x):
        return ag.jvp(lambda x: ag.where(x > 0.0, ag.sqrt(x), x * x), (x,), (2.0,))

    for compiled in agree(along, *[(x,) for x in NUMBERS], of=along):
        assert ways(compiled) == 1


def test_dead_edges_stay_dead():
    """0 * inf on the way that was not selected is no nan."""
    g = ag.value_and_grad(lambda x: ag.where(x > 0.0, ag.log(x), 0.0))
    for compiled in agree(g, (1.5,), (0.0,), (-2.0,), (0.0,), (3.0,), of=g):
        assert ways(compiled) == 1


@both
def test_a_slope_that_selects(backend):
    """Of a derivative whose dead edge would be 0 * inf the answer is eager's."""

    def f(x):
        return ag.where(ag.grad(lambda x: ag.relu(ag.log(x)))(x) < 0.1, x, -x)

    compiled = ag.compile(f, backend=backend)
    for x in (1.5, 2.0, 0.0, 30.0, 0.0, 0.25):
        assert compiled(x) == f(Value(x)).data, x


@both
def test_leaves_and_ints_are_compared(backend):
    w = Value(1.0)

    def f(x, n):
        return ag.where(w > x, x * n, ag.where(n == 3, w, x)) + (n > 2) * w

    compiled = ag.compile(f, backend=backend)
    for weight in (1.0, -1.0, 5.0):
        w.data = weight
        for n in (1, 2, 3, 4):
            assert compiled(2.0, n) == f(Value(2.0), n).data
    assert ways(compiled) == 1


def test_the_arguments_of_a_gradient_that_stay_plain():
    g = ag.grad(lambda x, limit: ag.where(x > limit, x * limit, ag.where(limit > 0.0, x, 2.0)))
    for compiled in agree(g, *[(x, y) for x in NUMBERS for y in (0.5, -0.5, 2.0)], of=g):
        assert ways(compiled) == 1
    plain = ag.grad(lambda x, t: x * ag.where(t > 0.0, 2.0, 3.0) + (t > 1.0) * 5.0)
    for compiled in agree(plain, *[(1.5, t) for t in (0.5, 2.0, -1.0, 0.0)], of=plain):
        assert ways(compiled) == 1


# What decides asks.


def only_true(flag, x):
    return ag.relu(x - 2.5) if flag is True else x * 0.0


class Limit:
    """A method that decides, where nobody sees it, by what it is given."""

    def of(self, flag, x):
        match flag:
            case bool():
                return ag.relu(x - 2.5)
        return x * 0.0

    @staticmethod
    def above(flag, x):
        return ag.relu(x - 2.5) if flag is True else x * 0.0


elsewhere = ModuleType("elsewhere")  # another module of the user's
elsewhere.only_true = only_true


class Lazy:
    """As what stands for a request in a web framework, where there is none."""

    @property
    def __class__(self):
        raise RuntimeError("working outside of a request")


request = Lazy()


def matched(x):
    match x > 0.0:
        case True:
            return x * 2.0
        case _:
            return x * 3.0


DECIDING = [
    lambda x: x if x > 0.0 else -x,
    lambda x: x * 2.0 if (x > 0.0) is True else x * 3.0,
    lambda x: x * 2.0 if (x > 0.0) is not False else x * 3.0,
    matched,
    lambda x: [x * 2.0, x * 3.0][x > 0.0],
    lambda x: {True: x * 2.0, False: x * 3.0}[x > 0.0],
    lambda x: x * 2.0 if isinstance(x > 0.0, bool) and not x > 0.0 else x * 3.0,
    lambda x: x * len(f"{x > 0.0}"),
    lambda x: x * len(repr(x > 0.0)),
    lambda x: x * len(json.dumps({"c": x > 0.0})),
    lambda x: x * int(x > 0.0) + float(x > 1.0),
    lambda x: x * 2.0 if (x > 0.0) in (True, 2) else x * 3.0,
    lambda x: x * (2 if any([x > 0.0, x > 5.0]) else 3),
    lambda x: x * 2.0 if (x > 0.0) == True else x * 3.0,  # noqa: E712
    lambda x: x * 2.0 if not x > 0.0 else x * 3.0,
    lambda x: x * (2.0 + np.array([2.0])[np.array([x > 0.0])].size),
    lambda x: x * (3.0 if np.array([1.0, 2.0])[np.array([x > 0.0, True])].sum() > 2.5 else 2.0),
    lambda x: x * float(np.where(x > 0.0, 2.0, 3.0)),
    lambda x: x * (2 ** (x > 0.0)),
    lambda x: x * ((x > 0.0) << 2),
    lambda x: x * (5.0 if np.float64(2.0) * (x > 0.0) == 2.0 else 3.0),
    lambda x: x * sorted([x, x * x, 1.0 - x])[1],
    lambda x: x * (x > 0.0).bit_length(),
    lambda x: x * (x > 0.0).real,
    lambda x: x / (2 - (x > 0.0)),
    lambda x: x * (7 % (1 + (x > 0.0))),
    # Computed, and besides used where nobody sees it: at first with one answer alone.
    lambda x: (lambda c: x * c + (5.0 if c is True else 0.0))(x > 0.0),
    lambda x: (lambda c: x * c + (5.0 if c is False else 0.0))(x > 0.0),
    lambda x: (lambda c: ag.where(c, x, 1.0) * (2.0 if type(c) is bool and c else 3.0))(x > 0.0),
    lambda x: (lambda c: ag.where(c, x, 1.0) * (2.0 if isinstance(c, bool) else 3.0))(x > 0.0),
    lambda x: x * 2.0 + (5.0 if ((x > 0.0) & (x < 9.0)) is True else 0.0),
    lambda x: x * 2.0 + (5.0 if ((x > 0.0) | (x > 1.0)) is True else 0.0),
    lambda x: x * 2.0 if max(x > 0.0, x > 1.0) is True else x * 3.0,
    lambda x: x * sum(1.0 for c in sorted([x > 0.0, x > 2.5, x < 9.0]) if c is True),
    lambda x: ag.sum([x > 0.0, x > 2.5]) * x + sum(1.0 for c in [x > 0.0] if c is True),
    # The same where both answers are met in one call, or what differs is 0 at first.
    lambda x: (lambda ab: ab[0] * x - ab[1] * x + (5.0 if ab[1] is True else 0.0))(
        [v > 0.0 for v in (-x, x)]
    ),
    lambda x: (lambda c: x * c + (ag.relu(x - 2.5) if c is True else 0.0))(x > 0.0),
    lambda x: (lambda c: x * c + (ag.relu(x - 2.5) if isinstance(c, bool) else 0.0))(x > 0.0),
    lambda x: only_true(x > 0.0, x) * 2.0 + x * (x > 0.0),
    lambda x: Limit().of(x > 0.0, x) + x * (x > 0.0),
    lambda x: Limit.above(x > 0.0, x) + x * (x > 0.0),
    lambda x: elsewhere.only_true(x > 0.0, x) + x * (x > 0.0),
    # Noted before, and then used as no Condition can be.
    lambda x: (x if (c := x > 0.0) else -x) * len(json.dumps(c)),
    lambda x: x * statistics.mean([x > 0.0, x > 1.0]),
    lambda x: (x if (c := x > 0.0) else -x) * float(Decimal(3) * c),
    lambda x: (x if (c := x > 0.0) else -x) * (2.0 if isinstance(c, bool) else 3.0),
    lambda x: (x if (c := x > 0.0) else -x) * (2.0 if c is True else 3.0),
    lambda x: x * len(str(+(x > 0.0))),
    lambda x: (+(x > 0.0), x),
    lambda x: {x > 0.0: x * 1.0, "k": {(x > 1.0, 3): 2.0}},
]  # fmt: skip


@pytest.mark.parametrize("f", DECIDING)
@pytest.mark.parametrize("numbers", [(2.0, 3.0, -1.0, 0.5, -4.0), (-1.0, -2.0, 2.0, 3.0, 0.25)])
def test_what_decides_is_never_answered_wrongly(f, numbers):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for compiled in agree(f, *[(x,) for x in numbers]):
            assert ways(compiled) <= 6


def test_a_condition_that_is_returned_is_a_bool():
    for compiled in agree(lambda x: (x > 0.0, x * 2.0, [x == 1.0]), *[(x,) for x in NUMBERS]):
        assert type(compiled(2.0)[0]) is bool
        assert compiled(2.0)[0] is True


@dataclass(frozen=True)
class Answer:
    is_positive: bool


@both
def test_one_in_an_object_that_is_returned(backend):
    compiled = ag.compile(lambda x: (x * 2.0, Answer(x > 0.0)), backend=backend)
    for x in (2.0, 3.0, -1.0, 4.0, -2.0):
        assert compiled(x) == (x * 2.0, Answer(x > 0.0))


@both
def test_one_that_is_kept_is_right_afterwards(backend):
    kept = SimpleNamespace(last=None)

    def f(x):
        kept.last = x > 0.0
        return x * 2.0

    compiled = ag.compile(f, backend=backend)
    for x in (2.0, -1.0):
        compiled(x)
        assert bool(kept.last) is (x > 0.0)
        assert kept.last == (x > 0.0)


@both
def test_a_function_that_wants_a_bool_gets_one(backend):
    def select(flag, a, b):
        if type(flag) is not bool:
            raise TypeError("flag must be a bool")
        return a if flag else b

    compiled = ag.compile(lambda x: select(x > 0.0, x * 2.0, x * 3.0), backend=backend)
    for x in (2.0, -1.0, 3.0, -2.0):
        assert compiled(x) == (x * 2.0 if x > 0.0 else x * 3.0)
    assert ways(compiled) == 2


@both
def test_arguments_it_has_changed_are_as_they_were_when_it_is_recorded_once_more(backend):
    def last(xs):
        x = xs.pop()
        return x * len(json.dumps([x > 0.0]))

    compiled = ag.compile(last, backend=backend)
    with pytest.warns(RuntimeWarning, match="it changes a list, dict or array"):
        assert compiled([1.0]) == 6.0
    assert compiled([-1.0]) == -7.0
    assert compiled([2.0]) == 12.0


@both
def test_keys_of_a_result_are_bools(backend):
    compiled = ag.compile(lambda x: {x > 0.0: x, (x > 1.0, 2): 1.0}, backend=backend)
    for x in (2.0, 3.0, -1.0, 0.5):
        found = compiled(x)
        assert found == {x > 0.0: x, (x > 1.0, 2): 1.0}
        assert [type(key) for key in found] == [bool, tuple]
        assert type([*found][1][0]) is bool


@both
def test_what_it_raises_is_raised_once_more(backend):
    def root(x):
        y = ag.where(x > 1.0, x, 1.0)
        if x < 0.0:
            raise ValueError("no root of a negative number")
        return ag.sqrt(y)

    compiled = ag.compile(root, backend=backend)
    assert compiled(4.0) == 2.0
    with pytest.raises(ValueError, match="no root of a negative number"):
        compiled(-1.0)
    assert compiled(9.0) == 3.0


@both
def test_what_can_be_run_once_alone(backend):
    bounds = iter([0.0])
    compiled = ag.compile(lambda x: ag.where(x > next(bounds), x, -x), backend=backend)
    assert compiled(1.0) == 1.0
    with pytest.raises(StopIteration):
        compiled(2.0)


def test_the_lines_that_ask_are_those_that_decide():
    def f(x):
        y = ag.where(x > 0.0, x, -x)
        return y if x < 2.0 else y * y  # this one

    compiled = ag.compile(f)
    compiled(1.0)
    (note,) = compiled.report().notes
    assert "return y if x < 2.0" in note
    assert "where(" not in note


conditions = st.deferred(lambda: st.one_of(
    st.tuples(st.sampled_from(COMPARISONS), st.integers(0, 3), st.integers(0, 3)),
    st.tuples(st.sampled_from(COMBINED), conditions, conditions),
))  # fmt: skip


def answered(condition, values):
    """A random condition of some values."""
    how, a, b = condition
    if isinstance(a, int):
        return how(values[a], values[b] if a != b else 0.5)
    return how(answered(a, values), answered(b, values))


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.data())
def test_random_conditions_of_random_programs(data):
    one = data.draw(programs(max_size=6, max_leaves=3, operations=CHEAP))
    two = data.draw(programs(max_size=6, max_leaves=3, operations=CHEAP))
    drawn = data.draw(st.lists(conditions, min_size=1, max_size=3))
    n = max(len(one.numbers), len(two.numbers))
    numbers = st.one_of(st.sampled_from(SPECIAL), st.floats(-4.0, 4.0), st.sampled_from((0.5, 1.0)))
    calls = data.draw(st.lists(st.lists(numbers, min_size=n, max_size=n), min_size=2, max_size=5))

    def f(xs):
        values = [one(xs[: len(one.numbers)]), two(xs[: len(two.numbers)]), xs[0], xs[-1]]
        total = values[0]
        for k, condition in enumerate(drawn):
            answer = answered(condition, values)
            if k % 3 == 0:
                total = ag.where(answer, total * values[1], values[2] - total)
            elif k % 3 == 1:
                total = total + values[3] * answer
            else:
                total = total * (1 + sum([answer, xs[0] > 0.0]))
        return total

    for g in (f, ag.value_and_grad(f), ag.hessian(f)):
        compiled = agree(g, *[(xs,) for xs in calls], of=None if g is f else g)
        if g is not f or "hessian" not in repr(g):
            assert all(ways(c) <= len(calls) for c in compiled)
