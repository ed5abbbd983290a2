"""Samples in lanes, strip by strip and loop by loop: the bits are those of eager mode however long.

Owns networks of many widths over many samples, with loops and strips as short as they can be, which
otherwise only large networks have; and what the loops promise.
"""

from __future__ import annotations

import random

import pytest

import autograd as ag
from autograd.replay.llvm.samples import stages, strips, sums
from autograd.replay.llvm.samples.parts import _ready
from autograd.replay.llvm.samples.stages import staged
from autograd.replay.tapes.finding import find_samples
from autograd.replay.tapes.straighten import straightened
from tests.replay.eager import agree, bits


def cost_of(sizes, kind):
    """(weights, rows, targets) -> a cost, as a user writes it; and how many weights there are."""
    shapes = [*zip(sizes[1:], sizes, strict=False)]

    def cost(w, rows, targets):
        left = iter(w)
        layers = [
            [([next(left) for _ in range(m)], next(left)) for _ in range(n)] for n, m in shapes
        ]
        outputs = []
        for row in rows:
            x = list(row)
            for k, layer in enumerate(layers):
                x = [ag.dot(ws, x, bias) for ws, bias in layer]
                if k < len(layers) - 1:
                    x = [ag.tanh(z) if k % 2 else ag.relu(z) for z in x]
            outputs.append(x)
        if kind == "cross entropy":
            losses = [ag.logsumexp(x) - x[i % len(x)] for i, x in enumerate(outputs)]
            return ag.mean(losses)
        squares = [(x[0] - t) * (x[0] - t) for x, t in zip(outputs, targets, strict=True)]
        return ag.sum(squares) + 1e-3 * ag.sum([p * p for p in w])

    return cost, sum(n * (m + 1) for n, m in shapes)


def numbers(draw, n):
    return [draw.gauss(0.0, 0.7) for _ in range(n)]


@pytest.fixture(params=["as it is", "short"])
def length(request, monkeypatch):
    if request.param == "short":
        monkeypatch.setattr(strips, "FITS", 1)  # strips of two blocks
        monkeypatch.setattr(stages, "MOST", 12)
        monkeypatch.setattr(sums, "IN_REGISTERS", 3)
        monkeypatch.setattr(sums, "SPARE", 1)


@pytest.mark.parametrize(
    ("sizes", "n"),
    [((1, 3, 1), 17), ((2, 9, 1), 40), ((3, 8, 2), 16), ((7, 5, 3), 33), ((8, 4, 1), 9),
     ((9, 10, 2), 50), ((11, 3, 1), 64), ((17, 9, 8, 1), 21), ((20, 2), 70)],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["squares", "cross entropy"])
def test_a_network_of_many_samples(sizes, n, kind, length):
    draw = random.Random(sum(sizes) + n)
    cost, n_weights = cost_of(sizes, kind)
    rows, targets = [numbers(draw, sizes[0]) for _ in range(n)], numbers(draw, n)
    g = ag.value_and_grad(cost)
    agree(g, *[(numbers(draw, n_weights), rows, targets) for _ in range(2)], of=g)


@pytest.mark.parametrize("width", [1, 2, 3, 7, 8, 9, 12, 16, 21])
@pytest.mark.parametrize("n", [8, 11, 24])
def test_rows_of_any_width_are_brought_side_by_side(width, n):
    """Every number of a row is read; and nothing beyond the last one, whatever stands there."""
    draw = random.Random(width)

    def f(w, rows):
        return ag.sum([ag.exp(ag.dot(w, row)) for row in rows])

    g = ag.value_and_grad(f)
    rows = [numbers(draw, width) for _ in range(n)]
    agree(g, *[(numbers(draw, width), rows) for _ in range(2)], of=g)


@pytest.mark.parametrize("n", [8, 11, 24])
def test_a_term_may_be_one_number_for_all_samples(n):
    """As in the gradient of a factor that every sample multiplies by the same number."""
    draw = random.Random(n)

    def f(w, a, scale, rows):
        shared = ag.tanh(scale)
        return ag.sum([ag.abs(ag.dot(w, row) * 0.3 + a * shared) for row in rows])

    g = ag.value_and_grad(f, (0, 1))
    rows = [numbers(draw, 3) for _ in range(n)]
    agree(g, *[(numbers(draw, 3), a, 0.7, rows) for a in (0.5, -0.25)], of=g)


def _sample_program(sizes=(4, 6, 6, 1), n=12):
    """The samples of a training step's tape."""
    found = []

    def look(tape, *_):
        found.append(find_samples(straightened(tape))[1])
        raise LookupError

    draw = random.Random(5)
    cost, n_weights = cost_of(sizes, "squares")
    rows, targets = [numbers(draw, sizes[0]) for _ in range(n)], numbers(draw, n)
    compiled = ag.compile(ag.value_and_grad(cost))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("autograd.replay.calls.path.program_of", look)
        with pytest.raises(LookupError):
            compiled(numbers(draw, n_weights), rows, targets)
    return found[0]


@pytest.mark.parametrize("most", [7, 40, 10_000])
def test_each_number_is_computed_once_and_after_what_it_reads(most, monkeypatch):
    monkeypatch.setattr(stages, "MOST", most)
    samples = _sample_program()
    body = [p for p, phase in enumerate(samples.phases) if phase == 0]
    found = staged(samples, body, apart=set(body[::5]))
    assert all(stage.begins.issubset(stage.positions) for stage in found)
    loops = [stage.positions for stage in found]
    ordered = [p for loop in loops for p in loop]
    assert sorted(ordered) == body
    place = {p: i for i, p in enumerate(ordered)}
    for p in body:
        assert all(place[i] < place[p] for i in samples.operands[p] if i in place)
    assert max(map(len, loops)) <= 2 * most
    assert len(loops) >= len(body) // (2 * most)


def test_sums_that_read_the_same_go_on_side_by_side():
    samples = _sample_program()
    body = [p for p, phase in enumerate(samples.phases) if phase == 0]
    found = staged(samples, body, apart=set())
    assert any(stage.begins for stage in found)
    ordered = [p for stage in found for p in stage.positions]
    rows = [samples.rows[p].name for p in ordered]
    added = [i for i, name in enumerate(rows) if name == "add"][:12]
    chains = [samples.operands[ordered[i]][0] for i in added]
    assert not any(ordered[a] == chain for a, chain in zip(added, chains[1:], strict=False))


def test_products_that_sums_with_other_terms_read_are_computed():
    """One such sum makes another one mixed, and so on."""

    def loss(w, rows):
        u, b, g = w
        out = []
        for x in rows:
            a = u * x + b
            a = a * a * g
            out.append(b * a + b * u + g * a)
        return ag.sum([a * a for a in out])

    g = ag.value_and_grad(loss)
    compiled = ag.compile(g)
    for n in (4, 11):
        rows = [0.1 * i for i in range(n)]
        for w in ([0.3, -0.4, 0.5], [1.5, 0.25, -2.0]):
            assert bits(compiled(w, rows)) == bits(g(w, rows))
    assert not compiled.report().n_eager


def test_terms_are_turned_as_soon_as_they_are_there():
    groups, turned = [[0, 1], [2], [3, 4]], [(0, 1), (2, 0), (-1, -2), (4, 3), (1, 1)]
    assert _ready(groups, turned) == {0: [(-1, -2)], 1: [(0, 1), (1, 1)], 2: [(2, 0)], 3: [(4, 3)]}
