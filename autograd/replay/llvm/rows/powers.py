"""Squares and cubes with the bits of the C library's pow, at the price of a few multiplications.

Owns when a product is certainly what pow returns. `x*x` is the square rounded correctly; pow is not
always, but in glibc (and musl) never off by more than 0.54 units in the last place (e_pow.c). Where
the exact square lies within 0.4375 units of the product, every other double is further away than
pow ever is. Elsewhere, one time in eight, pow is called. Other libraries may be less exact: that of
this process is asked first.
"""

import math
from collections.abc import Callable
from functools import cache
from random import Random

from llvmlite import ir

from autograd.replay.llvm.rows.bits import bits_of
from autograd.replay.llvm.rows.lanes import DOUBLE, Condition, Number, fma

NEAR = 0.4375  # units in the last place
CERTAIN = NEAR * 2.0**-52  # of the power of two below a number: its last place is 2**-52 of it
ASKED = 1000
# Beyond these a product, or what it is off by, may be subnormal or infinite.
SMALLEST, LARGEST = 1e-90, 1e90


@cache
def is_exact_enough(n: int, pow_: Callable[[float, float], float] = math.pow) -> bool:
    """Whether the C library's pow gives the product to the power of 2 or 3 where that is certain.

    Asked of whole numbers of 53 bits, whose powers Python knows exactly.
    """
    source = Random(0)
    for _ in range(ASKED):
        x = source.getrandbits(52) + 2**52
        exact, product = x**n, float(x**n)
        is_certain = abs(exact - int(product)) < NEAR * math.ulp(product)
        if is_certain and pow_(float(x), float(n)) != product:
            return False
    return True


def square(x: Number) -> Number:
    """pow(x, 2)."""
    return x.code.function("pow.2", lambda x: _certain(_square, x, 2.0), x)


def cube(x: Number) -> Number:
    """pow(x, 3)."""
    return x.code.function("pow.3", lambda x: _certain(_cube, x, 3.0), x)


def _square(x: Number) -> tuple[Number, Number]:
    """x*x rounded, and what it is off by."""
    product = x * x
    return product, fma(x, x, -product)


def _cube(x: Number) -> tuple[Number, Number]:
    """x*x*x rounded from a sum of two doubles, and what it is off by."""
    product, rest = _square(x)
    high = product * x
    low = fma(rest, x, fma(product, x, -high))
    total = high + low
    return total, low - (total - high)


def _certain(compute: Callable[[Number], tuple[Number, Number]], x: Number, n: float) -> Number:
    """The body of a function: the product where it is certain, else pow."""
    code, builder = x.code, x.code.builder
    product, rest = compute(x)
    size = abs(x)
    is_certain = (abs(rest) < _power_of_two_below(product) * CERTAIN) & (size > SMALLEST)
    is_certain = is_certain & (size < LARGEST)
    if code.shape.width == 1:
        return _or_call(is_certain, product, x, n)
    uncertain = builder.not_(builder.bitcast(is_certain.value, ir.IntType(code.shape.width)))
    before, slow = builder.block, builder.append_basic_block("slow")
    done = builder.append_basic_block("done")
    nowhere = ir.Constant(uncertain.type, 0)
    builder.cbranch(builder.icmp_unsigned("==", uncertain, nowhere), done, slow)
    builder.position_at_end(slow)
    mixed = _with_calls(product, x, n, uncertain)
    end = builder.block
    builder.branch(done)
    builder.position_at_end(done)
    result = builder.phi(code.shape.number)
    result.add_incoming(product.value, before)
    result.add_incoming(mixed, end)
    return Number(code, result)


def _with_calls(product: Number, x: Number, n: float, lanes: ir.Value) -> ir.Value:
    """The product, and pow in some lanes, of which there is one at least: a bit for each."""
    code, builder = x.code, x.code.builder
    pow_, one = code.shape.libm("pow", 2), ir.Constant(lanes.type, 1)
    with builder.goto_entry_block():
        room, given = builder.alloca(code.shape.number), builder.alloca(code.shape.number)
    builder.store(product.value, room)
    builder.store(x.value, given)
    numbers, results = [builder.bitcast(at, DOUBLE.as_pointer()) for at in (given, room)]
    before, loop = builder.block, builder.append_basic_block("lane")
    done = builder.append_basic_block("lanes")
    builder.branch(loop)
    builder.position_at_end(loop)
    left = builder.phi(lanes.type)
    left.add_incoming(lanes, before)
    lane = builder.zext(builder.cttz(left, ir.Constant(ir.IntType(1), 1)), ir.IntType(32))
    operand = builder.load(builder.gep(numbers, [lane]))
    called = builder.call(pow_, [operand, ir.Constant(DOUBLE, n)])
    builder.store(called, builder.gep(results, [lane]))
    following = builder.and_(left, builder.sub(left, one))
    left.add_incoming(following, builder.block)
    is_last = builder.icmp_unsigned("==", following, ir.Constant(lanes.type, 0))
    builder.cbranch(is_last, done, loop)
    builder.position_at_end(done)
    return builder.load(room)


def _or_call(is_certain: Condition, product: Number, x: Number, n: float) -> Number:
    code, builder = x.code, x.code.builder
    before, slow = builder.block, builder.append_basic_block("slow")
    done = builder.append_basic_block("done")
    builder.cbranch(is_certain.value, done, slow)
    builder.position_at_end(slow)
    called = code.libm("pow", x, code.number(n))
    builder.branch(done)
    builder.position_at_end(done)
    result = builder.phi(code.shape.number)
    result.add_incoming(product.value, before)
    result.add_incoming(called.value, slow)
    return Number(code, result)


def _power_of_two_below(x: Number) -> Number:
    """The largest power of two that is less than |x|; below it doubles lie closer together."""
    return ((bits_of(abs(x)) - 1) & (0x7FF0 << 48)).number()
