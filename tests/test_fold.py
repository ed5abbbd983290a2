"""Folding: boxes for what modules, functions and scopes computed, and slices of a graph."""

import json
import random
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
import nn
from autograd import Value
from autograd.backward import topological_order
from autograd.view import draw
from autograd.view.fold import Scene
from autograd.view.groups import Box, Groups

SVG = "{http://www.w3.org/2000/svg}"


def groups(drawing, kind):
    """The ids of the nodes or edges of the rendered picture, each with its texts."""
    root = ElementTree.fromstring(drawing.svg().replace("&#160;", " "))
    return {
        group.get("id"): [text.text.strip() for text in group.iter(f"{SVG}text")]
        for group in root.iter(f"{SVG}g")
        if kind in group.get("class", "").split()
    }


def titles(drawing):
    return sorted(words[0] for words in groups(drawing, "box").values())


def opened(drawing):
    return sorted(words[0] for words in groups(drawing, "opened").values())


def a_loss(inputs=2, sizes=(3, 1), seed=0):
    model = nn.MLP(inputs, list(sizes), seed=seed)
    return model, nn.mse_loss(model([0.5] * inputs), 1.0)


def a_batch(samples, inputs=16, sizes=(64, 32, 10)):
    model, source = nn.MLP(inputs, list(sizes), seed=0), random.Random(0)
    outputs = [model([source.gauss(0, 1) for _ in range(inputs)]) for _ in range(samples)]
    return model, nn.cross_entropy(outputs, [k % sizes[-1] for k in range(samples)])


# Boxes


def test_depth_opens_level_after_level():
    _, loss = a_loss()
    assert titles(draw(loss, depth=0)) == ["MLP", "mse_loss"]
    assert titles(draw(loss, depth=1)) == ["layer 1", "layer 2"]
    assert opened(draw(loss, depth=1)) == ["MLP", "mse_loss"]
    assert titles(draw(loss, depth=2)) == ["neuron", "neuron ×3"]
    assert titles(draw(loss, depth=3)) == []
    assert draw(loss, depth=3).source == draw(loss).source == draw(loss, depth=99).source


def test_a_box_counts_what_is_inside():
    _, loss = a_loss()
    shown = groups(draw(loss, depth=2), "box").values()
    assert ["neuron ×3", "6 operations", "9 parameters"] in list(shown)
    assert ["neuron", "1 operation", "4 parameters"] in list(shown)


def test_neurons_side_by_side_are_one_box_and_layers_are_not():
    model = nn.MLP(2, [16, 16, 1], seed=0)
    shown = titles(draw(model([1.0, 2.0]), depth=2))
    assert shown == ["neuron", "neuron ×16", "neuron ×16"]
    assert titles(draw(model([1.0, 2.0]), depth=1)) == ["layer 1", "layer 2", "layer 3"]


def test_a_batch_is_one_box_that_holds_the_shared_parameters():
    model, loss = a_batch(4, 2, (3, 2))
    drawing = draw(loss, depth=0)
    box = next(words for words in groups(drawing, "box").values() if words[0] == "MLP ×4")
    assert box[2] == f"{len(model.parameters())} parameters"
    assert "×8" in groups(drawing, "edge")[next(e for e in groups(drawing, "edge") if "e0" in e)]


def test_parameters_that_several_boxes_share_are_a_box():
    model, loss = a_batch(4, 2, (3, 2))
    drawing = draw(loss, depth=0, open="MLP 1")
    assert titles(drawing) == [
        "MLP ×3", "cross_entropy", "layer 1", "layer 2", "parameters", "parameters"
    ]  # fmt: skip
    counts = [words[1] for words in groups(drawing, "box").values() if words[0] == "parameters"]
    assert sorted(counts) == ["8 parameters", "9 parameters"]
    assert len(model.parameters()) == 17


