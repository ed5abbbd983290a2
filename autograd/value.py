"""Value: a number that remembers the operation and the inputs it was made from.

Owns the node of the graph, how an operation on Values is recorded (`record`), and the operators
and methods by which one writes formulas.
"""

from collections import deque
from itertools import repeat
from numbers import Number
from typing import Any, NamedTuple

from autograd import modes, ops, storage
from autograd.backward import pull_back, topological_order
from autograd.number import as_number, is_array
from autograd.op import Op


class _Noted(NamedTuple):
    """What few nodes have beside a label: what origin.py knows of where they come from."""

    label: str
    origin: Any


class Value:
    """A number in a computation graph; `backward()` fills in the gradients.

    Args:
        data: the number: float, int, bool, Fraction, Decimal or a NumPy scalar. TypeError for
            anything else, OverflowError for an int beyond the floats.
        label: a name, for pictures and messages.

    Attributes:
        label: that name.
        grad: the derivative of what `backward()` was called on by this number, summed over the
            calls; 0.0 at first; may be assigned.
        op: the operation that made it; None for a leaf.
        inputs: that operation's operands in order, Values and plain floats.
        partials: the derivative by each operand, found when the operation ran; None: no edge.
    """

    __slots__ = ("_data", "_label", "grad", "inputs", "op", "partials")

    _data: float
    grad: float
    op: Op | None
    inputs: tuple[Any, ...]
    partials: tuple[float | None, ...]
    _label: Any  # the label; a _Noted where origin.py knows more

    def __init__(self, data: Any, label: str = "") -> None:
        if data.__class__ is float:
            self._data = data
        else:
            self._data = as_number(modes.begins(self, data) if modes.active else data, "Value")
        self.grad = 0.0
        self.op = None
        self.inputs = ()
        self.partials = ()
        self._label = label

    def _get_data(self) -> float:
        if modes.active:
            modes.read(self)
        return self._data

    def _set_data(self, data: Any) -> None:
        if self.op is not None:
            raise ValueError(
                f"data: {_name(self)} was computed by {self.op.name!r}; only a leaf's number can "
                "be assigned. Assign the leaves and compute again, or detach() it first"
            )
        if modes.active:
            modes.changed(".data was assigned")
        self._data = data if data.__class__ is float else as_number(data, "data")

    data = property(_get_data, _set_data, doc="The number; a leaf's may be assigned.")

    # The label and the origin share a slot: few nodes have either, and a graph has many nodes.

    @property
    def label(self) -> str:
        """A name, for pictures and messages; may be assigned."""
        found = self._label
        return found.label if found.__class__ is _Noted else found

    @label.setter
    def label(self, label: str) -> None:
        origin = self._origin
        self._label = label if origin is None else _Noted(label, origin)

    @property
    def _origin(self) -> Any:
        """What origin.py knows of where it comes from; None: nothing."""
        return self._label.origin if self._label.__class__ is _Noted else None

    @_origin.setter
    def _origin(self, origin: Any) -> None:
        self._label = self.label if origin is None else _Noted(self.label, origin)

    # Differentiating

    def backward(self) -> None:
        """Add the derivative of this number by each number it was made from to its `.grad`.

        Inner nodes included. A second call adds the same again, as in PyTorch; one interrupted by
        Ctrl-C has changed all gradients or none.
        """
        order = topological_order(self)
        cotangents = pull_back(order, {self: 1.0})
        if modes.active:
            modes.changed("backward() adds to .grad")
            modes.swept(order, cotangents, "backward")
        totals = [
            node.grad + cotangent if node.grad else cotangent
            for node, cotangent in cotangents.items()
        ]
        # One call into C, in which no signal handler runs: all gradients change or none.
        deque(map(setattr, cotangents, repeat("grad"), totals), maxlen=0)

    def zero_grad(self) -> None:
        """Set `.grad` to 0.0 here and in every Value this one was made from."""
        if modes.active:
            modes.changed("zero_grad() sets .grad")
        for node in topological_order(self) if self.inputs else (self,):
            node.grad = 0.0

    def detach(self) -> "Value":
        """A new leaf with the same number and label: no gradient flows through it."""
        leaf = Value(self._data, self.label)
        if modes.active:
            modes.cut(ops.identity, (self,), leaf)
        return leaf

    # Operators

    def __add__(self, other: Any) -> "Value":
        return _binary(ops.add, self, other)

    def __radd__(self, other: Any) -> "Value":
        return _binary(ops.add, other, self)

    def __sub__(self, other: Any) -> "Value":
        return _binary(ops.sub, self, other)

    def __rsub__(self, other: Any) -> "Value":
        return _binary(ops.sub, other, self)

    def __mul__(self, other: Any) -> "Value":
        return _binary(ops.mul, self, other)

    def __rmul__(self, other: Any) -> "Value":
        return _binary(ops.mul, other, self)

    def __truediv__(self, other: Any) -> "Value":
        return _binary(ops.div, self, other)

    def __rtruediv__(self, other: Any) -> "Value":
        return _binary(ops.div, other, self)

    def __pow__(self, other: Any) -> "Value":
        if is_array(other):
            return NotImplemented  # NumPy raises this to each element
        return _binary(ops.pow_ if isinstance(other, Value) else ops.power, self, other)

    def __rpow__(self, other: Any) -> "Value":
        return _binary(ops.pow_, other, self)

    def __mod__(self, other: Any) -> "Value":
        return _binary(ops.mod, self, other)

    def __rmod__(self, other: Any) -> "Value":
        return _binary(ops.mod, other, self)

    def __floordiv__(self, other: Any) -> "Value":
        return _binary(ops.floordiv, self, other)

    def __rfloordiv__(self, other: Any) -> "Value":
        return _binary(ops.floordiv, other, self)

    def __neg__(self) -> "Value":
        return _unary(ops.neg, self)

    def __pos__(self) -> "Value":
        return self

    def __abs__(self) -> "Value":
        return _unary(ops.abs_, self)

    # Comparing: with a number and in order by the numbers; two Values are equal when they are one

    def __eq__(self, other: object) -> Any:
        if isinstance(other, Value):
            return _are_one(self, other)
        if not _is_scalar(other):
            return NotImplemented
        return _answered("==", self, other, self._data == other)

    def __ne__(self, other: object) -> Any:
        if isinstance(other, Value):
            return not _are_one(self, other)
        if not _is_scalar(other):
            return NotImplemented
        return _answered("!=", self, other, self._data != other)

    __hash__ = object.__hash__

    def __lt__(self, other: Any) -> Any:
        if not _is_scalar(other):
            return NotImplemented
        return _answered("<", self, other, self._data < _number_of(other))

    def __le__(self, other: Any) -> Any:
        if not _is_scalar(other):
            return NotImplemented
        return _answered("<=", self, other, self._data <= _number_of(other))

    def __gt__(self, other: Any) -> Any:
        if not _is_scalar(other):
            return NotImplemented
        return _answered(">", self, other, self._data > _number_of(other))

    def __ge__(self, other: Any) -> Any:
        if not _is_scalar(other):
            return NotImplemented
        return _answered(">=", self, other, self._data >= _number_of(other))

    def __bool__(self) -> bool:
        return bool(_answered("!=", self, 0.0, self._data != 0.0))

    def _select_edge(self, partial: Any) -> Any:
        """In a rule: `partial` where this condition is not 0, elsewhere no edge (see `edge`)."""
        if modes.active and modes.keeps_dead_edges():  # both ways: the graph stays the same
            same = partial is None or partial is self
            return modes.kept(partial if same else ops.where(self, partial, 0.0), self, partial)
        return partial if self else None

    def __float__(self, *_: Any) -> Any:
        raise TypeError(
            "float(), int() or round() of a Value would drop its history: use .data for the "
            "number, or a function of autograd (autograd.exp rather than math.exp) to go on with "
            "it; an array that is to hold Values needs dtype=object"
        )

    __int__ = __round__ = __float__

    # What NumPy asks of the elements of an array in np.floor, np.var and np.std

    def __floor__(self) -> "Value":
        return ops.floor(self)  # type: ignore[no-any-return]

    def conjugate(self) -> "Value":
        """This number itself: it is real."""
        return self

    # The common operations as methods; NumPy's functions call them on arrays of Values

    def exp(self) -> "Value":
        """e to the power of this."""
        return _unary(ops.exp, self)

    def log(self) -> "Value":
        """The natural logarithm."""
        return _unary(ops.log, self)

    def sqrt(self) -> "Value":
        """The square root."""
        return _unary(ops.sqrt, self)

    def sin(self) -> "Value":
        """The sine, of radians."""
        return _unary(ops.sin, self)

    def cos(self) -> "Value":
        """The cosine, of radians."""
        return _unary(ops.cos, self)

    def tan(self) -> "Value":
        """The tangent, of radians."""
        return _unary(ops.tan, self)

    def tanh(self) -> "Value":
        """The hyperbolic tangent."""
        return _unary(ops.tanh, self)

    def sigmoid(self) -> "Value":
        """1 / (1 + e^-x)."""
        return _unary(ops.sigmoid, self)

    def relu(self) -> "Value":
        """max(0, x); the derivative at 0 is 0."""
        return _unary(ops.relu, self)

    def leaky_relu(self, slope: Any = ops.SLOPE) -> "Value":
        """x where x > 0, else slope * x; the derivative at 0 is `slope`."""
        return ops.leaky_relu(self, slope)  # type: ignore[no-any-return]

    def elu(self, alpha: Any = ops.ALPHA) -> "Value":
        """x where x > 0, else alpha * (e^x - 1); the derivative at 0 is `alpha`."""
        return ops.elu(self, alpha)  # type: ignore[no-any-return]

    # Showing

    def __repr__(self) -> str:
        parts = [f"data={self.data!r}", f"grad={self.grad!r}"]
        if self.op is not None:
            parts.append(f"op={self.op.name!r}")
        if self.label:
            parts.append(f"label={self.label!r}")
        return f"Value({', '.join(parts)})"

    def __format__(self, spec: str) -> str:
        return format(self.data, spec) if spec else repr(self)

    def _repr_mimebundle_(self, **options: Any) -> Any:
        from autograd.view.graph import draw

        return draw(self)._repr_mimebundle_(**options)

    # micrograd's notebooks read these two

    @property
    def _prev(self) -> tuple["Value", ...]:
        return tuple(dict.fromkeys(x for x in self.inputs if isinstance(x, Value)))

    @property
    def _op(self) -> str:
        return "" if self.op is None else self.op.name

    # Copying: the graph is walked, never recursed into

    def __copy__(self) -> "Value":
        if modes.active:
            modes.read(self)
        twin: Value = storage.shallow_copy(self)
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> "Value":
        self._read_all()
        result: Value = storage.deepcopy_graph(self, memo)
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        self._read_all()
        return storage.reduce_node(self)

    def _read_all(self) -> None:
        if modes.active:
            for node in topological_order(self):
                modes.read(node)

    # Recording

    _apply_op: Any  # how an operation applies to Values: `record`


