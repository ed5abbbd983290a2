"""compile: the order in which an array stands in memory is part of the layout of the arguments.

Owns that NumPy's "A" and "K" tell of a copy, recorded or not, what they tell of the array.
"""

import warnings

import numpy as np
import pytest

import autograd as ag
from autograd.replay.recording.memory_order import copy_of, objects_like

BASE = np.arange(24.0)
LAID_OUT = {
    "C": BASE.reshape(4, 6),
    "Fortran": BASE.reshape(4, 6).T,
    "columns": BASE.reshape(4, 6)[:, 1:4],
    "rows of Fortran": BASE.reshape(4, 6).T[:, 1:3],
    "columns of Fortran": BASE.reshape(4, 6).T[1:3],
    "reversed": BASE.reshape(4, 6)[::-1],
    "Fortran reversed": BASE.reshape(4, 6).T[:, ::-1],
    "axes in turn": BASE.reshape(2, 3, 4).transpose(1, 2, 0),
    "last two": BASE.reshape(2, 3, 4).transpose(0, 2, 1),
    "Fortran of three": BASE.reshape(2, 3, 4).T,
    "one column": BASE.reshape(4, 6)[:, 2:3],
    "one row of Fortran": BASE.reshape(4, 6).T[:, 2:3],
    "row": BASE[::3],
    "broadcast": np.broadcast_to(BASE[:3], (2, 3)),
    "broadcast columns": np.broadcast_to(BASE[:3].reshape(3, 1), (3, 2)),
    "broadcast between": np.broadcast_to(BASE[:4].reshape(2, 1, 2).T, (2, 3, 2)),
    "broadcast within": np.broadcast_to(BASE[:6].reshape(2, 1, 3, 1), (2, 2, 3, 2)).T,
    "empty": BASE.reshape(4, 6).T[:0],
    "number": np.array(2.0),
}
ORDERS = {order: lambda x, order=order: x.flatten(order).tolist() for order in "CFAK"}
ORDERS["ravel"] = lambda x: x.ravel(order="K").tolist()
ORDERS["reshaped"] = lambda x: x.reshape(-1, order="A").tolist()


@pytest.mark.parametrize("name", LAID_OUT)
def test_copies_stand_in_memory_as_the_array_does(name):
    x = LAID_OUT[name]
    for made in (copy_of(x), objects_like(x, x.ravel().tolist())):
        assert not np.shares_memory(made, x)
        assert (made.shape, made.tolist()) == (x.shape, x.tolist())
        assert [f(made) for f in ORDERS.values()] == [f(x) for f in ORDERS.values()]


KINDS = {
    "floats": lambda x: x,
    "ints": lambda x: x.astype(np.int64),
    "objects": lambda x: x.astype(object),
    "dates": lambda x: x.astype(np.int64).astype("M8[D]"),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("first", ["C", "Fortran"])
def test_arrays_in_another_order_have_programs_of_their_own(kind, order, first):
    def f(w, x):
        items = ORDERS[order](x)
        numbers = [v.toordinal() % 7 for v in items] if kind == "dates" else items
        return ag.sum([w * w * (i + 1) * v for i, v in enumerate(numbers)])

    square = np.arange(9.0).reshape(3, 3)
    arrays = {"C": [square, square + 1, square[::-1] + 2]}
    arrays["Fortran"] = [(square * k).T for k in (1, 3, 4)]
    in_turn = [*arrays.pop(first), *arrays.popitem()[1], square.T[:, ::-1], square[:, :2].T]
    for eager in (f, ag.grad(f)):
        compiled = ag.compile(eager)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for x in map(KINDS[kind], in_turn):
                right = eager(ag.Value(2.0), x)
                assert compiled(2.0, x) == getattr(right, "data", right)
        assert compiled.n_eager == 0
