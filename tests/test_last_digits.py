"""The last digits: operands, one by one, at which a correction of rounding errors matters.

Owns the numbers that tests to 1e-12 cannot see: products and differences whose rounding error is
known exactly, the constants of series, and for each function that mends its last digits operands
at which it would be off by more than allowed here if a correction were left out. (How many ulp
functions are off over the whole range of doubles: test_accuracy.py.)
"""

import math
import random
from fractions import Fraction

import mpmath
import pytest
from mpmath import mp, mpf

import autograd as ag
from autograd import gamma, special
from tests.oracle import EVERY

INF, NAN = math.inf, math.nan
DRAW = random.Random(20)
PAIRS = [(DRAW.uniform(-2.0, 2.0), DRAW.uniform(-1e3, 1e3)) for _ in range(200)] + [
    (1.3876977857166433, 1.5790078263502345),  # cut at another digit, a product would be rounded
    (1.867233961820603, 1.999999982193725),
    (1.0, -1e-30),
    (-1e-30, 1.0),
]


@pytest.mark.parametrize(("a", "b"), PAIRS[-4:])
def test_the_error_of_one_product_or_difference_is_exact(a, b):
    errors_are_exact(a, b)


def test_the_errors_of_products_and_differences_are_exact():
    for a, b in PAIRS:
        errors_are_exact(a, b)


def errors_are_exact(a, b):
    lost = Fraction(a) * Fraction(b) - Fraction(a * b)
    assert Fraction(special.product_error(a, b)) == lost, (a, b)
    lost = Fraction(a) - Fraction(b) - Fraction(a - b)
    assert Fraction(special.difference_error(a, b)) == lost, (a, b)


def test_bernoulli_numbers():
    """By their recurrence: the sum of binomial(n + 1, k) B_k over k <= n is 0 for n > 0."""
    numbers = [Fraction(1)]
    for n in range(1, 2 * len(gamma._BERNOULLI) + 1):
        rest = sum(math.comb(n + 1, k) * numbers[k] for k in range(n))
        numbers.append(-rest / (n + 1))
    assert tuple([float(b) for b in numbers[2::2]]) == gamma._BERNOULLI
    assert len(gamma._BERNOULLI) == 12


def test_the_constants_of_log_of_near():
    with mp.workdps(50):
        assert mpf(special.LN2) + mpf(special.LN2_REST) == pytest.approx(
            mpmath.ln2, rel=1e-31, abs=0.0
        )
        for k, (shift, shift_rest, parts, high, low) in enumerate(special.HALVINGS):
            assert (shift, parts) == (float(k * mpmath.ln2), 2.0**k + 1.0)
            assert shift_rest == pytest.approx(float(k * mpmath.ln2 - shift), rel=1e-15, abs=0.0)
            logarithm = mpmath.log1p(mpf(2) ** -k)
            assert high == float(logarithm)
            assert low == pytest.approx(float(logarithm - high), rel=1e-15, abs=0.0)
            assert special.HALFWAY[k] == pytest.approx(
                float(-(k + 0.5) * mpmath.ln2), rel=1e-15, abs=0.0
            )
    assert len(special.HALVINGS) == len(special.HALFWAY) == 3


# (operation, operands, how many ulp it may be off there): without the correction named it is off
# by more.
CHOSEN = [
    ("sigmoid", 0.4419226480603845, 0.8),  # the form without a small number below the line
    ("cbrt", 22.54, 0.8),  # one step of Newton's method, with its third
    ("cbrt", -6.821, 0.8),
    ("gelu", -1.848, 1.0),  # the tail's slope, from -0.7 on
    ("gelu", -0.7071067811865475, 0.5),  # whose z is 0.5: from there on, not there
    ("gelu", -34.4443, 1.0),
    ("gelu", -36.5697, 1.0),
    ("lgamma", 14.412996006078146, 0.7),  # Stirling's series, from 14 on
    ("lgamma", 14.262888582358084, 1.0),  # what its product rounds off
    ("lgamma", 14.151106018282741, 1.0),
    ("lgamma", 1.7973088660798058e17, 0.7),  # one term of it, from 1e17 on
    ("lgamma", -29.000038040362785, 1.0),  # beside a pole: the sine's argument is reduced exactly
    ("lgamma", -2.4658962551462906, 1.0),  # beside a root: what constant and product lack
    ("lgamma", -4.039154990217799, 1.0),
    ("digamma", -10.72172532721857, 1.0),  # the tangent mends what pi r loses
    ("digamma", -2.6030798930464556, 1.0),
    ("digamma", -11.75, 1.0),
    ("digamma", -7.656090383330515, 1.0),  # beside a zero of the cotangent
    ("lgamma", 14.04030841470597, 0.7),  # neither more terms of the tail nor other ones
    ("lgamma", 14.036079523838275, 0.7),
    ("digamma", 14.199922602930862, 0.7),
    ("digamma", 14.042215381305276, 0.7),
    ("digamma", 2.3013314095583586, 0.8),  # the last term of the series at 2
    ("lgamma", 0.21210480876500823, 0.8),  # what x + 1 rounds off
]


