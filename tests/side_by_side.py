"""In which order opened boxes stand side by side in a picture: neurons by their numbers.

Owns the drawings that are tried with each program that draws.
"""

import re
from collections import defaultdict

import nn
from autograd import Value, sum as total
from autograd.view import draw

DIRECTIONS = ("LR", "RL", "TB", "BT")
TITLE = re.compile(r'<text [^>]*?x="([-\d.]+)" y="([-\d.]+)"[^>]*>(neuron \d+)</text>')


def drawings(direction):
    """Networks with neurons opened, the last layer too or not."""
    for n_inputs, sizes in ((2, [3, 1]), (2, [2, 2, 1]), (3, [4, 1]), (2, [3]), (2, [5, 2])):
        model = nn.MLP(n_inputs, sizes, seed=0)
        found = model([Value(float(i), label=f"x{i}") for i in range(n_inputs)])
        result = found if isinstance(found, Value) else total(found)
        first = [f"neuron {k + 1}" for k in range(sizes[0])]
        for names in (None, model.named_parameters()):
            yield draw(result, direction=direction, names=names, limit=None, depth=3)
            yield draw(result, direction=direction, names=names, limit=None, depth=2, open=first)


def numbers(svg, direction):
    """Of the neurons of each layer, from left to right or from top to bottom."""
    across = 1 if direction in ("LR", "RL") else 0
    layers = defaultdict(list)
    for *place, title in TITLE.findall(svg):
        layers[round(float(place[1 - across]))].append((float(place[across]), int(title[7:])))
    return [[number for _, number in sorted(layer)] for layer in layers.values()]
