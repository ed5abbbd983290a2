"""Networks and neurons as graphs: what is in the picture, and what cannot be drawn."""

import math
import re
import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from autograd import Value
from autograd.view import TERMS, RendererNotFound, room
from autograd.view.glossary import other_renderings
from nn import MLP, Layer, Module, Neuron
from nn.graph import can_draw, draw_network, draw_neuron
from nn.graph.layout import columns_of
from nn.graph.sketch import NEGATIVE, POSITIVE, _short, _towards_white
from tests.pictures import HOSTILE, by_title as groups, root_of, tooltips


def edges(drawing):
    """(tail, head) -> attributes of each edge between neurons, from the source."""
    found = {}
    for line in drawing.source.splitlines():
        if match := re.match(r"\s*(n\d+_\d+) -> (n\d+_\d+) \[(.*)\]$", line):
            attributes = dict(re.findall(r'(\w+)=("[^"]*"|\S+)', match[3]))
            found[match[1], match[2]] = {k: v.strip('"') for k, v in attributes.items()}
    return found


def network_of(*weights):
    """A Neuron with these weights."""
    neuron = Neuron(len(weights), seed=1)
    for parameter, w in zip(neuron.weights, weights, strict=True):
        parameter.data = w
    return neuron


# The network


def test_every_layer_is_a_column_with_its_name_and_activation():
    shown = groups(MLP(2, [4, 3, 1], ["tanh", "relu"], seed=1).draw(), "node")
    assert shown["layer0text"] == ["입력층", "input layer"]
    assert shown["layer1text"] == ["은닉층 1", "hidden layer 1", "tanh"]
    assert shown["layer2text"] == ["은닉층 2", "hidden layer 2", "relu"]
    assert shown["layer3text"] == ["출력층", "output layer", "identity"]
    circles = [key for key in shown if re.fullmatch(r"n\d_\d", key)]
    assert len(circles) == 2 + 4 + 3 + 1


@pytest.mark.parametrize(
    ("lang", "expected"), [("ko", ["은닉층", "relu"]), ("en", ["hidden layer", "relu"])]
)
def test_one_language(lang, expected):
    drawing = MLP(2, [3, 1], seed=1).draw(lang)
    assert groups(drawing, "node")["layer1text"] == expected
    assert any("가" <= letter <= "힣" for letter in drawing.source) == (lang == "ko")


def test_korean_words_are_those_of_the_glossary():
    source = MLP(20, [20, 20, 1], seed=1).draw("ko").source
    assert other_renderings(source) == []
    for word in ("input layer", "hidden layer", "output layer", "weight", "bias"):
        assert TERMS[word] in source


def test_an_edge_is_a_weight_by_colour_style_and_width():
    found = edges(network_of(2.0, -1.0, 0.5, 0.0, math.nan).draw("en"))
    positive, negative, small, zero, nan = (found[f"n0_{i}", "n1_0"] for i in range(5))
    assert (positive["color"], positive["style"]) == (POSITIVE, "solid")
    assert negative["style"] == "dashed"
    assert negative["color"] == _towards_white(NEGATIVE, 0.35 + 0.65 * 0.5)
    assert float(positive["penwidth"]) > float(negative["penwidth"]) > float(small["penwidth"])
    assert zero["style"] == nan["style"] == "dotted"
    assert all(re.fullmatch("#[0-9a-f]{6}", edge["color"]) for edge in found.values())


def test_an_infinite_weight_is_as_wide_as_the_largest():
    found = edges(network_of(math.inf, 1.0).draw("en"))
    assert found["n0_0", "n1_0"]["penwidth"] == found["n0_1", "n1_0"]["penwidth"] == "4.50"
    assert network_of(-math.inf).draw().svg().startswith("<?xml")


def test_every_digit_can_be_pointed_at():
    model = MLP(2, [2, 1], seed=1)
    model.layers[0].neurons[1].bias.data = 0.1 + 0.2
    shown = tooltips(model.draw("en"))
    assert "hidden layer, neuron 2; b = 0.30000000000000004" in shown
    w = model.layers[0].neurons[1].weights[0].data
    assert f"x1 → hidden layer, neuron 2; w = {w!r}" in shown
    v = model.layers[1].neurons[0].weights[1].data
    assert f"hidden layer, neuron 2 → output layer, neuron 1; w = {v!r}" in shown


