"""Pictures: what `draw` shows, and how a picture gets out."""

import random
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from base64 import b64decode
from pathlib import Path

import graphviz
import pytest
from hypothesis import given, settings, strategies as st

import autograd as ag
from autograd import Value
from autograd.view import Drawing, draw
from tests.pictures import SVG, by_title as groups, tooltips

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"


def texts(drawing):
    return [" ".join(words) for words in groups(drawing, "node").values()]


# What is drawn


def test_shows_names_operations_numbers_and_gradients():
    a, b = Value(2.0, label="a"), Value(-3.0, label="b")
    c = a * b
    c.backward()
    expected = {"a data 2 grad -3", "b data -3 grad 2", "data -6 grad 1", "*"}
    assert set(texts(draw(c))) == expected
    assert set(groups(draw(c), "edge")) == {"v0->v2op", "v1->v2op", "v2op->v2"}


def test_gradients_are_a_dash_until_backward_has_run_from_this_root():
    x = Value(3.0, label="x")
    y, other = x * x, x + 1.0
    assert set(texts(draw(y))) == {"x data 3 grad –", "data 9 grad –", "*"}
    other.backward()
    assert set(texts(draw(y))) == {"x data 3 grad –", "data 9 grad –", "*"}
    y.backward()
    assert set(texts(draw(y))) == {"x data 3 grad 7", "data 9 grad 1", "*"}
    y.zero_grad()
    assert "x data 3 grad –" in texts(draw(y))


def test_a_repeated_input_has_an_edge_for_each_use():
    x = Value(3.0)
    assert draw(x * x).source.count("v0 -> v1op") == 2


def test_constants_are_boxes_of_their_own():
    x = Value(3.0, label="x")
    drawing = draw(x * 2.0 + 2.0)
    assert sorted(texts(drawing)).count("2") == 2
    assert "x data 3 grad –" in texts(drawing)


