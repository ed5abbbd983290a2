"""Activation functions and their derivatives: the curves, and the truth at a jump."""

import math

import pytest

import autograd as ag
from nn import ACTIVATIONS
from nn.plot import activation_function_plot, activation_functions
from tests.nn.plot.figures import check_png, legend_of


def curves(axes):
    """Value and derivative: z -> y, without the interruptions."""
    found = {}
    for line in axes.lines:
        if line.get_label() in ("y = f(z)", "derivative dy/dz"):
            found[line.get_label()] = dict(zip(*map(list, line.get_data()), strict=True))
    return found["y = f(z)"], found["derivative dy/dz"]


def dots(axes):
    """The dots at jumps: (z, y) -> whether filled."""
    found = {}
    for line in axes.lines:
        if line.get_marker() == "o":
            for z, y in zip(*line.get_data(), strict=True):
                found[round(float(z), 6), round(float(y), 6)] = (
                    line.get_markerfacecolor() != "white"
                )
    return found


def test_every_activation_function_is_there_with_its_derivative():
    figure = activation_functions()
    shown = {axes.get_title(): axes for axes in figure.axes if axes.get_title()}
    assert set(shown) == set(ACTIVATIONS) - {"softmax"}
    for name, axes in shown.items():
        value, derivative = curves(axes)
        for z in (-2.0, 1.0):
            assert value[z] == pytest.approx(ACTIVATIONS[name](z))
            assert derivative[z] == ag.grad(ACTIVATIONS[name])(z)
    styles = [line.get_linestyle() for line in shown["tanh"].lines if len(line.get_xdata()) > 100]
    assert styles == ["-", "--"]  # not by colour alone
    check_png(figure)


@pytest.mark.parametrize(
    ("activation", "expected"),
    [
        ("relu", {(0.0, 0.0): True, (0.0, 1.0): False}),
        ("leaky_relu", {(0.0, 0.01): True, (0.0, 1.0): False}),
        ("step", {(0.0, 0.0): True, (0.0, 1.0): False}),
        ("elu", {}),
        ("tanh", {}),
        (lambda z: ag.abs(z - 0.3), {(0.3, -1.0): False, (0.3, 0.0): True, (0.3, 1.0): False}),
        (lambda z: ag.tanh(z * 50.0), {}),
    ],
)
def test_the_value_at_a_jump(activation, expected):
    figure = activation_function_plot(activation)
    (axes,) = figure.axes
    assert dots(axes) == expected
    for curve in curves(axes):
        for z, _ in expected:
            near = [y for x, y in curve.items() if abs(x - z) < 1e-12]
            assert near
    check_png(figure)


def test_the_curve_is_interrupted_where_it_jumps():
    (axes,) = activation_function_plot("step").axes
    value, derivative = curves(axes)
    assert math.isnan(value[0.0])
    assert not any(math.isnan(y) for y in derivative.values())
    assert all(value[z] == 0.0 for z in value if z < 0.0)
    assert all(value[z] == 1.0 for z in value if z > 0.0)


def test_one_function_has_its_name_and_a_legend():
    def cube(z):
        return z * z * z

    (axes,) = activation_function_plot(cube).axes
    assert axes.get_title() == "cube"
    assert legend_of(axes) == ["y = f(z)", "derivative dy/dz"]
    assert curves(axes)[1][2.0] == 12.0


@pytest.mark.parametrize(
    ("activation", "words"),
    [("softmax", "softmax works on a whole layer"), ("tahn", "did you mean 'tanh'")],
)
def test_refusals(activation, words):
    with pytest.raises(ValueError, match=words):
        activation_function_plot(activation)
