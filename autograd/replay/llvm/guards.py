"""Guards: what a program is to be asked, as native code.

Owns how: a few one by one, eight at a time where their numbers stand so, and many of one kind by a
loop over the places of their numbers, for which LLVM takes no longer the more there are.
"""

from collections.abc import Sequence

from llvmlite import ir

from autograd.replay.llvm.code import BLOCKS, DOUBLE, I64, POINTER, Code, Module
from autograd.replay.llvm.loops import carried
from autograd.replay.llvm.memory import LANES, WORK, Input, Memory
from autograd.replay.tapes.tape import Guard

MANY = 64  # guards of one kind: a loop asks them
# Guards, or rows of eight, in a function of straight-line code: what LLVM takes for one grows with
# the square of its length.
PER_FUNCTION = 256

BIT = ir.IntType(1)
NO = ir.Constant(BIT, 0)
_CONSTANT = -2  # where else than in a block or in the work memory a number stands


def differ(code: Code, guards: Sequence[Guard]) -> ir.Value:
    """Whether a guard is not answered as before."""
    memory = code.memory
    rows, left = _rows(memory, guards)
    looped, alone = _of_kinds(memory, left)
    items = [*rows, *[[guard] for guard in alone]]
    found = NO
    if len(items) <= PER_FUNCTION:
        found = _straight(code, items)
    else:
        for start in range(0, len(items), PER_FUNCTION):
            part = _function(code.module, items[start : start + PER_FUNCTION])
            found = code.builder.or_(found, code.builder.call(part, [code.blocks, code.work]))
    for kind in looped:
        found = code.builder.or_(found, _looped(code, kind))
    return found


def _rows(memory: Memory, guards: Sequence[Guard]) -> tuple[list[list[Guard]], list[Guard]]:
    """Those of which eight ask the same of numbers side by side, and the others."""
    left = sorted(guards, key=lambda g: (g.question, g.b, memory.where(g.a) or (WORK, g.a)))
    rows, others, k = [], [], 0
    while k < len(left):
        some = left[k : k + LANES]
        are_alike = len(some) == LANES and len({(g.question, g.b) for g in some}) == 1
        if are_alike and memory.row([g.a for g in some]) is not None:
            rows.append(some)
            k += LANES
        else:
            others.append(left[k])
            k += 1
    return rows, others


def _of_kinds(memory: Memory, guards: Sequence[Guard]) -> tuple[list[list[Guard]], list[Guard]]:
    """Those of which there are many of a kind, and the others.

    A kind is a question, an answer, and the blocks in which the two numbers stand.
    """
    kinds: dict[tuple[str, bool, int, int], list[Guard]] = {}
    for guard in guards:
        blocks = _block(memory, guard.a), _block(memory, guard.b)
        kinds.setdefault((guard.question, guard.answer, *blocks), []).append(guard)
    many = [kind for kind in kinds.values() if len(kind) >= MANY]
    return many, [guard for kind in kinds.values() if len(kind) < MANY for guard in kind]


def _block(memory: Memory, slot: int) -> int:
    """In which block a number stands."""
    return _CONSTANT if memory.constant(slot) is not None else _where(memory, slot).block


def _where(memory: Memory, slot: int) -> Input:
    """Where a number stands: all that is asked of are kept."""
    found = memory.where(slot)
    if found is None:
        raise LookupError(f"slot {slot} is asked of and has no place")
    return found


def _function(module: Module, items: Sequence[Sequence[Guard]]) -> ir.Function:
    """A function of some guards, which returns whether one is not answered as before."""
    kind = ir.FunctionType(BIT, [BLOCKS, POINTER])
    function = ir.Function(module.ir, kind, module.ir.get_unique_name("asked"))
    function.linkage = "internal"
    code = Code(module, function)
    code.builder.ret(_straight(code, items))
    return function


def _straight(code: Code, items: Sequence[Sequence[Guard]]) -> ir.Value:
    """The same of guards one by one, and of rows of eight."""
    builder, alone = code.builder, NO
    none = ir.Constant(ir.VectorType(BIT, LANES), [NO] * LANES)
    in_lanes: ir.Value = none
    for some in items:
        guard = some[0]
        if len(some) == 1:
            holds = _compared(builder, guard.question, code.number(guard.a), code.number(guard.b))
            alone = builder.or_(alone, builder.xor(holds, ir.Constant(BIT, guard.answer)))
            continue
        a, b = [
            code.vector(tuple(slots)) for slots in zip(*[(g.a, g.b) for g in some], strict=True)
        ]
        answers = ir.Constant(none.type, [ir.Constant(BIT, g.answer) for g in some])
        differs = builder.xor(_compared(builder, guard.question, a, b), answers)
        in_lanes = builder.or_(in_lanes, differs)
    mask = builder.bitcast(in_lanes, ir.IntType(LANES))
    one = builder.icmp_unsigned("!=", mask, ir.Constant(ir.IntType(LANES), 0))
    return builder.or_(alone, one)


def _looped(code: Code, guards: Sequence[Guard]) -> ir.Value:
    """The same of many guards of one kind."""
    builder, (question, _, _, answer) = code.builder, guards[0]
    reads = [_reader(code, [g.a for g in guards]), _reader(code, [g.b for g in guards])]

    def following(k: ir.Value, found: ir.Value) -> ir.Value:
        a, b = [_read(code, base, table, k) for base, table in reads]
        differs = builder.xor(_compared(builder, question, a, b), ir.Constant(BIT, answer))
        return builder.or_(found, differs)

    return carried(builder, ir.Constant(I64, len(guards)), NO, following)


def _reader(code: Code, slots: Sequence[int]) -> tuple[ir.Value, ir.Value | None]:
    """Where some numbers stand: from which address on, and a table of the places behind it."""
    constants = [code.memory.constant(slot) for slot in slots]
    if constants[0] is not None:  # then all are
        return code.table([ir.Constant(DOUBLE, x) for x in constants]), None
    found = [_where(code.memory, slot) for slot in slots]
    base = code.work if found[0].block == WORK else code.block(found[0].block)
    return base, code.table([ir.Constant(I64, place) for _, place in found])


def _read(code: Code, base: ir.Value, table: ir.Value | None, k: ir.Value) -> ir.Value:
    """The k-th of these numbers."""
    builder = code.builder
    place = k if table is None else builder.load(builder.gep(table, [k]))
    return builder.load(builder.gep(base, [place]))


def _compared(builder: ir.IRBuilder, question: str, a: ir.Value, b: ir.Value) -> ir.Value:
    """The answer, as Python gives it."""
    if question == "!=":
        return builder.fcmp_unordered("!=", a, b)
    return builder.fcmp_ordered(question, a, b)
