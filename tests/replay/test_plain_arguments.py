"""compile: what a transform does not differentiate by is a plain number, as in eager mode.

Owns what such a number, or an array of them, may be used for, and that the bits are eager mode's.
"""

import ctypes
import enum
import math
import pickle
import statistics
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag

X = np.random.default_rng(0).normal(size=100)


class Colour(enum.IntEnum):
    red = 1


COMPILED = {
    "arithmetic": (lambda w, s: w * s * s + ag.exp(s) * w, 3.5),
    "branch": (lambda w, s: w * s if s > 0 else w * w, 3.5),
    "sum": (lambda w, x: w * ag.sum(x), X),
    "product": (lambda w, x: ag.sum([w * a for a in x]), X),
    "dot": (lambda w, x: ag.dot([w, w], x[:2]), X),
    "arithmetic of arrays": (lambda w, x: ag.sum((-x * 2.0 + x / 3.0 - abs(x)) * w), X),
    "moving": (lambda w, x: ag.dot([w] * 4, np.concatenate([x[:2], x.reshape(2, 50)[1][:2]])), X),
    "dict": (lambda w, d: w * d["x"] + w ** d["y"][0], {"x": 2.0, "y": [3.0, 1]}),
    "mean of ints": (lambda w, x: w * 2.0 + x.mean() - x.mean(), np.array([0, 1, 2, 3])),
    "matrix": (lambda w, x: (x @ np.array([w, w * w, 1.0], dtype=object))[1], X[:6].reshape(2, 3)),
}


class Unit(np.ndarray):
    pass


class Matrix(np.ndarray):
    """Its product is that of matrices, as numpy.matrix has it."""

    def __mul__(self, other):
        return self @ other


TWOS = np.array([[1.0, 2.0], [3.0, 4.0]])
MASKED = np.ma.masked_array([1.0, 2.0], [0, 1])


def with_unit():
    made = np.array([1.0, 2.0]).view(Unit)
    made.unit = 3.0
    return made


def checked(w, n):
    if not isinstance(n, int):
        raise ValueError(f"need an int, got {type(n).__name__}")
    return w * n


PLAIN = {
    "check": (checked, 3),
    "name of a class": (lambda w, n: w * {"int": 1.0, "float": 2.0}[type(n).__name__], 3),
    "power of an array": (lambda w, x: w * ag.sum(x**3), X),
    "maximum of an array": (lambda w, x: w * np.maximum(x, 0.5)[0], np.array([np.nan, 0.9])),
    "cumsum": (lambda w, x: w * x.cumsum()[-1], X),
    "dot of arrays": (lambda w, x: w * x.dot(x), X),
    "einsum": (lambda w, x: w * np.einsum("i,i->", x, x), X),
    "std": (lambda w, x: w * x.std(), X),
    "matrix class": (lambda w, x: w * (x * x)[0, 0], TWOS.view(Matrix)),
    "mask": (lambda w, x: w * x.sum(), MASKED),
    "attribute of an array": (lambda w, x: w * x.unit, with_unit()),
    "decimal": (lambda w, s: w * float(s * 3), Decimal("0.1")),
    "fraction": (lambda w, s: w * float(s * 3), Fraction(1, 10)),
    "sqrt": (lambda w, s: w * math.sqrt(s), 4.0),
    "class": (lambda w, s: w * (1.0 if isinstance(s, float) else 2.0), 3.0),
    "round": (lambda w, s: w * round(s, 1), 3.14159),
    "int": (lambda w, s: w * int(s), 3.7),
    "key": (lambda w, s: w * {3.0: 5.0}[s], 3.0),
    "fsum": (lambda w, x: w * math.fsum(x), [0.1, 0.2, 0.3]),
    "mean of a list": (lambda w, x: w * statistics.mean(x), [0.1, 0.2, 0.3]),
    "sum of an array": (lambda w, x: w * x.sum(), X),
    "mean of an array": (lambda w, x: w * x.mean(), X),
    "norm": (lambda w, x: w * np.linalg.norm(x), X),
    "product of arrays": (lambda w, x: w * (x @ x), X),
    "exp of an array": (lambda w, x: w * np.exp(x).sum(), X),
    "float32": (lambda w, x: w * (x[0] + 0.1), X.astype(np.float32)),
    "uint8": (lambda w, x: w * (x[0] + x[1]), np.array([200, 100], np.uint8)),
    "int64": (lambda w, x: w * (x[0] / x[1]), np.array([1, 0])),
}
TRANSFORMS = {
    "grad": ag.grad,
    "value_and_grad": ag.value_and_grad,
    "jacobian": ag.jacobian,
    "hessian": ag.hessian,
    "vmap": lambda f: ag.vmap(ag.grad(f), (0, None)),
    "grad of grad": lambda f: ag.grad(ag.grad(f)),
}


def argument(name):
    return [2.0, 3.0] if name == "vmap" else 2.0


