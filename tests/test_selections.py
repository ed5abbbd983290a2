"""The rules that select, at every place where the selection differs: which edge, and its number.

Owns the partial derivatives themselves, None for no edge: a derivative of 0 on an edge that should
not be there shows only where something infinite comes along it.
"""

import math
import struct

import pytest

import autograd as ag
from autograd import Value, ops
from autograd.op import edge, live

INF, NAN = math.inf, math.nan


def bits(x):
    return x if x is None else struct.pack("<d", x)


PARTIALS = [
    ("relu", (2.0,), (1.0,)),
    ("relu", (0.5,), (1.0,)),
    ("relu", (0.0,), (None,)),
    ("relu", (-0.5,), (None,)),
    ("relu", (NAN,), (NAN,)),
    ("leaky_relu", (2.0, 0.1), (1.0, None)),
    ("leaky_relu", (0.5, 0.1), (1.0, None)),
    ("leaky_relu", (0.0, 0.1), (0.1, 0.0)),
    ("leaky_relu", (-2.0, 0.1), (0.1, -2.0)),
    ("leaky_relu", (-0.5, 3.0), (3.0, -0.5)),
    ("elu", (2.0, 0.3), (1.0, None)),
    ("elu", (0.5, 0.3), (1.0, None)),
    ("elu", (0.0, 0.3), (0.3, 0.0)),
    ("elu", (-2.0, 0.3), (0.3 * math.exp(-2.0), math.expm1(-2.0))),
    ("elu", (-0.5, 3.0), (3.0 * math.exp(-0.5), math.expm1(-0.5))),
    ("abs", (2.0,), (1.0,)),
    ("abs", (0.0,), (0.0,)),
    ("abs", (-0.5,), (-1.0,)),
    ("where", (1.0, 5.0, 6.0), (None, 1.0, None)),
    ("where", (-0.5, 5.0, 6.0), (None, 1.0, None)),
    ("where", (NAN, 5.0, 6.0), (None, 1.0, None)),
    ("where", (0.0, 5.0, 6.0), (None, None, 1.0)),
    ("maximum", (1.0, 1.5), (None, 1.0)),
    ("maximum", (1.5, 1.0), (1.0, None)),
    ("maximum", (1.5, 1.5), (0.5, 0.5)),
    ("minimum", (1.0, 1.5), (1.0, None)),
    ("minimum", (1.5, 1.0), (None, 1.0)),
    ("minimum", (1.5, 1.5), (0.5, 0.5)),
    ("clip", (0.0, -1.0, 1.0), (1.0, None, None)),
    ("clip", (-1.0, -1.0, 1.0), (1.0, None, None)),
    ("clip", (1.0, -1.0, 1.0), (1.0, None, None)),
    ("clip", (-1.5, -1.0, 1.0), (None, 1.0, None)),
    ("clip", (1.5, -1.0, 1.0), (None, None, 1.0)),
    ("clip", (1.5, 2.0, 1.0), (None, None, 1.0)),
    ("clip", (0.5, 2.0, 1.0), (None, None, 1.0)),
    ("clip", (3.0, 1.0, 1.0), (None, None, 1.0)),
    ("clip", (1.0, 1.0, 1.0), (1.0, None, None)),
    ("max", (3.0,), (1.0,)),
    ("max", (1.0, 3.0, 3.0), (None, 0.5, 0.5)),
    ("max", (3.0, 2.5, 1.0), (1.0, None, None)),
    ("min", (3.0,), (1.0,)),
    ("min", (1.0, 3.0, 1.0), (0.5, None, 0.5)),
    ("min", (3.0, 2.5, 1.0), (None, None, 1.0)),
    ("power", (3.0, 0.0), (None, None)),
    ("power", (3.0, 1.0), (1.0, None)),
    ("power", (3.0, 2.0), (6.0, None)),
    ("pow", (3.0, 2.0), (6.0, 9.0 * math.log(3.0))),
    ("pow", (0.0, 0.0), (None, None)),
    ("pow", (0.0, 2.0), (0.0, None)),
    ("pow", (1.0, 0.0), (0.0, 0.0)),
    ("pow", (NAN, 0.0), (None, NAN)),
]  # fmt: skip


@pytest.mark.parametrize(("row", "operands", "partials"), PARTIALS)
def test_the_edges_and_their_numbers(row, operands, partials):
    found = ops.TABLE[row].apply(tuple(map(Value, operands))).partials
    assert tuple(map(bits, found)) == tuple(map(bits, partials))


@pytest.mark.parametrize(("row", "operands", "partials"), PARTIALS)
def test_a_rule_run_on_values_selects_the_same(row, operands, partials):
    values = tuple(map(Value, operands))
    found = ops.TABLE[row].partials(ops.TABLE[row].apply(values), *values)
    numbers = [p.data if isinstance(p, Value) else p for p in found]
    assert tuple(map(bits, numbers)) == tuple(map(bits, partials))


def test_a_selection_on_values_is_recorded():
    x = Value(2.0)
    (partial,) = ops.relu.partials(ag.relu(x), x)
    assert partial.op is ops.gt


def test_zeros_keep_their_sign():
    assert bits(ag.relu(-0.0)) == bits(-0.0)
    assert bits(ag.leaky_relu(0.0, -0.5)) == bits(-0.0)
    assert bits(ag.elu(0.0, -0.5)) == bits(-0.0)
    assert bits(ag.leaky_relu(-0.0, 0.5)) == bits(-0.0)


def test_the_derivative_of_acosh_is_one_over_x_from_1e8_on():
    inverse = ag.grad(ag.acosh)
    for k in range(1, 100):
        x = 1e8 + k * 1e6
        assert inverse(x) == 1.0 / x
    for x in (102534471.48269011, 116118465.33040188, 127309973.23371494):
        assert inverse(x) == 1.0 / x  # by the root it would end on another digit


def test_a_condition_that_selects_itself_is_asked():
    class Condition:
        """As a Value, or a symbol of a picture: it says what the edge is."""

        def _select_edge(self, partial):
            return "if", partial

    condition = Condition()
    assert edge(condition, 2.0) == ("if", 2.0)
    assert live(condition) == ("if", condition)
    for number, partial in ((1.0, 2.0), (-0.5, 2.0), (NAN, 2.0), (0.0, None), (1, 2.0), (0, None)):
        assert edge(number, 2.0) is partial or edge(number, 2.0) == partial
    assert (live(1.0), live(0.5), live(0.0)) == (1.0, 0.5, None)
