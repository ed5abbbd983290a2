"""What all plots share: colours, markers, an empty figure, its texts, its PNG.

Figures are made through matplotlib's object interface, never through pyplot, so nothing global
changes and no window opens. Colours are the colour-blind-safe ones of Okabe and Ito, and never the
only sign.
"""

import functools
import io
from typing import TYPE_CHECKING, Any

from nn.extras import extra
from nn.plot.fonts import LAST, NOWHERE, fallbacks, say_once

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#000000")
BLUE, ORANGE, VERMILLION, GREY = COLORS[0], COLORS[1], COLORS[5], "#666666"
MARKERS = "o^sDvP*X"
HATCHES = ("", "//", "..", "\\\\", "xx", "--", "||", "++")
LONGEST_NAME = 24


def to_png(figure: "Figure") -> bytes:
    """Return the figure as the contents of a PNG file."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=120)
    return content.getvalue()


def new_figure(purpose: str, width: float, height: float) -> "Figure":
    """An empty figure of a size in inches, or one line saying what to install."""
    with extra("plot", purpose):
        from matplotlib.figure import Figure
    figure = Figure(figsize=(width, height), layout="constrained")
    # pyplot would tell notebooks how to show a Figure, but nobody need have imported it.
    figure._repr_png_ = functools.partial(to_png, figure)  # type: ignore[attr-defined]
    return figure


def finished(figure: "Figure") -> "Figure":
    """Return `figure` with its texts shown as they were written, in fonts that have their letters.

    Every plot ends with this, so that the figure is right however it is saved.
    """
    from matplotlib import rcParams
    from matplotlib.text import Text
    from matplotlib.ticker import FuncFormatter

    found: list[Any] = figure.findobj(Text)
    texts = [text for text in found if text.get_text()]
    letters = "".join(text.get_text() for text in texts)
    fonts, missing = fallbacks(letters)
    if missing:
        say_once(letters)
    boxes = str.maketrans(dict.fromkeys(missing, NOWHERE))
    for text in texts:
        if "\\mathdefault" not in text.get_text():  # matplotlib's own: the numbers at an axis
            text.set_parse_math(False)  # a name such as "$5 to $10" is no formula
            text.set_text(text.get_text().translate(boxes))
        text.set_fontfamily([*text.get_fontfamily(), *fonts, LAST])
    for axes in figure.axes:
        for axis in (axes.xaxis, axes.yaxis):
            # Names at an axis are written anew whenever the figure is drawn.
            if missing and isinstance(axis.get_major_formatter(), FuncFormatter):
                names = [label.get_text() for label in axis.get_ticklabels()]
                axis.set_ticklabels([name.translate(boxes) for name in names])
        # For the numbers that are yet to be written.
        axes.tick_params(labelfontfamily=[*rcParams["font.family"], *fonts, LAST])
    return figure


def name_of(thing: Any) -> str:
    """`thing` as a name in a plot: on one line, printable, and not too long."""
    text = "".join(c if c.isprintable() else " " if c.isspace() else NOWHERE for c in str(thing))
    return text if len(text) <= LONGEST_NAME else text[: LONGEST_NAME - 1] + "…"


def class_marker(i: int) -> str:
    """The marker of class i; together with the colour it differs among the first 64."""
    return MARKERS[(i + i // len(COLORS)) % len(MARKERS)]


def class_color(i: int) -> str:
    """The colour of class i."""
    return COLORS[i % len(COLORS)]


def legend_beside(axes: "Axes", **options: Any) -> None:
    """A legend to the right of `axes`, where it covers no data."""
    axes.legend(loc="upper left", bbox_to_anchor=(1.02, 1.0), borderaxespad=0.0, **options)


def diverging() -> "Colormap":
    """Vermillion below 0, white at 0, blue above, as the edges of `model.draw()`."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("weights", [VERMILLION, "#FFFFFF", BLUE])