def test_biases_stand_in_the_circles():
    neuron = Neuron(1, seed=1)
    neuron.bias.data = -0.126
    assert groups(neuron.draw(), "node")["n1_0"] == ["-0.13"]


@pytest.mark.parametrize(
    ("bias", "text"),
    [(0.0, "0"), (-0.0, "0"), (9.994, "+9.99"), (9.996, "+10.0"), (-123.4, "-123"),
     (4e-5, "+4e-5"), (-123456.0, "-1e5"), (2e300, "+2e300"),
     (math.nan, "nan"), (-math.inf, "-inf")],
)  # fmt: skip
def test_a_bias_fits_into_its_circle(bias, text):
    assert _short(bias) == text
    assert len(text) <= 7


def test_inputs_and_outputs_have_names():
    shown = groups(MLP(2, [2], seed=1).draw(), "node")
    assert [shown["n0_0"], shown["n0_1"]] == [["x1"], ["x2"]]
    assert [shown["y0text"], shown["y1text"]] == [["ŷ1"], ["ŷ2"]]
    assert groups(Neuron(2).draw(), "node")["y0text"] == ["ŷ"]
    named = groups(MLP(2, [2], seed=1).draw(inputs=["길이", "너비"], outputs=range(2)), "node")
    assert [named["x0text"], named["x1text"]] == [["길이"], ["너비"]]
    assert [named["y0text"], named["y1text"]] == [["0"], ["1"]]


@pytest.mark.parametrize("name", [*HOSTILE, "one\ntwo", "😀 이모지"])
def test_a_name_is_shown_as_it_was_written(name):
    drawing = Neuron(1, seed=1).draw(inputs=[name], outputs=[name], title=name)
    shown = groups(drawing, "node")
    assert shown["x0text"] == shown["y0text"] == name.split("\n")
    assert {"x0text", "y0text", "n0_0", "n1_0", "layer0text", "layer1text"} < set(shown)
    assert name.split("\n")[0] in "".join(ElementTree.fromstring(drawing.svg()).itertext()).replace(
        "\xa0", " "
    )


def test_the_name_of_the_activation_is_that_of_the_layer():
    def cube(z):
        return z * z * z

    assert groups(Layer(2, 3, "softmax").draw("en"), "node")["layer1text"][1] == "softmax"
    assert groups(Neuron(2, cube).draw("en"), "node")["layer1text"][1] == "cube"
    layer = Layer(2, 2, "tanh")
    layer.neurons[1] = Neuron(2, "relu")
    assert groups(layer.draw("en"), "node")["layer1text"][1] == "several activation functions"


def test_a_wide_layer_is_folded_and_says_so():
    drawing = MLP(64, [32, 10], seed=1).draw("en")
    shown = groups(drawing, "node")
    assert shown["more0text"] == ["… 49 more"]
    assert shown["more1text"] == ["… 17 more"]
    assert "more2text" not in shown
    assert {f"n0_{i}" for i in (*range(14), 63)} == {key for key in shown if key.startswith("n0_")}
    assert len(edges(drawing)) == 15 * 15 + 15 * 10
    assert ["375 of 2,368 weights drawn"] in shown.values()


def test_the_scale_of_a_folded_network_is_that_of_the_whole():
    neuron = network_of(*[1.0] * 15, 8.0, *[1.0] * 4)  # the largest is not shown
    drawing = neuron.draw("en")
    assert "|w| = 8, the largest" in drawing.source
    assert {edge["penwidth"] for edge in edges(drawing).values()} == {"1.00"}


