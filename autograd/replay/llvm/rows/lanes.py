"""LLVM values that are written like floats: `a * b + 1.0` appends instructions to a block.

Owns `Number`, a double or a vector of them, `Condition`, what comparing two gives, and `Code`, the
block they are written into. Without flags every operation rounds once, as IEEE-754 says. What LLVM
has no instruction for is a function of the C library, called lane by lane; whatever takes more than
a few instructions becomes a function of the module, written once and called.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeAlias

from llvmlite import ir

DOUBLE, INTEGER = ir.DoubleType(), ir.IntType(64)
# Bytes of a line of the processor's memory, at which vectors begin: eight doubles fill one. So does
# the stack, or a vector on it lies across two lines, or not, by how deep the caller stands.
ALIGNED = 64
Operand: TypeAlias = "Number | float"
Body = Callable[..., "Number"]

# LLVM neither knows what a function with these attributes computes, so that it cannot replace a
# call by a number of its own, nor must it keep two calls where one will do.
_PURE = ("nobuiltin", "nounwind", "readnone")


class Shape:
    """A module and the number of lanes: what types, constants and functions depend on."""

    def __init__(self, module: ir.Module, width: int) -> None:
        self.module = module
        self.width = width
        self.number = DOUBLE if width == 1 else ir.VectorType(DOUBLE, width)
        self.bits = INTEGER if width == 1 else ir.VectorType(INTEGER, width)  # the same size
        self._constants: dict[str, ir.Constant] = {}

    def constant(self, x: float) -> ir.Constant:
        """x in every lane."""
        key = float(x).hex()  # which tells -0.0 from 0.0
        found = self._constants.get(key)
        if found is None:
            found = self._constants[key] = ir.Constant(self.number, float(x))
        return found

    def intrinsic(self, name: str, arity: int) -> ir.Function:
        """LLVM's own function of that name on numbers."""
        symbol = f"llvm.{name}.f64" if self.width == 1 else f"llvm.{name}.v{self.width}f64"
        found = self.module.globals.get(symbol)
        if found is None:
            kind = ir.FunctionType(self.number, [self.number] * arity)
            found = ir.Function(self.module, kind, symbol)
        return found

    def libm(self, symbol: str, arity: int) -> ir.Function:
        """The C library's function of that name, on one double each."""
        found = self.module.globals.get(symbol)
        if found is None:
            kind = ir.FunctionType(DOUBLE, [DOUBLE] * arity)
            found = ir.Function(self.module, kind, symbol)
            for attribute in _PURE:
                found.attributes.add(attribute)
        return found


class Code:
    """Where instructions are appended, and how: see `Lowering`, which makes them.

    Args:
        shape: the module and the number of lanes.
        builder: the position in a function.
        functions: functions of numbers that stand for the C library's of that name.
        flags: what LLVM may do with + - * and /: "contract" lets it fuse a product and a sum.
    """

    __slots__ = ("builder", "flags", "functions", "shape")

    def __init__(
        self,
        shape: Shape,
        builder: ir.IRBuilder,
        functions: Mapping[str, Body],
        flags: Sequence[str] = (),
    ) -> None:
        self.shape = shape
        self.builder = builder
        self.functions = functions
        self.flags = flags

    def value(self, x: Operand) -> ir.Value:
        """The LLVM value of a number, or of a constant."""
        return x.value if isinstance(x, Number) else self.shape.constant(x)

    def number(self, x: Operand) -> Number:
        """x as a number of this code."""
        return x if isinstance(x, Number) else Number(self, self.shape.constant(x))

    def intrinsic(self, name: str, *numbers: Operand) -> Number:
        """LLVM's own function of that name."""
        function = self.shape.intrinsic(name, len(numbers))
        return Number(self, self.builder.call(function, [self.value(x) for x in numbers]))

    def call(self, symbol: str, *numbers: Number) -> Number:
        """An elementary function: what stands for it here, else the C library's."""
        own = self.functions.get(symbol)
        if own is None:
            return self.libm(symbol, *numbers)
        return self.function(f"own.{symbol}", own, *numbers)

    def libm(self, symbol: str, *numbers: Number) -> Number:
        """The C library's function of that name, lane by lane."""
        if self.shape.width > 1:
            return self.function(symbol, lambda *lanes: _lane_by_lane(symbol, lanes), *numbers)
        function = self.shape.libm(symbol, len(numbers))
        return Number(self, self.builder.call(function, [x.value for x in numbers]))

    def function(self, name: str, body: Body, *numbers: Number) -> Number:
        """The call of a function of the module, which `body` writes when it is first called."""
        name = f"{name}.x{self.shape.width}"
        function = self.shape.module.globals.get(name)
        if function is None:
            kind = ir.FunctionType(self.shape.number, [self.shape.number] * len(numbers))
            function = ir.Function(self.shape.module, kind, name)
            function.linkage = "internal"
            function.attributes.add("nounwind")
            function.attributes.add("readnone")
            function.attributes.alignstack = ALIGNED
            builder = ir.IRBuilder(function.append_basic_block())
            inside = Code(self.shape, builder, self.functions)  # each operation rounds once
            result = body(*[Number(inside, x) for x in function.args])
            builder.ret(result.value)
        return Number(self, self.builder.call(function, [x.value for x in numbers]))


