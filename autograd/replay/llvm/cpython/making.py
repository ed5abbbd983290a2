"""Making: native code that makes Python's floats, lists, tuples, dicts and arrays of numbers.

Owns the way from the outputs of a program to the objects of a result.
"""

from typing import Any

from llvmlite import ir

from autograd.replay.llvm.code import DOUBLE, I32, I64, POINTER
from autograd.replay.llvm.cpython.objects import (
    DATA,
    ITEMS,
    OBJECT,
    OBJECTS,
    field,
    let_go,
    pointer,
    python_function,
    refer,
    tuple_items,
)
from autograd.replay.llvm.cpython.pool import renewed
from autograd.replay.llvm.loops import loop

LIKELY = 1000  # times as often as not


class Maker:
    """Code that makes the objects of a result.

    Args:
        builder: where it is written.
        numbers: the address of the numbers, in order.
        no_memory: where it goes on if there is none for an object.
        floats: where those stand that are given again, see `floats_to_give_again`; None if all are
            new.
    """

    def __init__(
        self,
        builder: ir.IRBuilder,
        numbers: ir.Value,
        no_memory: ir.Block,
        floats: ir.Value | None,
    ) -> None:
        self._builder, self._numbers, self._no_memory = builder, numbers, no_memory
        self._floats = floats
        self._place = self._n_floats = 0

    def _sure(self, made: ir.Value) -> ir.Value:
        """A new object, if it is there."""
        following = self._builder.append_basic_block()
        is_there = self._builder.icmp_unsigned("!=", made, ir.Constant(OBJECT, None))
        branch = self._builder.cbranch(is_there, following, self._no_memory)
        branch.set_weights([LIKELY, 1])
        self._builder.position_at_end(following)
        return made

    def _function(self, name: str, *kinds: ir.Type) -> ir.Function:
        return python_function(self._builder.module, name, OBJECT, *kinds)

    def number(self) -> ir.Value:
        """The next number as a float."""
        place = self._builder.gep(self._numbers, [ir.Constant(I64, self._place)])
        made = self._float(self._builder.load(place), ir.Constant(I64, self._n_floats))
        self._place, self._n_floats = self._place + 1, self._n_floats + 1
        return made

    def _float(self, x: ir.Value, i: ir.Value) -> ir.Value:
        """A float of this number, the i-th of the result."""
        if self._floats is not None:
            place = self._builder.gep(self._floats, [i])
            made = renewed(self._builder, x, place, self._no_memory)
            refer(self._builder, made)  # from the result, and from where it is to be found again
            return made
        return self._sure(self._builder.call(self._function("PyFloat_FromDouble", DOUBLE), [x]))

    def container(self, kind: type, n: int) -> tuple[ir.Value, ir.Value]:
        """A new list or tuple of n items, and where these are to be put."""
        name = "PyList_New" if kind is list else "PyTuple_New"
        made = self._sure(self._builder.call(self._function(name, I64), [ir.Constant(I64, n)]))
        if kind is list:
            return made, self._builder.load(field(self._builder, made, ITEMS, OBJECTS))
        return made, field(self._builder, made, tuple_items() or 0, OBJECT)

    def numbers(self, items: ir.Value, n: int) -> None:
        """Put the next n numbers there, as floats."""
        builder = self._builder
        with loop(builder, ir.Constant(I64, n)) as i:
            at = builder.add(i, ir.Constant(I64, self._place))
            x = builder.load(builder.gep(self._numbers, [at]))
            made = self._float(x, builder.add(i, ir.Constant(I64, self._n_floats)))
            builder.store(made, builder.gep(items, [i]))
        self._place, self._n_floats = self._place + n, self._n_floats + n

    def mapping(self) -> ir.Value:
        """A new dict."""
        return self._sure(self._builder.call(self._function("PyDict_New"), []))

    def put(self, mapping: ir.Value, name: str, made: ir.Value) -> None:
        """Give a new object to a dict."""
        module = self._builder.module
        put = python_function(module, "PyDict_SetItem", I32, OBJECT, OBJECT, OBJECT)
        self._builder.call(put, [mapping, pointer(id(name), OBJECT), made])
        let_go(self._builder, made)

    def array(self, make: Any, n: int) -> ir.Value:
        """A new array with the next n numbers, by a function of Python that makes an empty one."""
        builder = self._builder
        call = self._function("PyObject_CallNoArgs", OBJECT)
        made = self._sure(builder.call(call, [pointer(id(make), OBJECT)]))
        goal = builder.load(field(builder, made, DATA, POINTER))
        source = builder.gep(self._numbers, [ir.Constant(I64, self._place)])
        copy = python_function(builder.module, "memcpy", OBJECT, POINTER, POINTER, I64)
        builder.call(copy, [goal, source, ir.Constant(I64, 8 * n)])
        self._place += n
        return made
