"""docs/edges.md says what the engine, PyTorch and JAX give at the edges of every operation.

Owns the comparison of the page with what `python -m tests.golden.edges` writes now, that every
edge of the table is on it, and that every difference has its reason.
"""

from __future__ import annotations

import re
from functools import cache
from math import inf as INF, isfinite, nan as NAN

import pytest

import autograd as ag
from autograd.op import Kink
from tests.golden import edge_reasons, edges
from tests.golden.comparison import Point, numbers
from tests.golden.edge_points import POINTS


@cache
def made() -> list[edges.Section]:
    return edges.sections()


def test_the_page_is_what_is_computed_now() -> None:
    page = edges.PAGE.read_text(encoding="utf-8")
    assert page.split("\n## ") == edges.page(made()).split("\n## "), (
        "run `python -m tests.golden.edges` and look at what it changed in docs/edges.md"
    )


@pytest.mark.parametrize("name", ["README.md", "README.ko.md", "CHANGELOG.md"])
def test_as_many_points_as_is_said_elsewhere(name: str) -> None:
    text = (edges.PAGE.parents[1] / name).read_text(encoding="utf-8")
    said = re.findall(r"(\d+) edges|경계 (\d+)곳", text)
    assert [int("".join(one)) for one in said] == [sum(map(len, POINTS.values()))]


def test_every_operation_is_on_the_page() -> None:
    headings = re.findall(r"^## (\w+)$", edges.PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert headings == [*ag.ops.TABLE, "softmax", "log_softmax"]
    assert set(POINTS) == set(headings)


@pytest.mark.parametrize("name", sorted(ag.ops.TABLE))
def test_each_operand_is_at_each_special_number(name: str) -> None:
    arity = ag.ops.TABLE[name].arity
    parameters = edges.GOLDEN["operations"][name]["parameters"]
    if arity == 1:
        there = {repr(x) for (x,) in POINTS[name]}
        assert there >= {"0.0", "-0.0", "5e-324", "-5e-324", "inf", "-inf", "nan"}
    # Where there is any number of operands, the first one stands for all.
    for i in [i for i in range(arity or 2) if i not in parameters][: arity or 1]:
        there = {repr(abs(point[i])) for point in POINTS[name] if len(point) > i}
        assert there >= {"inf", "nan"}, f"{name}: operand {i}"


def switch(kink: Kink, point: Point) -> float:
    """The number whose zero is the kink; nan where there is none, such as sin(pi 1/0)."""
    try:
        return kink.switch(*point)
    except (ArithmeticError, ValueError):
        return NAN


@pytest.mark.parametrize("name", sorted(ag.ops.TABLE))
def test_each_end_of_a_domain_and_each_kink_is_there(name: str) -> None:
    row = ag.ops.TABLE[name]
    for i, interval in enumerate(row.domain):
        if interval is not ...:
            for end in {interval.low, interval.high} - {-INF, INF}:
                places = [point for point in POINTS[name] if point[i] == end]
                assert places, f"no point at {end}, an end of {interval}"
    for kink in row.kinks:
        sizes = [abs(switch(kink, point)) for point in POINTS[name] if all(map(isfinite, point))]
        # The cosine of the double nearest to pi/2 is 6e-17, the sine of that to pi 1e-16.
        assert any(size < 1e-15 for size in sizes), f"no point where {kink.where}"


def test_every_difference_has_a_reason_and_every_reason_a_difference() -> None:
    unexplained = [found for section in made() for found in section.unexplained]
    assert not unexplained, f"no reason in edge_reasons.py for {unexplained}"
    given = {text for section in made() for _, text in section.reasons}
    unused = [reason.text for reason in edge_reasons.REASONS if reason.text not in given]
    assert not unused, f"edge_reasons.py explains what does not differ: {unused}"


def test_the_numbers_of_the_others_are_for_these_points() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", edges.JAX_NUMBERS["jax"])
    assert set(edges.JAX_NUMBERS["operations"]) == set(POINTS)
    for name, points in POINTS.items():
        stored = [repr(numbers(row[0])) for row in edges.JAX_NUMBERS["operations"][name]]
        assert stored == list(map(repr, points)), f"{name}: run `python -m tests.golden.make_jax`"


def test_the_page_tells_differences() -> None:
    """The comparison that the page rests on: zeros and nan, near and far, value and derivative."""
    assert edges.same((), NAN, NAN)
    assert not edges.same((), NAN, 0.0)
    assert not edges.same((), 0.0, -0.0)
    assert edges.same((0,), 0.0, -0.0)
    assert not edges.same((0,), 5e-324, 0.0)
    assert edges.same((0,), 1.0, 1.0 + 1e-10)
    assert not edges.same((0,), 1.0, 1.0 + 1e-8)
    assert not edges.same((0, 0), INF, -INF)
