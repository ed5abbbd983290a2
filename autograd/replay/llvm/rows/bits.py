"""The 64 bits of numbers, as LLVM integers: exponents and signs taken off and put on.

Owns `Bits`, and the forms that functions in lanes are built of: polynomials, tables, and lanes that
are rare.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import TypeAlias

from llvmlite import ir

from autograd.replay.llvm.rows.lanes import INTEGER, Code, Condition, Number, Operand, fma

Bit: TypeAlias = "Bits | int"

MANTISSA = 52  # how many bits stand below the exponent
BIAS = 1023
ONE = BIAS << MANTISSA  # the bits of 1.0
SIGN = -1 << 63  # the bit that is set below zero
# Added to a number below 2**51 in size, it leaves the nearest whole number in the low bits.
ROUNDER = 1.5 * 2.0**52


class Bits:
    """The bits of a number, in each lane."""

    __slots__ = ("code", "value")

    def __init__(self, code: Code, value: ir.Value) -> None:
        self.code = code
        self.value = value

    def __add__(self, other: Bit) -> Bits:
        return Bits(self.code, self.code.builder.add(self.value, self._operand(other)))

    def __sub__(self, other: Bit) -> Bits:
        return Bits(self.code, self.code.builder.sub(self.value, self._operand(other)))

    def __rsub__(self, other: int) -> Bits:
        return Bits(self.code, self.code.builder.sub(self._operand(other), self.value))

    def __and__(self, other: Bit) -> Bits:
        return Bits(self.code, self.code.builder.and_(self.value, self._operand(other)))

    def __or__(self, other: Bit) -> Bits:
        return Bits(self.code, self.code.builder.or_(self.value, self._operand(other)))

    def __xor__(self, other: Bit) -> Bits:
        return Bits(self.code, self.code.builder.xor(self.value, self._operand(other)))

    def __lshift__(self, places: int) -> Bits:
        return Bits(self.code, self.code.builder.shl(self.value, self._operand(places)))

    def __rshift__(self, places: int) -> Bits:
        """Zeros come in from the left."""
        return Bits(self.code, self.code.builder.lshr(self.value, self._operand(places)))

    def is_zero(self) -> Condition:
        """Where no bit is set."""
        return Condition(
            self.code, self.code.builder.icmp_unsigned("==", self.value, self._operand(0))
        )

    def number(self) -> Number:
        """The number that has these bits."""
        return Number(self.code, self.code.builder.bitcast(self.value, self.code.shape.number))

    def _operand(self, x: Bit) -> ir.Value:
        return x.value if isinstance(x, Bits) else ir.Constant(self.code.shape.bits, x)


def bits_of(x: Number) -> Bits:
    """The bits of a number."""
    return Bits(x.code, x.code.builder.bitcast(x.value, x.code.shape.bits))


def pattern(x: float) -> int:
    """The bits of a constant."""
    return int(struct.unpack("<q", struct.pack("<d", x))[0])


def looked_up(name: str, words: Sequence[int], index: Bits) -> Bits:
    """The word at an index of a table, in each lane.

    Args:
        name: of the table in the module.
        words: the table.
        index: from 0 on, less than there are words.
    """
    code, builder = index.code, index.code.builder
    table = code.shape.module.globals.get(name)
    if table is None:
        kind = ir.ArrayType(INTEGER, len(words))
        table = ir.GlobalVariable(code.shape.module, kind, name)
        table.initializer = ir.Constant(kind, [ir.Constant(INTEGER, word) for word in words])
        table.linkage, table.global_constant = "internal", True
    first = ir.Constant(INTEGER, 0)
    if code.shape.width == 1:
        return Bits(code, builder.load(builder.gep(table, [first, index.value])))
    found = ir.Constant(code.shape.bits, ir.Undefined)
    for lane in range(code.shape.width):
        at = ir.Constant(ir.IntType(32), lane)
        place = builder.gep(table, [first, builder.extract_element(index.value, at)])
        found = builder.insert_element(found, builder.load(place), at)
    return Bits(code, found)


def polynomial(x: Number, coefficients: tuple[float, ...]) -> Number:
    """c0 + c1 x + c2 x^2 + ..., by pairs (G. Estrin, 1960): few steps wait for each other."""
    terms: list[Operand] = list(coefficients)
    while len(terms) > 1:
        pairs = [fma(x, terms[i + 1], terms[i]) for i in range(0, len(terms) - 1, 2)]
        terms = [*pairs, *terms[2 * len(pairs) :]]
        if len(terms) > 1:
            x = x * x
    return x.code.number(terms[0])


def horner(x: Number, coefficients: tuple[float, ...]) -> Number:
    """The same by W. G. Horner's scheme: the fewest steps, each of which waits for the last."""
    total: Operand = coefficients[-1]
    for c in reversed(coefficients[:-1]):
        total = fma(x, total, c)
    return x.code.number(total)


def rarely(condition: Condition, usual: Number, instead: Callable[[], Number]) -> Number:
    """usual; in the lanes where the condition holds what `instead` writes, else jumped over."""
    code = condition.code
    builder, width = code.builder, code.shape.width
    if width > 1:
        mask = builder.bitcast(condition.value, ir.IntType(width))
        any_lane = builder.icmp_unsigned("!=", mask, ir.Constant(mask.type, 0))
    else:
        any_lane = condition.value
    before = builder.block
    with builder.if_then(any_lane, likely=False):
        other = builder.select(condition.value, instead().value, usual.value)
        within = builder.block
    result = builder.phi(code.shape.number)
    result.add_incoming(usual.value, before)
    result.add_incoming(other, within)
    return Number(code, result)
