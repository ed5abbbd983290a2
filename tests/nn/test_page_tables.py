"""Activation functions as the tables in training.html: read as its script reads them."""

import math
from random import Random

import pytest

import autograd as ag
from nn.activations import ACTIVATIONS
from nn.page.tables import table_of
from tests.nn.pages import numbers


def read(table, z):
    """f(z) from a table, as static/forward.js reads it."""
    values, reach, per_unit = numbers(table["values"], "d"), table["reach"], table["per_unit"]
    place = (z + reach) * per_unit
    i = min(max(math.floor(place), 0), len(values) - 2)
    for at, before, after in table["jumps"]:
        if math.floor((at + reach) * per_unit) == i:
            return before if z <= at else after
    return values[i] + (values[i + 1] - values[i]) * (place - i)


@pytest.mark.parametrize("name", [name for name in ACTIVATIONS if name != "softmax"])
def test_a_table_is_its_function(name):
    table, function = table_of(ACTIVATIONS[name]), ACTIVATIONS[name]
    source = Random(3)
    for z in [0.0, 20.0, -20.0, *(source.uniform(-25, 25) for _ in range(300))]:
        assert read(table, z) == pytest.approx(function(z), abs=1e-4)
    assert table["straight"]


def test_a_kink_at_a_whole_number_lies_on_a_point():
    table = table_of(ACTIVATIONS["relu"])
    assert table["jumps"] == []
    assert [read(table, z) for z in (-1e-9, 0.0)] == [0.0, 0.0]
    assert read(table, 1e-9) == pytest.approx(1e-9, rel=1e-3)


def test_a_step_is_no_slope():
    table = table_of(ACTIVATIONS["step"])
    assert [read(table, z) for z in (-0.01, 0.0, 5e-324, 0.01)] == [0.0, 0.0, 1.0, 1.0]


def test_a_step_between_two_points():
    table = table_of(lambda z: ag.where(z > 0.333, 2.0, -1.0))
    assert len(table["jumps"]) == 1
    assert [read(table, z) for z in (0.33, 0.333, 0.33300001, 0.34)] == [-1.0, -1.0, 2.0, 2.0]


def test_a_function_that_goes_on_otherwise_is_told():
    assert not table_of(ag.exp)["straight"]
    assert not table_of(ag.sin)["straight"]


def test_where_a_function_raises_its_table_is_nan():
    def root(z):
        return math.sqrt(z.data)

    table = table_of(root)
    values = numbers(table["values"], "d")
    assert math.isnan(values[0])
    assert values[-1] == pytest.approx(math.sqrt(20))
