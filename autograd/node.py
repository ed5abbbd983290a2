"""Node: a number that remembers the operation and the inputs it was made from.

Owns the node of the graph: its slots, and what is asked of it whatever made it, such as its
gradient, how it compares with a number, how it is shown and copied. `value.py` adds the formulas.
"""

from collections import deque
from itertools import repeat
from numbers import Number
from operator import attrgetter
from typing import Any, NamedTuple, Self

from autograd import modes, storage
from autograd.backward import pull_back, topological_order
from autograd.number import as_number
from autograd.op import Op


class _Noted(NamedTuple):
    """What few nodes have beside a label: what origin.py knows of where they come from."""

    label: str
    origin: Any


class Node:
    """A number in a computation graph; the arguments and attributes of a `Value`, said there."""

    __slots__ = ("_label", "_number", "grad", "inputs", "op", "partials")

    _number: float
    grad: float
    op: Op | None
    inputs: tuple[Any, ...]
    partials: tuple[float | None, ...]
    _label: Any  # the label; a _Noted where origin.py knows more

    def __init__(self, data: Any, label: str = "") -> None:
        if data.__class__ is float:
            self._number = data
        else:
            self._number = as_number(modes.begins(self, data) if modes.active else data, "Value")
        self.grad = 0.0
        self.op = None
        self.inputs = ()
        self.partials = ()
        self._label = label

    def _get_data(self) -> float:
        if modes.active:
            modes.read(self)
        return self._number

    def _set_data(self, data: Any) -> None:
        if self.op is not None:
            raise ValueError(
                f"data: {_name(self)} was computed by {self.op.name!r}; only a leaf's number can "
                "be assigned. Assign the leaves and compute again, or detach() it first"
            )
        if modes.active:
            modes.changed(".data was assigned")
        self._number = data if data.__class__ is float else as_number(data, "data")

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

    # Comparing: with a number and in order by the numbers; two Values are equal when they are one

    def __eq__(self, other: object) -> Any:
        if isinstance(other, Node):
            return _are_one(self, other)
        if not _is_scalar(other):
            return NotImplemented
        return _answered("==", self, other, self._number == other)

    def __ne__(self, other: object) -> Any:
        if isinstance(other, Node):
            return not _are_one(self, other)
        if not _is_scalar(other):
            return NotImplemented
        return _answered("!=", self, other, self._number != other)

    __hash__ = object.__hash__

    def __lt__(self, other: Any) -> Any:
        if not _is_scalar(other):
            return NotImplemented
        return _answered("<", self, other, self._number < number_of(other))

    def __le__(self, other: Any) -> Any:
        if not _is_scalar(other):
            return NotImplemented
        return _answered("<=", self, other, self._number <= number_of(other))

    def __gt__(self, other: Any) -> Any:
        if not _is_scalar(other):
            return NotImplemented
        return _answered(">", self, other, self._number > number_of(other))

    def __ge__(self, other: Any) -> Any:
        if not _is_scalar(other):
            return NotImplemented
        return _answered(">=", self, other, self._number >= number_of(other))

    def __bool__(self) -> bool:
        return bool(_answered("!=", self, 0.0, self._number != 0.0))

    def __float__(self, *_: Any) -> Any:
        raise TypeError(
            "float(), int() or round() of a Value would drop its history: use .data for the "
            "number, or a function of autograd (autograd.exp rather than math.exp) to go on with "
            "it; an array that is to hold Values needs dtype=object"
        )

    __int__ = __round__ = __float__

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

    def _repr_mimebundle_(self: Any, **options: Any) -> Any:
        from autograd.view.graph import draw

        return draw(self)._repr_mimebundle_(**options)

    # micrograd's notebooks read these two

    @property
    def _prev(self) -> tuple["Node", ...]:
        return tuple(dict.fromkeys(x for x in self.inputs if isinstance(x, Node)))

    @property
    def _op(self) -> str:
        return "" if self.op is None else self.op.name

    # Copying: the graph is walked, never recursed into

    def __copy__(self) -> Self:
        if modes.active:
            modes.read(self)
        twin: Self = storage.shallow_copy(self)
        return twin

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        self._read_all()
        result: Self = storage.deepcopy_graph(self, memo)
        return result

    def __reduce__(self) -> tuple[Any, ...]:
        self._read_all()
        return storage.reduce_node(self)

    def _read_all(self) -> None:
        if modes.active:
            for node in topological_order(self):
                modes.read(node)


def _is_scalar(x: Any) -> bool:
    """Whether a Value compares with it here; a whole number of a recording does that itself."""
    return isinstance(x, Node) or (isinstance(x, Number) and not hasattr(x, "as_value"))


# The number of a Value, of which no recording is told: in C, to be mapped over many.
stored_number = attrgetter("_number")


def number_of(x: Any) -> Any:
    """The number of a Value, of which no recording is told; anything else as it is."""
    return x._number if isinstance(x, Node) else x


def _are_one(a: Node, b: Node) -> bool:
    """Whether two Values are equal; a recording is told, for numbers would compare otherwise."""
    if modes.active:
        modes.identified(a, b)
    return a is b


def _answered(question: str, a: Node, b: Any, answer: Any) -> Any:
    """What a comparison answered; in a recording, which asks again at each replay, what is that."""
    return modes.compared(question, a, b, answer) if modes.active else answer


def _name(node: Node) -> str:
    return f"node {node.label!r}" if node.label else f"this node ({node._number!r})"
