"""Reusing: a small result that nobody has kept is given again, with other numbers in it.

Owns when that cannot be noticed. Most results are taken apart at once: to make tuples and floats
anew, and to free those of the call before, took as long as all the rest of a small call. So the
last two results are kept, and where nobody else refers to the older one, it is the next result: as
CPython's `zip` and `enumerate` do with their tuples. See `pool` for floats alone.
"""

from collections.abc import Iterator
from typing import Any

from llvmlite import ir

from autograd.containers import Shape
from autograd.replay.llvm.code import I64
from autograd.replay.llvm.cpython.objects import (
    ITEMS,
    OBJECT,
    field,
    is_alone,
    let_go,
    pointer,
    refer,
    references_are_counted,
    tuple_hash,
    tuple_items,
    word,
)
from autograd.replay.llvm.cpython.pool import renewed

MOST = 8  # numbers in a result: each is code of its own


class Reused:
    """The last results of a program, which native code reads and replaces.

    Args:
        shape: of the result, which `is_possible`.
        kept: is given what the code refers to.
    """

    def __init__(self, shape: Shape, kept: list[Any]) -> None:
        self._shape = shape
        results = [None, None]  # a list, which frees them with itself; its length never changes
        kept.append(results)
        at = word(id(results) + ITEMS)
        self._older, self._newer = [pointer(at + 8 * i, OBJECT.as_pointer()) for i in range(2)]

    @staticmethod
    def is_possible(shape: Shape) -> bool:
        """Whether results of this shape are worth it: few numbers, in nothing but tuples."""
        are_tuples = shape.kind is tuple and all(kind in (tuple, None) for kind in _kinds(shape))
        is_usual = references_are_counted() and (tuple_items() == ITEMS or tuple_hash() is not None)
        return are_tuples and 0 < shape.size <= MOST and is_usual

    def give_again(self, builder: ir.IRBuilder, numbers: ir.Value, no_memory: ir.Block) -> None:
        """Return the older result with these numbers; go on if somebody has kept a tuple of it.

        No code of Python's can run meanwhile: nothing that is made or let go here is a container.
        """
        found = builder.load(self._older)
        otherwise = builder.append_basic_block("made_anew")
        places = list(_places(builder, found, self._shape, otherwise))
        for i, place in enumerate(places):
            x = builder.load(builder.gep(numbers, [ir.Constant(I64, i)]))
            renewed(builder, x, place, no_memory)
        self._come_next(builder, found)
        builder.ret(found)
        builder.position_at_end(otherwise)

    def keep(self, builder: ir.IRBuilder, made: ir.Value) -> None:
        """Keep a new result, and the older one no longer."""
        older = builder.load(self._older)
        self._come_next(builder, made)
        let_go(builder, older)

    def _come_next(self, builder: ir.IRBuilder, result: ir.Value) -> None:
        """Let it be the newer one; it is referred to from here and by whoever has called."""
        refer(builder, result)
        builder.store(builder.load(self._newer), self._older)
        builder.store(result, self._newer)


def _kinds(shape: Shape) -> Iterator[Any]:
    yield shape.kind
    for item in shape.items if shape.kind is tuple else ():
        yield from _kinds(item)


def _places(
    builder: ir.IRBuilder, made: ir.Value, shape: Shape, otherwise: ir.Block
) -> Iterator[ir.Value]:
    """Where the floats of a tuple stand, in order, if nobody has kept it or one in it.

    Asked from the outside: what stands in a tuple that somebody has kept is theirs, too.
    """
    _go_on_if_alone(builder, made, otherwise)
    remembered = tuple_hash()
    if remembered is not None:  # that of the numbers before
        builder.store(ir.Constant(I64, -1), field(builder, made, remembered, I64))
    items = field(builder, made, tuple_items() or 0, OBJECT)
    for i, item in enumerate(shape.items):
        place = builder.gep(items, [ir.Constant(I64, i)])
        if item.kind is None:
            yield place
        elif item.size:  # the empty tuple is everybody's
            yield from _places(builder, builder.load(place), item, otherwise)


def _go_on_if_alone(builder: ir.IRBuilder, x: ir.Value, otherwise: ir.Block) -> None:
    following = builder.append_basic_block()
    builder.cbranch(is_alone(builder, x), following, otherwise)
    builder.position_at_end(following)
