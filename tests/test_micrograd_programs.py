"""Programs in the idioms of micrograd and microgpt, written for `Value` alone, beside NumPy.

Owns what those programs ask of `Value` and of `nn`: graphs walked by `_prev` and `_op`, NumPy's
scalars as data and labels, sums of generators, in-place forms, leaves updated by hand. The numbers
they must give come from a second statement of the same model in NumPy, differentiated by complex
steps, f'(x) = Im f(x + ih) / h, which share no code with the engine and lose no digits.
"""

import math
import random
from collections.abc import Callable, Sequence
from itertools import pairwise

import graphviz
import numpy as np
import pytest

import nn
from autograd import Value

H = 1e-40  # of the complex step; its square is nothing beside 1


def complex_step_gradient(f: Callable[[np.ndarray], complex], x: np.ndarray) -> np.ndarray:
    """The gradient of `f`, written in operations that NumPy extends to complex numbers."""
    gradient = np.empty(len(x))
    for k in range(len(x)):
        shifted = x.astype(complex)
        shifted[k] += 1j * H
        gradient[k] = f(shifted).imag / H
    return gradient


def complex_relu(z: np.ndarray) -> np.ndarray:
    return np.where(z.real > 0.0, z, 0.0)


# A formula


def winding_formula(p, q, relu):
    """Every form of every operator that micrograd has, in place and reflected ones included."""
    s = p * q - 3
    s += relu(s) + 1
    t = 2 - q**3 / p
    t *= t
    t -= relu(-t + 40) * 0.5
    u = (s - t) ** 2 / 8.0 + (-p) ** -2
    u += 5.0 / u + relu(q)
    u /= 1 + q**2
    return u + p**0.5


@pytest.mark.parametrize(("p", "q"), [(1.5, -2.0), (0.3, 4.0), (7.0, 1.25)])
def test_a_formula_of_all_operators(p, q):
    a, b = Value(p), Value(q)
    result = winding_formula(a, b, lambda x: x.relu())
    result.backward()

    def reference(x):
        return winding_formula(x[0], x[1], complex_relu)

    point = np.array([p, q])
    assert result.data == pytest.approx(reference(point.astype(complex)).real, rel=1e-13)
    assert [a.grad, b.grad] == pytest.approx(complex_step_gradient(reference, point), rel=1e-12)


# Graphs, walked and drawn by hand


def walk(root: Value) -> tuple[set[Value], set[tuple[Value, Value]]]:
    """All nodes, and an edge for each pair of an input and what was made from it."""
    nodes: set[Value] = set()
    edges: set[tuple[Value, Value]] = set()

    def visit(node: Value) -> None:
        if node not in nodes:
            nodes.add(node)
            for source in node._prev:
                edges.add((source, node))
                visit(source)

    visit(root)
    return nodes, edges


def picture(root: Value) -> graphviz.Digraph:
    """A box for each number and a bubble for each operation, in graphviz's own words."""
    dot = graphviz.Digraph(graph_attr={"rankdir": "LR"})
    nodes, edges = walk(root)
    for node in nodes:
        numbers = "{ %s | data %.4f | grad %.4f }" % (node.label, node.data, node.grad)  # noqa: UP031
        dot.node(str(id(node)), numbers, shape="record")
        if node._op:
            dot.node(str(id(node)) + node._op, node._op)
            dot.edge(str(id(node)) + node._op, str(id(node)))
    for source, node in edges:
        dot.edge(str(id(source)), str(id(node)) + node._op)
    return dot


def test_a_graph_is_walked_and_drawn_by_prev_and_op():
    x = Value(3.0, label="x")
    square = x * x
    y = (square * 2 + x).relu()
    y.label = "y"
    y.backward()
    nodes, edges = walk(y)
    total = next(iter(y._prev))
    doubled = next(node for node in total._prev if node is not x)
    assert nodes == {x, square, doubled, total, y}  # the constant 2 is no node
    assert edges == {(x, square), (square, doubled), (doubled, total), (x, total), (total, y)}
    assert [node._op for node in (x, square, doubled, total, y)] == [
        "",
        "mul",
        "mul",
        "add",
        "relu",
    ]
    assert x._prev == ()
    source = picture(y).source
    assert source.count("shape=record") == 5
    assert source.count("->") == len(edges) + 4  # from each operation to its result
    assert "{ x | data 3.0000 | grad 13.0000 }" in source
    assert "{ y | data 21.0000 | grad 1.0000 }" in source


