"""Folding: boxes for what modules, functions and scopes computed."""

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
import nn
from autograd import Value
from autograd.backward import topological_order
from autograd.view import draw
from autograd.view.fold import Scene
from autograd.view.groups import Box, Groups
from tests.pictures import SVG, a_batch, a_loss, by_id as groups, random_graphs, root_of, titles


def opened(drawing):
    return sorted(words[0] for words in groups(drawing, "opened").values())


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
    box = next(words for words in groups(drawing, "box").values() if words[0] == "MLP ×4 calls")
    assert box[2] == f"{len(model.parameters())} parameters"
    assert "×8" in groups(drawing, "edge")[next(e for e in groups(drawing, "edge") if "e0" in e)]


def test_parameters_that_several_boxes_share_are_a_box():
    model, loss = a_batch(4, 2, (3, 2))
    drawing = draw(loss, depth=0, open="MLP call 1")
    assert titles(drawing) == [
        "MLP ×3 calls", "cross_entropy", "layer 1", "layer 2", "parameters", "parameters"
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
    assert titles(draw(result, depth=1)) == ["neuron call 1", "neuron call 2", "parameters"]


def test_calls_of_one_module_are_told_from_modules():
    first, second = nn.Neuron(1, seed=0), nn.Neuron(1, seed=1)
    xs = [Value(1.0), Value(2.0)]
    alone = ag.sum([first([x]) for x in xs])
    assert titles(draw(alone, depth=0)) == ["neuron ×2 calls"]
    assert opened(draw(alone, depth=0, open="neuron call 2")) == ["neuron call 2"]
    assert opened(draw(alone)) == ["neuron call 1", "neuron call 2"]
    together = ag.sum([first([xs[0]]), second([xs[0]]), first([xs[1]])])
    assert titles(draw(together, depth=0)) == ["neuron ×3"]
    assert opened(draw(together)) == ["neuron 1 call 1", "neuron 1 call 2", "neuron 2"]


def test_a_large_graph_is_folded_and_says_how_to_open_it():
    _, loss = a_batch(40)
    assert len(topological_order(loss)) > 10_000
    drawing = draw(loss)
    assert titles(drawing) == ["MLP ×40 calls", "cross_entropy"]
    assert caption_of(drawing) == [
        "folded: MLP ×40 calls, cross_entropy", "depth=1 opens a level, open='MLP call 1' one box"
    ]  # fmt: skip
    assert "grad" in loss._repr_mimebundle_()["image/svg+xml"]
    assert titles(draw(loss, depth=0, open="MLP call 1")).count("layer 1") == 1


def caption_of(drawing):
    return [text.text for text in root_of(drawing).find(f"{SVG}g").findall(f"{SVG}text")]


def test_depth_opens_what_has_room_of_a_batch_and_each_caption_leads_on():
    X, classes = nn.moons(30, noise=0.1, seed=0)
    model = nn.MLP(2, [5, 5, 1], seed=0)
    loss = nn.hinge_loss([model(x) for x in X], [2 * k - 1 for k in classes])
    assert titles(draw(loss)) == ["MLP ×30 calls", "hinge_loss"]
    seen = [draw(loss, depth=depth) for depth in range(4)]
    for depth, drawing in enumerate(seen[:3]):
        said = caption_of(drawing)[-1]
        assert said.startswith(f"depth={depth + 1} opens a level, open='"), said
        assert "limit" not in said
    assert titles(seen[1]) == [
        "MLP ×29 calls", "hinge_loss", "layer 1", "layer 2", "layer 3", "parameters", "parameters",
        "parameters",
    ]  # fmt: skip
    assert opened(seen[2]) == ["MLP call 1", "layer 1", "layer 2", "layer 3"]
    assert "neuron 1" in opened(seen[3])
    assert "hinge_loss" in titles(seen[3])  # its 120 operations have no room
    assert caption_of(seen[3])[-1].endswith(" opens one box")
    assert "not drawn" not in "".join(drawing.source for drawing in seen)
    assert len(draw(loss, depth=1, limit=None).boxes) > 90  # all of it, if one insists


def test_a_picture_with_nothing_folded_has_no_caption():
    assert "labelloc=b" in draw(ag.tanh(a_loss()[1]), depth=0).source
    assert "labelloc=b" not in draw(Value(1.0, "x") + 1.0).source


# Graphs with random boxes


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
