"""Vectors that fill several registers of the processor, and the instructions that take one.

Owns taking such a vector apart and putting it together, and the instructions of AVX-512 and AVX2
that none of LLVM's own operations stands for: each is a function of LLVM's that takes as many
doubles as a register holds.
"""

from collections.abc import Callable, Sequence

from llvmlite import ir

from autograd.replay.llvm.machine import register_lanes
from autograd.replay.llvm.rows.lanes import Code, Number, Operand, Shape

LANES = 8
_BYTE, _I32, _I64 = ir.IntType(8), ir.IntType(32), ir.IntType(64)
_ALL, _NO_EXCEPTIONS, _ROUNDS_AS_ALWAYS = -1, 0, 4  # lanes; of fixupimm; what has a rounding mode


def joined(builder: ir.IRBuilder, vectors: Sequence[ir.Value]) -> ir.Value:
    """The lanes of the first, of the second, ... in one vector; a power of 2 of them."""
    if len(vectors) == 1:
        return vectors[0]
    half = len(vectors) // 2
    both = joined(builder, vectors[:half]), joined(builder, vectors[half:])
    return builder.shuffle_vector(*both, _lanes(0, 2 * both[0].type.count))


def parts(builder: ir.IRBuilder, vector: ir.Value, n: int) -> list[ir.Value]:
    """The first lanes, the next ones, ... of a vector, as n vectors."""
    if n == 1:
        return [vector]
    size = vector.type.count // n
    return [builder.shuffle_vector(vector, vector, _lanes(i * size, size)) for i in range(n)]


def _lanes(start: int, count: int) -> ir.Constant:
    return ir.Constant(ir.VectorType(_I32, count), [*range(start, start + count)])


def n_of_eight(x: Number) -> int:
    """How many registers of eight doubles it fills; 0 if this processor has none of these."""
    width = x.code.shape.width
    return width // LANES if register_lanes() == LANES and width % LANES == 0 else 0


def fills_registers(x: Number) -> bool:
    """Whether it fills some of this processor's, which are of eight doubles or four."""
    return register_lanes() > 2 and x.code.shape.width % register_lanes() == 0


def in_each(body: Callable[..., Number], *numbers: Number) -> Number:
    """What `body` makes of one register after the other; it is told which, and those of each."""
    code, size = numbers[0].code, register_lanes()
    n = code.shape.width // size
    one = Code(Shape(code.shape.module, size), code.builder, code.functions, code.flags)
    each = zip(*[parts(code.builder, x.value, n) for x in numbers], strict=True)
    results = [body(i, *[Number(one, x) for x in those]) for i, those in enumerate(each)]
    return Number(code, joined(code.builder, [result.value for result in results]))


def scaled(c: Operand, x: Number) -> Number:
    """c 2**floor(x), rounded once: Intel SDM, VSCALEFPD."""

    def body(_: int, c: Number, x: Number) -> Number:
        settings = (_BYTE, _ALL), (_I32, _ROUNDS_AS_ALWAYS)
        return _called("mask.scalef.pd.512", x, c.value, x.value, _nothing(x), *settings)

    return in_each(body, x.code.number(c), x)


def exponent(x: Number) -> Number:
    """floor(log2 |x|): Intel SDM, VGETEXPPD."""

    def body(_: int, x: Number) -> Number:
        settings = (_BYTE, _ALL), (_I32, _ROUNDS_AS_ALWAYS)
        return _called("mask.getexp.pd.512", x, x.value, _nothing(x), *settings)

    return in_each(body, x)


def near_reciprocal(x: Number) -> Number:
    """1/x within 2**-14 of it: Intel SDM, VRCP14PD."""
    return in_each(lambda _, x: _called("rcp14.pd.512", x, x.value, _nothing(x), (_BYTE, _ALL)), x)


def by_kind(x: Number, table: int) -> Number:
    """What a table of four bits for each kind of number says of x: Intel SDM, VFIXUPIMMPD."""

    def body(_: int, x: Number) -> Number:
        words = ir.Constant(ir.VectorType(_I64, LANES), [ir.Constant(_I64, table)] * LANES)
        settings = (_I32, _NO_EXCEPTIONS), (_BYTE, _ALL), (_I32, _ROUNDS_AS_ALWAYS)
        # Nothing of the first operand is kept.
        return _called("mask.fixupimm.pd.512", x, x.value, x.value, words, *settings)

    return in_each(body, x)


def larger(a: Operand, b: Number) -> Number:
    """a where it is above b, else b, which may be nan: Intel SDM, MAXPD."""

    def body(_: int, a: Number, b: Number) -> Number:
        if register_lanes() == LANES:
            return _called("max.pd.512", b, a.value, b.value, (_I32, _ROUNDS_AS_ALWAYS))
        return _called("max.pd.256", b, a.value, b.value, of="avx")

    return in_each(body, b.code.number(a), b)


def _nothing(x: Number) -> ir.Constant:
    """What lanes are that no result is asked of: all are asked."""
    return ir.Constant(x.code.shape.number, ir.Undefined)


def _called(
    name: str, x: Number, *operands: ir.Value | tuple[ir.Type, int], of: str = "avx512"
) -> Number:
    """The call of an instruction, a setting being its type and what it is set to."""
    given = [ir.Constant(*each) if isinstance(each, tuple) else each for each in operands]
    module, symbol = x.code.shape.module, f"llvm.x86.{of}.{name}"
    function = module.globals.get(symbol)
    if function is None:
        kind = ir.FunctionType(x.code.shape.number, [each.type for each in given])
        function = ir.Function(module, kind, symbol)
    return Number(x.code, x.code.builder.call(function, given))
