"""An activation function as a table of numbers, for a page that has no Python.

Owns how finely a function is sampled. The page draws straight lines between the points and beyond
them; the rule of the function itself stands in Python only.
"""

import math
from typing import Any

from nn.activations import Activation
from nn.page.network import plain_function
from nn.page.packing import packed

REACH = 20  # the table goes from -REACH to REACH
PER_UNIT = 50  # points between two whole numbers, so that kinks at them lie on a point
FAR = (40.0, 80.0)  # where straight lines beyond the table are compared with the function


def table_of(activation: Activation) -> dict[str, Any]:
    """Return the points of a function from float to float, as static/forward.js reads them.

    `values` at the points; `jumps`, [last z before it, value there, value after it], where the
    function is discontinuous; `straight`, whether it goes on as a straight line beyond the table.
    A point at which the function raises an arithmetic error is nan.
    """
    function = plain_function(activation)

    def value(z: float) -> float:
        try:
            return function(z)
        except (ArithmeticError, ValueError):
            return math.nan

    points = [i / PER_UNIT for i in range(-REACH * PER_UNIT, REACH * PER_UNIT + 1)]
    values = [value(z) for z in points]
    jumps = []
    for low, high, before, after in zip(points, points[1:], values, values[1:], strict=False):
        middle = value((low + high) / 2)
        rise = abs(after - before)
        # Half of a smooth curve's rise lies in each half of a short interval.
        if rise > 1e-6 * (1 + abs(before)) and abs(after + before - 2 * middle) > rise / 2:
            jump = _jump(value, (low, before), (high, after))
            if jump:
                jumps.append(jump)
    return {
        "reach": REACH,
        "per_unit": PER_UNIT,
        "values": packed(values, "d"),  # doubles, for the slope beyond the last points
        "jumps": jumps,
        "straight": _is_straight(value, points, values),
    }


def _jump(value: Any, low: tuple[float, float], high: tuple[float, float]) -> list[float] | None:
    """Where between two points the function jumps: [z, value at z, value right after z]."""
    rise = abs(high[1] - low[1])
    while True:
        z = (low[0] + high[0]) / 2
        if not low[0] < z < high[0]:  # neighbours among the doubles
            found = abs(high[1] - low[1]) > rise / 2
            return [low[0], low[1], high[1]] if found else None
        middle = (z, value(z))
        if abs(middle[1] - low[1]) > abs(high[1] - middle[1]):
            high = middle
        else:
            low = middle


def _is_straight(value: Any, points: list[float], values: list[float]) -> bool:
    for side, inner in ((0, 1), (-1, -2)):
        slope = (values[side] - values[inner]) / (points[side] - points[inner])
        for far in FAR:
            z = math.copysign(far, points[side])
            expected = values[side] + slope * (z - points[side])
            if not math.isclose(value(z), expected, rel_tol=1e-3, abs_tol=1e-3):
                return False
    return True
