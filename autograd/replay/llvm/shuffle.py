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
    ctypes.c_void_p,
)


class Shuffling:
    """Orders of n samples each, which follow each other and are shuffled in place.

    Attributes:
        left: how many numbers are still to be drawn; each takes a word or more.
    """

    def __init__(self, orders: "array[int]", n: int) -> None:
        self._orders, self._n, self._n_orders = orders, n, len(orders) // n
        self._at = array("q", [0, n - 1])  # the order, and the place in it
        self.left = self._n_orders * (n - 1)

    def go_on(self, words: "array[int]") -> None:
        """Use up some words, no more than there are numbers left."""
        self.left = _code()(
            words.buffer_info()[0],
            len(words),
            self._orders.buffer_info()[0],
            self._n,
            self._n_orders,
            self._at.buffer_info()[0],
        )


@cache
def _code() -> Any:
    module = ir.Module("shuffle")
    kind = ir.FunctionType(I64, [WORDS, I64, ORDERS, I64, I64, ORDERS])
    _write(ir.Function(module, kind, "shuffle"))
    return function_of(translated(str(module)), _Shuffle, "shuffle")


def _write(function: ir.Function) -> None:
    words, n_words, orders, n, n_orders, place_of_place = function.args
    zero, one = ir.Constant(I64, 0), ir.Constant(I64, 1)
    names = ("entry", "place", "draw", "word", "swap", "next", "short", "done")
    block = {name: function.append_basic_block(name) for name in names}
    builder = ir.IRBuilder(block["entry"])
    at = [builder.gep(place_of_place, [place]) for place in (zero, one)]
    k_before, i_before = [builder.load(place) for place in at]
    last = builder.sub(n, one)
    builder.branch(block["place"])

    builder.position_at_end(block["place"])  # of order k, i from n - 1 down to 1
    k, i, used = [builder.phi(I64) for _ in range(3)]
    for phi, before in zip((k, i, used), (k_before, i_before, zero), strict=True):
        phi.add_incoming(before, block["entry"])
    below = builder.trunc(builder.add(i, one), I32)
    shift = builder.ctlz(below, ir.Constant(ir.IntType(1), 0))
    builder.cbranch(builder.icmp_signed("<", i, one), block["next"], block["draw"])

    builder.position_at_end(block["draw"])
    word = builder.phi(I64)
    word.add_incoming(used, block["place"])
    builder.cbranch(builder.icmp_signed("<", word, n_words), block["word"], block["short"])

    builder.position_at_end(block["word"])
    drawn = builder.lshr(builder.load(builder.gep(words, [word])), shift)
    after = builder.add(word, one)
    word.add_incoming(after, block["word"])
    builder.cbranch(builder.icmp_unsigned("<", drawn, below), block["swap"], block["draw"])

    builder.position_at_end(block["swap"])
    start = builder.gep(orders, [builder.mul(k, n)])
    here, there = builder.gep(start, [i]), builder.gep(start, [builder.zext(drawn, I64)])
    mine, other = builder.load(here), builder.load(there)
    builder.store(other, here)
    builder.store(mine, there)
    for phi, new in zip((k, i, used), (k, builder.sub(i, one), after), strict=True):
        phi.add_incoming(new, block["swap"])
    builder.branch(block["place"])

    builder.position_at_end(block["next"])
    following = builder.add(k, one)
    for phi, new in zip((k, i, used), (following, last, used), strict=True):
        phi.add_incoming(new, block["next"])
    is_left = builder.icmp_signed("<", following, n_orders)
    builder.cbranch(is_left, block["place"], block["done"])

    builder.position_at_end(block["short"])
    for place, now in zip(at, (k, i), strict=True):
        builder.store(now, place)
    orders_left = builder.sub(builder.sub(n_orders, one), k)
    builder.ret(builder.add(builder.mul(orders_left, last), i))
    builder.position_at_end(block["done"])
    builder.ret(zero)