@pytest.mark.parametrize("name", ["layer 2", "LAYER 2", "MLP/layer 2", ["layer 2"], ("layer 2",)])
def test_open_by_name(name):
    _, loss = a_loss()
    drawing = draw(loss, depth=0, open=name)
    assert opened(drawing) == ["MLP", "layer 2"]
    assert titles(drawing) == ["layer 1", "mse_loss", "neuron"]


def test_open_by_kind_opens_all_of_it():
    _, loss = a_loss()
    assert titles(draw(loss, depth=0, open="neuron")) == ["mse_loss"]


def test_open_an_unknown_name():
    _, loss = a_loss()
    with pytest.raises(ValueError, match=r"no box is called 'layer 3'; there are .*MLP.*layer 1"):
        draw(loss, open="layer 3")
    with pytest.raises(ValueError, match="no box is called 'x'; this graph has no boxes"):
        draw(Value(1.0) + 1.0, open="x")


def test_scopes_are_boxes_and_may_be_nested():
    x, w = Value(2.0, label="x"), Value(3.0, label="w")
    with ag.scope("attention"):
        with ag.scope("scores"):
            scores = w * x + x
        out = ag.tanh(scores)
    result = out * x
    assert titles(draw(result, depth=0)) == ["attention"]
    assert titles(draw(result, depth=1)) == ["scores"]
    assert opened(draw(result)) == ["attention", "scores"]
    # w is used inside only; x is used outside too.
    words = [" ".join(words) for words in groups(draw(result, depth=0), "leaf").values()]
    assert words == ["x data 2 grad –"]


def test_two_entries_of_a_scope_are_two_boxes():
    x = Value(2.0)
    for _ in range(3):
        with ag.scope("step"):
            x = ag.tanh(x * 2.0)
    assert titles(draw(x, depth=0)) == ["step 1", "step 2", "step 3"]  # one after the other
    y, total = Value(1.0), []
    for _ in range(3):
        with ag.scope("head"):
            total.append(y * 2.0)
    assert titles(draw(ag.sum(total), depth=0)) == ["head ×3"]


def test_a_boxed_function():
    @ag.boxed
    def energy(x, y):
        return x * x + y * y

    x, y = Value(1.0, label="x"), Value(2.0, label="y")
    drawing = draw(energy(x, y) * 2.0, depth=0)
    assert titles(drawing) == ["energy"]
    assert len(groups(drawing, "leaf")) == 2  # arguments stay outside


def test_what_goes_out_and_in_again_is_not_folded():
    x = Value(1.0, label="x")
    inside = x * 2.0
    outside = ag.exp(inside)
    again = outside + inside
    order = topological_order(again)
    found = Groups(order)
    box = Box("odd", [inside, again], None)
    found.boxes, found.home = [box], {inside: box, again: box}
    assert Scene(order, found, ()).folded == []
    found.home = {inside: box, outside: box}
    box.nodes = [inside, outside]
    assert [one.title for one in Scene(order, found, ()).folded] == ["odd"]


def test_a_neuron_that_is_called_twice():
    class Twice(nn.Module):
        def __init__(self):
            self.neuron = nn.Neuron(1, seed=0)

        def __call__(self, x):
            return self.neuron([ag.exp(self.neuron([x]))])

    result = Twice()(Value(1.0, label="x"))
    assert titles(draw(result, depth=0)) == ["twice"]
    assert titles(draw(result, depth=1)) == ["neuron 1", "neuron 2", "parameters"]


def test_a_large_graph_is_folded_and_says_how_to_open_it():
    _, loss = a_batch(40)
    assert len(topological_order(loss)) > 10_000
    drawing = draw(loss)
    assert titles(drawing) == ["MLP ×40", "cross_entropy"]
    assert caption_of(drawing) == [
        "folded: MLP ×40, cross_entropy", "depth=1 opens a level, open='MLP 1' one box"
    ]  # fmt: skip
    assert "grad" in loss._repr_mimebundle_()["image/svg+xml"]
    assert titles(draw(loss, depth=0, open="MLP 1")).count("layer 1") == 1


