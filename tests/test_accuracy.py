"""How exact values are: each operation within its limit in ulp, and zeros and subnormals kept.

Owns that the limits of tests/ulp.py hold, and that docs/accuracy.md states them and what was
measured. The page's figures are of many more operands than there is time for here; the worst of
those are tried again.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

import autograd as ag
from tests import ulp
from tests.oracle import EVERY

PAGE = (Path(__file__).parents[1] / "docs" / "accuracy.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\w+) \| ([\d.]+) \| (\d) \| (\d+) \| ([-\d.e+ ]*) \|$", re.MULTILINE)
STATED = {row[0]: row for row in ROW.findall(PAGE)}
POINTS, FEWER = 100, 30  # fewer where mpmath needs hundreds of digits
SMALLEST = 5e-324

# f(x) = x + O(x**2): the smallest number is its own value, and the zeros keep their signs.
LIKE_X = "sin tan asin atan sinh tanh asinh atanh expm1 log1p identity".split()
ODD = [*LIKE_X, "cbrt", "erf", "neg"]


@pytest.mark.parametrize("name", ulp.NAMES)
def test_values_are_within_the_limit(name: str) -> None:
    found = ulp.worst(name, FEWER if ulp.DIGITS.get(name) == 400 else POINTS, seed=2)
    assert not found.beyond, f"{name}: (ulp, condition, operands) {found.beyond[:3]}"
    assert found.points >= 15
    assert found.off <= ulp.limit(name)


@pytest.mark.parametrize("name", ulp.NAMES)
def test_the_page_states_the_limit_and_the_worst_of_many(name: str) -> None:
    _, worst, limit, points, at = STATED[name]
    assert float(limit) == ulp.limit(name)
    assert float(worst) <= ulp.limit(name)
    assert int(points) > 1000
    if name in ulp.EXACT:
        assert (float(worst), at) == (0.0, "")
        return
    found = ulp.error(name, tuple(map(float, at.split())))
    assert found is not None
    # The C library of another machine may round otherwise.
    assert found[0] <= ulp.limit(name)
    assert abs(found[0] - float(worst)) <= 1.0


def test_every_page_names_those_of_the_higher_limit() -> None:
    """After "4" stand the same names on each page."""
    root = Path(__file__).parents[1]
    for name in ("README.md", "README.ko.md", "docs/accuracy.md"):
        text = " ".join((root / name).read_text(encoding="utf-8").split())
        found = re.search(
            r"2(?:\*\* ulp| where| ulp)(?:(?!softmax).)*?((?:`\w+`,? (?:and )?)+`softmax`)", text
        )
        assert found is not None, name
        assert set(re.findall(r"\w+", found[1])) - {"and"} == set(ulp.OTHER_LIMITS), name


def test_the_page_states_what_is_beyond_two() -> None:
    """The operands that it names for softmax of two and logsumexp of three."""
    for name, low, high in (("softmax", 2.0, 4.0), ("logsumexp", 1.5, 4.0)):
        named = re.search(rf"ulp\.error\('{name}', \((.*?)\)\)", PAGE)
        assert named is not None
        found = ulp.error(name, tuple(map(float, named[1].split(","))))
        assert found is not None
        assert low < found[0] < high
        assert found[1] <= ulp.WELL


def test_every_operation_is_measured_or_said_to_be_left_out() -> None:
    comparisons = {"gt", "eq", "heaviside", "peak"}
    assert set(ag.ops.TABLE) <= {*STATED, *ulp.LEFT_OUT, *comparisons}
    assert set(STATED) == set(ulp.NAMES) == set(EVERY) - ulp.LEFT_OUT
    for name in {*ulp.LEFT_OUT, *comparisons}:
        assert f"`{name}`" in PAGE


def test_the_measure_sees_an_ulp(monkeypatch: pytest.MonkeyPatch) -> None:
    """It tells one ulp, half of one, a wrong infinity, and a flushed subnormal number."""
    exact = math.exp(1.0)
    for wrong, low, high in (
        (exact, 0.0, 0.5),
        (math.nextafter(exact, 9.0), 0.5, 1.5),
        (exact * (1.0 + 8e-16), 1.5, 5.0),
        (math.inf, math.inf, math.inf),
        (math.nan, math.inf, math.inf),
    ):
        monkeypatch.setattr(ag, "exp", lambda x, wrong=wrong: wrong)
        found = ulp.error("exp", (1.0,))
        assert found is not None
        assert low <= found[0] <= high
    monkeypatch.setattr(ag, "exp", lambda x: 0.0)
    found = ulp.error("exp", (-740.0,))
    assert found is not None
    assert found[0] > 10.0
    monkeypatch.setattr(ag, "exp", lambda x: math.inf)
    assert ulp.error("exp", (710.0,)) is None  # right: no double is so large
    assert ulp.error("exp", (709.7,)) == (math.inf, 1.0)


@pytest.mark.parametrize("name", ODD)
def test_odd_functions_keep_the_sign_of_zero(name: str) -> None:
    sign = -1.0 if name == "neg" else 1.0
    for zero in (0.0, -0.0):
        value = ag.ops.TABLE[name](zero)
        assert value == 0.0
        assert math.copysign(1.0, value) == math.copysign(1.0, zero) * sign


@pytest.mark.parametrize("name", LIKE_X)
@pytest.mark.parametrize("x", [SMALLEST, -SMALLEST, 3e-320, -1e-310])
def test_subnormal_numbers_are_kept(name: str, x: float) -> None:
    assert ag.ops.TABLE[name](x) == x


def test_results_become_subnormal_gradually() -> None:
    assert ag.exp(-745.0) == SMALLEST
    assert ag.exp(-746.0) == 0.0
    assert ag.sigmoid(-745.0) == SMALLEST
    assert ag.softplus(-745.0) == SMALLEST
    assert ag.log_sigmoid(745.0) == -SMALLEST
    assert ag.erfc(27.0) == math.erfc(27.0) > 0.0
    assert ag.gelu(-38.5) < 0.0
    assert ag.hypot(SMALLEST, 0.0) == SMALLEST
    assert ag.ops.TABLE["sub"](3e-308, 2.9e-308) == 3e-308 - 2.9e-308 > 0.0


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (-0.0649095729851091, -1.0754426634820295),
        (-0.08247413346766526, -1.1001187246034594),
        (-0.13002381038917196, -0.4171277892236318),
        (-0.0745357935084613, -1.2612418048210827),
    ],
)
def test_what_logaddexp_cancels_is_known_beyond_a_double(a: float, b: float) -> None:
    """At each, it would be off by more than an ulp without one of its corrections."""
    found = ulp.error("logaddexp", (a, b))
    assert found is not None
    assert found[0] < 0.6
    assert ag.logaddexp(b, a) == ag.logsumexp([a, b]) == ag.logsumexp([b, a]) == ag.logaddexp(a, b)


@pytest.mark.parametrize("top", [-0.05, -0.3, -1.0])
@pytest.mark.parametrize("gap", [0.34, 0.35, 0.7, 1.03, 1.05, 1.4, 1.72, 1.74, 3.0])
def test_logaddexp_on_both_sides_of_each_of_its_formulas(top: float, gap: float) -> None:
    found = ulp.error("logaddexp", (top, top - gap))
    assert found is not None
    assert found[0] <= ulp.allowed("logaddexp", found[1])


@pytest.mark.parametrize("n", [1.0, 2.0, 3.0, 4.0, 5.0])
@pytest.mark.parametrize("x", [-0.001262624756399691, -1.7e-5, -0.0613, -0.3, -0.49, -0.5, -0.51])
def test_polygamma_beside_its_pole_at_zero(n: float, x: float) -> None:
    found = ulp.error("polygamma", (n, x))
    assert found is not None
    assert found[0] <= 4.0 or found[1] > 10.0
