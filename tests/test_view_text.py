"""Text in pictures: a label is only ever text, and every text fits its box."""

import xml.etree.ElementTree as ElementTree
from pathlib import Path

import matplotlib
import pytest
from hypothesis import example, given, settings, strategies as st
from matplotlib.ft2font import FT2Font

import autograd as ag
from autograd import Value
from autograd.view import Drawing, draw, quoted, tooltip
from autograd.view.text import room
from tests.pictures import HOSTILE, SVG, by_title as groups, tooltips


@pytest.mark.parametrize("label", HOSTILE)
def test_a_label_is_shown_as_it_was_written(label):
    drawing = draw(Value(1.0, label=label))
    (words,) = groups(drawing, "node").values()
    assert words == [label, "data 1", "grad –"]
    assert tooltips(drawing) == [f"{label}; data 1.0"]


def test_a_label_may_have_lines():
    (words,) = groups(draw(Value(1.0, label="one\ntwo")), "node").values()
    assert words == ["one", "two", "data 1", "grad –"]


def test_a_long_label_is_cut_but_can_be_pointed_at():
    drawing = draw(Value(1.0, label="x" * 1000))
    (words,) = groups(drawing, "node").values()
    assert words[0] == "x" * 39 + "…"
    assert tooltips(drawing) == ["x" * 1000 + "; data 1.0"]
    drawing = draw(Value(1.0, label="\\" * 50_000))  # Graphviz's `dot` takes no longer texts
    assert max(map(len, drawing.source.splitlines())) < 16384


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
@example("\x00\x1b[31m\ud800\u2028\x85", "\r\n\t")
@settings(max_examples=60)
def test_no_text_changes_the_picture(label, name):
    a, b = Value(1.0, label=label), Value(2.0)
    drawing = draw(a * b, names=[(name, b)])
    assert set(groups(drawing, "node")) == {"v0", "v1", "v2", "v2op"}
    assert set(groups(drawing, "edge")) == {"v0->v2op", "v1->v2op", "v2op->v2"}


@pytest.mark.parametrize("align", "nlr")
@pytest.mark.parametrize("label", [*HOSTILE, "one\ntwo", "", "\\n"])
def test_text_in_quotes_is_shown_as_it_was_written(label, align):
    drawing = Drawing("own")
    drawing.node("a", quoted(label, align), tooltip=tooltip(label))
    assert groups(drawing, "node") == {"a": label.split("\n") if label else []}


def test_text_in_quotes_is_cut_line_by_line():
    assert quoted("x" * 50 + "\ny") == "x" * 39 + "…\\ny"
    assert quoted("abcdef", longest=4) == "abc…"


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -0.0, 1e-320, 1e308])
def test_any_number_can_be_drawn(number):
    x = Value(number)
    x.grad = number or 1.0
    (words,) = groups(draw(x), "node").values()
    assert words[0] == f"data {number:.4g}"


def widths(drawing, id):
    """How wide the box `id` is in the picture, and where its texts begin in it."""
    (group,) = (g for g in ElementTree.fromstring(drawing.svg()).iter() if g.get("id") == id)
    shape = next(part for part in group.iter() if part.get("points"))
    xs = [float(pair.split(",")[0]) for pair in shape.get("points").split()]
    return max(xs) - min(xs), [
        (text.text.replace("\xa0", " "), float(text.get("x")) - min(xs), text.get("text-anchor"))
        for text in group.iter(f"{SVG}text")
    ]


def dejavu(text, bold=False):
    """The width of a text in the font that most Linux systems have in place of Helvetica."""
    path = Path(matplotlib.get_data_path(), "fonts/ttf", f"DejaVuSans{'-Bold' * bold}.ttf")
    font = FT2Font(str(path))
    font.set_size(1000, 72)
    return sum(font.load_char(ord(c)).linearHoriAdvance / 65536 for c in text) * 11 / 1000


def test_every_text_fits_its_box_in_a_wider_font_than_the_one_measured():
    long = Value(-0.1234, label="layer1.neuron2.w2 and MORE")
    with ag.scope("hinge_loss of a batch"):
        y = long * -0.04681 + -1.234e-05
    y.backward()
    opened, folded = draw(y, limit=None), draw(y, depth=0)
    checked = 0
    for drawing, id in ((opened, "v0"), (opened, "v1c1"), (opened, "v2"), (folded, "b0")):
        width, texts = widths(drawing, id)
        for text, start, anchor in texts:
            is_bold = not text.startswith(("data", "grad", "-", "2 operations"))
            taken = dejavu(text, is_bold)
            left = (width - taken) / 2 if anchor == "middle" else start
            assert left >= 0
            following = [
                x
                for other, x, _ in texts
                if (text + other).startswith("data") and other.startswith("grad")
            ]
            assert left + taken <= min(following, default=width), (id, text)
            checked += 1
    assert checked >= 8


@pytest.mark.parametrize(
    "text", ["data -3.142e-05", "Loss of 12 SAMPLES", "w1*x1 + 60 products", "뉴런 3"]
)
def test_the_room_of_a_text_is_that_of_the_widest_font(text):
    latin = "".join(c if c.isascii() else "W" for c in text)  # as wide as a Korean letter at most
    for bold in (False, True):
        assert dejavu(latin, bold) <= room(text, bold) * (1.0 if latin == text else 1.2)
        assert room(text, bold) <= 1.25 * dejavu(latin, bold)