@pytest.mark.parametrize(("name", "x", "ulps"), CHOSEN)
def test_a_correction_is_seen(name, x, ulps):
    with mp.workdps(60):
        exact = EVERY[name].function(mpf(x))
        off = abs(mpf(getattr(ag, name)(x)) - exact) / math.ulp(float(exact))
    assert off <= ulps, f"{name}({x}) is off by {float(off):.3g} ulp"


@pytest.mark.parametrize(
    ("n", "x", "ulps"),
    [
        (3, 14.082159937855595, 0.8),  # the asymptotic series of zeta, from 12 + n + 1 on
        (2, 14.628280491542027, 0.8),
        (16, 28.0, 0.8),
        (4, -0.0403, 1.0),  # by recurrence, not by reflection
        (1000, 356.8142472116003, 1.0),  # a factorial and a power that no double holds
    ],
)
def test_a_correction_of_polygamma_is_seen(n, x, ulps):
    with mp.workdps(60):
        exact = mpmath.psi(n, mpf(x))
        off = abs(mpf(ag.polygamma(float(n), x)) - exact) / math.ulp(float(exact))
    assert off <= ulps


@pytest.mark.parametrize(
    ("x", "top"),
    [(-664.0, 0.03573), (-415.79627, 216.3974607), (-643.240457, 0.000930116), (3.0, 3.0)],
)
def test_the_exponential_of_a_difference_has_what_the_difference_lacks(x, top):
    with mp.workdps(60):
        exact = mpmath.exp(mpf(x) - mpf(top))
        off = abs(mpf(special.exp_difference(x, top)) - exact) / math.ulp(float(exact))
    assert off <= 1.0


@pytest.mark.parametrize(
    ("a", "b", "ulps"),  # several where a rounding of an operand is worth more
    [
        (-0.692663412461285, -0.6926634210284418, 1.0),
        (-0.7035173480391625, -0.7035174308214892, 1.0),
        (0.0, -0.001, 0.5),  # nothing cancels here and in the next one
        (0.3900888993263769, -0.8561904144175578, 0.7),
        (-0.14969931305038697, -1.8825672644502502, 1.0),
        (-0.15635968240190404, -1.936500212170811, 3.0),
        (-0.47460061225096534, -0.821174202530938, 0.7),
        (-0.5291225228199818, -0.8843805450352895, 12.0),
        (-0.34873346509271175, -1.234486365929195, 8.0),
        (-0.2909766046169615, -1.3306973754568794, 2.0),
        (-0.2876792430561807, -1.3822278081157995, 12.0),
        (-0.5171410335663251, -0.8919723364309147, 8.0),
        (-0.38555926002826113, -1.1380011323359176, 8.0),
    ],
)
def test_what_cancels_in_logaddexp(a, b, ulps):
    with mp.workdps(60):
        exact = mpmath.log(mpmath.exp(mpf(a)) + mpmath.exp(mpf(b)))
        off = [
            abs(mpf(found) - exact) / math.ulp(float(exact))
            for found in (ag.logaddexp(a, b), ag.logaddexp(b, a), ag.logsumexp([a, b]))
        ]
    assert max(off) <= ulps


def test_from_14_on_the_gamma_functions_have_their_asymptotic_series(monkeypatch):
    monkeypatch.setattr(gamma, "_from_two", None)  # what they begin with below 14
    assert gamma.lgamma(14.0) == pytest.approx(math.log(math.factorial(13)), rel=1e-15)
    assert gamma.digamma(14.0) == pytest.approx(float(mpmath.digamma(14)), rel=1e-15)
    with pytest.raises(TypeError):
        gamma.lgamma(math.nextafter(14.0, 0.0))


# Polygamma functions of any order


def polygamma(n, x):
    """(-1)^(n+1) n! times the sum of (x+k)^-(n+1), with the digits that cancel beside a pole."""
    s, steps = n + 1, max(0, 1 - math.floor(x))
    with mp.workdps(60 + int(s * max(0.0, math.log10(abs(x) + 2.0) + 0.4) * (x < 0.0))):
        terms = mpmath.zeta(s, mpf(x) + steps) + sum((mpf(x) + k) ** -s for k in range(steps))
        return (-1) ** s * mpmath.factorial(n) * terms


@pytest.mark.parametrize(
    ("n", "x"),
    [
        (20, -0.3), (99, -2.25), (100, -2.5), (100, -0.4), (101, -0.4), (101, -0.5), (102, -0.5),
        (101, -2.25), (102, -2.25), (102, -1.75), (120, -7.49), (120, -7.51), (121, -7.49),
        (121, -7.51), (170, -7.5), (180, -0.5),
        (1001, 371.3239119153298), (1001, 390.2), (1002, 394.9), (1076, 511.9), (1500, 487.57),
        (1500, 614.2), (3000, 1037.182639925303),
    ],
)  # fmt: skip
def test_polygamma_of_high_order(n, x):
    exact = polygamma(n, x)
    slope = abs(polygamma(n + 1, x) * x / exact)  # what a rounding of x changes
    bound = (8.0 + min(slope, n)) * 2.0**-53 + (4.0 * n * math.log(n) * 2.0**-53) * (n > 1000)
    assert abs(mpf(ag.polygamma(float(n), x)) / exact - 1) <= bound


