"""compile: operations of the user's own, which Python computes and which may raise.

Owns that they are called wherever eager mode calls them, though nothing needs their number.
"""

import random

import pytest

import autograd as ag

calls = []


def _square(x):
    calls.append(x)
    if x > 5.0:
        raise ValueError("too large")
    return x * x


square = ag.Op("square_up_to_five", _square, lambda y, x: (2.0 * x,))
del ag.op.TABLE[square.name]  # not for the tests of every row


def _root(x):
    calls.append(x)
    if x < 0.0:
        raise ValueError("negative")
    return x**0.5


root = ag.Op("root_of_a_test", _root, lambda y, x: (0.5 / y,))
del ag.op.TABLE[root.name]
FUNCTIONS = {
    "grad": ag.grad(lambda x: square(x) * 2.0),
    "value": lambda x: square(x) * 2.0,
    "value_and_grad": ag.value_and_grad(lambda x: square(x) * 2.0),
    "jacobian": ag.jacobian(lambda x: [square(x), x]),
    "unused": lambda x: [square(x), x + 1.0][1],
    "hessian": ag.hessian(lambda x: square(x) * x),
}


@pytest.mark.parametrize("name", FUNCTIONS)
@pytest.mark.parametrize("backend", ["llvm", "python"])
def test_an_operation_that_raises_does_so_in_a_program(name, backend):
    function = FUNCTIONS[name]
    compiled = ag.compile(function, backend=backend)
    for x in (1.0, 2.0, 3.0):
        assert repr(compiled(x)) == repr(function(x))
    assert compiled.n_eager == 0
    with pytest.raises(ValueError, match="too large"):
        compiled(6.0)
    calls.clear()
    compiled(4.0)
    assert calls.count(4.0) >= 1


@pytest.mark.parametrize("backend", ["llvm", "python"])
@pytest.mark.parametrize("mode", ["exact", "fast"])
def test_an_operation_that_a_guard_stands_before_does_not_raise(backend, mode):
    function = ag.grad(lambda x: root(x) if x >= 0.0 else x * x)
    compiled = ag.compile(function, mode=mode, backend=backend)
    for x in (1.0, 4.0, 9.0, -1.0, -2.0, 4.0):
        assert compiled(x) == function(x)


@pytest.mark.parametrize("way", ["llvm", "python", "interpreted"])
@pytest.mark.parametrize("question", ["of an input", "of a result"])
def test_a_way_that_is_not_taken_is_not_computed(way, question, monkeypatch):
    """What is asked of the arguments is asked first; in a long program, all as soon as it can be.

    So a function of sequences, which has a way for each, need not run them all in turn.
    """
    draw = random.Random(1)  # no loop, and more than one function of a program has
    turns = [draw.random() < 0.5 for _ in range(1_500)]
    if way == "interpreted":
        monkeypatch.setattr("autograd.replay.backends.LONG", 0)

    def function(x):
        y = x
        for turn in turns if question == "of a result" else []:
            y = ag.sin(y) + x if turn else ag.cos(y)
        if y < 0.0:
            return y * y
        for turn in turns:
            x = x * 0.5 + 1.0 if turn else x * 0.25
        return root(x)

    compiled = ag.compile(function, backend="python" if way == "python" else "llvm")
    for x in (-1.0, -2.0, 1.0, 2.0, 3.0):
        assert compiled(x) == function(x)
    calls.clear()
    assert compiled(-3.0) == function(-3.0)
    assert compiled(-4.0) == function(-4.0)
    if (way, question) != ("llvm", "of a result"):  # which native code asks at the end
        assert calls == []
    assert len(compiled.report().paths) == 2
    assert compiled.n_eager == 0


@pytest.mark.parametrize("backend", ["llvm", "python"])
def test_of_two_that_raise_it_is_the_first_of_the_function(backend):
    compiled = ag.compile(ag.grad(lambda x: (root(-x), square(x))[1] * x), backend=backend)
    assert [compiled(x) for x in (-1.0, -2.0, -3.0)] == [3.0, 12.0, 27.0]
    with pytest.raises(ValueError, match="negative"):
        compiled(6.0)


half = ag.Op("half_of_test", lambda x: x / 2.0, lambda y, x: (0.5,))
del ag.op.TABLE[half.name]


def test_calls_of_python_between_alike_operations():
    """Half of these come before a call, half after one: a pack of all would wait for itself."""

    def function(xs):
        found = []
        for i, x in enumerate(xs):
            y = ag.relu(x + 1.0 if i < 4 else half(x)) * 0.7 * 0.3 * 0.9
            found.append(half(y) if i < 4 else y)
        return found

    compiled = ag.compile(function)
    for shift in (0.0, 1.0, -2.0):
        xs = [0.1 * i + shift for i in range(8)]
        assert compiled(xs) == function(xs)


@pytest.mark.parametrize("seed", range(30))
def test_calls_of_python_anywhere_in_rows_of_numbers(seed):
    draw = random.Random(seed)
    n, depth = draw.choice((8, 11, 16)), draw.randint(2, 8)
    steps = [
        [(draw.choice("hrmas"), draw.randrange(n), draw.random()) for _ in range(n)]
        if draw.random() < 0.5
        else [(draw.choice("rmas"), draw.randrange(n), 0.5)] * n
        for _ in range(depth)
    ]

    def function(xs):
        for row in steps:
            made = {
                "h": lambda x, j, c, xs: half(x),
                "r": lambda x, j, c, xs: ag.relu(x),
                "m": lambda x, j, c, xs: x * c,
                "a": lambda x, j, c, xs: x + xs[j],
                "s": lambda x, j, c, xs: x * xs[j],
            }
            xs = [made[kind](x, j, c, xs) for x, (kind, j, c) in zip(xs, row, strict=True)]
        return xs

    both = (function, ag.value_and_grad(lambda xs: ag.sum(function(xs))))
    for f, compiled in zip(both, map(ag.compile, both), strict=True):
        for shift in (0.5, -1.0, 0.25):
            xs = [0.1 * i + shift for i in range(n)]
            assert compiled(xs) == f(xs)
