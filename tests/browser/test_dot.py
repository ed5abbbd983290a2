"""What the system's `dot` makes of pictures: it lays them out otherwise than graphviz-pure.

Owns what only it shows; `make browser` installs it.
"""

import xml.etree.ElementTree as ElementTree

import pytest

import autograd as ag
import nn
from autograd import Value
from autograd.view.render import find_renderer
from tests import edge_labels
from tests.side_by_side import DIRECTIONS, SVG, assert_in_order, drawings

CAPITALS = 9.0  # points, of letters of 11


@pytest.fixture(autouse=True)
def _dot():
    if find_renderer() is None or find_renderer().stem != "dot":
        pytest.exit("tests/browser needs Graphviz's dot: run `make browser`", 2)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_the_first_neuron_comes_first(direction):
    for drawing, n_open in drawings(direction):
        assert_in_order(drawing, n_open, direction)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_each_label_stands_by_its_edge(direction):
    for drawing in edge_labels.drawings(direction):
        edge_labels.assert_readable(drawing)


def test_the_text_of_a_folded_box_is_below_its_edge():
    """A box3d has a lid, which Graphviz takes for room."""
    result = nn.MLP(2, [3, 1], seed=0)([1.0, -2.0])
    root = ElementTree.fromstring(ag.draw(result, depth=2).svg())
    boxes = [g for g in root.iter(f"{SVG}g") if "box" in g.get("class", "").split()]
    assert len(boxes) == 2
    for box in boxes:
        top = min(float(text.get("y")) - CAPITALS for text in box.iter(f"{SVG}text"))
        lines = [line.get("points").split() for line in box.iter(f"{SVG}polyline")]
        lid = sorted([float(point.split(",")[1]) for points in lines for point in points])
        assert top >= lid[len(lid) // 2], ElementTree.tostring(box)


def test_every_format_it_is_named_for(tmp_path):
    picture = ag.draw(Value(1.0, label="뉴런") * 2.0)
    for name, begin in (("graph.svg", b"<?xml"), ("graph.png", b"\x89PNG"), ("graph.pdf", b"%PDF")):
        assert (tmp_path / picture.save(tmp_path / name)).read_bytes().startswith(begin)
