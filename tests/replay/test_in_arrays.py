"""NumPy on plain numbers that a recording cannot tell from floats: never another bit.

Owns the numbers that have lost their array (`numpy.array(x)` of an argument), never had one (a list
that NumPy makes an array of), or are made of ints; and that what has the same bits is compiled.
"""

import math
import random
import statistics
import sys
import warnings

import numpy as np
import pytest

import autograd as ag
from tests.replay.eager import BACKENDS, bits

N = 9
CONSTANTS = np.arange(9.0)
# NumPy adds these up, multiplies or raises them in its own way.
OF_LISTS = {
    "mean": lambda w, x: (w - np.mean(x)) ** 2,
    "sum": lambda w, x: w * np.sum(x),
    "average": lambda w, x: w * np.average(x),
    "var": lambda w, x: w * np.var(x, ddof=1),
    "product of a matrix": lambda w, x: w * (np.array([x, x]) @ np.array(x))[0],
    "dot": lambda w, x: w * np.dot(x, x),
    "dot with floats": lambda w, x: w * np.dot(x, [0.1 * k for k in range(len(x))]),
    "power": lambda w, x: w * (np.array(x) ** 3)[1],
    "power of two": lambda w, x: w * (np.array(x) ** 2)[1],
    "sum of products": lambda w, x: w * (np.array(x) * np.array(x) / 3.0).sum(),
    "trace": lambda w, x: w * np.trace(np.outer(x, x)),
    "einsum": lambda w, x: w * np.einsum("i,i->", x, x),
    "convolve": lambda w, x: w * np.convolve(x, x)[2],
    "cumsum": lambda w, x: w * np.cumsum(x)[-1],
    "prod": lambda w, x: w * np.prod(x),
    "floor division": lambda w, x: w * (np.array(x) // 0.3)[0],
    "Python's sum of floats": lambda w, x: w * sum(x),
    "Python's sum from a start": lambda w, x: w * sum(x, 0.5),
    "Python's sum of products": lambda w, x: w * sum(a * a for a in x),
    "Python's sum of sums": lambda w, x: w * sum([sum(x), sum(np.array(x)), sum(x[:3])]),
    "sum of floats and Values": lambda w, x: sum([*x, w, *x]) * w,
    "sum of ours": lambda w, x: w * ag.exp(np.array(x)).sum(),
}
OF_LISTS_BESIDE_ARRAYS = {
    "product": lambda w, x: w * (CONSTANTS * x).sum(),
    "matrix product": lambda w, x: w * (CONSTANTS @ x),
    "from the right": lambda w, x: w * (x @ CONSTANTS),
    "square": lambda w, x: w * ((CONSTANTS - x) ** 2).sum(),
    "mean": lambda w, x: w * (np.zeros(N) + x).mean(),
    "power": lambda w, x: w * ((np.ones(N) * x) ** 3)[2],
    "root": lambda w, x: w * (abs(np.ones(N) * x) ** 0.37)[2],
    "tuple": lambda w, x: w * np.add.reduce(CONSTANTS - tuple(x)),
    "dot with ones": lambda w, x: w * np.dot(np.array(x), np.ones(N)),
    "inner": lambda w, x: w * np.inner(np.ones(N), x),
    "initial": lambda w, x: w * np.add.reduce(np.array(x), initial=0.0),
    "times one": lambda w, x: w * np.multiply(np.array(x), 1).sum(),
    "plus nothing": lambda w, x: w * np.add(np.array(x), 0).sum(),
    "filled": lambda w, x: filled(w, np.zeros_like(np.array(x)), x),
    "filled again": lambda w, x: filled(w, np.array(x), [a * 0.1 for a in x]),
    "filled from the end": lambda w, x: w * np.add.reduce(filled_from_the_end(x)),
    "sums of rows": lambda w, x: w * np.array([sum(x[:k]) for k in range(1, N)]).sum(),
}


def filled(w, out, x):
    for i in range(N):
        out[i] = sum(x[: i + 1])
    return w * out.sum()


def filled_from_the_end(x):
    out = np.zeros_like(np.array(x))
    for i in reversed(range(N)):
        out[i] = sum(np.array(x)[i:])
    return out


OF_ARRAYS = {
    "array": lambda w, x: w * np.array(x).sum(),
    "asarray": lambda w, x: w * np.asarray(x).sum(),
    "ascontiguousarray": lambda w, x: w * np.ascontiguousarray(x).mean(),
    "product": lambda w, x: w * (np.array(x) @ np.array(x)),
    "list": lambda w, x: w * np.mean(x.tolist()),
    "comprehension": lambda w, x: w * np.mean([a * 2.0 for a in x]),
    "power": lambda w, x: w * (np.array(x) ** 3)[0],
    "masked": lambda w, x: w * ((np.array(x) > 0) * np.array(x)).sum(),
    "norm": lambda w, x: w * np.linalg.norm(np.array(x) / 7),
}
OF_INTS = {
    "product": lambda w, x: w * (x @ (x * 0.1)),
    "sum": lambda w, x: w * (x / 10).sum(),
    "var": lambda w, x: w * np.var(x),
    "mean of products": lambda w, x: w * (x * 0.1).mean(),
    "power": lambda w, x: w * ((x / 7) ** 3)[0],
    "centred": lambda w, x: w * ((x - x.mean()) / 7).sum(),
}
CASES = (
    [(f, list) for f in [*OF_LISTS.values(), *OF_LISTS_BESIDE_ARRAYS.values()]]
    + [(f, np.array) for f in OF_ARRAYS.values()]
    + [(f, lambda x: np.array([int(30 * a) for a in x])) for f in OF_INTS.values()]
    + [(lambda w, x, f=f: f(w, np.array(x)), lambda x: [int(30 * a) for a in x])
       for f in OF_INTS.values()]
)  # fmt: skip
NAMES = [f"{kind}: {name}" for kind, names in (
    ("list", OF_LISTS), ("beside", OF_LISTS_BESIDE_ARRAYS), ("array", OF_ARRAYS),
    ("ints", OF_INTS), ("list of ints", OF_INTS),
) for name in names]  # fmt: skip


@pytest.mark.parametrize(("f", "make"), CASES, ids=NAMES)
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.filterwarnings("ignore:compile. .* runs uncompiled")
def test_never_another_bit(f, make, backend):
    eager = ag.grad(f)
    draw = random.Random(3)
    for _ in range(3):  # whether two calls agree by chance is another question each time
        compiled = ag.compile(eager, backend=backend)
        for k in range(4):  # with these every order of a sum has the same bits
            compiled(1.5 + k, make([1.0 + k] * N))
        for _ in range(12):
            x = make([draw.gauss(0.0, 1.0) for _ in range(N)])
            assert bits(compiled(1.5, x)) == bits(eager(1.5, x))


WITH_NAN = {
    "maximum": (lambda w, x: w * np.maximum(x, 0.0)[0], [-1.0, 2.0], [math.nan, 2.0]),
    "clip": (lambda w, x: w * np.clip(x, -0.5, 0.5)[0], [-1.0, 2.0], [math.nan, 2.0]),
    "max": (lambda w, x: w * np.max(x), [1.0, 2.0], [math.nan, 2.0]),
    "min": (lambda w, x: w * np.min(x), [2.0, 1.0], [2.0, math.nan]),
    "argmax": (lambda w, x: w * (np.argmax(x) + 1.0), [2.0, 1.0], [2.0, math.nan]),
    "argsort": (lambda w, x: w * (np.argsort(x)[0] + 1.0), [1.0, 2.0], [math.nan, 2.0]),
    "of an element": (lambda w, x: w * np.maximum(x[0], 0.0), [-1.0, 2.0], [math.nan, 2.0]),
}


@pytest.mark.parametrize("name", WITH_NAN)
@pytest.mark.parametrize("make", [list, np.array])
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.filterwarnings("ignore:compile. .* runs uncompiled")
def test_nan_goes_on_where_numpy_compares(name, make, backend):
    f, first, then = WITH_NAN[name]
    eager = ag.grad(f)
    compiled = ag.compile(eager, backend=backend)
    for x in (first, first, [2.0 * a for a in first], then, first, then):
        for w in (1.0, 2.0):
            assert bits(compiled(w, make(x))) == bits(eager(w, make(x)))


COMPILED = {
    "element by element": (lambda w, x: ag.sum((np.array(x) * 2.0 - np.array(x) / 3.0) * w), list),
    "with Values": (lambda w, x: np.array(x) @ np.array([w] * len(x)), list),
    "mean with Values": (lambda w, x: np.mean([w * a for a in x]), list),
    "in place": (lambda w, x: in_place(w, np.array(x)), list),
    "a loop": (lambda w, x: w * added([a * a for a in np.array(x)]), list),
    "Python's sum": (lambda w, x: w * sum(np.array(x)), list),
    "Python's sum of a generator": (lambda w, x: w * sum(a * a for a in np.array(x)), list),
    "elements of an array": (
        lambda w, x: w * added([(a - 1.0) ** 2 for a in x]) + x[0] ** 3,
        np.array,
    ),
    "a list of an array": (lambda w, x: w * x.tolist()[1] ** 3 + x.item(0) ** 2, np.array),
    "the largest": (lambda w, x: w * max(np.array(x)), list),
    "ints": (lambda w, x: w * (x.sum() / 3) + x.mean() + (x @ x) * w, lambda x: np.arange(len(x))),
    "numbers of NumPy's in a loop": (
        lambda w, x: w * added([(c * a) ** 2 for c, a in zip(CONSTANTS, x, strict=False)]),
        list,
    ),
    "an array of no dimension": (lambda w, x: w * ag.maximum(np.array(2.0), x[0]), list),
    "a number of NumPy's": (lambda w, x: w * (np.float64(0.1) * x[0]) ** 2, list),
    "an array of constants": (lambda w, x: ag.sum(CONSTANTS[: len(x)] * x * w), list),
    "autograd's": (lambda w, x: w * ag.mean(np.array(x)) + ag.dot(np.array(x), x), list),
}


if sys.version_info < (3, 12):  # from then on sum() of floats keeps what rounding loses
    COMPILED["sums of sums"] = lambda w, x: w * sum([sum(np.array(x)), sum(a * a for a in x)]), list
    COMPILED["sum of elements"] = lambda w, x: w * sum((a - 1.0) ** 2 for a in x), np.array
    COMPILED["sum of floats"] = lambda w, x: w * sum(x) + sum(x, 0.5), list


def in_place(w, x):
    x = x * 1.0
    x += 2.0
    x *= 3.0
    return ag.dot([w] * len(x), x)


def added(x):
    total = 0.0
    for a in x:
        total += a
    return total


@pytest.mark.parametrize("name", COMPILED)
@pytest.mark.parametrize("backend", BACKENDS)
def test_what_has_the_same_bits_is_compiled(name, backend):
    f, make = COMPILED[name]
    eager = ag.value_and_grad(f)
    compiled = ag.compile(eager, backend=backend)
    draw = random.Random(4)
    x = [draw.gauss(0.0, 1.0) for _ in range(7)]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(12):
            given = make(x if name == "the largest" else [draw.gauss(0.0, 1.0) for _ in range(7)])
            assert bits(compiled(1.5, given)) == bits(eager(1.5, given))
    assert not compiled.report().n_eager


def test_the_refusal_names_the_line_and_what_to_do():
    def centred(w, x):
        return w * (x[0] - np.mean(x))

    compiled = ag.compile(ag.grad(centred))
    with pytest.warns(RuntimeWarning, match="compile: centred runs uncompiled") as told:
        compiled(1.0, [0.1, 0.2, 0.4])
    assert "`return w * (x[0] - np.mean(x))`" in str(told[0].message)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_training_whose_model_averages_its_inputs_by_numpy(backend):
    import nn

    draw = random.Random(0)
    X = [[draw.gauss(0.0, 1.0) for _ in range(5)] for _ in range(16)]
    y = [statistics.mean(row) for row in X]

    def trained(compiled):
        model = nn.MLP(6, [1], seed=0)

        class Averaging(nn.Module):
            def __init__(self):
                self.inner = model

            def __call__(self, x):
                return self.inner([*x, np.mean(x)])

        settings = {"epochs": 300, "lr": 0.05, "verbose": False, "compiled": compiled}
        nn.fit(Averaging(), (X, y), "mse", **settings)
        return bits([p.data for p in model.parameters()])

    right = trained(False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert trained(True) == right
