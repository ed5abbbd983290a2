"""Value: a node that one writes formulas with.

Owns the operators and methods, and how an operation on Values is recorded (`record`).
"""

from typing import Any

from autograd import modes, ops
from autograd.node import Node
from autograd.number import EXACT, is_array
from autograd.op import Op


class Value(Node):
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

    __slots__ = ()

    def detach(self) -> "Value":
        """A new leaf with the same number and label: no gradient flows through it."""
        leaf = Value(self._number, self.label)
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

    def _select_edge(self, partial: Any) -> Any:
        """In a rule: `partial` where this condition is not 0, elsewhere no edge (see `edge`)."""
        if modes.active and modes.keeps_dead_edges():  # both ways: the graph stays the same
            same = partial is None or partial is self
            return modes.kept(partial if same else ops.where(self, partial, 0.0), self, partial)
        return partial if self else None

    # What NumPy asks of the elements of an array in np.floor, np.var and np.std, and of the result
    # where a masked array of one number is added to or multiplied

    ndim = 0

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
    numbers = [x._number for x in inputs if x.__class__ is Value]
    n_constants, first, end = len(inputs) - len(numbers), 0, 0
    if n_constants:  # or what derives from Value
        kinds = [*map(type, inputs)]
        if kinds.count(float) == n_constants:
            first = kinds.index(float)
            end = first + n_constants
        elif [x for x in inputs if x.__class__ is not float and not isinstance(x, Value)]:
            result: Value = op.convert(inputs, ready=Value)
            return result
        if kinds[first:end].count(float) == n_constants:  # side by side, as in a first layer
            numbers[first:first] = inputs[first:end]
        else:
            numbers, end = [x if x.__class__ is float else x._number for x in inputs], 0
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
    if end:  # no edge leads to a constant
        partials = (*partials[:first], *[None] * n_constants, *partials[end:])
    elif n_constants:
        partials = tuple(
            [None if x.__class__ is float else p for x, p in zip(inputs, partials, strict=True)]
        )
    node: Value = _new(Value)
    node._number = data
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
    number = x._number
    try:
        data = op.forward(number)
        partials = op.partials(data, number)
    except (ArithmeticError, ValueError):
        return _record(op, (x,))
    if data.__class__ is not float:
        return _record(op, (x,))
    node: Value = _new(Value)  # written out wherever one is made: a call would take as long
    node._number = data
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
    x = a._number if a.__class__ is Value else a
    y = b._number if b.__class__ is Value else b
    if y.__class__ is int and -EXACT < y < EXACT:
        y = b = float(y)
    elif x.__class__ is int and -EXACT < x < EXACT:
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
    node._number = data
    node.grad = 0.0
    node.op = op
    node.inputs = (a, b)
    node.partials = partials
    node._label = ""
    if is_told:
        modes.ran(op, node.inputs, node)
    return node


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