def _lane_by_lane(symbol: str, numbers: Sequence[Number]) -> Number:
    code = numbers[0].code
    builder, function = code.builder, code.shape.libm(symbol, len(numbers))
    result = ir.Constant(code.shape.number, ir.Undefined)
    for lane in range(code.shape.width):
        index = ir.Constant(ir.IntType(32), lane)
        inputs = [builder.extract_element(x.value, index) for x in numbers]
        result = builder.insert_element(result, builder.call(function, inputs), index)
    return Number(code, result)


class Number:
    """A double, or a vector of them, in code that is being written."""

    __slots__ = ("code", "value")

    def __init__(self, code: Code, value: ir.Value) -> None:
        self.code = code
        self.value = value

    @property
    def constant(self) -> float | None:
        """The number, if it is known while the code is written."""
        if not isinstance(self.value, ir.Constant):
            return None
        x = self.value.constant
        return float(x[0].constant if isinstance(x, tuple) else x)

    def __add__(self, other: Operand) -> Number:
        code = self.code
        return Number(code, code.builder.fadd(self.value, code.value(other), flags=code.flags))

    def __radd__(self, other: float) -> Number:
        return self.code.number(other) + self

    def __sub__(self, other: Operand) -> Number:
        code = self.code
        return Number(code, code.builder.fsub(self.value, code.value(other), flags=code.flags))

    def __rsub__(self, other: float) -> Number:
        return self.code.number(other) - self

    def __mul__(self, other: Operand) -> Number:
        code = self.code
        return Number(code, code.builder.fmul(self.value, code.value(other), flags=code.flags))

    def __rmul__(self, other: float) -> Number:
        return self.code.number(other) * self

    def __truediv__(self, other: Operand) -> Number:
        code = self.code
        return Number(code, code.builder.fdiv(self.value, code.value(other), flags=code.flags))

    def __rtruediv__(self, other: float) -> Number:
        return self.code.number(other) / self

    def __neg__(self) -> Number:
        return Number(self.code, self.code.builder.fneg(self.value))

    def __abs__(self) -> Number:
        return self.code.intrinsic("fabs", self)

    def __lt__(self, other: Operand) -> Condition:
        return self._compared("<", other)

    def __le__(self, other: Operand) -> Condition:
        return self._compared("<=", other)

    def __gt__(self, other: Operand) -> Condition:
        return self._compared(">", other)

    def __ge__(self, other: Operand) -> Condition:
        return self._compared(">=", other)

    def equals(self, other: Operand) -> Condition:
        """Where the two are equal: ==, which Python objects have a use of their own for."""
        return self._compared("==", other)

    def differs(self, other: Operand) -> Condition:
        """Where the two are not equal, or one is nan: what Python's != says."""
        code = self.code
        return Condition(code, code.builder.fcmp_unordered("!=", self.value, code.value(other)))

    def is_nan(self) -> Condition:
        """Where it is nan."""
        return self.differs(self)

    def _compared(self, relation: str, other: Operand) -> Condition:
        code = self.code
        return Condition(code, code.builder.fcmp_ordered(relation, self.value, code.value(other)))


class Condition:
    """True or false, in each lane."""

    __slots__ = ("code", "value")

    def __init__(self, code: Code, value: ir.Value) -> None:
        self.code = code
        self.value = value

    def __and__(self, other: Condition) -> Condition:
        return Condition(self.code, self.code.builder.and_(self.value, other.value))

    def __or__(self, other: Condition) -> Condition:
        return Condition(self.code, self.code.builder.or_(self.value, other.value))

    def __invert__(self) -> Condition:
        return Condition(self.code, self.code.builder.not_(self.value))


def select(condition: Condition, a: Operand, b: Operand) -> Number:
    """a where the condition holds, else b; both are computed."""
    code = condition.code
    return Number(code, code.builder.select(condition.value, code.value(a), code.value(b)))


def exp(x: Number) -> Number:
    """e^x."""
    return x.code.call("exp", x)


def expm1(x: Number) -> Number:
    """e^x - 1."""
    return x.code.call("expm1", x)


def log1p(x: Number) -> Number:
    """log(1 + x)."""
    return x.code.call("log1p", x)


def fma(a: Number, b: Operand, c: Operand) -> Number:
    """a * b + c, rounded once."""
    return a.code.intrinsic("fma", a, b, c)


def copysign(size: Operand, x: Number) -> Number:
    """The size of the first with the sign of the second."""
    return x.code.intrinsic("copysign", size, x)


def floor(x: Number) -> Number:
    """The largest whole number not above x; zeros, infinities and nan are their own floor."""
    return x.code.intrinsic("floor", x)


def sqrt(x: Number) -> Number:
    """The square root, correctly rounded."""
    return x.code.intrinsic("sqrt", x)


def is_infinite(x: Number) -> Condition:
    """Where x is inf or -inf."""
    return abs(x).equals(math.inf)