def caption_of(drawing):
    root = ElementTree.fromstring(drawing.svg().replace("&#160;", " "))
    return [text.text for text in root.find(f"{SVG}g").findall(f"{SVG}text")]


def test_depth_opens_what_has_room_of_a_batch_and_each_caption_leads_on():
    X, classes = nn.moons(30, noise=0.1, seed=0)
    model = nn.MLP(2, [5, 5, 1], seed=0)
    loss = nn.hinge_loss([model(x) for x in X], [2 * k - 1 for k in classes])
    assert titles(draw(loss)) == ["MLP ×30", "hinge_loss"]
    seen = [draw(loss, depth=depth) for depth in range(4)]
    for depth, drawing in enumerate(seen[:3]):
        said = caption_of(drawing)[-1]
        assert said.startswith(f"depth={depth + 1} opens a level, open='"), said
        assert "limit" not in said
    assert titles(seen[1]) == [
        "MLP ×29", "hinge_loss", "layer 1", "layer 2", "layer 3", "parameters", "parameters",
        "parameters",
    ]  # fmt: skip
    assert opened(seen[2]) == ["MLP 1", "layer 1", "layer 2", "layer 3"]
    assert "neuron 1" in opened(seen[3])
    assert "hinge_loss" in titles(seen[3])  # its 120 operations have no room
    assert caption_of(seen[3])[-1].endswith(" opens one box")
    assert "not drawn" not in "".join(drawing.source for drawing in seen)
    assert len(draw(loss, depth=1, limit=None).boxes) > 90  # all of it, if one insists


def test_a_picture_with_nothing_folded_has_no_caption():
    assert "labelloc=b" in draw(ag.tanh(a_loss()[1]), depth=0).source
    assert "labelloc=b" not in draw(Value(1.0, "x") + 1.0).source


# Graphs with random boxes


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