@pytest.mark.parametrize(
    ("n", "x", "expected"),
    [
        (1000, 1e-300, -INF), (1001, 1e-300, INF), (1001, 0.5, INF), (1001, 1e300, 0.0),
        (1001, INF, 0.0), (2, INF, -0.0), (1200, -INF, NAN), (1200, -3.0, -INF), (1201, -3.0, INF),
        (200, -0.3, INF), (200, -0.7, -INF), (201, -0.3, INF), (201, -0.7, INF), (1000, -0.5, -INF),
        (1001, -0.5, INF), (1200, -0.3, INF), (5, -1e-300, INF), (4, -1e-300, INF),
        (4, 1e-300, -INF), (1001, NAN, NAN), (0, NAN, NAN),
    ],
)  # fmt: skip
def test_polygamma_beyond_the_doubles(n, x, expected):
    found = ag.polygamma(float(n), x)
    assert found == expected or (found != found and expected != expected)
    assert found != 0.0 or math.copysign(1.0, found) == math.copysign(1.0, expected)


def test_polygamma_of_order_zero_is_digamma():
    assert ag.polygamma(0.0, 2.5) == ag.digamma(2.5)


@pytest.mark.parametrize("n", [INF, -INF, NAN, -1.0, 0.5, 1.5])
def test_the_order_of_polygamma_is_a_whole_number(n):
    with pytest.raises(ValueError, match=r"^polygamma: n must be a whole number >= 0, got "):
        ag.polygamma(n, 2.0)


def test_from_an_order_of_101_on_a_reflection_needs_two_poles_only(monkeypatch):
    monkeypatch.setattr(gamma, "_two_poles", None)
    assert ag.polygamma(100.0, -2.25) == pytest.approx(float(polygamma(100, -2.25)), rel=1e-13)
    monkeypatch.undo()
    monkeypatch.setattr(gamma, "_cotangent_derivative", None)
    assert ag.polygamma(101.0, -2.25) == pytest.approx(float(polygamma(101, -2.25)), rel=1e-13)


def test_the_unit_of_a_zeta_beyond_the_doubles(monkeypatch):
    units, zeta = [], gamma._hurwitz_zeta
    monkeypatch.setattr(gamma, "_hurwitz_zeta", lambda *args: units.append(args[2]) or zeta(*args))
    for order in (1.0, 1000.0, 1001.0):
        for x in (0.75, 400.0):
            ag.polygamma(order, x)
    assert units == [1.0, 256.0, 1.0, 256.0, 0.75, 400.0]


def test_beyond_an_order_of_1000_polygamma_makes_no_factorial(monkeypatch):
    made, factorial = [], math.factorial
    monkeypatch.setattr(math, "factorial", lambda n: made.append(n) or factorial(n))
    ag.polygamma(1000.0, 400.0)
    assert max(made) == 1000
    made.clear()
    for x in (400.0, 1e6):
        ag.polygamma(1001.0, x)
    assert max(made) == 2 * len(gamma._BERNOULLI)


@pytest.mark.parametrize("n", [1e6, 1e8, 1e9, 1e15, 1e16, 1e200, 1.7e308])
def test_an_order_of_any_size_takes_few_terms(n, monkeypatch):
    terms, power = [], gamma._inverse_power
    monkeypatch.setattr(gamma, "_inverse_power", lambda *args: terms.append(args) or power(*args))
    for x in (5e-324, 0.5, 3.7, 1e3, 1e8, 1e300, -0.3, -2.5):
        terms.clear()
        found = ag.polygamma(n, x)
        sizes = (INF, 0.0) if x < n else (0.0,)
        assert abs(found) in sizes or (x < 0.0 and found != found), (x, found)
        assert len(terms) < 5000
    assert ag.polygamma(n, 3.7) == -INF


@pytest.mark.parametrize(("n", "x"), [(1500.0, 600.0), (5000.0, 1900.0), (3000.0, 1.2e3)])
def test_large_orders_that_are_numbers(n, x):
    assert ag.polygamma(n, x) == pytest.approx(float(polygamma(int(n), x)), rel=1e-9)


# Edges that no row's derivative shows


def test_of_two_zeros_the_first_is_the_largest():
    for zeros in ((0.0, -0.0), (-0.0, 0.0)):
        assert math.copysign(1.0, special.maximum(*zeros)) == math.copysign(1.0, zeros[0])
        assert math.copysign(1.0, special.minimum(*zeros)) == math.copysign(1.0, zeros[0])


def test_gaps():
    assert special.gap_to_second(2.0) == 1.0
    assert special.gap_to_second(2.0, -3.0) == 5.0
    assert special.gap_to_second(-3.0, 2.0, 1.5) == 0.5
    for x, distance in ((0.5, 0.5), (3.0, 3.0), (-0.25, -0.25), (-0.75, 0.25), (-2.0, 0.0)):
        assert gamma.distance_to_gamma_pole(x) == distance