@pytest.mark.parametrize(
    ("result", "sign"),
    [
        (Value(1.0) + 2.0, "+"),
        (Value(1.0) / Value(2.0), "/"),
        (-Value(1.0), "-"),
        (Value(1.0) ** 2, "**"),
        (Value(5.0) // 2.0, "//"),
        (ag.exp(Value(1.0)), "exp"),
        (ag.where(Value(1.0), Value(2.0), 3.0), "where"),
        (ag.sum([Value(1.0), Value(2.0)]), "sum"),
    ],
)
def test_an_operation_is_shown_by_its_sign_or_its_name(result, sign):
    assert sign in texts(draw(result))


def test_a_users_own_operation_is_drawn_like_any_other(monkeypatch):
    table = ag.ops.TABLE
    monkeypatch.setitem(table, "join", None)
    del table["join"]
    join = ag.Op("join", lambda a, b: a + b, lambda y, a, b: (1.0, 1.0), "{0} & {1}")
    assert "&" in texts(draw(join(Value(1.0), Value(2.0))))


def test_an_edge_without_a_gradient_is_dashed():
    x, y = Value(1.0), Value(2.0)
    chosen = ag.maximum(x, y)
    lines = draw(chosen).source.splitlines()
    (dead,) = [line for line in lines if "dashed" in line]
    assert "v0 -> v2op" in dead
    assert "no gradient flows along this edge" in dead
    assert "local derivative 1.0" in "".join(line for line in lines if "v1 -> v2op" in line)


def test_a_constants_edge_is_dashed_and_one_from_the_rest_is_not():
    """A dashed edge carries no gradient; what the rest hides may."""
    x = Value(3.0)
    (edge,) = [line for line in draw(x - 2.0).source.splitlines() if "v1c1 -> v1op" in line]
    assert "dashed" in edge
    assert "dashed" not in draw(ag.exp(ag.exp(ag.exp(x))), limit=2).source


def test_every_digit_and_every_local_derivative_can_be_pointed_at():
    x = Value(0.1 + 0.2, label="x")
    shown = tooltips(draw(x * 3.0))
    assert f"x; data {0.1 + 0.2!r}" in shown
    assert "local derivative 3.0" in shown


def test_a_small_dot_is_opened_into_products_and_a_sum():
    w, x = [Value(2.0, "w1"), Value(3.0, "w2")], [Value(5.0, "x1"), Value(7.0, "x2")]
    neuron = ag.dot(w, x, Value(1.0, "b"))
    neuron.backward()
    shown = texts(draw(neuron))
    assert "w1*x1 data 10 grad 1" in shown
    assert "w2*x2 data 21 grad 1" in shown
    assert shown.count("*") == 2
    assert shown.count("+") == 1
    assert "dot" not in shown
    assert "data 32 grad 1" in shown


def test_a_dot_of_five_pairs_stays_closed():
    w = [Value(1.0) for _ in range(5)]
    shown = texts(draw(ag.dot(w, [1.0] * 5)))
    assert "dot" in shown
    assert shown.count("1") == 5  # the constants; the bias 0.0 that nobody gave is not drawn
    assert "0" not in shown


def test_names_come_from_labels_then_from_names():
    w = [Value(1.0), Value(2.0)]
    bias = Value(3.0, label="bias of the neuron")
    _hidden = Value(4.0)
    total = w[0] + w[1] + bias + _hidden
    result = total * 1.0
    shown = texts(draw(result, names=locals()))
    assert "w[0] data 1 grad –" in shown
    assert "w[1] data 2 grad –" in shown
    assert "bias of the neuron data 3 grad –" in shown
    assert "total data 10 grad –" in shown
    assert "data 4 grad –" in shown


def test_names_look_into_lists_of_lists():
    rows = [[Value(1.0), 2.0], (Value(3.0), [Value(4.0)])]
    rows.append(rows)  # a list may hold itself
    shown = texts(draw(rows[0][0] * rows[1][0] + rows[1][1][0], names={"rows": rows}))
    assert {"rows[0][0] data 1 grad –", "rows[1][0] data 3 grad –"} <= set(shown)
    assert "rows[1][1][0] data 4 grad –" in shown


def test_a_label_of_none_is_no_name():
    assert "None" not in draw(Value(1.0, label=None) * 2.0).source


@pytest.mark.parametrize("names", [3, "w", ["w"], [("w",)], [(1, Value(1.0))], Value(1.0)])
@pytest.mark.parametrize("show", [ag.draw, ag.step, ag.explain, ag.source])
def test_names_that_are_none(show, names):
    with pytest.raises(TypeError, match=r'^names: expected .* write names=\{"w": w\}, or'):
        show(Value(2.0) * 3.0, names=names)


def test_names_may_be_pairs():
    a, b = Value(1.0), Value(2.0)
    shown = texts(draw(a * b, names=[("first", a), ("second", b), ("again", a)]))
    assert {"first data 1 grad –", "second data 2 grad –"} <= set(shown)


@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
def test_direction(direction):
    drawing = draw(Value(1.0) + 1.0, direction=direction)
    assert f"rankdir={direction}" in drawing.source
    drawing.svg()


@pytest.mark.parametrize(
    ("arguments", "options", "error", "words"),
    [
        ((3.0,), {}, TypeError, "expected a Value, got float"),
        (([Value(1.0)],), {}, TypeError, "expected a Value, got list"),
        ((ag.compile(ag.tanh),), {}, TypeError, r"got Compiled; a .*: draw\(f\(Value\(1.0\)\)\)"),
        ((ag.tanh,), {}, TypeError, "a function has a graph once it was called on Values"),
        ((Value(1.0),), {"direction": "up"}, ValueError, "direction must be 'LR'"),
        ((Value(1.0),), {"limit": 0}, ValueError, "limit must be at least 1"),
        ((Value(1.0),), {"limit": "a"}, TypeError, "limit must be an int or None, got 'a'"),
        ((Value(1.0),), {"depth": 1.5}, TypeError, "depth must be an int or None, got 1.5"),
        ((Value(1.0),), {"depth": -1}, ValueError, "depth must be at least 0"),
        (
            (Value(1.0),),
            {"names": {1: Value(1.0)}},
            TypeError,
            r"names: expected names.*write name",
        ),
        ((Value(1.0),), {"names": [Value(1.0)]}, TypeError, "names: expected names and their Val"),
    ],
)
def test_bad_arguments(arguments, options, error, words):
    with pytest.raises(error, match=words):
        draw(*arguments, **options)


# The limit


def test_what_the_limit_leaves_out_is_counted():
    x = Value(1.0)
    chain = x
    for _ in range(12_349):
        chain = -chain
    drawing = draw(chain, limit=5)
    assert texts(drawing).count("… 12,345 more") == 1
    assert len([text for text in texts(drawing) if "data" in text]) == 5


@given(st.integers(0, 2**32), st.integers(1, 40))
@settings(max_examples=40)
def test_boxes_and_the_rest_add_up(seed, limit):
    source = random.Random(seed)
    nodes = [Value(float(k)) for k in range(4)]
    for _ in range(20):
        a, b = source.choice(nodes), source.choice([*nodes, 2.0])
        nodes.append(source.choice([ag.add, ag.mul, ag.maximum])(a, b))
    order, root = [], nodes[-1]
    pending = [root]
    while pending:
        node = pending.pop()
        if not any(node is other for other in order):
            order.append(node)
            pending += [x for x in node.inputs if isinstance(x, Value)]
    total = len(order) + sum(isinstance(x, float) for node in order for x in node.inputs)
    lines = draw(root, limit=limit).source.splitlines()
    boxes = sum("shape=box" in line for line in lines)
    rest = [line for line in lines if "more" in line]
    if total <= limit:
        assert not rest
        assert boxes == total
    else:
        assert boxes == limit + 1
        assert f"… {total - limit} more" in rest[0]


def test_a_sum_of_many_terms_shows_the_first():
    terms = [Value(float(k)) for k in range(50_000)]
    drawing = draw(ag.sum(terms), limit=4)
    assert "… 49,997 more" in drawing.source
    assert [text.split()[1] for text in texts(drawing) if "data" in text][:3] == ["0", "1", "2"]


def test_a_wide_dot_shows_its_bias_and_whole_pairs():
    w = [Value(1.0, f"w{k}") for k in range(30)]
    x = [Value(1.0, f"x{k}") for k in range(30)]
    drawing = draw(ag.dot(w, x, Value(2.0, "b")), limit=6)
    names = {text.split()[0] for text in texts(drawing) if "data" in text}
    assert names == {"data", "b", "w0", "x0", "w1", "x1"}
    assert "… 56 more" in drawing.source


def test_a_chain_of_a_million_nodes_is_drawn_in_part():
    chain = Value(1.0)
    for _ in range(1_000_000):
        chain = -chain
    assert "… 999,901 more" in draw(chain).source


def test_a_caption_recommends_what_is_soon_drawn():
    few, many = (ag.sum([Value(1.0) for _ in range(n)]) for n in (150, 300))
    assert "51 not drawn: limit=None draws all" in draw(few).source
    assert "201 not drawn: limit=200 draws more, limit=None all" in draw(many).source
    assert "101 not drawn: limit=None draws all" in draw(many, limit=200).source


def test_none_draws_everything():
    total = ag.sum([Value(1.0) for _ in range(300)])
    assert draw(total, limit=None).source.count("shape=box") == 301


def test_the_source_depends_on_the_graph_alone():
    code = (
        "from autograd import Value, tanh\n"
        "from autograd.view import draw\n"
        "x, y = Value(1.0), Value(2.0)\n"
        "print(draw(tanh(x * y + x) / y, names={'x': x, 'y': y}).source)\n"
    )
    first, second = (
        subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout
        for _ in range(2)
    )
    assert first == second
    assert b"tanh" in first


# Getting it out


def test_it_is_a_graphviz_digraph_to_which_one_can_add():
    drawing = draw(Value(1.0))
    assert isinstance(drawing, graphviz.Digraph)
    drawing.node("note", "added by hand")
    assert "added by hand" in texts(drawing)


def test_save_writes_the_format_of_the_suffix(tmp_path):
    drawing = draw(Value(1.0) + 1.0)
    svg = drawing.save(tmp_path / "new folder" / "graph.svg")
    assert Path(svg).read_text(encoding="utf-8") == drawing.svg()
    png = drawing.save("graph.PNG", tmp_path)
    assert Path(png).read_bytes() == drawing.png()
    assert drawing.png().startswith(PNG_SIGNATURE)
    source = drawing.save(tmp_path / "graph.gv")
    assert Path(source).read_text(encoding="utf-8") == drawing.source


def test_render_writes_source_and_picture(tmp_path):
    drawing = draw(Value(1.0) + 1.0)
    picture = Path(drawing.render("graph.gv", tmp_path, format="png"))
    assert picture == tmp_path / "graph.gv.png"
    assert picture.read_bytes().startswith(PNG_SIGNATURE)
    assert (tmp_path / "graph.gv").read_text(encoding="utf-8") == drawing.source
    other = Path(drawing.render(outfile=tmp_path / "other.svg", cleanup=True))
    assert other.read_text(encoding="utf-8") == drawing.svg()
    assert not (tmp_path / "other.gv").exists()


def test_pipe_takes_graphvizs_arguments():
    drawing = draw(Value(1.0) + 1.0)
    assert drawing.pipe() == drawing.pipe("svg", quiet=True)
    assert drawing.pipe("svg", encoding="utf-8") == drawing.svg()
    assert drawing.pipe("svg", engine="circo") != drawing.pipe("svg")


def test_an_unknown_format_is_one_clear_error():
    with pytest.raises(ValueError, match="does not write docx: save as svg"):
        draw(Value(1.0)).pipe("docx")
    for name in ("graph.docx", "graph.jpg"):  # as the command's -o
        with pytest.raises(ValueError, match=rf"save: {name}: .* end in .svg, .png, .pdf or .gv"):
            draw(Value(1.0)).save(name)


def test_a_notebook_shows_a_picture():
    x = Value(1.0)
    bundle = (x + 1.0)._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml"}
    assert ElementTree.fromstring(bundle["image/svg+xml"]).tag == f"{SVG}svg"
    assert "max-width: 100%" in bundle["image/svg+xml"]
    y = x
    for _ in range(30):
        y = -y
    too_wide = y._repr_mimebundle_()
    assert set(too_wide) == {"image/svg+xml"}
    assert "max-width" not in too_wide["image/svg+xml"]
    png = draw(x)._repr_mimebundle_(include=["image/png", "text/html"])
    assert png["image/png"].startswith(PNG_SIGNATURE)
    assert draw(x)._repr_mimebundle_(exclude=["image/svg+xml"]) == {}


def test_a_picture_as_wide_as_a_page_shrinks_as_an_image_too():
    x = Value(1.0, label='"<x>"')
    bundle = (((x + 1.0) * x - 2.0) * x)._repr_mimebundle_()
    assert set(bundle) == {"image/svg+xml", "text/html"}
    image = ElementTree.fromstring(bundle["text/html"].removesuffix(">") + "/>")
    least = round(0.6 * float(ElementTree.fromstring(bundle["image/svg+xml"]).get("width")[:-2]))
    assert image.get("style") == f"max-width: 100%; min-width: {least}pt; height: auto"
    content = image.get("src").removeprefix("data:image/svg+xml;base64,")
    assert b64decode(content).decode() == bundle["image/svg+xml"]
    assert set(draw(x * x + x - x)._repr_mimebundle_(exclude=["text/html"])) == {"image/svg+xml"}


def test_what_the_program_says_is_in_the_error():
    drawing = Drawing(body=["\tthis is not DOT [\n"])
    with pytest.raises(graphviz.CalledProcessError, match="syntax error"):
        drawing.svg()
    assert "syntax error" in drawing._repr_mimebundle_()["text/plain"]
