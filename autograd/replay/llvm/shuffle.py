"""Shuffling in native code: many orders, from random words that were drawn before.

Owns what `random.Random.shuffle` does with the words of its generator: from the last place to the
second, each changes places with one drawn from those up to it (Fisher-Yates; Durstenfeld 1964). A
number below n is a word's highest bits, as many as n has, and drawn anew while it is not below n.
"""

import ctypes
from array import array
from functools import cache
from typing import Any

from llvmlite import ir

from autograd.replay.llvm.code import I32, I64
from autograd.replay.llvm.machine import function_of, translated

WORDS, ORDERS = I32.as_pointer(), I64.as_pointer()
_Shuffle = ctypes.PYFUNCTYPE(
    ctypes.c_longlong,
    ctypes.c_void_p,
    ctypes.c_longlong,
    ctypes.c_void_p,
    ctypes.c_longlong,
    ctypes.c_longlong,
)


def shuffle(words: "array[int]", orders: "array[int]", n: int) -> int:
    """Shuffle orders of n samples each, which follow each other, in place.

    Returns how many of the words were used; -1 if they did not suffice.
    """
    found: int = _code()(
        words.buffer_info()[0], len(words), orders.buffer_info()[0], n, len(orders) // n
    )
    return found


@cache
def _code() -> Any:
    module = ir.Module("shuffle")
    kind = ir.FunctionType(I64, [WORDS, I64, ORDERS, I64, I64])
    _write(ir.Function(module, kind, "shuffle"))
    return function_of(translated(str(module)), _Shuffle, "shuffle")


def _write(function: ir.Function) -> None:
    words, n_words, orders, n, n_orders = function.args
    zero, one = ir.Constant(I64, 0), ir.Constant(I64, 1)
    names = ("entry", "order", "place", "draw", "word", "swap", "next", "done", "short")
    block = {name: function.append_basic_block(name) for name in names}
    builder = ir.IRBuilder(block["entry"])
    builder.branch(block["order"])

    builder.position_at_end(block["order"])
    k, used = builder.phi(I64), builder.phi(I64)
    k.add_incoming(zero, block["entry"])
    used.add_incoming(zero, block["entry"])
    start = builder.gep(orders, [builder.mul(k, n)])
    is_left = builder.icmp_signed("<", k, n_orders)
    builder.cbranch(is_left, block["place"], block["done"])

    builder.position_at_end(block["place"])  # i from n - 1 down to 1
    i, used_here = builder.phi(I64), builder.phi(I64)
    i.add_incoming(_one_less(block["order"], n), block["order"])
    used_here.add_incoming(used, block["order"])
    below = builder.trunc(builder.add(i, one), I32)
    shift = builder.ctlz(below, ir.Constant(ir.IntType(1), 0))
    is_first = builder.icmp_signed("<", i, one)
    builder.cbranch(is_first, block["next"], block["draw"])

    builder.position_at_end(block["draw"])
    at = builder.phi(I64)
    at.add_incoming(used_here, block["place"])
    builder.cbranch(builder.icmp_signed("<", at, n_words), block["word"], block["short"])

    builder.position_at_end(block["word"])
    drawn = builder.lshr(builder.load(builder.gep(words, [at])), shift)
    after = builder.add(at, one)
    at.add_incoming(after, block["word"])
    builder.cbranch(builder.icmp_unsigned("<", drawn, below), block["swap"], block["draw"])

    builder.position_at_end(block["swap"])
    here = builder.gep(start, [i])
    there = builder.gep(start, [builder.zext(drawn, I64)])
    mine, other = builder.load(here), builder.load(there)
    builder.store(other, here)
    builder.store(mine, there)
    i.add_incoming(builder.sub(i, one), block["swap"])
    used_here.add_incoming(after, block["swap"])
    builder.branch(block["place"])

    builder.position_at_end(block["next"])
    k.add_incoming(builder.add(k, one), block["next"])
    used.add_incoming(used_here, block["next"])
    builder.branch(block["order"])

    builder.position_at_end(block["done"])
    builder.ret(used)
    builder.position_at_end(block["short"])
    builder.ret(ir.Constant(I64, -1))


def _one_less(block: ir.Block, n: ir.Value) -> ir.Value:
    """n - 1, computed before the end of a block."""
    builder = ir.IRBuilder(block)
    builder.position_before(block.terminator)
    return builder.sub(n, ir.Constant(I64, 1))
