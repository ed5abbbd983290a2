"""Unchanged: whether the inputs of all samples are those that they were.

Owns the memory of that, and the code that keeps and compares them: as rows, as they stand among the
inputs, which the C library compares as fast as they can be read.
"""

from collections.abc import Sequence
from typing import NamedTuple

from llvmlite import ir

from autograd.replay.llvm.code import I32, I64, POINTER, Code
from autograd.replay.llvm.loops import copy
from autograd.replay.llvm.memory import Memory
from autograd.replay.llvm.samples.gather import table_of
from autograd.replay.tapes.samples import Samples

BIT = ir.IntType(1)
SPARSE = 2  # times as many numbers as there are in the columns may stand among them


class Region(NamedTuple):
    """Inputs that follow each other: in which block, from which place on, how many."""

    block: int
    place: int
    size: int


def regions_of(memory: Memory, samples: Samples, columns: Sequence[int]) -> list[Region] | None:
    """Where that of `samples.outside` stands which a call brings; None if it is all over the place.

    Args:
        columns: what of it is asked for.
    """
    places: dict[int, list[int]] = {}
    for slots in [samples.outside[e] for e in columns]:
        if all(memory.constant(slot) is not None for slot in slots):
            continue
        table = table_of(memory, slots)
        if table is None:
            return None
        block, step, first = table
        places.setdefault(block, []).extend([first, first + step * (samples.n - 1)])
    found = []
    for block, mine in places.items():
        found.append(Region(block, min(mine), max(mine) + 1 - min(mine)))
        if found[-1].size > SPARSE * samples.n * len(mine) // 2:
            return None
    return found


class Unchanged:
    """The inputs as they were.

    Args:
        memory: is given room for them.
        regions: where they stand.
    """

    def __init__(self, memory: Memory, regions: Sequence[Region]) -> None:
        self._places = {region: memory.reserve(region.size) for region in regions}

    def keep(self, code: Code) -> None:
        """Write them down."""
        for region, place in self._places.items():
            size = ir.Constant(I64, region.size)
            copy(code.builder, _start(code, region), code.address(place), size)

    def is_so(self, code: Code) -> ir.Value:
        """Whether all have the very same bits."""
        builder, found = code.builder, ir.Constant(BIT, 1)
        compare = code.module.ir.globals.get("memcmp")
        if compare is None:
            kind = ir.FunctionType(I32, [POINTER, POINTER, I64])
            compare = ir.Function(code.module.ir, kind, "memcmp")
        for region, place in self._places.items():
            size = ir.Constant(I64, 8 * region.size)
            differ = builder.call(compare, [_start(code, region), code.address(place), size])
            found = builder.and_(found, builder.icmp_signed("==", differ, ir.Constant(I32, 0)))
        return found


def _start(code: Code, region: Region) -> ir.Value:
    return code.builder.gep(code.block(region.block), [ir.Constant(I64, region.place)])
