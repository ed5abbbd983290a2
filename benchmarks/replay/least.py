"""The least time that a training step can take: its multiplications and additions alone.

Owns how many there are, how many of them this core does in a nanosecond, which is measured, and the
sentence about it that stands under a table: it tells how far any engine could still go.
"""

import ctypes
from array import array
from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from time import perf_counter

from benchmarks.peers import LLVM
from benchmarks.replay import live
from benchmarks.replay.tasks import TASKS, Task

LANES = 8
ROUNDS, TURNS = 20, 20_000
_Loop = ctypes.CFUNCTYPE(None, ctypes.c_longlong, ctypes.c_void_p)


def sentence(name: str) -> str:
    """Of a training on all samples by a hinge loss; "" if ours takes no part."""
    if not LLVM.is_installed():
        return ""
    task = TASKS[name]
    n = products(task, live.counts(name))
    fused, apart = [n / rate(is_fused) / 1000.0 for is_fused in (True, False)]
    return (
        f"The products of such a step that are added up fill {n:,.0f} vectors of eight numbers, "
        f"and this core makes {rate(True):.2g} in a nanosecond where product and sum are one "
        f"instruction, as in fast mode, {rate(False):.2g} where they are two: nothing that "
        f"computes all of them takes less than {fused:.2g} us or, exact, {apart:.2g} us. (Ours "
        "leaves out those of samples that can have no loss.)"
    )


def products(task: Task, with_a_loss: Sequence[int]) -> float:
    """How many vectors of products a step of a training on all samples has, on average.

    Each weight has one in forward propagation; where the sample has a loss one by which the weight
    is changed and, but for the first layer, one in the derivative by what it is multiplied by.

    Args:
        with_a_loss: how many samples have one, in each step.
    """
    each = [n * m for n, m in pairwise(task.sizes)]
    forward, back = sum(each), 2 * sum(each) - each[0]
    n_back = sum(-(-n // LANES) for n in with_a_loss) / len(with_a_loss)
    return forward * -(-len(task.samples()[0]) // LANES) + back * n_back


@cache
def rate(is_fused: bool) -> float:
    """How many vectors of products this core adds to sums in a nanosecond, at its best."""
    from autograd.replay.llvm.machine import function_of, n_registers, translated

    n_sums = 3 * n_registers() // 4  # of which none waits for its own last addition
    loop = function_of(translated(_text(is_fused, n_sums)), _Loop, "products")
    numbers = array("d", [0.5] * LANES + [1.0] * LANES)
    best = float("inf")
    for _ in range(ROUNDS):
        start = perf_counter()
        loop(TURNS, numbers.buffer_info()[0])
        best = min(best, perf_counter() - start)
    return TURNS * n_sums / best / 1e9


def _text(is_fused: bool, n_sums: int) -> str:
    """A loop in which each of some sums x becomes x a + b."""
    v = "<8 x double>"
    sums = range(n_sums)
    lines = [
        f"declare {v} @llvm.fma.v8f64({v}, {v}, {v})",
        "define void @products(i64 %n, double* %numbers) {",
        "entry:",
        f"  %p = bitcast double* %numbers to {v}*",
        f"  %a = load {v}, {v}* %p, align 8",
        f"  %q = getelementptr {v}, {v}* %p, i64 1",
        f"  %b = load {v}, {v}* %q, align 8",
        "  br label %turn",
        "turn:",
        "  %i = phi i64 [0, %entry], [%next, %turn]",
        *[f"  %x{k} = phi {v} [%a, %entry], [%y{k}, %turn]" for k in sums],
    ]
    for k in sums:
        if is_fused:
            lines.append(f"  %y{k} = call {v} @llvm.fma.v8f64({v} %x{k}, {v} %a, {v} %b)")
        else:
            lines += [f"  %z{k} = fmul {v} %x{k}, %a", f"  %y{k} = fadd {v} %z{k}, %b"]
    lines += ["  %next = add i64 %i, 1", "  %more = icmp slt i64 %next, %n"]
    lines += ["  br i1 %more, label %turn, label %done", "done:"]
    total = "%y0"
    for k in sums[1:]:
        lines.append(f"  %t{k} = fadd {v} {total}, %y{k}")
        total = f"%t{k}"
    lines += [f"  store {v} {total}, {v}* %p, align 8", "  ret void", "}"]
    return "\n".join(lines)
