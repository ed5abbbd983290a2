"""Right: how many samples of a batch are given the right class.

Owns the code that a batch ends with where only that is wanted of what the model returns.
"""

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I64
from autograd.replay.llvm.loops import loop


def n_right(
    builder: ir.IRBuilder,
    named: dict[str, ir.Value],
    word: dict[str, ir.Value],
    samples: ir.Value,
    beside: ir.Value,
    answers: ir.Value,
    is_border: ir.Value,
) -> ir.Value:
    """How many samples of a batch the outputs give the right class: see `Decision`.

    Args:
        named: the arguments of the driver; word: of the kind of the batch.
        samples: which ones; beside: whether these follow each other.
        answers: where what the model returns of them begins.
        is_border: whether the one output over the border tells, or the largest of several.
    """
    zero = ir.Constant(I64, 0)
    with builder.goto_entry_block():
        count = builder.alloca(I64)
    builder.store(zero, count)

    def counted(right: ir.Value, found: ir.Value) -> None:
        is_right = builder.icmp_unsigned("==", builder.load(right), found)
        builder.store(builder.add(builder.load(count), builder.zext(is_right, I64)), count)

    def of_sample(i: ir.Value) -> ir.Value:
        return builder.gep(named["classes"], [builder.load(builder.gep(samples, [i]))])

    def over_border(i: ir.Value) -> ir.Value:
        x = builder.load(builder.gep(answers, [i]))
        return builder.zext(builder.fcmp_ordered(">", x, named["border"]), I64)

    with builder.if_else(is_border) as (compared, largest):
        with compared, builder.if_else(beside) as (in_line, apart):
            with in_line:  # several at once
                first = builder.gep(named["classes"], [builder.load(samples)])
                with loop(builder, word["size"]) as i:
                    counted(builder.gep(first, [i]), over_border(i))
            with apart, loop(builder, word["size"]) as i:
                counted(of_sample(i), over_border(i))
        with largest, loop(builder, word["size"]) as i:
            row = builder.gep(answers, [builder.mul(i, word["width"])])
            counted(of_sample(i), _place_of_largest(builder, row, word["width"]))
    return builder.load(count)


def _place_of_largest(builder: ir.IRBuilder, row: ir.Value, width: ir.Value) -> ir.Value:
    """Where the largest number of a row stands, the first of equal ones."""
    with builder.goto_entry_block():
        found, top = builder.alloca(I64), builder.alloca(DOUBLE)
    builder.store(ir.Constant(I64, 0), found)
    builder.store(builder.load(row), top)
    with loop(builder, width) as j:  # the first one again: it is not over itself
        x, now = builder.load(builder.gep(row, [j])), builder.load(top)
        is_larger = builder.fcmp_ordered(">", x, now)
        builder.store(builder.select(is_larger, x, now), top)
        builder.store(builder.select(is_larger, j, builder.load(found)), found)
    return builder.load(found)