def test_prev_and_op_are_read_only():
    y = Value(1.0) + 2.0
    with pytest.raises(AttributeError):
        y._prev = ()
    with pytest.raises(AttributeError):
        y._op = "+"


# A classifier, trained in a loop of one's own

SIZES = (2, 8, 8, 1)
ALPHA = 1e-3


def spirals(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two arms that wind into each other; labels -1 and 1 are NumPy integers."""
    source = np.random.default_rng(5)
    labels = np.where(np.arange(n) % 2, 1, -1)
    turn = source.uniform(0.3, 4.5, n)
    arms = np.c_[np.cos(turn), np.sin(turn)] * (turn * labels / 4.5)[:, None]
    return arms + source.normal(0.0, 0.05, (n, 2)), labels


def classifier_loss(flat: np.ndarray, points: np.ndarray, labels: np.ndarray) -> complex:
    """Mean hinge loss and L2 penalty of the network with these parameters, neuron by neuron."""
    outputs, used = points, 0
    for n_inputs, n_outputs in pairwise(SIZES):
        block = flat[used : used + n_outputs * (n_inputs + 1)].reshape(n_outputs, n_inputs + 1)
        used += block.size
        z = outputs @ block[:, :-1].T + block[:, -1]
        outputs = complex_relu(z) if n_outputs > 1 else z
    margins = complex_relu(1.0 - labels * outputs[:, 0])
    return margins.mean() + ALPHA * (flat * flat).sum()


def test_a_training_loop_by_hand_follows_numpy():
    points, labels = spirals(40)
    random.seed(11)
    model = nn.MLP(2, [8, 8, 1])
    flat = np.array([p.data for p in model.parameters()])
    first_loss = None
    for k in range(25):
        scores = [model(list(map(Value, row))) for row in points]
        margins = [(1 + -label * score).relu() for label, score in zip(labels, scores, strict=True)]
        loss = sum(margins) * (1.0 / len(margins)) + ALPHA * sum(p * p for p in model.parameters())
        assert loss.data == pytest.approx(classifier_loss(flat, points, labels).real, rel=1e-10)
        first_loss = first_loss or loss.data

        model.zero_grad()
        loss.grad = 1  # some programs set the seed themselves: it must not count twice
        loss.backward()
        gradient = complex_step_gradient(lambda x: classifier_loss(x, points, labels), flat)
        assert [p.grad for p in model.parameters()] == pytest.approx(gradient, rel=1e-8, abs=1e-11)

        learning_rate = 0.5 - 0.4 * k / 25
        for p in model.parameters():
            p.data -= learning_rate * p.grad
        flat = flat - learning_rate * gradient
    right = sum(
        bool(score.data > 0) == bool(label > 0) for label, score in zip(labels, scores, strict=True)
    )
    assert loss.data < 0.7 * first_loss
    assert right > 30


def test_numpy_scalars_beside_values_give_values():
    v = Value(np.float64(1.5))
    assert type(v.data) is float
    for made in (np.int64(-2) * v, v * np.int64(-2), -np.int64(2) * v, np.float32(-2.0) * v):
        assert isinstance(made, Value)
        assert made.data == -3.0
        assert made._prev == (v,)
    assert (np.float64(3.0) - v).data == 1.5
    assert (np.float64(3.0) / v).data == 2.0


# A language model: one block of a transformer, built of the numbers one by one

VOCABULARY, WIDTH, HEADS, CONTEXT = 5, 4, 2, 4
SHAPES = {
    "token": (VOCABULARY, WIDTH),
    "place": (CONTEXT, WIDTH),
    "query": (WIDTH, WIDTH),
    "key": (WIDTH, WIDTH),
    "value": (WIDTH, WIDTH),
    "mix": (WIDTH, WIDTH),
    "widen": (2 * WIDTH, WIDTH),
    "narrow": (WIDTH, 2 * WIDTH),
    "logits": (VOCABULARY, WIDTH),
}
TOKENS = [0, 3, 1, 4, 2]
EPSILON = 1e-5

Vector = list[Value]
Matrices = dict[str, list[Vector]]


def times(matrix: Sequence[Vector], x: Vector) -> Vector:
    return [sum(w * xi for w, xi in zip(row, x, strict=True)) for row in matrix]


def normalised(x: Vector) -> Vector:
    scale = (sum(xi * xi for xi in x) / len(x) + EPSILON) ** -0.5
    return [xi * scale for xi in x]


def probabilities(scores: Vector) -> Vector:
    peak = max(score.data for score in scores)
    exponentials = [(score - peak).exp() for score in scores]
    total = sum(exponentials)
    return [e / total for e in exponentials]


def added(x: Vector, y: Vector) -> Vector:
    return [a + b for a, b in zip(x, y, strict=True)]


def attention(w: Matrices, x: Vector, keys: list[Vector], values: list[Vector]) -> Vector:
    """What the newest place takes from all places so far, head by head."""
    query = times(w["query"], x)
    keys.append(times(w["key"], x))
    values.append(times(w["value"], x))
    size, found = WIDTH // HEADS, []
    for first in range(0, WIDTH, size):
        head = range(first, first + size)
        scores = [sum(query[j] * key[j] for j in head) / size**0.5 for key in keys]
        shares = probabilities(scores)
        found += [sum(s * v[j] for s, v in zip(shares, values, strict=True)) for j in head]
    return times(w["mix"], found)


def language_loss(w: Matrices) -> Value:
    """The mean surprise at each next token."""
    keys, values, surprises = [], [], []
    for place, (token, target) in enumerate(pairwise(TOKENS)):
        x = normalised(added(w["token"][token], w["place"][place]))
        x = added(x, attention(w, normalised(x), keys, values))
        hidden = [z.relu() for z in times(w["widen"], normalised(x))]
        x = added(x, times(w["narrow"], hidden))
        surprises.append(-probabilities(times(w["logits"], x))[target].log())
    return (1 / len(surprises)) * sum(surprises)


def language_loss_in_numpy(flat: np.ndarray) -> complex:
    """The same model on whole arrays, all places at once."""
    w, used = {}, 0
    for name, (rows, columns) in SHAPES.items():
        w[name] = flat[used : used + rows * columns].reshape(rows, columns)
        used += rows * columns

    def norm(x):
        return x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + EPSILON)

    def log_softmax(scores):
        shifted = scores - scores.real.max(axis=-1, keepdims=True)
        return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))

    x = norm(w["token"][TOKENS[:-1]] + w["place"])
    q, k, v = (
        (norm(x) @ w[name].T).reshape(CONTEXT, HEADS, -1).transpose(1, 0, 2)
        for name in ("query", "key", "value")
    )
    scores = q @ k.transpose(0, 2, 1) / math.sqrt(WIDTH // HEADS)
    scores = np.where(np.tri(CONTEXT, dtype=bool), scores, -1e9)  # none looks ahead
    mixed = (np.exp(log_softmax(scores)) @ v).transpose(1, 0, 2).reshape(CONTEXT, WIDTH)
    x = x + mixed @ w["mix"].T
    x = x + complex_relu(norm(x) @ w["widen"].T) @ w["narrow"].T
    return -log_softmax(x @ w["logits"].T)[range(CONTEXT), TOKENS[1:]].mean()


def test_a_transformer_trained_with_adam_follows_numpy():
    source = random.Random(2)
    w = {
        name: [[Value(source.gauss(0, 0.5)) for _ in range(columns)] for _ in range(rows)]
        for name, (rows, columns) in SHAPES.items()
    }
    parameters = [p for matrix in w.values() for row in matrix for p in row]
    mean, square = [0.0] * len(parameters), [0.0] * len(parameters)
    losses = []
    for step in range(1, 9):
        loss = language_loss(w)
        loss.backward()
        losses.append(loss.data)
        flat = np.array([p.data for p in parameters])
        assert loss.data == pytest.approx(language_loss_in_numpy(flat + 0j).real, rel=1e-12)
        gradient = complex_step_gradient(language_loss_in_numpy, flat)
        assert [p.grad for p in parameters] == pytest.approx(gradient, rel=1e-9, abs=1e-13)

        for i, p in enumerate(parameters):
            mean[i] = 0.85 * mean[i] + 0.15 * p.grad
            square[i] = 0.99 * square[i] + 0.01 * p.grad**2
            unbiased = mean[i] / (1 - 0.85**step)
            p.data -= 0.02 * unbiased / ((square[i] / (1 - 0.99**step)) ** 0.5 + 1e-8)
            p.grad = 0
    assert losses[-1] < 0.5 * losses[0]
