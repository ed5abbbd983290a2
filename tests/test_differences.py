"""The parts of the differences: which steps are tried, what they are worth, and the verdict.

Owns the bounds of autograd/check/differences.py, each met exactly and just missed, on numbers that
are made up here. What differences of functions come to is test_check_numbers.py's.
"""

import math

import pytest

from autograd.check import differences
from autograd.check.differences import _Comparing, _Estimate, _extrapolated, _Level

EPS = 2.0**-52


def comparing(claim=0.0, slack=0.0, noise=0.0, x=0.0, value=0.0):
    return _Comparing(lambda _: (value, ()), x, claim, slack, noise)


def level(e, central=1.0, bend=0.0, slope=1.0, top=0.0):
    return _Level(2.0**e, central, bend, slope, top)


def estimate(derivative, error, h=1.0, is_rough=False):
    return _Estimate(derivative, error, h, 0.0, is_rough)


# One step


def test_a_step_that_is_lost_on_one_side_is_none():
    assert [comparing(x=x).level(-53) for x in (1.0, -1.0)] == ["step", "step"]
    assert comparing(x=1.0).level(-52) == (2.0**-52, 0.0, 0.0, 0.0, 0.0)


def test_steps_at_the_largest_numbers():
    line = _Comparing(lambda x: (2.0**-1000 * x, ()), 1.5 * 2.0**1023, 0.0, 0.0, 0.0)
    assert line.level(1023) == "step"
    assert line.level(1000) == (2.0**1000, 2.0**-1000, 0.0, 2.0**-1000, 1.5 * 2.0**23 + 1.0)


def test_slopes_that_are_not_finite():
    bowl = _Comparing(lambda x: (1e308 if x else -1e308, ()), 0.0, 0.0, 0.0, 0.0)
    assert bowl.level(0) == "not finite"  # though the central difference is 0
    steep = _Comparing(lambda x: (math.copysign(1e300, x) if x else 0.0, ()), 0.0, 0.0, 0.0, 0.0)
    assert steep.level(-30) == "not finite"


@pytest.mark.parametrize(("low", "high"), [(0.6, 0.7), (-0.4, -0.3)])
def test_two_kinks_on_one_side_of_x_are_met(low, high):
    found = _Comparing(lambda x: (0.0, (low < x < high,)), 0.0, 0.0, 0.0, 0.0)
    assert found.meets_a_kink(1.0)
    assert found.level(0) == "kink"
    assert not found.meets_a_kink(0.125)
    calls = []
    smooth = _Comparing(lambda x: (calls.append(x) or 0.0, ()), 0.0, 0.0, 0.0, 0.0)
    assert not smooth.meets_a_kink(1.0)
    assert calls == [0.0]


# Which steps


@pytest.mark.parametrize("number", [math.inf, -math.inf, math.nan])
def test_numbers_that_cannot_be_compared(number):
    for one in (comparing(claim=number), comparing(x=number), comparing(value=number)):
        assert one.result(2200).status == "not finite"


@pytest.mark.parametrize(
    ("x", "starts"),
    [
        (0.0, [-3, -9, -14]),
        (10.0, [1, -8, -13]),
        (20.0, [-3, 2, -8, -13]),
        (0.04, [-7, -13, -18]),
        (0.02, [-3, -8, -14, -19]),
    ],
)
def test_where_the_usual_steps_begin(monkeypatch, x, starts):
    tried = []
    monkeypatch.setattr(_Comparing, "quick", lambda self, start: tried.append(start))
    monkeypatch.setattr(_Comparing, "thorough", lambda self, exponent, most: (exponent, most))
    assert comparing(x=x).result(7) == (math.frexp(x)[1], 7)
    assert tried == starts


def thorough(monkeypatch, levels, exponent, most=2200, **given):
    """The steps tried, and what comes of them; `levels`: what is found at a step."""
    tried = []
    one = comparing(**given)

    def at(e):
        tried.append(e)
        one.found[e] = levels(e)
        return one.found[e]

    monkeypatch.setattr(one, "level", at)
    return tried, one.thorough(exponent, most)


def test_the_steps_where_few_are_allowed(monkeypatch):
    tried, found = thorough(monkeypatch, lambda e: "step", 40, 10, x=1e12)
    assert tried == [39, 38, 37, 36, 35, 0, -1, -2, -3, -4]
    assert found.status == "inconclusive"
    for most in (50, 51):
        assert thorough(monkeypatch, lambda e: "step", 40, most, x=1e12)[0] == [*range(39, -11, -1)]


@pytest.mark.parametrize(
    ("noise", "steps"),
    [(1e9, 25), (1e4 * 2.0**-30, 32), (10000.5 * 2.0**-30, 31)],
)
def test_no_shorter_step_than_rounding_hides(monkeypatch, noise, steps):
    tried, _ = thorough(monkeypatch, level, 0, noise=noise)
    assert tried == [-k for k in range(steps)]


