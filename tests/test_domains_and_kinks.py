"""What the table states of each row beside its rule: the kinks, the domain, the number of inputs.

Owns that a kink's switch is 0 at the kink, changes its sign there and is not 0 elsewhere, and that
the ends of every domain are the operation's own. The derivative at a kink is test_kinks.py's.
"""

import math

import pytest

import autograd as ag
from autograd.op import BUILTIN, REAL, TABLE, Interval
from autograd.ops import INTERNAL, METHODS

INF = math.inf
EDGE = 1e-9

# row, which of its kinks, the operands at it, the operand that crosses it, operands that do not.
AT = [
    ("div", 0, (3.0, 0.0), 1, [(0.0, 3.0), (1.0, 1.0)]),
    ("mod", 0, (1.5, 0.5), 0, [(1.0, 2.0), (0.0001, 0.01)]),
    ("mod", 0, (-5.0, 2.5), 0, [(1.3, 0.4)]),
    ("floordiv", 0, (1.5, 0.5), 0, [(1.0, 2.0), (0.0001, 0.01)]),
    ("floordiv", 0, (-5.0, 2.5), 0, [(1.3, 0.4)]),
    ("floor", 0, (2.0,), 0, [(0.5,), (math.pi / 2.0,)]),
    ("floor", 0, (-3.0,), 0, [(1.0 / math.pi,)]),
    ("sqrt", 0, (0.0,), 0, [(1.0,)]),
    ("cbrt", 0, (0.0,), 0, [(1.0,)]),
    ("hypot", 0, (0.0, 0.0), None, [(1.0, 0.0), (0.0, 1.0), (1.0, -1.0)]),
    ("tan", 0, (math.pi / 2.0,), 0, [(0.0,), (math.pi,)]),
    ("tan", 0, (-math.pi * 1.5,), 0, []),
    ("atan2", 0, (0.0, -2.0), 0, [(0.0, 2.0), (0.0, 0.5), (1.0, -1.0)]),
    ("atan2", 0, (0.0, 0.0), 0, []),
    ("relu", 0, (0.0,), 0, [(1.0,), (-1.0,)]),
    ("leaky_relu", 0, (0.0, 0.1), 0, [(1.0, 0.0)]),
    ("elu", 0, (0.0, 1.0), 0, [(1.0, 0.0)]),
    ("lgamma", 0, (0.0,), 0, [(1.0,), (-0.5,), (-1.5,), (3.0,)]),
    ("lgamma", 0, (-1.0,), 0, []),
    ("digamma", 0, (0.0,), 0, [(1.0,), (-0.5,), (2.0,)]),
    ("digamma", 0, (-2.0,), 0, []),
    ("polygamma", 0, (1.0, 0.0), 1, [(1.0, 1.0), (0.0, -0.5)]),
    ("polygamma", 0, (2.0, -3.0), 1, []),
    ("abs", 0, (0.0,), 0, [(1.0,)]),
    ("sign", 0, (0.0,), 0, [(1.0,)]),
    ("where", 0, (0.0, 1.0, 2.0), 0, [(1.0, 0.0, 0.0)]),
    ("maximum", 0, (2.0, 2.0), 0, [(2.0, -2.0)]),
    ("minimum", 0, (2.0, 2.0), 0, [(2.0, -2.0)]),
    ("clip", 0, (-1.0, -1.0, 1.0), 0, [(1.0, -1.0, 2.0)]),
    ("clip", 1, (1.0, -1.0, 1.0), 0, [(-1.0, -1.0, 1.0)]),
    ("clip", 2, (3.0, 1.0, 1.0), 2, [(0.0, -1.0, 1.0)]),
    ("max", 0, (1.0, 2.0, 2.0), None, [(1.0, 1.0, 2.0), (3.0,)]),
    ("min", 0, (2.0, 1.0, 1.0), None, [(2.0, 2.0, 1.0), (3.0,)]),
]  # fmt: skip


