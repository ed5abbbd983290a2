"""What a Value shows of itself, and what may be assigned to it: number, gradient, label.

Owns repr and format, the rules for `.data`, and `detach()`.
"""

import math
from fractions import Fraction

import pytest

import autograd as ag
from autograd import Value

# Showing


def test_repr_and_format():
    x = Value(0.5, label="x")
    y = ag.tanh(x)
    y.backward()
    assert repr(x) == f"Value(data=0.5, grad={x.grad!r}, label='x')"
    assert repr(y) == f"Value(data={math.tanh(0.5)!r}, grad=1.0, op='tanh')"
    assert str(x) == repr(x) == f"{x}"
    assert f"{y:.4f}" == "0.4621"
    assert f"{y:>10.2e}" == "  4.62e-01"
    assert f"{Value(1234.5):,.1f}" == "1,234.5"
    with pytest.raises(ValueError):
        f"{y:d}"


def test_repr_does_not_walk_the_graph():
    x = Value(1.0)
    for _ in range(10_000):
        x = x + 1.0
    assert len(repr(x)) < 100


def test_labels_may_be_assigned_anywhere_and_stay():
    x = Value(2.0)
    y = x * x
    y.label = "손실"
    assert "손실" in repr(y)
    assert y.detach().label == "손실"


def test_micrograd_reads_prev_and_op():
    x = Value(2.0)
    y = x * x + 1.0
    assert y._op == "add"
    assert x._op == ""
    assert x._prev == ()
    assert y.inputs[0]._prev == (x,), "each operand once, no constants"
    for name in ("_op", "_prev"):
        with pytest.raises(AttributeError):
            setattr(y, name, None)


# Assigning


def test_the_number_of_a_leaf_may_be_assigned():
    x = Value(1.0)
    x.data = 3
    assert x.data == 3.0
    assert type(x.data) is float
    x.data -= 0.5
    x.data = Fraction(1, 4)
    assert x.data == 0.25


@pytest.mark.parametrize("bad", ["1", b"1", None, 1j, [1.0], {}, Value(1.0), 10**400])
def test_only_a_number_may_be_assigned(bad):
    x = Value(1.0)
    with pytest.raises((TypeError, OverflowError), match=r"^data: "):
        x.data = bad
    assert x.data == 1.0


def test_the_number_of_a_computed_node_may_not_be_assigned():
    x = Value(1.0)
    y = x + 1.0
    with pytest.raises(ValueError, match=r"computed by 'add'.*leaf"):
        y.data = 5.0
    y.label = "loss"
    with pytest.raises(ValueError, match="'loss'"):
        y.data += 5.0
    assert y.data == 2.0
    leaf = y.detach()
    leaf.data = 5.0
    assert (leaf.data, y.data) == (5.0, 2.0)


def test_a_later_assignment_does_not_corrupt_a_gradient():
    x, w = Value(3.0), Value(5.0)
    y = x * w
    x.data, w.data = 100.0, 200.0
    y.backward()
    assert (y.data, x.grad, w.grad) == (15.0, 5.0, 3.0)
    assert (x * w).data == 20_000.0


def test_gradients_may_be_assigned():
    x = Value(3.0)
    y = x * x
    x.grad = 10.0
    y.backward()
    assert x.grad == 16.0
    x.grad = 0.0
    assert x.grad == 0.0


def test_detach_cuts_the_graph():
    x = Value(3.0, label="x")
    cut = (x * x).detach()
    assert (cut.data, cut.grad, cut.op, cut.inputs) == (9.0, 0.0, None, ())
    y = cut * x
    y.backward()
    assert x.grad == 9.0
    twin = x.detach()
    assert twin is not x
    assert twin.label == "x"
