"""The colours of a picture, light and dark, and how a gradient gets one.

Owns every colour in a graph. Blue and vermillion are those of Okabe and Ito, which people with any
colour vision tell apart; text on them keeps the contrast that WCAG AA asks for, 4.5 to 1.
"""

import math
from typing import NamedTuple

BLUE, VERMILLION, YELLOW = "#0072b2", "#d55e00", "#f0e442"

WIDEST = 3.5  # the border of the largest gradient, in points; that of 0 is 1


class Palette(NamedTuple):
    """Colours of what a graph is drawn from, each as #rrggbb.

    Attributes:
        page: behind everything.
        text: on all of the surfaces `leaf`, `computed`, `constant`, `operation`, `box`, `page`.
        faint_text: on `page`, `constant`.
        line: edges and borders.
        faint: edges and borders of what matters less.
        strong: paths that are highlighted.
        tint: how much of blue or vermillion the largest gradient puts behind its number.
    """

    page: str
    text: str
    faint_text: str
    line: str
    faint: str
    strong: str
    leaf: str
    computed: str
    constant: str
    operation: str
    box: str
    tint: float


LIGHT = Palette(
    page="#ffffff", text="#1c2430", faint_text="#5b6370", line="#5a6472", faint="#9aa1ab",
    strong="#101418", leaf="#e8f4ec", computed="#ffffff", constant="#f0f0f0", operation="#fdf0d5",
    box="#ebe9f5", tint=0.55,
)  # fmt: skip
DARK = Palette(
    page="#14181f", text="#eef1f5", faint_text="#aab3bf", line="#97a1af", faint="#67717e",
    strong="#ffffff", leaf="#1d3a2c", computed="#20262f", constant="#2a3038", operation="#4a3b1c",
    box="#33304d", tint=0.6,
)  # fmt: skip


class Shade(NamedTuple):
    """How a gradient is shown: behind its number, and around its box."""

    fill: str
    text: str
    border: str
    width: float


def shade(gradient: float, largest: float, surface: str, palette: Palette) -> Shade:
    """Return how `gradient` is shown on `surface`.

    Args:
        gradient: its sign chooses the colour, its size the strength and the width; nan and inf
            have a colour of their own.
        largest: the largest finite |gradient| in the picture.
    """
    if not math.isfinite(gradient):
        return Shade(YELLOW, "#000000", YELLOW if palette is DARK else "#8a6d00", WIDEST)
    if gradient == 0.0:
        return Shade(surface, palette.text, palette.line, 1.0)
    strength = abs(gradient) / largest
    hue = BLUE if gradient > 0.0 else VERMILLION
    fill = _mix(surface, hue, palette.tint * (0.15 + 0.85 * strength))
    border = _mix(palette.line, hue, 0.4 + 0.6 * strength)
    return Shade(fill, palette.text, border, round(1.0 + (WIDEST - 1.0) * strength, 2))


def _mix(one: str, other: str, share: float) -> str:
    """The colour between two: 0 is `one`, 1 is `other`."""
    pairs = ((int(one[k : k + 2], 16), int(other[k : k + 2], 16)) for k in (1, 3, 5))
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
