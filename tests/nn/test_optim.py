"""SGD against PyTorch's algorithm written out, and every refusal."""

import math
import sys
from itertools import product

import pytest

from autograd import Value
from nn import MLP, SGD
from nn.optim import OPTIMIZERS, sgd_update


def pytorch_sgd(theta, gradients, lr, momentum, dampening, weight_decay, nesterov):
    """The pseudo-code of torch.optim.SGD's documentation, for one parameter; all its values."""
    history, b = [theta], 0.0
    for t, gradient in enumerate(gradients, 1):
        g = gradient
        if weight_decay != 0:
            g = g + weight_decay * theta
        if momentum != 0:
            b = momentum * b + (1 - dampening) * g if t > 1 else g
            g = g + momentum * b if nesterov else b
        theta = theta - lr * g
        history.append(theta)
    return history


GRADIENTS = [0.5, -1.25, 3.0, 0.0, 0.75]
SETTINGS = [
    (momentum, dampening, weight_decay, nesterov)
    for momentum, dampening, weight_decay, nesterov in product(
        (0.0, 0.9), (0.0, 0.3), (0.0, 0.01), (False, True)
    )
    if not nesterov or (momentum and not dampening)
]


@pytest.mark.parametrize(("momentum", "dampening", "weight_decay", "nesterov"), SETTINGS)
def test_steps_are_pytorchs(momentum, dampening, weight_decay, nesterov):
    theta = Value(2.0)
    other = Value(-1.0)
    optimizer = SGD([theta, other], 0.1, momentum, dampening, weight_decay, nesterov)
    settings = 0.1, momentum, dampening, weight_decay, nesterov
    expected = pytorch_sgd(2.0, GRADIENTS, *settings)
    expected_other = pytorch_sgd(-1.0, [-g for g in GRADIENTS], *settings)
    for k, gradient in enumerate(GRADIENTS, 1):
        theta.grad, other.grad = gradient, -gradient
        optimizer.step()
        assert theta.data == pytest.approx(expected[k], rel=1e-14)
        assert other.data == pytest.approx(expected_other[k], rel=1e-14)


def test_the_first_steps_by_hand():
    weight, velocity = sgd_update(1.0, 0.5, None, lr=0.1, momentum=0.9, weight_decay=0.1)
    assert velocity == 0.6
    assert weight == 1.0 - 0.1 * 0.6
    weight, velocity = sgd_update(weight, 0.0, velocity, lr=0.1, momentum=0.9)
    assert velocity == 0.9 * 0.6
    assert weight == 0.94 - 0.1 * velocity
    assert sgd_update(1.0, 0.5, 2.0, lr=0.5, momentum=0.5) == (0.25, 1.5)  # nothing is dampened
    assert sgd_update(1.0, 0.5, None, lr=0.1) == (1.0 - 0.1 * 0.5, None)


def test_gradient_descent_finds_a_minimum():
    x = Value(5.0)
    optimizer = SGD([x], lr=0.1)
    for _ in range(100):
        optimizer.zero_grad()
        ((x - 2.0) ** 2).backward()
        optimizer.step()
    assert x.data == pytest.approx(2.0, abs=1e-8)


def test_zero_grad_and_lr():
    model = MLP(2, [2, 1], seed=0)
    optimizer = SGD(model.parameters(), lr=1)
    model([1.0, 1.0]).backward()
    optimizer.zero_grad()
    assert all(p.grad == 0.0 for p in model.parameters())
    optimizer.lr = 0.5
    assert optimizer.lr == 0.5
    with pytest.raises(ValueError, match="lr must be a number"):
        optimizer.lr = -1.0
    assert repr(optimizer).startswith("SGD(9 parameters, lr=0.5, momentum=0.0")


@pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf, "0.1", None, True, 10**400, Value(1.0)])
@pytest.mark.parametrize("name", ["lr", "momentum", "dampening", "weight_decay"])
def test_rates_are_checked(name, rate):
    with pytest.raises(ValueError, match=f"SGD: {name} must be a number, at least 0 and finite"):
        SGD([Value(1.0)], **{"lr": 0.1, name: rate})


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: SGD([Value(1.0)], 0.1, nesterov=True), ValueError, "nesterov needs a momentum"),
        (
            lambda: SGD([Value(1.0)], 0.1, 0.9, dampening=0.5, nesterov=True),
            ValueError,
            "and dampening 0",
        ),
        (lambda: SGD([Value(1.0)], 0.1, 0.9, nesterov="no"), ValueError, "must be True or False"),
        (lambda: SGD([Value(1.0)], 0.1, 0.9, nesterov=None), ValueError, "must be True or False"),
        (lambda: SGD([], 0.1), ValueError, "parameters is empty"),
        (lambda: SGD([Value(1.0)] * 2, 0.1), ValueError, "parameters holds a Value twice"),
        (lambda: SGD([Value(1.0) * 2], 0.1), ValueError, "parameters[0] is the result of mul"),
        (lambda: SGD([1.0], 0.1), TypeError, "parameters[0] must be a Value, got float"),
        (lambda: SGD(MLP(2, [1]), 0.1), TypeError, "write SGD(model.parameters(), lr=...)"),
    ],
)
def test_parameters_are_checked(call, error, message):
    with pytest.raises(error) as caught:
        call()
    assert message in str(caught.value)


def test_a_gradient_of_none_is_refused_before_anything_changes():
    a, b = Value(1.0), Value(2.0)
    a.grad, b.grad = 1.0, None  # as PyTorch's zero_grad leaves it
    with pytest.raises(TypeError, match=r"SGD.step: parameters\[1\].grad is None; call backward"):
        SGD([a, b], 0.1).step()
    assert a.data == 1.0
    (a * b).backward()
    assert b.grad == 1.0


def test_the_table_of_optimisers():
    assert OPTIMIZERS == {"sgd": SGD}


# step() changes everything or nothing


def prepared(n=4):
    """An optimiser with momentum after one step, and gradients for the next."""
    parameters = [Value(float(i)) for i in range(n)]
    optimizer = SGD(parameters, lr=0.1, momentum=0.9)
    for gradient in (1.0, -0.5):
        for parameter in parameters:
            parameter.grad = gradient
        if gradient == 1.0:
            optimizer.step()
    return optimizer


def state(optimizer):
    return [p.data for p in optimizer.parameters], list(optimizer.velocities)


BEFORE = state(prepared())


@pytest.mark.parametrize("wrong", [None, "1.0", [1.0], 1j])
@pytest.mark.parametrize("place", [0, 2, 3])
def test_a_gradient_that_is_no_number_changes_nothing(wrong, place):
    optimizer = prepared()
    optimizer.parameters[place].grad = wrong
    with pytest.raises(TypeError):
        optimizer.step()
    assert state(optimizer) == BEFORE


def test_a_parameter_that_became_a_result_changes_nothing():
    optimizer = prepared()
    optimizer.parameters[2] = optimizer.parameters[2] * 1.0
    optimizer.parameters[2].grad = -0.5
    with pytest.raises(ValueError, match="only a leaf's number can be assigned"):
        optimizer.step()
    assert state(optimizer) == BEFORE


def interrupt_before(line, optimizer):
    """Run optimizer.step(), interrupted before that line of it or of `Value`; how many it ran."""
    count = 0

    def local(frame, event, argument):
        nonlocal count
        if event == "line":
            count += 1
            if count == line:
                raise KeyboardInterrupt
        return local

    def trace(frame, event, argument):
        return local if frame.f_code in WATCHED else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        optimizer.step()
    except KeyboardInterrupt:
        assert count == line
    finally:
        sys.settrace(before)
    return count


WATCHED = {SGD.step.__code__, sgd_update.__code__, Value.data.fset.__code__}


def test_interrupted_anywhere_everything_changes_or_nothing():
    optimizer = prepared()
    n_lines = interrupt_before(0, optimizer)
    after = state(optimizer)
    assert n_lines > 30
    assert after != BEFORE
    outcomes = []
    for line in range(1, n_lines + 1):
        optimizer = prepared()
        interrupt_before(line, optimizer)
        found = state(optimizer)
        assert found in (BEFORE, after), f"mixed, interrupted before line {line}"
        if found == BEFORE:
            optimizer.step()
            assert state(optimizer) == after  # as if nothing had happened
        outcomes.append(found == after)
    assert False in outcomes


def test_velocities_of_other_parameters_change_nothing():
    optimizer = prepared()
    optimizer.velocities.pop()
    before = [parameter.data for parameter in optimizer.parameters]
    with pytest.raises(ValueError, match="zip"):
        optimizer.step()
    assert [parameter.data for parameter in optimizer.parameters] == before
