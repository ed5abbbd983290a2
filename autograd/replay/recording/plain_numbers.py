"""Plain numbers: ints and floats of a recording, which compute, compare and fail as Python's own.

Owns their operators. What eager mode refuses, such as a division by zero, a recording refuses with
the same error; a guard sees to it that a program does not answer instead.
"""

import math
import operator
from collections.abc import Callable
from functools import partial
from numbers import Integral, Real
from typing import Any

from autograd import modes, ops
from autograd.number import EXACT, is_array
from autograd.op import Op
from autograd.replay.recording.in_arrays import (
    ARRAY,
    TOTAL,
    is_compared_by_numpy,
    kind_of_result,
    seen,
)
from autograd.replay.recording.traced import Traced
from autograd.replay.tapes.tape import QUESTIONS
from autograd.value import Value


class _Computing(Traced):
    """One with the operators of Python's numbers."""

    __slots__ = ()
    __hash__ = Traced.__hash__

    @staticmethod
    def _apply_op(op: Op, inputs: tuple[Any, ...]) -> Any:
        if any(map(is_array, inputs)):
            found = op.broadcast(inputs)
            for x in found.ravel().tolist() if is_array(found) else ():
                if isinstance(x, Traced):
                    x.in_array = True
            return found
        result = op.apply(tuple(map(_as_operand, inputs)))
        if any(isinstance(x, Value) for x in inputs) or not isinstance(result, Value):
            return result
        return Floating(result, _is_in_array(*inputs))

    def __eq__(self, other: object) -> Any:
        return _compare("==", self, other)

    def __ne__(self, other: object) -> Any:
        return _compare("!=", self, other)

    def __lt__(self, other: Any) -> Any:
        return _compare("<", self, other)

    def __le__(self, other: Any) -> Any:
        return _compare("<=", self, other)

    def __gt__(self, other: Any) -> Any:
        return _compare(">", self, other)

    def __ge__(self, other: Any) -> Any:
        return _compare(">=", self, other)

    def __pos__(self) -> "Traced":
        return self

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        if modulus is not None:
            return pow(self._decides(), _plain(other), _plain(modulus))
        return _power(self, _of_python(other))


class Whole(_Computing):
    """An int, of less size than 2**53.

    Args:
        as_value, in_array: as for `Traced`.
        most: its size at most, for whatever arguments; None: not known.
    """

    __slots__ = ("most",)

    def __init__(self, as_value: Value, in_array: bool = False, most: int | None = None) -> None:
        super().__init__(as_value, in_array)
        self.most = most

    @property
    def number(self) -> int:
        """The int itself, where no program depends on it."""
        return int(self.as_value._number)

    def _decides(self) -> int:
        modes.asked("==", self.as_value, self.as_value._number, True)
        return self.number

    def __neg__(self) -> "Whole":
        return Whole(0.0 - self.as_value, self.in_array)  # no int is -0

    def __abs__(self) -> "Whole":
        return Whole(abs(self.as_value), self.in_array)

    def __invert__(self) -> int:
        return ~self._decides()


class Wrapping(Whole):
    """An int of NumPy's that begins anew beyond a few bits, and divides in fewer digits.

    It indexes, compares and computes with floats and Values as any int does.
    """

    __slots__ = ()

    def __neg__(self) -> "Whole":
        raise _wraps()

    def __abs__(self) -> "Whole":
        raise _wraps()


class Floating(_Computing):
    """A float."""

    __slots__ = ()

    @property
    def number(self) -> float:
        """The float itself, where no program depends on it."""
        return self.as_value._number

    def _decides(self) -> float:
        return float(self.as_value.data)  # a recording is told, and may forbid it

    @property
    def real(self) -> "Floating":
        """It: as NumPy asks of the elements of an array."""
        return self

    def conjugate(self) -> "Floating":
        """It, too."""
        return self

    def __neg__(self) -> "Floating":
        return Floating(-self.as_value, self.in_array)

    def __abs__(self) -> "Floating":
        return Floating(abs(self.as_value), self.in_array)


Integral.register(Whole)
Real.register(Floating)


_SIGNS: dict[Callable[[Any, Any], Any], str] = {
    operator.add: "+", operator.sub: "-", operator.mul: "*", operator.truediv: "/",
    operator.floordiv: "//", operator.mod: "%",
}  # fmt: skip


def _as_operand(x: Any) -> Any:
    return x.as_value if isinstance(x, Traced) else x


def _plain(x: Any) -> Any:
    return x._decides() if isinstance(x, Traced) else x


def _number(x: Any) -> Any:
    return x.number if isinstance(x, Traced) else x


def _are_ints(*operands: Any) -> bool:
    found = all(isinstance(x, (int, Whole)) for x in operands)
    if found and any(isinstance(x, Wrapping) for x in operands):
        raise _wraps()
    return found


def _of_python(x: Any) -> Any:
    """A number of NumPy's as Python's own; TypeError for one that computes otherwise."""
    if type(x).__module__ != "numpy" or is_array(x) or isinstance(x, float):
        return x
    if x.dtype.name not in ("int64", "bool"):
        raise TypeError(f"{x.dtype.name} computes in its own way; give float64")
    return int(x)


def _wraps() -> TypeError:
    return TypeError("ints of few bits compute in their own way; give int64")


