"""What the tests of plots share: models whose decisions are known, and a look at the PNG."""

from matplotlib.font_manager import fontManager

from autograd import Value
from nn import Module
from nn.plot import to_png


class Sign(Module):
    """Decides by the sign of x1."""

    def __call__(self, inputs):
        return Value(inputs[0]) * 1.0


class Quadrant(Module):
    """Three classes: left, right above, right below."""

    def __call__(self, inputs):
        x1, x2 = inputs
        return [Value(x) * 1.0 for x in (-x1, x1 if x2 > 0 else -9.0, x1 if x2 <= 0 else -9.0)]


class Echo(Module):
    """Returns what it gets, as logits."""

    def __call__(self, inputs):
        return [Value(x) * 1.0 for x in inputs]


class Sum(Module):
    """Predicts the sum of the inputs."""

    def __call__(self, inputs):
        total = Value(0.0)
        for x in inputs:
            total = total + x
        return total


def check_png(figure):
    content = to_png(figure)
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(content) > 5000


def legend_of(axes):
    return [text.get_text() for text in axes.get_legend().get_texts()]


def path_of(name):
    entries = (e for e in fontManager.ttflist if e.name == name and e.style == "normal")
    return next(entry.fname for entry in entries if entry.weight == 400)
