"""What finite differences say about a derivative that somebody claims.

Owns the choice of the step and the error bar. Central differences are taken at steps that are
powers of two, extrapolated twice (Richardson's scheme, as in C. Ridders, "Accurate computation of
F'(x) and F'(x) F''(x)", Advances in Engineering Software 4, 1982), and judged by what neighbouring
steps disagree about (truncation) and by what ever smaller steps show of rounding. Four steps decide
most claims. A claim that they do not confirm is held against every step there is before anybody is
accused: a kink, the edge of the domain and noise are found first.
"""

import math
import sys
from collections.abc import Callable, Hashable
from itertools import pairwise
from typing import NamedTuple

EPS = sys.float_info.epsilon
SMALLEST = 5e-324

# x -> the function's number there, and on which side of its kinks x lies; () if it has none.
Function = Callable[[float], tuple[float, Hashable]]

CONFIRMED = 1e-8  # relative error of the differences, below which agreement is taken at once,
CLOSE = 1e-9  # unless the gap is larger than this: then the error bar is to be narrower, too
# The shortest step from 0 is 2 to this: its fourth power is a number. Where a step's square is 0,
# |x|, written sqrt(x**2), seems flat.
LOWEST_AT_0 = -250
WEAK = 1e-3  # above it, agreement means little
AGREES, DISAGREES = 3.0, 10.0  # error bars


class Comparison(NamedTuple):
    """A claimed derivative beside the differences.

    Attributes:
        status: "passed", "wrong", "kink", "domain edge", "not finite" or "inconclusive".
        differences: the derivative by differences; nan where there is none.
        error: what they may be off by.
        gap: |claim - differences|.
        allowed: the gap up to which they agree.
        size: what both are measured by, for a relative gap.
    """

    status: str
    differences: float = math.nan
    error: float = math.inf
    gap: float = math.nan
    allowed: float = math.inf
    size: float = 0.0


class _Level(NamedTuple):
    """The function at x - h and x + h."""

    h: float
    central: float  # (f(x+h) - f(x-h)) / 2h
    bend: float  # the right slope minus the left one: h f'' where there is no kink
    slope: float  # the steeper of the two
    top: float  # the larger |f|


def compare(
    function: Function, x: float, claim: float, slack: float = 0.0, noise: float = 0.0,
    levels: int = 2200,
) -> Comparison:  # fmt: skip
    """Hold `claim` against the differences of `function` at `x`.

    Args:
        function: of one number; its second result tells the sides of its known kinks.
        x: where.
        claim: the derivative there, as some rule has it.
        slack: by how much the claim may be off for rounding of its own.
        noise: by how much each number of `function` may be off, beyond its own rounding.
        levels: how many steps may be tried at most, two calls each.
    """
    try:
        return _Comparing(function, x, claim, slack, noise).result(levels)
    except OverflowError:
        return Comparison("not finite")