def test_runs_of_steps(monkeypatch):
    runs = []
    monkeypatch.setattr(differences, "_extrapolated", lambda run, _: runs.append(run) or [])

    def found(e):
        words = {-10: "not finite", -21: "kink", -31: "domain edge"}
        return words.get(e) or (level(e) if e > -36 else "step")

    _, comparison = thorough(monkeypatch, found, 0)
    assert comparison.status == "domain edge"
    there = [[math.frexp(one.h)[1] - 1 for one in run] for run in runs if run]
    assert there == [[*range(-22, -31, -1)], [*range(-32, -36, -1)]]


def test_what_stops_the_shortest_steps_is_at_x(monkeypatch):
    near = {e: "kink" if e > -20 else "domain edge" for e in range(-1100, 1)}
    assert thorough(monkeypatch, near.get, 0)[1].status == "domain edge"
    near = {e: "kink" if e < -20 else "domain edge" for e in range(-1100, 1)}
    assert thorough(monkeypatch, near.get, 0)[1].status == "kink"
    assert comparing()._why_none({"kink": -3, "domain edge": -9, "step": -50}) == "domain edge"


@pytest.mark.parametrize(
    ("shorter", "is_better"),
    [
        (estimate(2.0, 2.0**-6, 0.5), True),
        (estimate(2.0, 2.0**-6, 0.5, is_rough=True), False),
        (estimate(2.0, 2.0**-6, 2.0), False),
        (estimate(2.0, 0.02, 0.5), False),  # not below a hundredth
        (estimate(10.0, 0.5, 0.5), False),
        (estimate(1.0234375, 2.0**-8, 0.5), False),  # no more than 3 error bars of both
        (estimate(1.0234376, 2.0**-8, 0.5), True),
    ],
)
def test_a_shorter_step_that_differs_is_believed(monkeypatch, shorter, is_better):
    first = estimate(1.0, 2.0**-8, 1.0)
    candidates = [first, shorter]
    monkeypatch.setattr(differences, "_extrapolated", lambda run, _: candidates if run else [])
    monkeypatch.setattr(_Comparing, "_judge", lambda self, best, *_: best)
    found = thorough(monkeypatch, lambda e: "step" if e else level(e), 0)[1]
    assert found is (shorter if is_better else first)


# Four steps


@pytest.mark.parametrize(
    ("claim", "central", "bends", "given", "status"),
    [
        (1.0, 1.0, (1.0, 0.5, 0.0, 0.3), {}, "passed"),
        (1.0, 1.0, (1.0, 0.5, 0.0, -0.31), {}, None),
        (1.0, 1.0, (0.0, 0.0, 0.0, 1e-7), {}, "passed"),
        (1.0, 1.0, (0.0, 0.0, 0.0, 1.1e-7), {}, None),
        (1.0, 1.0, (0.0,) * 4, {"noise": 1e-8 / 8.0}, "passed"),
        (1.0, 1.0, (0.0,) * 4, {"noise": 1.01e-8 / 8.0}, None),
        (1e9, 1e9 - 1.0, (0.0,) * 4, {"slack": 2.0}, "passed"),
        (1e9, 1e9 - 1.01, (0.0,) * 4, {"slack": 2.0}, None),
    ],
)
def test_four_steps_that_agree(claim, central, bends, given, status):
    one = comparing(claim, **given)
    one.found = {-k: level(-k, central, bend) for k, bend in enumerate(bends)}
    found = one.quick(0)
    assert (found.status if found else None) == status


# Estimates


def extrapolated(centrals, **given):
    run = [level(-k, central, **given) for k, central in enumerate(centrals)]
    return _extrapolated(run, lambda level: level.h)


def test_the_error_of_one_estimate_alone():
    # extrapolated once it is 3, then 6; twice, 6.2
    (found,) = extrapolated([9.0, 4.5, 5.625])
    assert found == (pytest.approx(6.2), pytest.approx(0.2 + 0.25), 0.25, 0.0, True)


def test_the_error_of_estimates_is_made_of_neighbours_and_of_noise():
    # extrapolated once they are 0, 15, 0, 0; twice, 16, -1, 0
    found = extrapolated([0.0, 0.0, 11.25, 2.8125, 0.703125])
    assert [one.derivative for one in found] == [16.0, -1.0, 0.0]
    assert [one.noise for one in found] == [17.0 / 8.0, 1.0 / 16.0, 0.0]
    errors = [17.0 + 17.0 / 2.0 + 1.0 / 4.0, 17.0 + 1.0 / 2.0 + 1.0 / 8.0, 1.0 + 1.0 / 16.0]
    assert [one.error for one in found] == errors
    assert [one.h for one in found] == [1.0 / 4.0, 1.0 / 8.0, 1.0 / 16.0]


@pytest.mark.parametrize(("steps", "estimates"), [(0, 0), (2, 0), (3, 1), (8, 6), (9, 4), (10, 5)])
def test_of_a_long_run_the_shortest_steps_give_no_estimate(steps, estimates):
    assert len(extrapolated([1.0] * steps)) == estimates


def test_three_estimates_are_too_few_to_see_that_a_function_is_smooth():
    assert [one.is_rough for one in extrapolated([1.0] * 5)] == [True] * 3
    assert [one.is_rough for one in extrapolated([1.0] * 6)] == [False] * 4


