"""Whole: a whole number that a compiled function is given, in place of the int itself.

A program serves every number of an argument, as long as the function only computes with it. Where
it decides by one (an index, a loop, a comparison), the program holds for that number alone: a guard
is noted, and another number is recorded again.
"""

import operator
from collections.abc import Callable
from numbers import Integral
from typing import Any

from autograd.op import Op
from autograd.value import Value

EXACT = 2**53  # whole numbers of less size are floats


class Whole:
    """A whole number in a recording: it computes as a float input, and notes what it decides.

    Args:
        number: the int.
        as_value: the same number as a node of the graph.
    """

    __slots__ = ("_number", "as_value")

    def __init__(self, number: int, as_value: Value) -> None:
        self._number = number
        self.as_value = as_value

    @property
    def number(self) -> int:
        """The int itself, where no program depends on it."""
        return self._number

    def __copy__(self) -> "Whole":
        return self

    def __deepcopy__(self, memo: dict[int, Any]) -> "Whole":
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return int, (self._decides(),)

    def _decides(self) -> int:
        """The int itself; from here on the program is one for this number."""
        _ = self.as_value == float(self._number)
        return self._number

    __index__ = __int__ = __hash__ = __trunc__ = __floor__ = __ceil__ = _decides

    def __float__(self) -> float:
        return float(self._decides())

    def __bool__(self) -> bool:
        return bool(self.as_value)

    def __eq__(self, other: object) -> Any:
        return _compare(operator.eq, self, other)

    def __ne__(self, other: object) -> Any:
        return _compare(operator.ne, self, other)

    def __lt__(self, other: Any) -> Any:
        return _compare(operator.lt, self, other)

    def __le__(self, other: Any) -> Any:
        return _compare(operator.le, self, other)

    def __gt__(self, other: Any) -> Any:
        return _compare(operator.gt, self, other)

    def __ge__(self, other: Any) -> Any:
        return _compare(operator.ge, self, other)

    def __add__(self, other: Any) -> Any:
        return _combine(operator.add, self, other)

    def __radd__(self, other: Any) -> Any:
        return _combine(operator.add, other, self)

    def __sub__(self, other: Any) -> Any:
        return _combine(operator.sub, self, other)

    def __rsub__(self, other: Any) -> Any:
        return _combine(operator.sub, other, self)

    def __mul__(self, other: Any) -> Any:
        return _combine(operator.mul, self, other)

    def __rmul__(self, other: Any) -> Any:
        if isinstance(other, (list, tuple, str)):  # to repeat it is to decide
            return other * self._decides()
        return _combine(operator.mul, other, self)

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, (int, Whole)) and not other:
            return self._decides() / 0  # raises, as ints do
        return self.as_value / _as_operand(other)

    def __rtruediv__(self, other: Any) -> Any:
        if isinstance(other, int) and not self:
            return other / 0
        return _as_operand(other) / self.as_value

    def __pow__(self, other: Any, modulus: Any = None) -> Any:
        if modulus is not None:
            return pow(self._decides(), _plain(other), _plain(modulus))
        return self.as_value ** _as_operand(other) if _is_real(other) else self._decides() ** other

    def __rpow__(self, other: Any) -> Any:
        return _as_operand(other) ** self.as_value if _is_real(other) else other ** self._decides()

    def __divmod__(self, other: Any) -> Any:
        return self // other, self % other

    def __rdivmod__(self, other: Any) -> Any:
        return other // self, other % self

    def __invert__(self) -> int:
        return ~self._decides()

    def __round__(self, digits: Any = None) -> int:
        return round(self._decides(), digits)

    def __neg__(self) -> "Whole":
        return Whole(-self._number, 0.0 - self.as_value)  # no int is -0

    def __pos__(self) -> "Whole":
        return self

    def __abs__(self) -> "Whole":
        return Whole(abs(self._number), abs(self.as_value))

    def __repr__(self) -> str:
        return repr(self._decides())

    def __format__(self, how: str) -> str:
        return format(self._decides(), how)

    def __getattr__(self, name: str) -> Any:
        # What is asked of an object to find out what it is (hasattr(x, "tolist")) decides nothing.
        if name.startswith("_") or not hasattr(int, name):
            raise AttributeError(f"'int' object has no attribute {name!r}")
        return getattr(self._decides(), name)

    @staticmethod
    def _apply_op(op: Op, inputs: tuple[Any, ...]) -> Any:
        return op.apply(tuple([x.as_value if isinstance(x, Whole) else x for x in inputs]))


def _deciding(operation: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """An operation of ints that floats do not have, and the same from the right."""

    def forward(self: Whole, other: Any) -> Any:
        return operation(self._decides(), _plain(other))

    def reflected(self: Whole, other: Any) -> Any:
        return operation(_plain(other), self._decides())

    return forward, reflected


for _name, _operation in {
    "floordiv": operator.floordiv,
    "mod": operator.mod,
    "lshift": operator.lshift,
    "rshift": operator.rshift,
    "and": operator.and_,
    "or": operator.or_,
    "xor": operator.xor,
}.items():
    for _prefix, _method in zip(("", "r"), _deciding(_operation), strict=True):
        setattr(Whole, f"__{_prefix}{_name}__", _method)
Integral.register(Whole)


def _is_real(x: Any) -> bool:
    """Whether it is a number that is not taken for a whole one."""
    return isinstance(x, (float, Value))


def _as_operand(x: Any) -> Any:
    return x.as_value if isinstance(x, Whole) else x


def _plain(x: Any) -> Any:
    return x._decides() if isinstance(x, Whole) else x


def _compare(question: Callable[[Any, Any], Any], a: Whole, b: Any) -> Any:
    """The answer, as two ints have it; two Values would be compared by identity."""
    if isinstance(b, Whole):
        return question(a.as_value - b.as_value, 0.0)
    if isinstance(b, Value) and question in (operator.eq, operator.ne):
        return question(b - a.as_value, 0.0)
    return question(a.as_value, b)


def _combine(combine: Callable[[Any, Any], Any], a: Any, b: Any) -> Any:
    """a + b, a - b or a * b: a whole number of two, exact as ints are, else a Value."""
    numbers = [x._number if isinstance(x, Whole) else x for x in (a, b)]
    if not all(isinstance(x, int) for x in numbers):
        if not all(isinstance(x, (Whole, Value, int, float)) for x in (a, b)):
            return NotImplemented
        return combine(_as_operand(a), _as_operand(b))
    number = combine(*numbers)
    if abs(number) < EXACT and all(abs(x) < EXACT for x in numbers):
        as_value = combine(_as_operand(a), _as_operand(b)) + 0.0  # 0 * -5 is 0, and not -0.0
        _ = as_value < EXACT, as_value > -EXACT  # a guard: other numbers must be exact as well
        return Whole(number, as_value)
    return combine(*map(_plain, (a, b)))