class _Comparing:
    def __init__(
        self, function: Function, x: float, claim: float, slack: float, noise: float
    ) -> None:
        self.function, self.x, self.claim = function, x, claim
        self.slack, self.noise = slack, noise
        self.value, self.side = function(x)
        self.found: dict[int, _Level | str] = {}

    def result(self, levels: int) -> Comparison:
        if not (math.isfinite(self.value) and math.isfinite(self.claim) and math.isfinite(self.x)):
            return Comparison("not finite")
        exponent = math.frexp(self.x)[1] if self.x else 0
        starts = [exponent - 3] if -4 <= exponent <= 4 else [-3, exponent - 3]
        starts += [min(exponent, 1) - 9, min(exponent, 1) - 14]  # nearer than many kinks
        for start in starts:
            quick = self.quick(start)
            if quick is not None:
                return quick
        return self.thorough(exponent, levels)

    def level(self, e: int) -> "_Level | str":
        """The step 2**e: what it shows, or in a word why it shows nothing."""
        if e not in self.found:
            self.found[e] = self._level(math.ldexp(1.0, e))
        return self.found[e]

    def _level(self, h: float) -> "_Level | str":
        right, left = self.x + h, self.x - h
        if right == self.x or left == self.x or math.isinf(right - left):
            return "step"
        (above, right_side), (below, left_side) = self.there(right), self.there(left)
        if right_side != self.side or left_side != self.side or self.meets_a_kink(h):
            return "kink"
        if not (math.isfinite(above) and math.isfinite(below)):
            return "domain edge" if math.isfinite(above) or math.isfinite(below) else "not finite"
        to_right, to_left = (above - self.value) / h, (self.value - below) / h
        central = (above - below) / (right - left)
        top = max(abs(above), abs(below))
        slope = max(abs(to_right), abs(to_left))
        if math.isinf(slope) or math.isinf(central):
            return "not finite"
        return _Level(h, central, to_right - to_left, slope, top)

    def there(self, x: float) -> tuple[float, Hashable]:
        """The function at another point, where it may raise: nan."""
        try:
            return self.function(x)
        except (ArithmeticError, ValueError):
            return math.nan, self.side

    def meets_a_kink(self, h: float) -> bool:
        """Whether a point between has another side: steps of powers of two may jump over two."""
        if self.side == ():
            return False
        return any(self.there(self.x + part * h)[1] != self.side for part in (0.618, -0.382))

    def rounding(self, level: _Level) -> float:
        """What rounding of the function's numbers does to the differences at a step."""
        return (4.0 * EPS * level.top + 4.0 * SMALLEST + self.noise) / level.h

    def quick(self, start: int) -> Comparison | None:
        """Four steps in the usual place: "passed", or no answer."""
        levels: list[_Level] = []
        for e in range(start, start - 4, -1):
            level = self.level(e)
            if isinstance(level, str):
                return None
            levels.append(level)
        d = [level.central for level in levels]
        once = [(4.0 * b - a) / 3.0 for a, b in pairwise(d)]
        twice = [(16.0 * b - a) / 15.0 for a, b in pairwise(once)]
        best = (64.0 * twice[1] - twice[0]) / 63.0
        first, last = levels[0], levels[-1]
        error = abs(best - twice[1]) + self.rounding(last)
        size = max(abs(self.claim), abs(best))
        gap = abs(self.claim - best)
        allowed = AGREES * error + 1e-11 * size + self.slack
        # Flat on one stair of rounding is not flat: the longer steps tried before have to be, too.
        tried = [level for level in self.found.values() if not isinstance(level, str)]
        is_flat = size == 0.0 and all(level.slope == 0.0 for level in tried)
        if not is_flat and not (error <= CONFIRMED * size and gap <= min(allowed, CLOSE * size)):
            return None
        if abs(last.bend) > max(0.3 * abs(first.bend), 1e-7 * size, 4.0 * self.rounding(last)):
            return None  # the two sides differ as much at a step an eighth as long: a kink?
        return Comparison("passed", best, error, gap, allowed, size)

    def thorough(self, exponent: int, most: int) -> Comparison:
        """Every step there is, from one half of |x| (or 1) down to where rounding hides all."""
        highest = max(exponent, 1) - 1
        lowest = exponent - 51 if self.x else LOWEST_AT_0
        exponents = list(range(highest, lowest, -1))
        if len(exponents) > most:  # around |x| and around 1
            near = range(exponent - 1, exponent - 1 - most // 2, -1)
            exponents = sorted({*near, *range(0, -most // 2, -1)} & set(exponents), reverse=True)
        troubles: dict[str, int] = {}
        runs: list[list[_Level]] = [[]]  # of usable steps without a gap
        for e in exponents:
            level = self.level(e)
            if isinstance(level, str):
                troubles[level] = e
                # Where a shorter step meets a kink, a longer one has passed several of them.
                runs = [[]] if level == "kink" else [*runs, []]
                continue
            if runs[-1] and runs[-1][-1].h != 2.0 * level.h:
                runs.append([])
            runs[-1].append(level)
            hidden = 1e4 * max(abs(self.claim), level.slope, SMALLEST)
            if len(self.found) > 24 and self.rounding(level) > hidden:
                break
        candidates = [one for run in runs for one in _extrapolated(run, self.rounding)]
        if not candidates:
            return Comparison(self._why_none(troubles))
        best = min(candidates, key=lambda one: one.error)
        for one in sorted(candidates, key=lambda one: one.error):
            # A kink nearer than the step that was chosen: shorter steps know better.
            differs = abs(one.derivative - best.derivative) > AGREES * (one.error + best.error)
            is_sure = one.error < 0.01 * max(abs(one.derivative), abs(best.derivative))
            if one.h < best.h and differs and is_sure and not one.is_rough:
                best = one
        usable = [level for run in runs for level in run]
        return self._judge(best, candidates, usable)

    def _why_none(self, troubles: dict[str, int]) -> str:
        # What stops the shortest steps is what lies at x itself.
        words = [word for word in troubles if word != "step"]
        return min(words, key=lambda word: troubles[word]) if words else "inconclusive"

    def _judge(
        self, best: "_Estimate", candidates: list["_Estimate"], usable: list[_Level]
    ) -> Comparison:
        found, error = best.derivative, best.error
        widest = max(level.slope for level in usable)
        size = max(abs(self.claim), abs(found))
        gap = abs(self.claim - found)
        allowed = AGREES * error + 1e-11 * size + self.slack
        jump = self._jump(best, usable)
        if jump > 0.0:
            between = 0.5 * jump + error + 0.01 * jump
            if best.is_rough:  # it may swing; but what does, has other slopes at other steps
                is_kink = gap <= between and self._is_steady(jump, best, usable)
                status = "kink" if is_kink else "inconclusive"
            else:
                status = "kink" if gap <= between else "wrong"
        elif gap <= allowed:
            is_flat = size == 0.0 and widest == 0.0
            # Shorter steps do not count: at a jump their slopes grow without end.
            steepest = max([level.slope for level in usable if level.h >= best.h], default=0.0)
            is_enough = is_flat or error + self.slack <= WEAK * max(size, steepest)
            status = "passed" if is_enough else "inconclusive"
        else:
            is_clear = gap > DISAGREES * error + 1e-10 * size + 2.0 * self.slack
            # A slope that the shortest step cannot show is no contradiction: sin at 1e200.
            moved = max(level.slope * level.h for level in usable)
            shortest = min(level.h for level in usable)
            hidden = moved > 0.0 and 4.0 * max(moved, abs(self.value)) < abs(self.claim) * shortest
            # Rounding may be a staircase, smooth on each stair: no longer step may side with the
            # claim against the shorter ones.
            all_say_no = not any(
                abs(self.claim - one.derivative) <= DISAGREES * one.error
                and abs(self.claim - one.derivative) < 0.5 * abs(best.derivative - one.derivative)
                for one in candidates
                if abs(one.derivative - best.derivative) > AGREES * (one.error + best.error)
            )
            can_tell = is_clear and all_say_no and not best.is_rough and not hidden
            status = "wrong" if can_tell else "inconclusive"
        return Comparison(status, found, error, gap, allowed, max(size, widest))

    def _jump(self, best: "_Estimate", usable: list[_Level]) -> float:
        """The right derivative minus the left one at x itself, its size; 0 if there is no kink."""
        # The shortest step at which the slopes to the two sides differ by more than rounding.
        usable = [level for level in usable if level.h <= best.h]
        clear = [
            k
            for k, level in enumerate(usable)
            if abs(level.bend) > 20.0 * (self.rounding(level) + best.noise / level.h)
        ]
        if not clear or clear[-1] < 4:
            return 0.0
        level, longer = usable[clear[-1]], usable[clear[-1] - 4]
        shrinks = abs(level.bend) <= 0.5 * abs(longer.bend) or level.h > longer.h / 15.0
        return 0.0 if shrinks or abs(level.bend) <= 1e-3 * level.slope else abs(level.bend)

    def _is_steady(self, jump: float, best: "_Estimate", usable: list[_Level]) -> bool:
        """Whether the slopes to the two sides differ by as much at every shorter step."""
        steps = [level for level in usable if level.h <= best.h]
        return all(
            abs(abs(level.bend) - jump) <= 0.01 * jump + 20.0 * self.rounding(level)
            for level in steps
        )


class _Estimate(NamedTuple):
    """A twice extrapolated derivative, and what it may be off by."""

    derivative: float
    error: float
    h: float
    noise: float
    is_rough: bool  # at shorter steps the function moves as much: it may swing between the points


def _extrapolated(run: list[_Level], rounding: Callable[[_Level], float]) -> list[_Estimate]:
    """An estimate for each step of a run that two longer ones stand before."""
    d = [level.central for level in run]
    once = [(4.0 * b - a) / 3.0 for a, b in pairwise(d)]
    twice = [(16.0 * b - a) / 15.0 for a, b in pairwise(once)]
    levels = run[2:]
    # Rounding makes estimates scatter by noise/h: seen at all shorter steps, the largest counts.
    noise, swing = [0.0] * len(twice), [0.0] * len(twice)
    for k in range(len(twice) - 2, -1, -1):
        noise[k] = max(noise[k + 1], abs(twice[k] - twice[k + 1]) * levels[k + 1].h)
        far = levels[min(k + 4, len(levels) - 1)]  # where a smooth function bends 256 times less
        swing[k] = max(swing[k + 1], abs(far.bend) * far.h)
    found = []
    for k, (derivative, level) in enumerate(zip(twice, levels, strict=True)):
        if k + 3 >= len(twice) > 6:
            break  # at the shortest steps nothing shows what still shorter ones would do
        neighbours = [abs(derivative - twice[j]) for j in (k - 1, k + 1) if 0 <= j < len(twice)]
        truncation = max(neighbours, default=abs(derivative - once[k + 1]))
        error = truncation + noise[k] / level.h + rounding(level)
        if math.isfinite(error):
            moved = max(64.0 * EPS * level.top, 0.05 * level.slope * level.h)
            is_rough = max(noise[k], swing[k]) > moved or len(twice) < 4
            found.append(_Estimate(derivative, error, level.h, noise[k], is_rough))
    return found
