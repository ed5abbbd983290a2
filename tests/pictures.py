"""What tests of pictures share: graphs to draw, and the texts of a drawing, read from its SVG."""

import random
import xml.etree.ElementTree as ElementTree

from hypothesis import strategies as st

import autograd as ag
import nn
from autograd import Value

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = [
    "</TABLE>>]; evil [label=<",
    "<B>bold</B>",
    "&lt; &amp; &#65;",
    '"quoted" \\" \\',
    "\\N \\G \\l \\",
    "{record|fields}",
    "<>",
    "a -> b; // comment",
    "뉴런 1 σ",
    "  two  spaces ",
    "%s %d {} $x$",
]


def root_of(drawing):
    """The picture as XML; Graphviz keeps runs of spaces by no-break spaces."""
    return ElementTree.fromstring(drawing.svg().replace("&#160;", " "))


def _of_kind(drawing, kind):
    groups = root_of(drawing).iter(f"{SVG}g")
    return [group for group in groups if kind in group.get("class", "").split()]


def by_title(drawing, kind):
    """The texts of each node or edge of the rendered picture, by its title."""
    return {
        group.findtext(f"{SVG}title"): [text.text for text in group.iter(f"{SVG}text")]
        for group in _of_kind(drawing, kind)
    }


def by_id(drawing, kind):
    """The ids of the nodes or edges of the rendered picture, each with its texts."""
    return {
        group.get("id"): [text.text.strip() for text in group.iter(f"{SVG}text")]
        for group in _of_kind(drawing, kind)
    }


def titles(drawing):
    """What the closed boxes are called."""
    return sorted(words[0] for words in by_id(drawing, "box").values())


def tooltips(drawing):
    links = root_of(drawing).iter(f"{SVG}a")
    return [link.get("{http://www.w3.org/1999/xlink}title") for link in links]


def a_loss(inputs=2, sizes=(3, 1), seed=0):
    model = nn.MLP(inputs, list(sizes), seed=seed)
    return model, nn.mse_loss(model([0.5] * inputs), 1.0)


def a_batch(samples, inputs=16, sizes=(64, 32, 10)):
    model, source = nn.MLP(inputs, list(sizes), seed=0), random.Random(0)
    outputs = [model([source.gauss(0, 1) for _ in range(inputs)]) for _ in range(samples)]
    return model, nn.cross_entropy(outputs, [k % sizes[-1] for k in range(samples)])


@st.composite
def random_graphs(draw_):
    seed = draw_(st.integers(0, 2**32))
    source = random.Random(seed)
    leaves = [Value(source.uniform(-2, 2), label=f"x{k}") for k in range(3)]
    model = nn.MLP(2, [2, 2], seed=seed % 1000)

    @ag.boxed
    def product(a, b):
        return a * b + leaves[0]

    def step(values, level):
        for _ in range(source.randrange(1, 4)):
            kind = source.randrange(6)
            a, b = source.choice(values), source.choice(values)
            if kind == 0 and level < 3:
                with ag.scope(source.choice("ab")):
                    step(values, level + 1)
            elif kind == 1:
                values.append(product(a, b))
            elif kind == 2:
                values += model([a, source.choice([b, 1.0])])
            elif kind == 3:
                values.append(ag.maximum(a, b) - 1.5)
            elif kind == 4:
                values.append(ag.dot([a, b, 2.0], [b, leaves[1], a], leaves[2]))
            else:
                values.append(ag.tanh(a / 3.0))
        return values

    values = step([*leaves], 0)
    return ag.sum([*values[3:], leaves[0]])
