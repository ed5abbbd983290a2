"""Plain numbers in arrays of NumPy's, in a recording: which may be, and what they may do.

Owns what is refused of them. In a recording arrays hold objects, which NumPy adds up one after
another; floats it adds up in an order of its own, multiplies as matrices by another library, raises
to powers its own way, and finds the largest of with nan otherwise. An array that is an argument
knows that (see `plain_arrays`), but `numpy.array(x)` of it, or what NumPy makes of a list, knows
nothing. So from when NumPy has asked a number what it is, the instruction of the function's code
tells what becomes of numbers: an operator computes element by element, with the bits of floats;
Python's own sum() and math.prod() are known by how they begin; what else computes inside of a call
is refused. From Python 3.12 on, sum() of floats keeps what rounding loses, which no program does:
it is refused, too, but of NumPy's numbers.
"""

import opcode
import sys
import threading
from types import CodeType
from typing import Any

_BINARY, _COMPARING = opcode.opmap["BINARY_OP"], opcode.opmap["COMPARE_OP"]
_SIGNS: list[str] = [sign.rstrip("=") for _, sign in opcode._nb_ops]  # type: ignore[attr-defined]
_CALL, _COMPARISON, _WITHIN_NUMPY, _ALLOWED = "a call", "a comparison", "NumPy", ""

SUM_IS_COMPENSATED = sys.version_info >= (3, 12)
ELEMENT_BY_ELEMENT = {"+", "-", "*", "/"}  # with the same bits as of two numbers
ARRAY, ALONE, TOTAL = "in an array", "alone", "running total"  # what a result is
allowed: set[CodeType] = set()  # the code that sees itself to what NumPy does


class _Seen(threading.local):
    """What one thread's recording has come by.

    Attributes:
        by_numpy: whether NumPy has asked a number what it is.
        where: the operator in whose operand it did so last: frame and place in the code.
        first: the number that it asked there first, by its id; are_several: whether more followed.
        total: what sum() or math.prod() has made last, and total_at: where these stand.
    """

    by_numpy = are_several = False
    where = total_at = (0, 0)
    first = 0
    total: Any = None


seen = _Seen()


def begin() -> None:
    """A recording begins, of which NumPy has seen nothing."""
    seen.by_numpy, seen.where, seen.total = False, (0, 0), None


def is_put_into_array(x: Any) -> bool:
    """Whether NumPy, which asks a number what it is, does so to put it into an array for certain.

    As the operand of an operator it may also stand beside one of NumPy's own numbers.
    """
    how, where = _instruction()
    seen.by_numpy = True
    if how not in ELEMENT_BY_ELEMENT:
        return True
    if where == seen.where:
        seen.are_several |= seen.first != id(x)
    else:
        seen.where, seen.first, seen.are_several = where, id(x), False
    return False


def kind_of_result(sign: str, a: Any, b: Any) -> str:
    """What the result of two plain numbers is: ARRAY, if it may stand in one, ALONE or TOTAL.

    Args:
        sign: the operator.
        a, b: numbers of a recording, or Python's own.

    Raises TypeError where floats in an array may have other bits.
    """
    is_marked = _is_marked(a) or _is_marked(b)
    may_be_sum = SUM_IS_COMPENSATED and sign == "+" and not is_marked
    if not (seen.by_numpy or is_marked or may_be_sum):
        return ALONE
    seen.by_numpy |= is_marked
    how, where = _instruction()
    is_total = a is seen.total and where == seen.total_at
    if may_be_sum and how == _CALL and not is_total:
        raise TypeError(
            "from Python 3.12 on sum() of plain floats keeps what rounding loses, which no program "
            "does; add them up in a loop, or by autograd.sum"
        )
    if how == _ALLOWED:
        return ARRAY
    if sign == "/" or (how == sign and sign in ELEMENT_BY_ELEMENT):
        if is_marked or (where == seen.where and seen.are_several):
            return ARRAY
        seen.where = (0, 0)  # a number of NumPy's stood beside it: in a loop the next one may, too
        return ALONE
    if how == sign and how != "@" and not is_marked:
        return ALONE  # an operator of two numbers
    begins = type(a) is int and (sign, a) in (("+", 0), ("*", 1))
    if how == _CALL and sign in ("+", "*") and (begins or is_total):
        seen.total_at = where
        return TOTAL
    if not seen.by_numpy:
        return ALONE
    raise TypeError(
        f"NumPy computes {sign} of plain floats in an array in another way than one number after "
        "another; give the numbers as an array of float64 and compute element by element, or by "
        "autograd's sum, dot and mean; write x * x for a square"
    )


def is_compared_by_numpy(*operands: Any) -> bool:
    """Whether a comparison may be NumPy's, which goes on with nan where Python's does not."""
    if not (seen.by_numpy or any(map(_is_marked, operands))):
        return False
    return _instruction()[0] not in (_COMPARISON, _ALLOWED)


def is_operator_of_comparison() -> bool:
    """Whether the function's code has come to `==` or the like, and to no call, nor to `in`."""
    return _instruction()[0] == _COMPARISON


def _is_marked(x: Any) -> bool:
    return getattr(x, "in_array", False) is True


def _instruction() -> tuple[str, tuple[int, int]]:
    """What the function's code does just now: an operator or what else, and where that stands."""
    frame = sys._getframe(2)
    while frame.f_globals.get("__name__", "").partition(".")[0] == "autograd":
        if frame.f_code in allowed:
            return _ALLOWED, (0, 0)
        if frame.f_back is None:
            return _CALL, (0, 0)
        frame = frame.f_back
    if frame.f_globals.get("__name__", "").partition(".")[0] == "numpy":
        return _WITHIN_NUMPY, (0, 0)
    code, at = frame.f_code.co_code, frame.f_lasti
    if code[at] == _COMPARING:
        return _COMPARISON, (id(frame), at)
    return _SIGNS[code[at + 1]] if code[at] == _BINARY else _CALL, (id(frame), at)
