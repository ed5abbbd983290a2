"""Plain numbers that stand in arrays of NumPy's, in a recording: which do, and what they may do.

Owns the mark of such a number, and what is refused of it. In a recording arrays hold objects, which
NumPy adds up one after another; floats it adds up in an order of its own, multiplies as matrices by
another library, and raises to powers its own way. An array that is an argument knows that (see
`plain_arrays`), but `numpy.array(x)` of it, or of a list, knows nothing: its numbers do. What is
computed with one element by element has the bits of floats; by the instruction of the function's
code it is told whether NumPy does more.
"""

import opcode
import sys
from types import CodeType
from typing import Any

_BINARY = opcode.opmap["BINARY_OP"]
_SIGNS: list[str] = [sign.rstrip("=") for _, sign in opcode._nb_ops]  # type: ignore[attr-defined]
_CALL, _WITHIN_NUMPY = "call", "numpy"

ELEMENT_BY_ELEMENT = {"+", "-", "*", "/"}  # with the same bits as of two numbers
allowed: set[CodeType] = set()  # the code that sees itself to what NumPy does


def is_looked_at() -> bool:
    """Whether NumPy, which asks a number what it is, does so to put it into an array.

    Not if it is the operand of an operator, such as of one of NumPy's own numbers.
    """
    return _instruction() not in _SIGNS


def of_result(sign: str, a: Any, b: Any) -> bool:
    """Whether the result of two plain numbers, of which one is marked, may stand in an array, too.

    Args:
        sign: the operator.
        a, b: numbers of a recording, or Python's own.

    Raises TypeError where floats in an array may have other bits.
    """
    how = _instruction()
    if how == "" or sign == "/" or (how == sign and sign in ELEMENT_BY_ELEMENT):
        return True  # an array divides element by element, whatever it is asked
    # sum() and math.prod() begin with 0 and 1, and go on with what they have made: a number alone.
    other = b if _is_marked(a) else a
    is_begun = hasattr(other, "in_array") or (sign, other) in (("+", 0), ("*", 1))
    if how == _CALL and is_begun and not _is_marked(other):
        return False
    raise TypeError(
        f"NumPy computes {sign} of plain floats in an array in another way than one number after "
        "another; give the numbers as an array of float64 and compute element by element, or by "
        "autograd's sum, dot and mean"
    )


def _is_marked(x: Any) -> bool:
    return getattr(x, "in_array", False) is True


def _instruction() -> str:
    """What the function's code does just now: an operator, a call, or "" for what is allowed."""
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__", "").partition(".")[0] == "autograd":
        if frame.f_code in allowed:
            return ""
        if frame.f_back is None:
            return _CALL
        frame = frame.f_back
    if frame.f_globals.get("__name__", "").partition(".")[0] == "numpy":
        return _WITHIN_NUMPY
    code, at = frame.f_code.co_code, frame.f_lasti
    return _SIGNS[code[at + 1]] if code[at] == _BINARY else _CALL