@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("name", [*COMPILED, *PLAIN])
@pytest.mark.parametrize("backend", ["llvm", "python"])
@pytest.mark.filterwarnings("ignore:compile. .* runs uncompiled")
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:overflow")
def test_the_numbers_are_those_of_eager_mode(name, transform, backend):
    function, x = {**COMPILED, **PLAIN}[name]
    eager = TRANSFORMS[transform](function)
    compiled = ag.compile(eager, backend=backend)
    for _ in range(4):
        assert repr(compiled(argument(transform), x)) == repr(eager(argument(transform), x))


@pytest.mark.parametrize("name", COMPILED)
def test_what_only_computes_is_compiled(name):
    function, x = COMPILED[name]
    compiled = ag.compile(ag.value_and_grad(function))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for w in (2.0, 3.0, 4.0):
            assert compiled(w, x) == ag.value_and_grad(function)(w, x)
    assert compiled.n_eager == 0


def test_a_plain_division_by_zero_is_pythons_error():
    gradient = ag.grad(lambda w, s: w * (1 / s))
    compiled = ag.compile(gradient)
    for s in (0.0, 2.0, 0.0):
        if s:
            assert compiled(2.0, s) == gradient(2.0, s)
        else:
            with pytest.raises(ZeroDivisionError):
                compiled(2.0, s)


def test_inside_a_transform_its_floats_are_values_from_the_first_call_on():
    compiled = ag.compile(lambda x: 1.0 / x)
    outer = ag.value_and_grad(lambda y: y * compiled(0.0))
    cold = outer(1.0)
    assert [compiled(x) for x in (1.0, 2.0, 4.0)] == [1.0, 0.5, 0.25]
    assert cold == outer(1.0) == (math.inf, math.inf)


def test_an_argument_may_be_called_self():
    compiled = ag.compile(lambda self, x: self * x)
    assert [compiled(self=2.0, x=x) for x in (3.0, 4.0, 5.0)] == [6.0, 8.0, 10.0]


def set_item(w, x):
    x[0] = x[0] * 2.0
    return w * x[0]


def append(w, x):
    x.append(1.0)
    return w * ag.sum(x)


def add_name(w, x):
    x["b"] = x["a"] * 2.0
    return w * x["b"]


@pytest.mark.parametrize(
    ("function", "given"),
    [
        (set_item, [3.0]),
        (set_item, np.array([3.0])),
        (set_item, np.array([3])),
        (append, [3.0, 1.0]),
        (add_name, {"a": 3.0}),
    ],
    ids=lambda x: getattr(x, "__name__", str(x)),
)
@pytest.mark.parametrize("around", [lambda f: f, ag.grad], ids=["plain", "grad"])
def test_a_function_that_changes_an_argument_runs_as_it_stands_on_copies(function, given, around):
    before = repr(given)
    compiled = ag.compile(around(function))
    with pytest.warns(RuntimeWarning, match="it changes a list, dict or array"):
        first = compiled(2.0, given)
    assert compiled(2.0, given) == first
    assert repr(given) == before
    assert first == (around(function)(ag.Value(2.0), given)).data


def test_a_number_of_numpys_is_a_float():
    compiled = ag.compile(lambda x: x.mean())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [compiled(np.array([0, 1, 2, k])) for k in (3, 5, 7)] == [1.5, 2.0, 2.5]


OTHERS = {
    "float32 array": (lambda w, x: w * ag.sum(x * x), np.float32([1, 2]), np.float32([0.1, 0.2])),
    "uint64 array": (lambda w, x: w * (x[0] - x[1]), np.uint64([7, 5]), np.uint64([1, 5])),
    "uint8 array": (lambda w, x: w * ag.sum(x + x), np.uint8([1, 2]), np.uint8([200, 100])),
    "uint8": (lambda w, n: w * (n - np.uint8(5)), np.uint8(7), np.uint8(1)),
    "int8 negated": (lambda w, n: w * -n, np.int8(7), np.int8(-128)),
    "int8 divided": (lambda w, n: w * (n / 3), np.int8(3), np.int8(1)),
    "int8 power": (lambda w, n: w * n**2, np.int8(3), np.int8(100)),
    "int8 shifted": (lambda w, n: w * (n << 1), np.int8(3), np.int8(100)),
    "int32": (lambda w, n: w * (n * n), np.int32(2), np.int32(10**5)),
    "float32": (lambda w, s: w * (s * s), 0.1, np.float32(0.1)),
    "decimal": (lambda w, s: w * float(s * 3), 3.0, Decimal("0.1")),
    "enum": (lambda w, n: w * (5.0 if hasattr(n, "name") else 2.0), 1, Colour.red),
    "matrix": (lambda w, x: w * (x * x)[0, 0], TWOS, TWOS.view(Matrix)),
    "mask": (
        lambda w, x: w * x.sum(),
        np.array([1.0, 2.0]),
        np.ma.masked_array([1.0, 2.0], [0, 1]),
    ),
}


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.filterwarnings("ignore:compile. .* runs uncompiled", "ignore:overflow")
def test_what_was_proven_of_usual_numbers_is_not_believed_of_others(name):
    function, usual, other = OTHERS[name]
    eager = ag.grad(function)
    compiled = ag.compile(eager)
    for w, x in [(1.0, usual), (2.0, usual), (3.0, usual), (4.0, other), (5.0, other)]:
        assert repr(compiled(w, x)) == repr(eager(w, x))