@given(random_graphs(), st.sampled_from([None, 0, 1, 2]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_every_node_is_drawn_or_in_one_box(result, depth, cut):
    order = topological_order(result)
    before = [(node.data, node.grad) for node in order]
    drawing = draw(result, depth=depth, limit=7 if cut else None)
    assert [(node.data, node.grad) for node in order] == before
    held = [i for inside in drawing.boxes.values() for i in inside]
    assert len(held) == len(set(held))
    drawn = {
        int(key[1:])
        for key in re.findall(r"\tid=(v\d+)\b|\bid=(v\d+)\b", drawing.source)
        for key in key
        if key
    }
    more = re.search(r"… ([\d,]+) more", drawing.source)
    if not cut:
        assert set(held) | drawn == set(range(len(order)))
        assert more is None
    assert len(order) - 1 in drawn
    assert all(node.inputs for i, node in enumerate(order) if i in drawn & set(held))
    shown = groups(drawing, "node")
    assert {f"v{i}" for i in drawn} <= set(shown)
    assert set(drawing.boxes) == set(groups(drawing, "box"))
    assert draw(result, depth=depth, limit=7 if cut else None).source == drawing.source


@given(random_graphs(), st.integers(1, 30))
@settings(max_examples=40, deadline=None)
def test_never_more_boxes_than_the_limit_and_the_rest_is_counted(result, limit):
    everything_open = {box.kind for box in Groups(topological_order(result)).boxes}
    for depth in (None, 0, 9):
        names = everything_open if depth == 9 else ()  # these are opened, whether they fit or not
        drawing = draw(result, limit=limit, depth=depth, open=names)
        parts = [
            key for kind in ("leaf", "computed", "constant", "box") for key in groups(drawing, kind)
        ]
        assert sum("p" not in key for key in parts) <= limit  # products are not counted
        more = re.search(r"… ([\d,]+) more", drawing.source)
        if more and depth == 9:
            everything = draw(result, limit=None)
            every = [
                k for kind in ("leaf", "computed", "constant") for k in groups(everything, kind)
            ]
            left = sum("p" not in key for key in every) - sum("p" not in key for key in parts)
            assert int(more[1].replace(",", "")) == left


def test_the_same_graph_gives_the_same_source_in_another_process():
    code = (
        "import nn; from autograd.view import draw\n"
        "model = nn.MLP(4, [8, 8, 2], seed=1)\n"
        "loss = nn.cross_entropy([model([1.0, 2.0, 3.0, 4.0]) for _ in range(3)], [0, 1, 0])\n"
        "for depth in (None, 0, 1, 2): print(draw(loss, depth=depth).source)\n"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        for _ in range(2)
    )
    assert first == second
    assert "neuron ×8".encode() in first


@pytest.mark.parametrize(
    "name", ["</B>>]; evil [x=<", '"q" \\', "뉴런 😀", "<script>alert(1)</script>", "a\nb", "]->"]
)
def test_a_scope_is_called_as_it_was_written(name):
    with ag.scope(name):
        result = Value(1.0) * 2.0
    result = result + 1.0
    assert [word for words in groups(draw(result, depth=0), "box").values() for word in words][
        : name.count("\n") + 1
    ] == name.split("\n")
    assert list(groups(draw(result), "opened").values()) == [name.split("\n")]
    draw(result, open=name)


# Slices, paths and local derivatives


def paths_of(order, start):
    """Which nodes have a path with a gradient to `start`, and from the root: by definition."""

    def reaches(node, goal, memo):
        if node not in memo:
            memo[node] = node is goal or any(
                reaches(x, goal, memo)
                for x, partial in zip(node.inputs, node.partials or (), strict=bool(node.inputs))
                if isinstance(x, Value) and partial is not None
            )
        return memo[node]

    memo = {}
    return {node for node in order if reaches(node, start, memo) and reaches(order[-1], node, {})}


@given(random_graphs(), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_by_draws_what_the_derivative_runs_through(result, pick):
    order = topological_order(result)
    by = order[pick % len(order)]
    drawing = draw(result, by=by, limit=None)
    drawn = {*groups(drawing, "leaf"), *groups(drawing, "computed")}
    expected = {f"v{i}" for i, node in enumerate(order) if node in paths_of(order, by)}
    assert {key for key in drawn if "p" not in key} == expected | {f"v{len(order) - 1}"}
    folded = draw(result, by=by, limit=None, depth=0)
    shown = {*groups(folded, "leaf"), *groups(folded, "computed")}
    assert (f"v{order.index(by)}" in shown) == bool(expected)
    assert ("no gradient flows to" in folded.source.rpartition("label=")[2]) == (not expected)


@given(random_graphs(), st.integers(0, 10**6))
@settings(max_examples=40, deadline=None)
def test_highlight_draws_the_paths_stronger(result, pick):
    order = topological_order(result)
    start = order[pick % len(order)]
    alive = paths_of(order, start)
    source = draw(result, highlight=start, limit=None).source
    strong = set(re.findall(r" id=(v\d+e\d+)\b[^\n]*penwidth=3", source))
    expected = {
        f"v{i}e{k}"
        for i, node in enumerate(order)
        for k, x in enumerate(node.inputs)
        if x in alive and node in alive and node.partials[k] is not None
    }
    assert strong == expected


def test_a_wide_operation_of_a_slice_counts_what_it_leaves_out():
    w = [Value(1.0, f"w{k}") for k in range(30)]
    x = [Value(1.0, f"x{k}") for k in range(30)]
    drawing = draw(ag.dot(w, x, Value(2.0, "b")), by=w[3])
    assert "… 60 more" in drawing.source
    assert [words[0] for words in groups(drawing, "leaf").values()] == ["w3"]


def test_a_weight_of_a_folded_network_can_be_followed():
    model = nn.MLP(2, [3, 1], seed=0)
    loss = nn.mse_loss(model([1.0, -1.0]), 1.0)
    weight = model.layers[0].neurons[1].weights[0]
    drawing = draw(loss, by=weight, depth=0)
    assert titles(drawing) == ["MLP", "mse_loss"]
    assert [words[0] for words in groups(drawing, "leaf").values()] == ["layer1.neuron2.w1"]
    assert draw(loss, highlight=weight).source.count("penwidth=3") > 8


def test_what_a_slice_leaves_out_of_a_neuron_is_called_as_in_its_box():
    model = nn.MLP(2, [3, 1], seed=0)
    y = model([1.0, -1.0])
    drawing = draw(y, by=model.layers[0].neurons[1].weights[0])
    shown = {words[0].split(" = ")[0] for words in groups(drawing, "constant").values()}
    assert {"w1", "w2", "w3", "b"} <= shown
    assert not any("neuron" in name for name in shown)


def test_derivatives_stand_at_the_edges():
    x, y = Value(3.0, label="x"), Value(2.0, label="y")
    edges = groups(draw(x * y, derivatives=True), "edge")
    assert edges["v2e0"] == ["2"]
    assert edges["v2e1"] == ["3"]
    assert groups(draw(x * y), "edge")["v2e0"] == []
    assert groups(draw(ag.maximum(x, y), derivatives=True), "edge")["v2e1"] == []  # dead


def test_the_order_of_operands_stands_at_edges_where_it_matters():
    x, y = Value(3.0, label="x"), Value(2.0, label="y")
    for result in (x - y, x / y, x**y, x % 2.0, ag.atan2(x, y)):
        edges = groups(draw(result), "edge")
        i = len(topological_order(result)) - 1
        assert (edges[f"v{i}e0"], edges[f"v{i}e1"]) == (["1st"], ["2nd"])
    for result in (x + y, x * y, ag.maximum(x, y), ag.exp(x)):
        assert not any(groups(draw(result), "edge").values())


def test_with_derivatives_every_number_at_an_edge_is_one():
    y = Value(2.0, label="y")
    drawing = draw((y - 5) ** 2, derivatives=True)
    assert [words for words in groups(drawing, "edge").values() if words] == [["1"], ["-6"]]
    assert "operand 1; local derivative -6.0" in drawing.source  # to point at
    assert "operand 2; constant" in drawing.source
    x = Value(3.0, label="x")
    assert "1st; " not in draw(x * y, derivatives=True).source


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"depth": -1}, ValueError, "depth must be at least 0"),
        ({"by": 3.0}, TypeError, "by and highlight take Values of the graph, got float"),
        ({"by": Value(1.0)}, ValueError, "by: give Values that `value` was made from"),
        ({"highlight": Value(1.0)}, ValueError, "highlight: give Values"),
        ({"highlight": [Value(1.0), "x"]}, TypeError, "got str"),
    ],
)
def test_bad_arguments(options, error, words):
    with pytest.raises(error, match=words):
        draw(Value(1.0) * 2.0, **options)


def test_the_picture_of_a_stepper_shows_no_gradients_that_were_there_before():
    x = Value(2.0, label="x")
    y = x * x
    y.backward()
    picture = ag.step(y).payload()["picture"].replace("&#160;", " ")
    assert "grad –" in picture
    assert "grad 4" not in picture
    assert "grad 4" in draw(y).svg().replace("&#160;", " ")


def test_the_ids_of_a_large_steppers_boxes_lead_to_its_nodes():
    _, loss = a_batch(2)
    payload = ag.step(loss).payload()
    json.dumps(payload)
    root = ElementTree.fromstring(payload["picture"])
    ids = {group.get("id") for group in root.iter(f"{SVG}g")}
    assert payload["boxes"]
    assert set(payload["boxes"]) <= ids
    inside = {i for held in payload["boxes"].values() for i in held}
    drawn = {int(key[1:]) for key in ids if re.fullmatch(r"v\d+", key)}
    assert inside | drawn == set(range(len(payload["nodes"])))