def record(op: Op, inputs: tuple[Any, ...]) -> Value:
    """Run `op` on Values and numbers: the new node, with its number and its local derivatives."""
    if len(inputs) == 2:
        return _binary(op, inputs[0], inputs[1])
    if len(inputs) == 1:
        return _unary(op, inputs[0])
    return _record(op, inputs)


def _record(op: Op, inputs: tuple[Any, ...]) -> Value:
    """`record` for any number and kind of operands, in any mode, and where arithmetic raises."""
    numbers = [x._data for x in inputs if x.__class__ is Value]
    has_constants = len(numbers) != len(inputs)  # or what derives from Value
    if has_constants:
        if [x for x in inputs if x.__class__ is not float and not isinstance(x, Value)]:
            result: Value = op.convert(inputs, ready=Value)
            return result
        numbers = [x if x.__class__ is float else x._data for x in inputs]
    if modes.active and not modes.is_recording():
        result = Value(op.compute(numbers))
        modes.cut(op, inputs, result)
        modes.ran(op, inputs, result)
        return result
    try:
        data = op.forward(*numbers)
        if data.__class__ is not float:
            data = op.checked(data, numbers)
        partials = op.partials(data, *numbers)
    except (ArithmeticError, ValueError):
        data = op.compute(numbers)
        partials = op.partials_ieee(data, numbers)
    if has_constants:  # no edge leads to a constant
        partials = tuple(
            [None if x.__class__ is float else p for x, p in zip(inputs, partials, strict=True)]
        )
    node: Value = _new(Value)
    node._data = data
    node.grad = 0.0
    node.op = op
    node.inputs = inputs
    node.partials = partials
    node._label = ""
    if modes.active:
        modes.ran(op, inputs, node)
    return node


