"""Shuffling in native code: many orders, one after another, from the state of a random source.

Owns what `random.Random.shuffle` does with the words of its generator: from the last place to the
second, each changes places with one drawn from those up to it (Fisher-Yates; Durstenfeld 1964). A
number below n is a word's highest bits, as many as n has, and drawn anew while it is not below n.
"""

import ctypes
from array import array
from functools import cache
from random import Random
from typing import Any

from llvmlite import ir

from autograd.replay.llvm.code import I32, I64
from autograd.replay.llvm.loops import carried
from autograd.replay.llvm.machine import function_of, translated
from autograd.replay.llvm.training.twister import N_WORDS, Twister

WORDS, ORDERS = I32.as_pointer(), I64.as_pointer()
_Shuffle = ctypes.PYFUNCTYPE(
    ctypes.c_longlong,
    ctypes.c_void_p,
    ctypes.c_longlong,
    ctypes.c_void_p,
    ctypes.c_longlong,
    ctypes.c_longlong,
)


def shuffle(source: Random, orders: "array[int]", n: int) -> None:
    """Shuffle orders of n numbers each, that follow each other, as `source` does one by one.

    Args:
        source: is left as it leaves itself.
        orders: are changed in place.
        n: two or more, of 32 bits.
    """
    version, (*words, place), gauss = source.getstate()
    state = array("I", words)
    state.frombytes(bytes(Twister.SIZE - 4 * N_WORDS))
    at = _code()(state.buffer_info()[0], place, orders.buffer_info()[0], n, len(orders) // n)
    source.setstate((version, (*state[:N_WORDS], at), gauss))


@cache
def _code() -> Any:
    module = ir.Module("shuffle")
    kind = ir.FunctionType(I64, [WORDS, I64, ORDERS, I64, I64])
    _write(ir.Function(module, kind, "shuffle"))
    return function_of(translated(str(module)), _Shuffle, "shuffle")


def _write(function: ir.Function) -> None:
    state, place, orders, n, n_orders = function.args
    builder = ir.IRBuilder(function.append_basic_block())
    twister = Twister(state)
    twister.begin(builder)

    def shuffled(k: ir.Value, used: ir.Value) -> ir.Value:
        return _shuffled(builder, twister, builder.gep(orders, [builder.mul(k, n)]), n, used)

    builder.ret(carried(builder, n_orders, place, shuffled))


def _shuffled(
    builder: ir.IRBuilder, twister: Twister, order: ir.Value, n: ir.Value, used: ir.Value
) -> ir.Value:
    """Write the shuffling of one order; how many of the words at hand are used up by then.

    What is drawn is not below n in three of ten cases, which no processor foresees. So a place then
    changes with itself, and comes again.
    """
    zero, one = ir.Constant(I64, 0), ir.Constant(I64, 1)
    before, names = builder.block, ("bits", "draw", "refill", "swap", "done")
    block = {name: builder.append_basic_block(name) for name in names}
    last = builder.sub(n, one)
    builder.branch(block["bits"])

    builder.position_at_end(block["bits"])  # the places whose numbers have as many of them
    i, at = builder.phi(I64), builder.phi(I64)
    i.add_incoming(last, before)
    at.add_incoming(used, before)
    shift = builder.ctlz(builder.trunc(builder.add(i, one), I32), ir.Constant(ir.IntType(1), 0))
    half = builder.shl(one, builder.sub(ir.Constant(I64, 31), builder.zext(shift, I64)))
    is_two = builder.icmp_signed("<", half, ir.Constant(I64, 2))
    lowest = builder.select(is_two, one, builder.sub(half, one))
    builder.branch(block["draw"])

    builder.position_at_end(block["draw"])
    here, word = builder.phi(I64), builder.phi(I64)
    here.add_incoming(i, block["bits"])
    word.add_incoming(at, block["bits"])
    is_short = builder.icmp_signed(">=", word, ir.Constant(I64, N_WORDS))
    builder.cbranch(is_short, block["refill"], block["swap"])

    builder.position_at_end(block["refill"])
    twister.refill(builder)
    refilled = builder.block
    builder.branch(block["swap"])

    builder.position_at_end(block["swap"])
    number = builder.phi(I64)
    number.add_incoming(word, block["draw"])
    number.add_incoming(zero, refilled)
    drawn = builder.zext(builder.lshr(twister.word(builder, number), shift), I64)
    is_below = builder.icmp_unsigned("<=", drawn, here)
    mine = builder.gep(order, [here])
    other = builder.gep(order, [builder.select(is_below, drawn, here)])
    numbers = builder.load(mine), builder.load(other)
    builder.store(numbers[1], mine)
    builder.store(numbers[0], other)
    following, after = builder.sub(here, builder.zext(is_below, I64)), builder.add(number, one)
    here.add_incoming(following, builder.block)
    word.add_incoming(after, builder.block)
    i.add_incoming(following, block["done"])
    at.add_incoming(after, block["done"])
    is_on = builder.icmp_signed(">=", following, lowest)
    builder.cbranch(is_on, block["draw"], block["done"])

    builder.position_at_end(block["done"])
    end = builder.append_basic_block("end")
    builder.cbranch(builder.icmp_signed(">=", following, one), block["bits"], end)
    builder.position_at_end(end)
    return after