@pytest.mark.parametrize(("row", "which", "at", "crossing", "elsewhere"), AT)
def test_a_switch_is_zero_at_the_kink_and_only_there(row, which, at, crossing, elsewhere):
    switch = TABLE[row].kinks[which].switch
    assert abs(switch(*at)) < 1e-14
    if crossing is not None:  # with no such operand the switch touches 0 and does not cross it
        before, after = list(at), list(at)
        before[crossing] -= EDGE
        after[crossing] += EDGE
        assert switch(*before) * switch(*after) < 0.0
    for operands in elsewhere:
        assert abs(switch(*operands)) > 0.01


def test_every_kink_is_tried():
    stated = {(name, k) for name, row in TABLE.items() for k in range(len(row.kinks))}
    assert stated == {(row, which) for row, which, *_ in AT}


CLOSED = {"includes_low": True, "includes_high": True}
DOMAINS = {
    "power": (Interval(0.0), REAL),
    "pow": (Interval(0.0), REAL),
    "sqrt": (Interval(0.0, includes_low=True),),
    "log": (Interval(0.0),),
    "log2": (Interval(0.0),),
    "log10": (Interval(0.0),),
    "log1p": (Interval(-1.0),),
    "asin": (Interval(-1.0, 1.0, **CLOSED),),
    "acos": (Interval(-1.0, 1.0, **CLOSED),),
    "acosh": (Interval(1.0, includes_low=True),),
    "atanh": (Interval(-1.0, 1.0),),
    "polygamma": (Interval(0.0, includes_low=True), REAL),
    **dict.fromkeys(("nll", "take"), (Interval(0.0, includes_low=True), REAL, ...)),
}
ANY_NUMBER = {"peak", "sum", "mean", "prod", "dot", "logsumexp", "max", "min"}
TWO = set("gt eq heaviside add sub mul div mod floordiv hypot logaddexp atan2".split()) | {
    "leaky_relu", "elu", "maximum", "minimum",
}  # fmt: skip
THREE = {"where", "clip"}


@pytest.mark.parametrize("row", sorted(BUILTIN))
def test_domains_and_numbers_of_inputs(row):
    n = 1 + (row in TWO) + 2 * (row in THREE)
    whole = (REAL, ...) if row in ANY_NUMBER else (REAL,) * n
    domain = DOMAINS.get(row, whole)
    assert TABLE[row].domain == domain
    assert TABLE[row].arity == (None if domain[-1] is ... else len(domain))
    assert REAL == (-INF, INF, False, False)


@pytest.mark.parametrize("low", [False, True])
@pytest.mark.parametrize("high", [False, True])
def test_an_interval_holds_its_ends_if_it_says_so(low, high):
    interval = Interval(-1.0, 2.0, includes_low=low, includes_high=high)
    assert (-1.0 in interval) is low
    assert (2.0 in interval) is high
    assert all(x in interval for x in (-0.999, 0, 1.999))
    assert all(x not in interval for x in (-1.001, 2.001, math.nan, INF, "1"))
    assert str(interval) == f"{'[' if low else '('}-1, 2{']' if high else ')'}"


def test_the_methods_of_a_value_are_rows_of_one_or_two_inputs():
    assert {"exp", "maximum", "arctan2"} <= set(METHODS)
    assert not {"pow", "power", "clip", "where", "sum", "max"} & set(METHODS)


def test_the_methods_of_a_value_are_functions_of_the_package_or_names_of_numpys():
    of_numpy = {name for name in METHODS if name.startswith("arc")}
    assert all(callable(getattr(ag, name, None)) for name in METHODS.keys() - of_numpy)
    assert not [name for name in INTERNAL if hasattr(ag, name) or hasattr(ag.Value, name)]


def test_the_pieces_between_ties():
    for row, operands, piece in (
        ("max", (1.0, 3.0, 2.0), 1),
        ("max", (3.0, 3.0, 2.0), 0),
        ("min", (1.0, 3.0, 2.0), 0),
        ("min", (3.0, 3.0, 2.0), 2),
    ):
        (kink,) = TABLE[row].kinks
        assert kink.piece(*operands) == piece
