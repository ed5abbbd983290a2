"""In which order opened neurons, and the weights in them, stand side by side in a picture.

Owns the drawings that are tried with each program that draws.
"""

import re
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from itertools import pairwise

import nn
from autograd import Value, sum as total
from autograd.view import draw

DIRECTIONS = ("LR", "RL", "TB", "BT")
MOST = 4  # inputs whose products are drawn one by one
WEIGHT = re.compile(r"(?:w|.*\.weights\.)(\d+)")
SVG, LINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}title"


def drawings(direction):
    """Networks with the neurons of all layers opened, and how many these are.

    Not tried: a layer opened above a folded one, which `dot` turns round from top to bottom; and
    the weights of more than four inputs, whose products are one operation.
    """
    for n_inputs, sizes in ((2, [3, 1]), (2, [2, 2, 1]), (3, [4, 1]), (2, [3]), (2, [5, 2])):
        model = nn.MLP(n_inputs, sizes, seed=0)
        found = model([Value(float(i), label=f"x{i}") for i in range(n_inputs)])
        result = found if isinstance(found, Value) else total(found)
        for names in (None, model.named_parameters()):
            options = {"direction": direction, "names": names, "limit": None}
            yield draw(result, depth=3, **options), sum(sizes)
            yield draw(result, depth=2, open="neuron", **options), sum(sizes)


def assert_in_order(drawing, n_open, direction):
    """From left to right, or from top to bottom: neuron 1 before neuron 2, in it w1 before w2."""
    across = 1 if direction in ("LR", "RL") else 0
    svg = ElementTree.fromstring(drawing.svg())
    neurons, weights = {}, []
    for group in svg.iter(f"{SVG}g"):
        kinds, text = group.get("class", "").split(), next(group.iter(f"{SVG}text"), None)
        if "opened" in kinds and "neuron" in text.text:
            neurons[group.find(f".//{SVG}a").get(LINK)] = _corners(group)
        elif "leaf" in kinds and (number := WEIGHT.fullmatch(text.text)) is not None:
            weights.append(((float(text.get("x")), float(text.get("y"))), int(number[1])))
    assert len(neurons) == n_open
    layers = defaultdict(list)
    for path, corners in neurons.items():
        layer, _, number = path.rpartition(" ")
        layers[layer].append((corners[0][across], int(number) if number.isdigit() else 1))
        inside = [
            (place[across], k)
            for place, k in weights
            if all(low < x < high for x, low, high in zip(place, *corners, strict=True))
        ]
        assert len(inside) > 1
        if len(inside) <= MOST:
            layers[path] = inside
    for found in layers.values():
        assert all(a[1] < b[1] for a, b in pairwise(sorted(found))), drawing.source


def _corners(group):
    """The smallest and the largest x and y of an opened box."""
    shape = next(x for x in group.iter() if x.tag in (f"{SVG}path", f"{SVG}polygon"))
    numbers = [
        float(x) for x in re.findall(r"-?\d+(?:\.\d+)?", shape.get("d") or shape.get("points"))
    ]
    points = [*zip(numbers[::2], numbers[1::2], strict=True)]
    return [tuple(map(choice, zip(*points, strict=True))) for choice in (min, max)]