@pytest.mark.parametrize(("size", "limit"), [(1, 3), (3, 3), (4, 3), (16, 16), (17, 16), (500, 16)])
def test_columns(size, limit):
    (column,) = columns_of([size], limit)
    assert column.hidden + len(column.shown) == size
    assert len(column.heights) == len(column.shown)
    places = sorted([*column.heights, *([] if column.fold is None else [column.fold])])
    assert len(places) == min(size, limit)
    assert all(b - a >= 36 for a, b in pairwise(places))
    assert abs(sum(places)) < 1e-9
    assert (column.fold is None) == (column.hidden == 0)


def test_the_source_depends_on_the_network_alone():
    first, second = (MLP(3, [5, 2], seed=7).draw().source for _ in range(2))
    assert first == second


def test_the_largest_weights_are_on_top():
    widths = [float(e["penwidth"]) for e in edges(MLP(4, [6, 2], seed=1).draw()).values()]
    assert widths == sorted(widths)


def test_an_option_that_is_none():
    with pytest.raises(TypeError, match=r"^draw: no option is called 'depth'; there are lang, inp"):
        MLP(2, [2, 1], init="zeros").draw(depth=1)


def test_a_network_of_zeros():
    model = MLP(2, [2, 1], init="zeros")
    drawing = model.draw("en")
    assert {edge["style"] for edge in edges(drawing).values()} == {"dotted"}
    assert "positive weight" not in drawing.source
    assert "weight 0" in drawing.source


class Twice(MLP):
    """Computes in a way of its own."""

    def __call__(self, inputs):
        return super().__call__(inputs) * 2.0


class Pair(Module):
    """Has networks inside."""

    def __init__(self):
        self.first = MLP(2, [2], seed=1)
        self.others = [Layer(2, 1, seed=1), Neuron(2, seed=1)]


class Named(Module):
    """Has networks deep inside, and itself."""

    def __init__(self):
        self.parts = {"a": [Layer(2, 1, seed=1)]}
        self.inner = Pair()
        self.itself = self


class Bare(Module):
    """Has parameters, but no known part."""

    def __init__(self):
        self.w = Value(1.0)


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (Twice(2, [2, 1]), "Twice computes in a way of its own; .* model.layers\\[0\\].draw()"),
        (Pair(), "model.first.draw\\(\\), model.others\\[0\\].draw\\(\\), model.others\\[1\\]"),
        (Named(), "part of it: model.inner.first.draw\\(\\), model.parts\\['a'\\]\\[0\\].draw"),
        (Bare(), "a Neuron, a Layer or an MLP can be drawn: it has none inside"),
    ],
)
def test_what_cannot_be_drawn_says_what_can(model, words):
    with pytest.raises(TypeError, match=words):
        model.draw()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"lang": "fr"}, "lang must be 'ko', 'en' or None"),
        ({"inputs": ["a"]}, "inputs must be a list of 2 names"),
        ({"inputs": "ab"}, "inputs must be a list of 2 names"),
        ({"outputs": ["a", "b"]}, "outputs must be a list of 1 name,"),
        ({"limit": 2}, "draw: limit must be a whole number, at least 3"),
    ],
)
def test_bad_arguments(options, words):
    with pytest.raises(ValueError, match=words):
        draw_network(MLP(2, [1], seed=1), **options)


# One neuron


def test_the_graph_of_a_neuron_names_its_parts():
    neuron = Neuron(2, "tanh", seed=1)
    neuron.weights[0].grad = 7.0
    source = draw_neuron(neuron, [0.5, -1.0]).source
    for name in ("x1", "x2", "w1", "w2", "b", "z", "y"):
        assert f"<B>{name}</B>" in source
    assert "tanh" in source
    assert f"{neuron.weights[0].data:.4g}" in source
    assert "more" not in source
    assert neuron.weights[0].grad == 7.0  # drawing leaves the neuron as it was


def test_the_graph_of_a_neuron_names_its_inputs_as_their_columns():
    neuron = Neuron(6, "tanh", seed=1)
    names = ["x1", "sepal <width>", "", "color=파랑", "five", "six"]
    drawing = draw_neuron(neuron, [9.0, 8.0, 7.0, 6.0, 0.0, 0.0], names=names)
    shown = [" ".join(words).partition(" data")[0] for words in groups(drawing, "node").values()]
    for name in ("x1", "x2 sepal <width>", "x3", "x4 color=파랑", "w4*x4"):
        assert name in shown
    with pytest.raises(ValueError, match="shorter"):
        draw_neuron(neuron, [0.0] * 6, names=["one"])


