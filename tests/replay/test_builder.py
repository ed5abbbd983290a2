"""Instructions written as text: the same as llvmlite writes for them.

Owns the comparison of each, on doubles and on vectors of them; what programs of them compute is
compared elsewhere.
"""

import re

import pytest
from llvmlite import ir

from autograd.replay.llvm.builder import Builder

DOUBLE = ir.DoubleType()
VECTOR = ir.VectorType(DOUBLE, 8)
KINDS = {"double": DOUBLE, "vector": VECTOR}
SIGNS = ("<", "<=", "==", "!=", ">=", ">")


def arithmetic(name, flags):
    return lambda b, x, y, p: getattr(b, name)(x, y, flags=flags)


def comparison(name, sign):
    return lambda b, x, y, p: getattr(b, name)(sign, x, y)


def with_a_constant(b, x, y, p):
    b.fadd(x, ir.Constant(x.type, 0.1 if x.type == DOUBLE else [0.1] * 8))
    b.fdiv(ir.Constant(x.type, None), y)


def beside_llvmlites_own(b, x, y, p):
    wide = b.function.module.globals.get("wide") or ir.Function(
        b.function.module, ir.FunctionType(x.type, [x.type]), "wide"
    )
    b.fadd(b.call(wide, [b.fmul(x, y)]), b.load(b.gep(p, [ir.Constant(ir.IntType(32), 1)])))


def in_another_block(b, x, y, p):
    """And some in the first one, before it ends."""
    block = b.append_basic_block("other")
    b.branch(block)
    b.position_at_end(block)
    late = b.fadd(x, y)
    with b.goto_entry_block():
        early = b.fmul(x, y)
    b.fsub(late, early)


WAYS = {
    **{
        f"{name} {flags}": arithmetic(name, flags)
        for name in ("fadd", "fsub", "fmul", "fdiv")
        for flags in ((), ("contract",))
    },
    **{
        f"{name} {sign}": comparison(name, sign)
        for name in ("fcmp_ordered", "fcmp_unordered")
        for sign in SIGNS
    },
    "a constant": with_a_constant,
    "fneg": lambda b, x, y, p: b.fneg(x),
    "and": lambda b, x, y, p: b.and_(b.fcmp_ordered("<", x, y), b.fcmp_ordered("<", y, x)),
    "or": lambda b, x, y, p: b.or_(b.fcmp_ordered("<", x, y), b.fcmp_ordered("<", y, x)),
    "select": lambda b, x, y, p: b.select(b.fcmp_ordered("<", x, y), x, y),
    "load": lambda b, x, y, p: b.fadd(b.load(p), x),
    "aligned load": lambda b, x, y, p: b.fadd(b.load(p, align=8), x),
    "store": lambda b, x, y, p: b.store(b.fadd(x, y), p),
    "aligned store": lambda b, x, y, p: b.store(x, p, align=64),
    "bitcast": lambda b, x, y, p: b.load(b.bitcast(p, ir.IntType(64).as_pointer())),
    "bitcast to the same": lambda b, x, y, p: b.fadd(b.bitcast(x, x.type), y),
    "further": lambda b, x, y, p: b.load(further(b, p, 7)),
    "load_at": lambda b, x, y, p: b.fadd(load_at(b, p, 3), x),
    "store_at": lambda b, x, y, p: store_at(b, x, p, 3),
    "beside llvmlite's own": beside_llvmlites_own,
    "in another block": in_another_block,
}


def further(b, pointer, n):
    if isinstance(b, Builder):
        return b.further(pointer, n)
    return b.gep(pointer, [ir.Constant(ir.IntType(64), n)])


def load_at(b, pointer, n):
    return b.load_at(pointer, n) if isinstance(b, Builder) else b.load(further(b, pointer, n))


def store_at(b, x, pointer, n):
    if isinstance(b, Builder):
        b.store_at(x, pointer, n)
    else:
        b.store(x, further(b, pointer, n))


def body(kind, make, way):
    """The instructions of a function, with names in the order in which they are first read."""
    kinds = [kind, kind, kind.as_pointer()]
    function = ir.Function(ir.Module(), ir.FunctionType(ir.VoidType(), kinds), "f")
    builder = make(function.append_basic_block("entry"))
    way(builder, *function.args)
    builder.ret_void()
    names = {}
    text = str(function).split("entry:\n")[1].replace('"', "")
    text = re.sub(r"%[.\w]+", lambda found: names.setdefault(found[0], f"%{len(names)}"), text)
    return [" ".join(line.split()).replace(" ,", ",") for line in text.splitlines()]


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_each_is_written_as_llvmlite_writes_it(way, kind):
    written = body(kind, Builder, way)
    assert len(written) > 2
    assert written == body(kind, ir.IRBuilder, way)