def _unary(op: Op, x: Any) -> Value:
    """The short way for one Value, or a float in a recording: `_record` without its loops."""
    is_told = modes.active
    if is_told and (x.__class__ is float or not modes.is_recording()):
        return _record(op, (x,))
    number = x._data
    try:
        data = op.forward(number)
        partials = op.partials(data, number)
    except (ArithmeticError, ValueError):
        return _record(op, (x,))
    if data.__class__ is not float:
        return _record(op, (x,))
    node: Value = _new(Value)  # written out wherever one is made: a call would take as long
    node._data = data
    node.grad = 0.0
    node.op = op
    node.inputs = (x,)
    node.partials = partials
    node._label = ""
    if is_told:
        modes.ran(op, node.inputs, node)
    return node


def _binary(op: Op, a: Any, b: Any) -> Value:
    """The short way for two Values, or a Value and a number."""
    x = a._data if a.__class__ is Value else a
    y = b._data if b.__class__ is Value else b
    if y.__class__ is int and -BIG < y < BIG:
        y = b = float(y)
    elif x.__class__ is int and -BIG < x < BIG:
        x = a = float(x)
    is_told = modes.active
    if x.__class__ is not float or y.__class__ is not float:
        return _record(op, (a, b))
    if is_told and not modes.is_recording():
        return _record(op, (a, b))
    try:
        data = op.forward(x, y)
        partials = op.partials(data, x, y)
    except (ArithmeticError, ValueError):
        return _record(op, (a, b))
    if data.__class__ is not float:
        return _record(op, (a, b))
    if a is x:
        partials = (None, partials[1])
    elif b is y:
        partials = (partials[0], None)
    node: Value = _new(Value)
    node._data = data
    node.grad = 0.0
    node.op = op
    node.inputs = (a, b)
    node.partials = partials
    node._label = ""
    if is_told:
        modes.ran(op, node.inputs, node)
    return node