@pytest.mark.filterwarnings("ignore:compile. .* runs uncompiled")
def test_a_sum_of_numpys_is_never_taken_for_one_by_one():
    """For few numbers both have the same bits, or often have."""
    draw = np.random.default_rng(1)
    eager = ag.grad(lambda w, x: w * x.sum())
    for n in (3, 8, 9, 12, 20, 50):
        compiled = ag.compile(eager, backend="python")
        for _ in range(30):
            x = draw.normal(size=n)
            assert compiled(1.0, x) == eager(1.0, x)


def test_a_masked_array_is_no_array_of_values():
    compiled = ag.compile(lambda x, o: x * o.sum())
    masked = np.ma.masked_array([1.0, 2.0, 6.0], [0, 1, 0])
    with pytest.warns(RuntimeWarning, match="arrays of a class of their own"):
        assert compiled(3.0, masked) == 21.0


@pytest.mark.parametrize("kind", [ctypes.c_double, ctypes.c_float, ctypes.c_int, ctypes.c_longlong])
def test_arrays_of_ctypes_are_buffers(kind):
    block = (kind * 3)(1, 2, 3)
    compiled = ag.compile(lambda x, b: x * b[0] + b[2])
    assert [compiled(x, block) for x in (1.0, 2.0, 3.0)] == [4.0, 5.0, 6.0]


DRAW = np.random.default_rng(0)
SAMPLES = DRAW.normal(size=(20, 4))
TARGETS = SAMPLES @ np.array([1.0, 2.0, 3.0, 4.0])
LABELS = (TARGETS > 0).astype(np.int32)


def by_dot(w, X, y):
    return ag.mean([(ag.dot(w, row) - t) ** 2 for row, t in zip(X, y, strict=True)])


def by_matrix(w, X, y):
    return ((X @ w - y) ** 2).mean()


def by_sum(w, X, y):
    errors = X @ w - y
    return ag.sum(errors * errors) / len(y)


def by_label(w, X, labels):
    margins = [(2.0 * k - 1.0) * ag.dot(w, row) for row, k in zip(X, labels, strict=True)]
    return ag.mean([ag.softplus(-margin) for margin in margins])


def by_numpys_tanh(w, X, y):
    return ag.sum([abs(error) for error in np.tanh(X @ w) - y])


@pytest.mark.parametrize("loss", [by_dot, by_matrix, by_sum, by_label, by_numpys_tanh])
def test_losses_of_arrays_as_people_write_them_are_compiled(loss):
    eager = ag.value_and_grad(loss)
    compiled, w = ag.compile(eager), np.array([0.1, 0.2, 0.3, 0.4])
    given = LABELS if loss is by_label else TARGETS
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(4):
            value, slope = compiled(w, SAMPLES, given)
            assert (value, slope.tolist()) == (lambda v, s: (v, s.tolist()))(
                *eager(w, SAMPLES, given)
            )
            w = w - 0.01 * slope
    assert compiled.n_eager == 0


LOOKS_AT_MEMORY = {
    "tobytes": lambda x, ref: x.tobytes() == ref.tobytes(),
    "of a part": lambda x, ref: x[::1].reshape(-1).tobytes() == ref.tobytes(),
    "of a sum": lambda x, ref: (x + 0.0).tobytes() == ref.tobytes(),
    "ctypes": lambda x, ref: ctypes.string_at(x.ctypes.data, x.nbytes) == ref.tobytes(),
    "data": lambda x, ref: bytes(x.data) == ref.tobytes(),
    "interface": lambda x, ref: (
        ctypes.string_at(x.__array_interface__["data"][0], x.nbytes) == ref.tobytes()
    ),
    "pickle": lambda x, ref: pickle.dumps(x) == pickle.dumps(ref),
    "dumps": lambda x, ref: x.dumps() == ref.dumps(),
}


@pytest.mark.parametrize("name", LOOKS_AT_MEMORY)
def test_a_function_that_looks_at_the_memory_of_an_array_runs_as_it_stands(name):
    ref = np.full(3, 7.0)
    gradient = ag.grad(lambda w, x: w * 2 if LOOKS_AT_MEMORY[name](x, ref) else w * w)
    compiled = ag.compile(gradient)
    rows = [np.arange(3.0), np.arange(3.0) + 1, np.arange(3.0) + 2, ref.copy()]
    with pytest.warns(RuntimeWarning, match="runs uncompiled.*the memory of an array") as said:
        found = [compiled(3.0, x) for x in rows]
    assert found == [gradient(3.0, x) for x in rows] == [6.0, 6.0, 6.0, 2.0]
    assert len(said) == 1