@pytest.mark.parametrize(("bend", "is_rough"), [(64.0, False), (64.5, True)])
def test_a_function_that_moves_as_much_at_shorter_steps_is_rough(bend, is_rough):
    run = [level(-k, slope=0.0, top=1.0) for k in range(8)]
    run[7] = run[7]._replace(bend=bend * EPS / run[7].h)
    found = _extrapolated(run, lambda level: 0.0)
    assert [one.is_rough for one in found] == [is_rough] * 5 + [False]


# The jump of a kink


def jump(bends, best_h=1.0, slope=1.0):
    usable = [level(-k, bend=bend, slope=slope) for k, bend in enumerate(bends)]
    return comparing(noise=2.0**-10)._jump(estimate(1.0, 0.0, best_h), usable)


def test_the_jump_is_that_of_the_shortest_step_which_rounding_does_not_hide():
    bends = [1.0, 0.99, 0.98, 0.97, -0.96]
    assert jump([*bends, 0.625]) == 0.96  # 20 times what rounding does, and no more
    assert jump([*bends, 0.64]) == 0.64
    assert jump(bends[:4]) == 0.0
    assert jump([*bends[:4], 0.5]) == 0.0  # it shrinks, as where there is no kink
    assert jump([*bends[:4], 0.51]) == 0.51
    assert jump([*bends, 0.95], best_h=0.5) == 0.95
    assert jump([*bends, 0.95], best_h=0.25) == 0.0


def test_a_jump_of_a_thousandth_of_the_slope_is_none():
    assert jump([1.0] * 5, slope=1000.0) == 0.0
    assert jump([1.0] * 5, slope=999.0) == 1.0


# The verdict


def judged(claim, best, others=(), e=0, slope=1.0, jump=0.0, value=100.0, slack=0.0):
    one = comparing(claim, slack, value=value)
    one._jump = lambda best, usable: jump
    return one._judge(best, [best, *others], [level(e, slope=slope)]).status


@pytest.mark.parametrize(
    ("claim", "status"), [(1.27, "kink"), (-1.27, "kink"), (math.nextafter(1.27, 2.0), "wrong")]
)
def test_a_claim_between_the_slopes_of_a_kink(claim, status):
    assert judged(claim, estimate(0.0, 0.25), jump=2.0) == status
    rough = estimate(0.0, 0.25, is_rough=True)
    assert judged(claim, rough, jump=2.0) == "inconclusive"


def test_a_claim_that_differences_confirm():
    assert judged(1.0, estimate(1.0, 1e-3)) == "passed"
    assert judged(1.0, estimate(1.0, 1.1e-3)) == "inconclusive"
    assert judged(0.0, estimate(0.0, 1e-300), slope=0.0) == "passed"
    assert judged(0.0, estimate(0.0, 1e-2)) == "inconclusive"
    edge = 1.0 - (3.0 * 0.25 + 1e-11)
    assert judged(1.0, estimate(0.0, 0.25), slack=edge, slope=1000.0) == "passed"
    assert judged(1.0, estimate(0.0, 0.25), slack=edge - 1e-6, slope=1000.0) == "inconclusive"


def test_a_claim_is_wrong_by_more_than_ten_error_bars():
    edge = (1.0 - (10.0 * 0.0625 + 1e-10)) / 2.0
    assert judged(1.0, estimate(0.0, 0.0625), slack=edge) == "inconclusive"
    assert judged(math.nextafter(1.0, 2.0), estimate(0.0, 0.0625), slack=edge) == "wrong"
    rough = estimate(0.0, 0.0625, is_rough=True)
    assert judged(2.0, rough) == "inconclusive"


def test_a_slope_that_the_shortest_step_cannot_show():
    found = estimate(0.0, 0.01)
    assert judged(2.0, found, e=-1, slope=0.44, value=0.0) == "inconclusive"
    assert judged(2.0, found, e=-1, slope=0.50, value=0.0) == "wrong"
    assert judged(2.0, found, e=-1, slope=0.44, value=0.25) == "wrong"
    assert judged(2.0, found, e=-1, slope=0.0, value=0.0) == "wrong"


@pytest.mark.parametrize(
    ("claim", "longer", "status"),
    [
        (1.0, estimate(0.0, 0.1), "inconclusive"),  # ten error bars from the claim
        (1.0, estimate(0.0, 0.099), "wrong"),
        (-3.5, estimate(-4.0, 0.25), "inconclusive"),
        (2.0, estimate(0.0, 0.5), "wrong"),  # as near to the one as to the other
        (1.9, estimate(0.0, 0.5), "inconclusive"),
        (3.25, estimate(3.25, 0.25 - 2.0**-6), "wrong"),  # both are the same within their errors
        (3.24, estimate(3.24, 0.25 - 2.0**-6), "inconclusive"),
    ],
)
def test_a_longer_step_may_side_with_the_claim(claim, longer, status):
    assert judged(claim, estimate(4.0, 2.0**-6), [longer]) == status
