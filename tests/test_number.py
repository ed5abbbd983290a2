"""What counts as a number, everywhere a number may stand, and how anything else is refused.

Owns DESIGN section 3's list of what a leaf accepts and refuses: as a leaf, as an operand on
either side, as an assigned number, in a list.
"""

import math
import subprocess
import sys
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

import autograd as ag
from autograd import Value

NUMBERS = {
    "float": (0.1, 0.1),
    "int": (3, 3.0),
    "negative int": (-(2**53), -(2.0**53)),
    "int beyond 2**53": (2**63 + 1, float(2**63)),
    "bool": (True, 1.0),
    "Fraction": (Fraction(1, 3), 1 / 3),
    "Decimal": (Decimal("0.1"), 0.1),
    "inf": (math.inf, math.inf),
    "float64": (np.float64(0.1), 0.1),
    "float32": (np.float32(0.1), 0.10000000149011612),
    "float16": (np.float16(0.5), 0.5),
    "longdouble": (np.longdouble(0.5), 0.5),
    "int8": (np.int8(-5), -5.0),
    "uint64": (np.uint64(2**63), 2.0**63),
    "numpy bool": (np.bool_(True), 1.0),
    "0-d float array": (np.array(2.5), 2.5),
    "0-d int array": (np.array(3), 3.0),
    "0-d bool array": (np.array(True), 1.0),
}


class FloatOnly:
    """As a tensor of PyTorch: it converts itself, but does not claim to be a real number."""

    def __float__(self):
        return 1.5


TEXT = r"convert the text first: float\(\.\.\.\)"
ITEMS = r"make one Value for each item: \[Value\(x\) for x in xs\]"
ENTRIES = r"make one Value for each entry"
COMPLEX = r"take its \.real, its \.imag or abs"
FIRST = "convert it to a float first"
REFUSED = {
    "str": ("2.0", f"got str '2.0'; {TEXT}"),
    "bytes": (b"2", f"got bytes b'2'; {TEXT}"),
    "bytearray": (bytearray(b"2"), f"got bytearray; {TEXT}"),
    "None": (None, "got None; .*return"),
    "complex": (1j, f"got complex 1j; {COMPLEX}"),
    "list": ([1.0], f"got list; {ITEMS}"),
    "tuple": ((1.0,), f"got tuple; {ITEMS}"),
    "set": ({1.0}, f"got set; {ITEMS}"),
    "range": (range(3), f"got range; {ITEMS}"),
    "dict": ({"w": 1.0}, f"got dict; {ENTRIES}"),
    "complex128": (np.complex128(1), COMPLEX),
    "complex64": (np.complex64(1), COMPLEX),
    "numpy str": (np.str_("2"), TEXT),
    "numpy bytes": (np.bytes_(b"2"), TEXT),
    "0-d array of text": (np.array("2"), TEXT),
    "datetime64": (np.datetime64("2026-11-23"), FIRST),
    "timedelta64": (np.timedelta64(5, "s"), FIRST),
    "tensor": (FloatOnly(), f"got FloatOnly; {FIRST}"),
    "function": (math.sin, FIRST),
    "class": (float, FIRST),
    "object": (object(), FIRST),
    "generator": ((x for x in [1.0]), FIRST),
}
TOO_LARGE = {
    "int": 10**400,
    "negative int": -(10**400),
    "Fraction": Fraction(10**400),
}

numbers = pytest.mark.parametrize(("x", "expected"), NUMBERS.values(), ids=NUMBERS)
refused = pytest.mark.parametrize(("x", "message"), REFUSED.values(), ids=REFUSED)


def is_exactly(got, expected):
    return type(got) is float and got == expected


@numbers
def test_converted_wherever_a_number_may_stand(x, expected):
    assert is_exactly(Value(x).data, expected)
    leaf = Value(0.0)
    leaf.data = x
    assert is_exactly(leaf.data, expected)
    assert ag.exp(x) == ag.exp(expected)
    v = Value(2.0)
    assert is_exactly((v + x).data, 2.0 + expected)
    assert is_exactly((x + v).data, 2.0 + expected)
    for node in (v + x, x + v, ag.sum([v, x]), ag.maximum(v, x)):
        assert {type(operand) for operand in node.inputs} == {Value, float}
    assert (v < x) == (expected > 2.0)
    assert (x == v) == (expected == 2.0)


@refused
def test_refused_with_what_to_do(x, message):
    with pytest.raises(TypeError, match=f"^Value: .*{message}"):
        Value(x)
    leaf = Value(1.0)
    with pytest.raises(TypeError, match=f"^data: .*{message}"):
        leaf.data = x
    with pytest.raises(TypeError, match=f"^sum: .*{message}"):
        ag.sum([leaf, x])
    with pytest.raises(TypeError, match=f"^add: .*{message}"):
        leaf + x
    with pytest.raises(TypeError, match=f"^power: .*{message}"):
        leaf**x if not isinstance(x, np.ndarray) else ag.ops.power(leaf, x)
    with pytest.raises(TypeError, match=f"^exp: .*{message}"):
        ag.exp(x)


@refused
def test_refused_on_the_left_of_a_value(x, message):
    with pytest.raises(TypeError, match=r"^mul: expected a number"):
        x * Value(1.0)


@pytest.mark.parametrize("x", TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_number_beyond_the_floats_is_a_clear_error(x):
    v = Value(1.0)
    name = type(x).__name__
    for who, use in {
        "Value": lambda: Value(x),
        "add": lambda: v + x,
        "mul": lambda: x * v,
        "power": lambda: v**x,
        "sin": lambda: ag.sin(x),
        "max": lambda: ag.max([v, x]),
    }.items():
        with pytest.raises(OverflowError, match=f"^{who}: this {name} is too large for a float"):
            use()
    assert (v < x) == (x > 0)


def test_a_value_is_no_number_for_a_leaf():
    with pytest.raises(TypeError, match=r"^Value: .*already.*detach"):
        Value(Value(1.0))


@pytest.mark.parametrize("shape", [(1,), (3,), (1, 1), (0,)])
def test_an_array_is_no_number_for_a_leaf(shape):
    with pytest.raises(TypeError, match=r"^Value: .*array of shape .*each element"):
        Value(np.zeros(shape))


def test_a_signaling_nan_is_refused_by_name():
    for who, use in {"Value": Value, "sin": ag.sin, "add": lambda x: Value(1.0) + x}.items():
        with pytest.raises((TypeError, ValueError), match=f"^{who}: "):
            use(Decimal("sNaN"))


def test_the_core_imports_no_numpy():
    code = (
        "import sys, autograd as ag; v = ag.Value(2); (v * 2 + ag.sin(v)).backward();"
        "ag.grad(lambda xs: ag.dot(xs, xs))([1.0, 2.0]); sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