BIG = 2**53  # every int of less size is a float
_new: Any = object.__new__
Value._apply_op = staticmethod(record)


def _method(row: Op) -> Any:
    def method(self: Value, *others: Any) -> Any:
        return row(self, *others)

    method.__name__ = method.__qualname__ = row.name
    method.__doc__ = f"`autograd.{row.name}`, of this and the operands given."
    return method


# The other operations as methods: NumPy's functions look them up on the elements of an array.
# (Not by __getattr__: a class that has one reads all its attributes more slowly.)
for _name_of_method, _row in ops.METHODS.items():
    if not hasattr(Value, _name_of_method):
        setattr(Value, _name_of_method, _method(_row))


def _is_scalar(x: Any) -> bool:
    """Whether a Value compares with it here; a whole number of a recording does that itself."""
    return isinstance(x, Value) or (isinstance(x, Number) and not hasattr(x, "as_value"))


def _number_of(x: Any) -> Any:
    return x._data if isinstance(x, Value) else x


def _are_one(a: Value, b: Value) -> bool:
    """Whether two Values are equal; a recording is told, for numbers would compare otherwise."""
    if modes.active:
        modes.identified(a, b)
    return a is b


def _answered(question: str, a: Value, b: Any, answer: Any) -> Any:
    """What a comparison answered; in a recording, which asks again at each replay, what is that."""
    return modes.compared(question, a, b, answer) if modes.active else answer


def _name(node: Value) -> str:
    return f"node {node.label!r}" if node.label else f"this node ({node._data!r})"
