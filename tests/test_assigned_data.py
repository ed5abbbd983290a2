"""Assigning `.data` while a transform runs, between calls, and after: refused or harmless.

First derivatives of numbers use what each operation recorded when it ran. Whatever runs a rule
again (Values, higher orders) must not do so on other numbers than the first time.
"""

from typing import Any

import pytest

import autograd as ag
from autograd import Value


def product_then_assign(x: Any) -> Any:
    weight = Value(3.0, label="weight")
    product = weight * x
    product.label = "product"
    weight.data = 4.0
    return product * product


def test_a_first_derivative_uses_the_numbers_of_the_run() -> None:
    assert ag.grad(product_then_assign)(2.0) == 36.0
    assert ag.jvp(product_then_assign, 2.0, 1.0) == (36.0, 36.0)
    assert ag.jacobian(product_then_assign)(2.0) == 36.0


@pytest.mark.parametrize(
    ("name", "transform"),
    [
        ("grad", lambda f: ag.grad(f)(Value(2.0))),
        ("value_and_grad", lambda f: ag.value_and_grad(f)(Value(2.0))),
        ("jacobian", lambda f: ag.jacobian(f)(Value(2.0))),
        ("jvp", lambda f: ag.jvp(f, Value(2.0), 1.0)),
        ("jvp", lambda f: ag.jvp(f, 2.0, Value(1.0))),
        ("vjp", lambda f: ag.vjp(f, Value(2.0))[1](1.0)),
        ("hvp", lambda f: ag.hvp(f, 2.0, 1.0)),
        ("hessian", lambda f: ag.hessian(f)(2.0)),
        ("grad", lambda f: ag.grad(ag.grad(f))(2.0)),
    ],
)
def test_running_a_rule_again_on_other_numbers_is_refused(name: str, transform: Any) -> None:
    with pytest.raises(ValueError, match=r"\.data.*'product'.*assign") as refusal:
        transform(product_then_assign)
    assert str(refusal.value).startswith(f"{name}:")


def test_a_node_without_label_is_shown() -> None:
    def f(x: Any) -> Any:
        weight = Value(3.0)
        y = weight * x
        weight.data = 4.0
        return y

    with pytest.raises(ValueError, match=r"\.data.*data=6\.0.*'mul'"):
        ag.hvp(f, 2.0, 1.0)


@pytest.mark.parametrize(
    "use",
    [
        lambda w, x: ag.where(x > 0, x, w),  # not selected
        lambda w, x: ag.maximum(x, w),
        lambda w, x: (w * 3, x * x)[1],  # not in the graph of the result
        lambda w, x: x * w.detach(),
    ],
)
def test_an_assignment_that_changes_nothing_is_harmless(use: Any) -> None:
    def f(x: Any) -> Any:
        weight = Value(1.0)
        y = use(weight, x)
        weight.data = 1.5
        return y

    assert ag.hessian(f)(2.0) in (0.0, 2.0)
    assert ag.grad(f)(Value(2.0)).data in (1.0, 4.0)


def test_assigning_before_use_is_harmless() -> None:
    def f(x: Any) -> Any:
        weight = Value(1.0)
        weight.data = 5.0
        return weight * x * x

    assert ag.hessian(f)(2.0) == 10.0


def test_inner_nodes_and_arguments_cannot_be_assigned() -> None:
    def inner(x: Any) -> Any:
        y = x * x
        y.data = 3.0
        return y

    def argument(x: Any) -> Any:
        x.data = 3.0
        return x

    for call in (ag.grad(inner), ag.hessian(inner), ag.hessian(argument)):
        with pytest.raises(ValueError, match="only a leaf"):
            call(2.0)
    with pytest.raises(ValueError, match="only a leaf"):
        ag.grad(argument)(Value(2.0))


def test_leaves_are_assigned_between_calls() -> None:
    weight = Value(3.0)

    def loss(x: Any) -> Any:
        return weight * x * x

    slope, bend = ag.grad(loss), ag.hessian(loss)
    for w in (3.0, 4.0, -1.0):
        weight.data = w
        assert slope(2.0) == 4 * w
        assert bend(2.0) == 2 * w
        assert slope(Value(2.0)).data == 4 * w


def test_old_graphs_of_updated_leaves_are_constants() -> None:
    """A regulariser computed before the weights moved, say, still enters the function."""
    weights = [Value(3.0), Value(-2.0)]
    old = ag.sum([w * w for w in weights])
    old.backward()
    for w in weights:
        w.data -= 0.1 * w.grad

    def loss(x: Any) -> Any:
        return old * x * x + weights[0] * x

    assert ag.grad(loss)(2.0) == 13.0 * 4 + weights[0].data
    assert ag.hessian(loss)(2.0) == 26.0
    assert ag.hvp(loss, 2.0, 1.0) == 26.0
    assert ag.grad(loss)(Value(2.0)).data == 13.0 * 4 + weights[0].data


def test_a_pullback_after_an_update_is_refused_only_where_rules_run_again() -> None:
    weight = Value(3.0)
    _, pullback = ag.vjp(lambda x: weight * x, 2.0)
    weight.data = 5.0
    assert pullback(1.0) == (3.0,)
    with pytest.raises(ValueError, match=r"\.data"):
        pullback(Value(1.0))


def test_training_with_second_derivatives() -> None:
    """Newton's method on the weights, with a hessian in a closure at every step."""
    scale = Value(2.0)
    w = 5.0
    for step in range(4):
        loss = lambda w: scale * (w - 1.0) ** 2 + 0.5 * w  # noqa: E731
        w = w - ag.grad(loss)(w) / ag.hessian(loss)(w)
        assert w == 1.0 - 0.5 / (2 * scale.data)
        scale.data = 2.0 ** (step + 2)
