"""What all plots share: colours, markers, an empty figure, its PNG.

Figures are made through matplotlib's object interface, never through pyplot, so nothing global
changes and no window opens. Colours are the colour-blind-safe ones of Okabe and Ito, and never the
only sign.
"""

import io
from typing import TYPE_CHECKING

from nn.extras import extra

if TYPE_CHECKING:
    from matplotlib.figure import Figure

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
MARKERS = "o^sDvP*X"


def to_png(figure: "Figure") -> bytes:
    """Return the figure as the contents of a PNG file."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=120)
    return content.getvalue()


def new_figure(purpose: str, width: float, height: float) -> "Figure":
    """An empty figure of a size in inches, or one line saying what to install."""
    with extra("plot", purpose):
        from matplotlib.figure import Figure
    return Figure(figsize=(width, height), layout="constrained")
