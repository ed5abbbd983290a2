"""Slices of a graph, the paths in it and its local derivatives, drawn; and bad arguments."""

import json
import re
import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
import nn
from autograd import Value
from autograd.backward import topological_order
from autograd.view import draw
from tests.pictures import SVG, a_batch, by_id as groups, random_graphs, titles


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
