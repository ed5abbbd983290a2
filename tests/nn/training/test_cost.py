"""What a training minimises: the penalties in it, and the costs that are refused.

Owns the refusals one by one, on graphs made by hand; in a training they are test_train.py's.
"""

import math

import pytest

import autograd as ag
import nn
from autograd import Op, Value, ops
from nn.losses import mse_loss
from nn.training.cost import (
    Cost,
    _is_dead,
    pulls_beyond_labels,
    require_finite,
    require_gradient,
    require_recording,
)

OFF_EVERYWHERE = "the model's outputs do not depend on them"
NO_VALUE_OF_THEM = "loss must return a Value computed from the outputs"


def test_penalties_are_added_with_their_factors():
    weights = [Value(3.0), Value(-2.0)]
    for l1, l2 in ((0.0, 0.0), (0.5, 0.0), (0.0, 0.25), (0.5, 0.25)):
        cost = Cost(mse_loss, weights, l1, l2)
        expected = 4.0 + l1 * 5.0 + l2 * 13.0
        assert cost([Value(3.0)], [1.0]).data == pytest.approx(expected, rel=1e-15)
        assert cost.with_penalties(Value(4.0)).data == pytest.approx(expected, rel=1e-15)


def test_recording_is_required():
    require_recording()
    with ag.no_grad(), pytest.raises(RuntimeError, match="inside no_grad"):
        require_recording()


def off(x):
    return ag.relu(x - 100.0)


def signed(b):
    """A user's operation with an edge to b where it is negative only."""
    return Op("signed", lambda b: -min(b, 0.0), lambda y, b: (-1.0 if b < 0.0 else None,))(b)


def second_where_negative(a, b):
    """A user's operation with an edge to b where b is negative and a is not."""
    rule = lambda y, a, b: (None, 1.0 if b < 0.0 < a else None)  # noqa: E731
    return Op("second", lambda a, b: min(b, 0.0) * (a > 0.0), rule)(a, b)


def first_above_two(a, b, c):
    """A user's operation with an edge to a where a is positive and the others are negative."""
    rule = lambda y, a, b, c: (1.0 if a > 0.0 > max(b, c) else None, None, None)  # noqa: E731
    return Op("first", lambda a, b, c: a * (a > 0.0 > max(b, c)), rule)(a, b, c)


def raising(b):
    def rule(y, b):
        if b != 7.0:
            raise ValueError("known at 7 only")
        return (None,)

    return Op("raising", lambda b: b, rule)(b)


REACH = [
    lambda x: x,
    lambda x: x * 2.0 + 1.0,
    lambda x: ag.where(Value(1.0), Value(5.0), x),  # not selected now
    lambda x: ag.where(Value(0.0), x, Value(5.0)),
    lambda x: ag.maximum(x, Value(1e9)),
    lambda x: ag.minimum(Value(-1e9), x),
    lambda x: ag.clip(x, 50.0, 60.0),
    lambda x: ag.sin(off(x) + 1.0),
    lambda x: ag.sum([Value(1.0), Value(2.0), x]),
    lambda x: signed(x),
    lambda x: second_where_negative(Value(1.0), x),
    lambda x: first_above_two(x, Value(1.0), Value(1.0)),
    lambda x: raising(Value(7.0) + 0.0 * x),
    off,
]
DEAD = [
    lambda x: Value(1.0),
    lambda x: ag.floor(x),
    lambda x: ag.sign(x) + ag.floor(x * x),
    lambda x: ag.where(x, Value(1.0), Value(2.0)),
    lambda x: ag.sin(ag.floor(x)),
]


@pytest.mark.parametrize("function", REACH)
def test_what_reaches_the_parameters(function):
    parameter = Value(0.5)
    loss = function(parameter)
    require_gradient(loss, [loss], [Value(1.0), parameter])
    require_gradient(Value(0.0) + loss * 2.0, [loss], [parameter])


@pytest.mark.parametrize("function", DEAD)
def test_what_does_not_reach_the_parameters(function):
    parameter = Value(0.5)
    output = function(parameter)
    with pytest.raises(ValueError, match=OFF_EVERYWHERE):
        require_gradient(output * 1.0, [[output]], [parameter])
    with pytest.raises(ValueError, match=OFF_EVERYWHERE):
        require_gradient(3.0, [[output]], [parameter])


@pytest.mark.parametrize("loss", [3.0, Value(3.0), Value(3.0) * Value(2.0), None])
def test_a_loss_that_forgot_the_outputs(loss):
    parameter = Value(0.5)
    with pytest.raises(ValueError, match=NO_VALUE_OF_THEM):
        require_gradient(loss, [[parameter * 2.0]], [parameter])


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_cost_that_is_not_finite(number):
    require_finite(Value(1e308), 1, 1)
    with pytest.raises(FloatingPointError, match="epoch 1, batch 1, before any weight update"):
        require_finite(Value(number), 1, 1)
    for epoch, batch in ((1, 2), (2, 1), (2, 2)):
        with pytest.raises(FloatingPointError, match=f"became {number} in epoch {epoch}, batch "):
            require_finite(Value(number), epoch, batch)


def pulled(data, grad):
    output = Value(data)
    output.grad = grad
    return output


@pytest.mark.parametrize(
    ("data", "grad", "target", "goes_beyond"),
    [
        (-0.5, 1.0, 0, True),  # below 0, and pulled further down
        (-0.5, -1.0, 0, False),  # back to the label
        (-0.5, 0.0, 0, False),
        (0.0, 1.0, 0, False),
        (0.5, 1.0, 0, False),
        (-0.5, 1.0, 1, False),
        (1.5, -1.0, 1, True),
        (1.5, 1.0, 1, False),
        (1.5, 0.0, 1, False),
        (1.0, -1.0, 1, False),
        (0.5, -1.0, 1, False),
        (1.5, -1.0, 0, False),
        (-0.5, 1.0, 2, False),
        (1.5, -1.0, 2, False),
    ],
)
def test_an_output_that_is_pulled_beyond_its_label(data, grad, target, goes_beyond):
    alone = [pulled(data, grad)]
    assert pulls_beyond_labels(alone, [target]) is goes_beyond
    among = [pulled(0.5, 1.0), *alone, [pulled(-0.5, 1.0)], -0.5]  # of rows and numbers not
    assert pulls_beyond_labels(among, [1, target, 0, 0]) is goes_beyond


@pytest.mark.parametrize("name", ["take", "nll"])
def test_of_an_operation_with_an_index_the_index_alone_is_dead(name):
    node = ops.TABLE[name].apply((Value(1.0), Value(2.0), Value(3.0)))
    assert [_is_dead(node, i) for i in range(3)] == [True, False, False]


def test_a_loss_that_takes_lists_for_numbers_is_told_what_it_is_called_with():
    model = nn.Neuron(1, seed=0)
    with pytest.raises(TypeError, match="unsupported operand") as found:
        nn.fit(model, ([[1.0], [2.0]], [1.0, 2.0]), lambda o, t: (o - t) ** 2, epochs=1, lr=0.1,
               verbose=False)  # fmt: skip
    (note,) = found.value.__notes__
    assert note.startswith("fit: a loss is called with all outputs and all targets of a batch")
