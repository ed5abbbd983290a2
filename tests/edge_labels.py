"""Where the words at the edges of a picture stand: each by its own edge, none on another.

Owns the drawings that are tried with each program that draws.
"""

import re
import xml.etree.ElementTree as ElementTree
from itertools import combinations, pairwise

import autograd as ag
import nn
from autograd import Value
from autograd.view import draw

SVG = "{http://www.w3.org/2000/svg}"
LETTER, HEIGHT = 4.5, 7.0  # points, of digits and small letters of 9
NEAR = 17.0  # points from a word to its edge


def drawings(direction):
    """Expressions in which the order of operands matters, most of them with edges that cross."""
    a, b, q, r = (Value(x, label=name) for x, name in ((3, "a"), (2, "b"), (1.5, "q"), (0.5, "r")))
    for result in (
        (a - b) * (b - a), (q - r) / r**q, a / b + b / a, a**b - b**a, a - a, a - b - q - r,
        (a - 5) ** 2 / (7 - b), ag.where(a > b, a - b, b - a), ag.clip(a, b, q), ag.atan2(a, 2.0),
        nn.mse_loss([a, b], [1.0, 2.0]), (a - b) / (a + b) * (b - q) / (q - r),
    ):  # fmt: skip
        for derivatives in (False, True):
            yield draw(result, direction=direction, depth=1, derivatives=derivatives)


def assert_readable(drawing):
    """No word lies on another, and each is near its own edge."""
    svg = ElementTree.fromstring(drawing.svg())
    words = []
    for group in svg.iter(f"{SVG}g"):
        if "edge" in group.get("class", "").split():
            path = group.find(f".//{SVG}path").get("d")
            for text in group.iter(f"{SVG}text"):
                x, y = float(text.get("x")), float(text.get("y")) - HEIGHT / 2
                words.append((x, y, text.text.strip()))
                half = LETTER * len(words[-1][2]) / 2
                ends = ((x + side * half, y) for side in (-1, 0, 1))
                assert min(_distance(end, path) for end in ends) < NEAR, (text.text, drawing.source)
    for (x, y, word), (u, v, other) in combinations(words, 2):
        is_beside = abs(x - u) > LETTER * (len(word) + len(other)) / 2
        assert is_beside or abs(y - v) > HEIGHT, (word, other, drawing.source)


def _distance(point, path):
    """From a point to a path of Bézier curves, taken at some points of each."""
    numbers = [float(x) for x in re.findall(r"-?\d+(?:\.\d+)?", path)]
    corners = [complex(*pair) for pair in zip(numbers[::2], numbers[1::2], strict=True)]
    found = []
    for i in range(0, len(corners) - 1, 3):
        curve = corners[i : i + 4]
        for t in (k / 20 for k in range(21)):
            some = curve
            while len(some) > 1:
                some = [p + (q - p) * t for p, q in pairwise(some)]
            found.append(abs(some[0] - complex(*point)))
    return min(found)