def _are_numbers(*operands: Any) -> bool:
    return all(isinstance(x, (int, float, Traced, Value)) for x in operands)


def _compare(question: str, a: Traced, b: Any) -> Any:
    """The answer, as two plain numbers have it; two Values would be compared by identity."""
    if is_compared_by_numpy(a, b):
        for x in (a, b):
            number = _number(x)
            if isinstance(number, float) and number != number:
                raise TypeError("NumPy compares nan in another way than one number with another")
            if isinstance(x, Floating):  # a guard: that none is
                modes.asked("==", x.as_value, x.as_value, True)
    if isinstance(b, (Traced, Value)):
        node = _as_operand(b)
        answer = QUESTIONS[question](a.as_value._number, node._number)
        return modes.compared(question, a.as_value, node, answer)
    ask: Any = QUESTIONS[question]
    return ask(a.as_value, b)


def _computed(operation: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """What floats give, and Values, where one is among them."""
    if isinstance(a, Value) or isinstance(b, Value):
        return operation(_as_operand(a), _as_operand(b))
    kind = kind_of_result(_SIGNS[operation], a, b)
    result = Floating(operation(_as_operand(a), _as_operand(b)), kind == ARRAY)
    if kind == TOTAL:
        seen.total = result
    return result


def _is_in_array(*operands: Any) -> bool:
    return any(isinstance(x, Traced) and x.in_array for x in operands)


def _combine(combine: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """a + b, a - b or a * b: of two ints one, exact as ints are."""
    if not _are_ints(a, b):
        return _computed(combine, a, b) if _are_numbers(a, b) else NotImplemented
    numbers = [_number(a), _number(b)]
    if all(abs(x) < EXACT for x in (*numbers, combine(*numbers))):
        as_value = combine(_as_operand(a), _as_operand(b))
        if combine is operator.mul:
            as_value += 0.0  # 0 * -5 is 0, and not -0.0
        most = _most(combine, a, b)
        if most is None:  # a guard: other numbers must be exact as well
            modes.asked("<", as_value, EXACT, True)
            modes.asked(">", as_value, -EXACT, True)
        return Whole(as_value, _is_in_array(a, b), most)
    return combine(_plain(a), _plain(b))


def _most(combine: Callable[[Any, Any], Any], a: Any, b: Any) -> int | None:
    """The size of a + b, a - b or a * b at most, if it is known and that of a float's int."""
    sizes = [x.most if isinstance(x, Whole) else abs(x) for x in (a, b)]
    if None in sizes:
        return None
    most: int = (operator.mul if combine is operator.mul else operator.add)(*sizes)
    return most if most < EXACT else None


def _divide(divide: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """a / b, a // b or a % b, none of which there is for 0."""
    if not _are_numbers(a, b):
        return NotImplemented
    if not (isinstance(a, Value) or isinstance(b, Value)):
        if not _number(b) or (_are_ints(a, b) and divide is not operator.truediv):
            return divide(_plain(a), _plain(b))
        if isinstance(b, Traced):
            modes.asked("!=", b.as_value, 0.0, True)
    return _computed(divide, a, b)


def _power(a: Any, b: Any) -> Any:
    """a ** b; it raises, or is complex, for some."""
    if not _are_numbers(a, b):
        return NotImplemented
    if isinstance(a, Value) or isinstance(b, Value):
        return _as_operand(a) ** _as_operand(b)
    are_ints = _are_ints(a, b)
    if not are_ints:
        kind_of_result("**", a, b)
    try:
        found = _number(a) ** _number(b)
    except ArithmeticError:  # it raises again, when it is noted for which numbers
        found = math.nan
    if not isinstance(found, float) or not math.isfinite(found) or are_ints:
        return _plain(a) ** _plain(b)
    result = ops.power.apply((_as_operand(a), _as_operand(b)))
    modes.asked("<", result, math.inf, True)  # a guard: that it neither raises nor is complex
    modes.asked(">", result, -math.inf, True)
    return Floating(result)


def _deciding(operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """An operation that only ints have."""
    return lambda a, b: operation(_plain(a), _plain(b)) if _are_ints(a, b) else NotImplemented


def _multiply(a: Any, b: Any) -> Any:
    if isinstance(a, (list, tuple, str)):  # to repeat it is to decide
        return a * operator.index(b)
    return _combine(operator.mul, a, b)


def _define(kind: type, name: str, operation: Callable[[Any, Any], Any]) -> None:
    """Let `kind` have an operator, and the same from the right."""
    setattr(kind, f"__{name}__", lambda self, other: operation(self, _of_python(other)))
    setattr(kind, f"__r{name}__", lambda self, other: operation(_of_python(other), self))


_define(_Computing, "add", lambda a, b: _combine(operator.add, a, b))
_define(_Computing, "sub", lambda a, b: _combine(operator.sub, a, b))
_define(_Computing, "mul", _multiply)
for _name in ("truediv", "floordiv", "mod"):
    _define(_Computing, _name, partial(_divide, getattr(operator, _name)))
_Computing.__rpow__ = lambda self, other: _power(_of_python(other), self)  # type: ignore[attr-defined]
for _name in ("lshift", "rshift", "and_", "or_", "xor"):
    _define(Whole, _name.rstrip("_"), _deciding(getattr(operator, _name)))