def test_the_symbol_of_an_input_stands_apart_from_its_name():
    drawing = draw_neuron(Neuron(1, "tanh", seed=1), [0.5], names=["꽃받침 길이"])
    places = {text.text: text for text in root_of(drawing).findall(".//{*}text")}
    symbol, name = places["x1"], places["꽃받침 길이"]
    size = float(symbol.get("font-size"))
    assert float(name.get("y")) - float(symbol.get("y")) > 1.4 * size  # as below it, the data


def test_the_graph_of_a_neuron_says_which_one_it_is():
    title = "neuron 2 of hidden layer 1, on sample 7 of the test set <&>"
    svg = draw_neuron(Neuron(2, "tanh", seed=1), [0.5, -1.0], title=title).svg()
    assert title in "".join(ElementTree.fromstring(svg).itertext())


LONG = (
    "neuron 1 of the first hidden layer, on the test sample it answers most strongly "
    "(sepal length = 1.954, sepal width = -0.3333, petal length = 2.5, petal width = 1.2)"
)
KOREAN = "첫째 은닉층의 뉴런 1, 가장 세게 답하는 샘플 (꽃받침 길이 = 1.954, 꽃받침 너비 = -0.3333)"


@pytest.mark.parametrize("title", [LONG, KOREAN, "x" * 300, "word " * 100])
def test_a_title_has_lines_that_lie_inside_of_the_picture(title):
    svg = ElementTree.fromstring(draw_neuron(Neuron(1, None), [0.1], title=title).svg())
    left, _, width, _ = map(float, svg.get("viewBox").split())
    shown = svg[0].findall("{*}text")
    lines = [text.text.replace("\xa0", " ") for text in shown]
    assert 2 <= len(lines) <= 4
    assert title.replace(" ", "").startswith("".join(lines).replace(" ", "").removesuffix("…"))
    assert (" ".join(lines) == title) == (title in (LONG, KOREAN))
    for text, line in zip(shown, lines, strict=True):
        assert text.get("text-anchor") == "start"
        assert float(text.get("x")) >= left
        assert float(text.get("x")) + room(line, size=13.0, longest=100) <= left + width
        assert not line.endswith(" =")


def test_the_graph_of_a_linear_neuron():
    source = draw_neuron(Neuron(2, None, seed=1), [0.5, -1.0]).source
    assert "<B>y</B>" in source
    assert "<B>z</B>" not in source
    assert "relu" not in source


def test_the_graph_of_a_wide_neuron_shows_its_largest_products():
    neuron = Neuron(64, "tanh", seed=1)
    inputs = [0.01] * 64
    for i in (3, 17, 40, 63):
        inputs[i] = 10.0 * i
    source = draw_neuron(neuron, inputs).source
    for i in (3, 17, 40, 63):
        assert f"<B>w{i + 1}*x{i + 1}</B>" in source
    assert "<B>w1</B>" not in source
    assert "<B>b + 60 products</B>" in source
    assert "121 more" in source  # 60 weights, 60 inputs and the bias
    assert "<B>b + 1 product</B>" in draw_neuron(Neuron(5, None, seed=1), [1.0] * 5).source


def test_the_graph_of_a_neuron_refuses_other_inputs():
    with pytest.raises(ValueError, match="inputs must have length 2, got 3"):
        draw_neuron(Neuron(2, seed=1), [1.0, 2.0, 3.0])


def test_whether_graphs_can_be_drawn(monkeypatch):
    assert can_draw() == draws()
    monkeypatch.setattr("nn.graph.neuron.draw", lambda value: Undrawable())
    assert not can_draw()


class Undrawable:
    def svg(self):
        raise RendererNotFound


def draws():
    from autograd.view.render import find_renderer

    return find_renderer() is not None
