"""Text in a picture: names, numbers, operations; always plain text, never markup or DOT."""

import html
import re
import unicodedata

from graphviz import nohtml

from autograd.op import Op

LONGEST_NAME = 40
LONGEST_LINE = 1000  # of a tooltip: `dot` reads no text of more than 16384 bytes
# Widths of letters in the widest of the fonts that stand in for Helvetica (DejaVu Sans), in ems.
_WIDTHS = dict.fromkeys("ijl|!.,:;' ()[]{}/\\ftrI-`", 0.42) | dict.fromkeys("mMW@%+=<>~…", 1.0)
USUAL, CAPITAL, WIDE, BOLD = 0.64, 0.79, 1.0, 1.12


def plain(text: str) -> str:
    """`text` for an HTML-like label: shown as it is, at most LONGEST_NAME characters of it."""
    return "<BR/>".join(map(_escape, _cut(text).split("\n")))


def quoted(text: str, align: str = "n", longest: int = LONGEST_NAME) -> str:
    """`text` for an ordinary label: shown as it is.

    Renderers guess the width of letters in Korean; unlike those of an HTML-like label, these lines
    stay in their place if the guess is wrong.

    Args:
        text: of one or more lines.
        align: l (left), r (right) or n (in the middle).
        longest: how many characters of a line are shown at most.
    """
    lines = [_escape(_cut(line, longest)) for line in text.split("\n")]
    return f"\\{align}".join(lines) + (f"\\{align}" if align in "lr" else "")


def tooltip(*lines: str) -> str:
    """What is shown when one points at a box or an edge in an SVG."""
    # Graphviz looks for \N and its like in a tooltip twice.
    text = "; ".join([_escape(_cut(line, LONGEST_LINE)) for line in lines])
    return str(nohtml(text.replace("\\", "\\\\")))


def _cut(text: str, longest: int = LONGEST_NAME) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _escape(text: str) -> str:
    # Control characters are not allowed in XML, half a surrogate pair cannot be encoded.
    safe = "".join(c if c.isprintable() else " " if c.isspace() else "\ufffd" for c in text)
    # Graphviz reads \N as the node's name, in HTML-like labels too.
    return html.escape(safe).replace("\\", "\\\\")


def room(text: str, bold: bool = False, size: float = 11.0, longest: int = LONGEST_NAME) -> float:
    """The width in points that the longest line of `text` needs in any of the usual fonts.

    A picture is laid out with the widths of Helvetica; a browser that lacks it takes another.

    Args:
        text: of one or more lines.
        bold: whether it is bold.
        size: of the letters, in points.
        longest: how many characters of a line are shown at most.
    """
    ems = max(sum(map(_width, _cut(line, longest))) for line in text.split("\n"))
    return ems * size * (BOLD if bold else 1.0)


def _width(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if unicodedata.east_asian_width(letter) in "WF":
        return WIDE
    return CAPITAL if letter.isupper() or letter in "w&#" else USUAL


def number(x: float) -> str:
    """`x` to four significant digits."""
    return f"{x:.4g}"


def symbol(op: Op) -> str:
    """The sign in an operation's notation ("{0} + {1}" has +), or its name if there is none."""
    sign = re.fullmatch(r"\{0\} ?([^\w\s{}]+) ?\{1\}|([^\w\s{}]+)\{0\}", op.notation)
    return op.name if sign is None else sign[1] or sign[2]
