"""What fast mode promises of the functions it approximates: 2 ulp, and the edges of exact mode.

Owns that, and that their coefficients are those which tests/minimax.py computes. The measure is
tests/approximations.py, which tries many more operands; the worst it has found are tried again.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import numpy as np
import pytest
from mpmath import mp, mpf

from autograd.op import TABLE
from autograd.replay.llvm.rows.approximations import (
    SMALL_POWERS,
    error_function,
    exponential,
    logarithm,
    trigonometric,
)
from autograd.replay.llvm.rows.lowering import APPROXIMATED
from tests import minimax
from tests.approximations import CASES, LIMIT, error, library, same_bits, title, worst
from tests.compiled_rows import Case, library_of_several
from tests.test_lowering import operands

DOCS = Path(__file__).parents[1] / "docs"
SMALLEST_NORMAL = sys.float_info.min


def _both(n, off, *numbers):
    return {f"{name} {n}": (off, [(x,) for x in numbers]) for name in ("power", "pow")}


# The largest error that `python -m tests.approximations` has found, in ulp, and where.
WORST = {
    "cos": (0.85, [(-969.9533531934673,), (-2.3171441244763105,), (2898.8757220362845,)]),
    "erf": (1.12, [(-0.5392733670961409,), (0.5412895667323971,), (-0.5021890845380166,)]),
    "erfc": (
        1.15,
        [
            (0.4898443571544268,),
            (0.4785784277086087,),
            (0.4911722041489517,),
            (-0.5126990613247052,),
        ],
    ),
    "exp": (0.85, [(-34.290375727032476,), (0.4051937114643394,), (-42.6150152805024,)]),
    "expm1": (1.35, [(37.82275531942504,), (37.80638882737432,), (-0.2512914,)]),
    "gelu": (1.06, [(-0.539299191279104,), (-0.42187380250967643,), (-37.61669891132408,)]),
    "log": (0.81, [(1.3964348465926106,), (0.7452463230468844,), (2.6192325642938057,)]),
    "log1p": (
        0.88,
        [
            (0.47503154497582956,),
            (0.49063689129017696,),
            (-0.2514491782464269,),
            (0.4631794889171007,),
        ],
    ),
    "log_sigmoid": (1.59, [(1.2609420921007182,), (-0.3148770532718383,), (0.44089510257803743,)]),
    "logaddexp": (
        1.66,
        [
            (-0.43677069929520074, -0.010884376237280911),
            (-0.09279653808115532, -0.3823679227490875),
            (-0.31181928420626503, -0.6250086024971164),
            (-0.8536332830003848, -0.5548904229754349),  # 9e18 ulp, at a condition number as large
            (0.34175427063542124, 7.055683701024605e-94),
        ],
    ),
    "sigmoid": (1.41, [(-3.4374356852776913,), (-2.710546546458026,), (-1.9513083911656106,)]),
    "silu": (
        1.49,
        [
            (-703.1713240900808,),
            (-688.0087911361647,),
            (-18.35606437927426,),
            (-38.42605320634081,),
        ],
    ),
    "sin": (0.85, [(-712.3738712358162,), (-533.3223726244806,), (346.33540218213255,)]),
    "softplus": (1.55, [(-1.2925108676488777,), (0.2936785823204329,), (-0.44054656592526076,)]),
    "tanh": (1.74, [(0.35044849791869637,), (-0.3498987910415257,), (0.3536491952031437,)]),
    **_both(-2, 1.89, 5797.809242199964, 9.167516735623678e-86),
    **_both(-1, 0.50, 0.9999999999999997),
    **_both(0.5, 0.50, 1.0000000000000002),
    **_both(2, 0.50, 1447760.5629060327),
    **_both(3, 1.28, -52835644.54007973, -4.3659439887537e-17, 3.761364542111515e-35),
    **_both(4, 1.89, 8.010008317731406e-07, -1206.3315979741292),
}

# Between these operands the results are subnormal numbers, and not 0.
TINY = (5e-324, 1.9e-308)
SUBNORMAL = {
    "exp": (-744.0, -708.4),
    "sigmoid": (-744.0, -708.4),
    "softplus": (-744.0, -708.4),
    "log_sigmoid": (708.4, 744.0),
    "silu": (-750.0, -715.0),
    "gelu": (-38.4, -37.65),
    "erfc": (26.55, 27.2),
    **dict.fromkeys(("erf", "expm1", "log1p", "logaddexp", "sin", "tanh"), TINY),
    **dict.fromkeys(("power 2", "pow 2"), (1e-161, 1.4e-154)),
    **dict.fromkeys(("power 3", "pow 3"), (2e-108, 2.8e-103)),
    **dict.fromkeys(("power 4", "pow 4"), (2e-81, 1.2e-77)),
    **dict.fromkeys(("power -1", "pow -1"), (4.5e307, 1.7e308)),
    **dict.fromkeys(("power -2", "pow -2"), (6.8e153, 4e161)),
}
NONE_SUBNORMAL = {"cos", "log", "power 0.5", "pow 0.5"}

POLYNOMIALS = {
    "EXP": exponential.EXP,
    "TANH": exponential.TANH,
    "LOG": logarithm.LOG,
    "SIN": trigonometric.SIN,
    "COS": trigonometric.COS,
    "ERF": error_function.ERF,
    "ERFC": (error_function.ERFC_FIRST, *error_function.ERFC),
}

each_row = pytest.mark.parametrize("case", CASES, ids=title)


def applied(case, rows, width=8):
    return library(width)(case, np.array(rows, dtype=float).T.copy())


@each_row
def test_a_row_is_as_exact_as_stated_at_the_worst_operands_known(case):
    stated, rows = WORST[title(case)]
    errors = [error(case, row, got) for row, got in zip(rows, applied(case, rows), strict=True)]
    assert max(errors) == pytest.approx(stated, abs=0.006)
    assert stated <= LIMIT


@each_row
def test_a_row_is_hardly_less_exact_at_operands_of_all_kinds(case):
    stated, _ = WORST[title(case)]
    found = worst(case, 3000, seed=3, measured=300)
    assert found.points > 100
    assert 0.2 < found.off <= min(stated + 0.1, LIMIT), found.at


@each_row
def test_infinities_nan_and_signs_are_those_of_compute(case):
    """So are the zeros that come of zeros and infinities; what is finite there is finite."""
    columns = operands(case)
    compute = TABLE[case.name].compute
    for row, got in zip(columns.T.tolist(), library(8)(case, columns).tolist(), strict=True):
        exact = compute((*row, *case.known))
        if math.isnan(exact):
            assert math.isnan(got), row
            continue
        assert math.isinf(got) == math.isinf(exact), row
        assert math.copysign(1.0, got) == math.copysign(1.0, exact), row
        if exact == 0.0 and not any(x and math.isfinite(x) for x in row):
            assert got == 0.0, row


@each_row
def test_subnormal_results_keep_their_digits(case):
    if title(case) in NONE_SUBNORMAL:
        results = np.abs(library(8)(case, operands(case)))
        assert not np.any((results > 0.0) & (results < 2.0**-1050))
        return
    low, high = SUBNORMAL[title(case)]
    others = (-800.0,) * (case.arity - 1)  # of which nothing is left in the result
    rows = [(low + (high - low) * (i / 256), *others) for i in range(257)]
    for numbers, got in zip(rows, applied(case, rows).tolist(), strict=True):
        assert 0.0 < abs(got) <= SMALLEST_NORMAL, numbers
        found = error(case, numbers, got)
        assert found is not None
        assert found <= LIMIT, numbers


@each_row
def test_one_lane_has_the_bits_of_eight(case):
    columns = operands(case)
    assert same_bits(library(1)(case, columns), library(8)(case, columns))


def test_several_vectors_at_once_have_the_quotients_of_one():
    """Some of them are made of products, where registers hold eight numbers."""
    case, draw = Case("tanh", 1), np.random.default_rng(2)
    columns = np.concatenate([draw.normal(size=1_000_000), draw.uniform(0.0, 22.0, 1_000_000)])
    together = library_of_several(8, True, frozenset(["tanh"]), 4)(case, columns[np.newaxis])
    assert same_bits(together, library(8)(case, columns[np.newaxis]))


def test_tanh_is_odd_and_never_beyond_1():
    """Where it were, its derivative 1 - tanh(x)^2 would be negative."""
    case = Case("tanh", 1)
    columns = np.concatenate([operands(case)[0], np.random.default_rng(1).uniform(8, 21, 100_000)])
    got = library(8)(case, columns[np.newaxis])
    assert same_bits(-got, library(8)(case, -columns[np.newaxis]))
    assert np.nanmax(np.abs(got)) == 1.0
    is_one = np.abs(columns) >= 19.07
    assert np.all(np.abs(got[is_one]) == 1.0)
    assert np.all(np.abs(got[np.abs(columns) < 18.7]) < 1.0)


def test_every_approximation_is_measured():
    rows = {Case(name, TABLE[name].arity) for name in APPROXIMATED}
    powers = {Case(name, 1, (n,)) for name in ("power", "pow") for n in SMALL_POWERS}
    assert set(CASES) == rows | powers
    assert len(CASES) == len(set(CASES)) == len(WORST)
    assert SUBNORMAL.keys() | NONE_SUBNORMAL == WORST.keys()


def test_the_documentation_states_the_largest_error():
    off = {name: stated for name, (stated, _) in WORST.items() if name != "logaddexp"}
    products = {name: off.pop(name) for name in ("power -2", "pow -2", "power 4", "pow 4")}
    text = " ".join((DOCS / "compile.md").read_text().split())
    assert f"the largest error is {max(off.values()):.1f} ulp" in text
    assert f"and {max(products.values()):.1f} ulp of `x ** 4` and `x ** -2`" in text


def test_the_measure_counts_ulp():
    case, x = Case("exp", 1), 1.0
    for steps in (0, 1, 3):
        found = error(case, (x,), math.exp(x) + steps * math.ulp(math.e))
        assert found == pytest.approx(steps, abs=0.51)
    assert error(case, (-740.0,), 0.0) > LIMIT
    assert error(case, (700.0,), math.inf) == error(case, (700.0,), math.nan) == math.inf


@pytest.mark.parametrize("name", POLYNOMIALS)
def test_coefficients_are_those_of_the_exchange_algorithm(name):
    assert minimax.problems().keys() == POLYNOMIALS.keys()
    with mp.workdps(60):
        found, _ = minimax.remez(minimax.problems()[name])
        first_rest = found[0] - mpf(float(found[0]))
    assert tuple(map(float, found)) == POLYNOMIALS[name]
    if name == "ERFC":
        assert float(first_rest) == error_function.ERFC_FIRST_REST


def test_constants_in_parts_are_what_is_left_of_them():
    with mp.workdps(80):
        for constant, parts in (
            (mp.log(2), (exponential.LN2_HIGH, exponential.LN2_LOW)),
            (
                mp.pi / 2,
                (trigonometric.PI_2_HIGH, trigonometric.PI_2_MIDDLE, trigonometric.PI_2_LOW),
            ),
            (mp.sqrt(2), (error_function.ROOT_2, error_function.ROOT_2_REST)),
        ):
            left = constant
            for part in parts:
                assert float(left) == part
                left -= mpf(part)
