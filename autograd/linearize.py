"""A function run once on fresh nodes: its derivatives there, forwards and backwards.

Owns `Run`, on which every transform is built, and how they refuse what is no function or number.
Called with plain numbers outside any transform, the sweeps multiply the floats that the graph
recorded. Otherwise they run each rule again on Values, so that what they return can be
differentiated itself, to any order.
"""

import warnings
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext, suppress
from typing import Any

from autograd import modes, ops
from autograd.backward import pull_back, push_forward, topological_order
from autograd.blocks import enable_grad
from autograd.containers import Shape, flatten
from autograd.ieee import IEEE
from autograd.node import number_of
from autograd.number import as_number, is_array, require_unmasked, type_name
from autograd.op import BUILTIN
from autograd.origin import users_level
from autograd.value import Value


class Run:
    """One call of `f` with the numbers of some of its arguments bound to fresh nodes.

    Args:
        who: the transform's name, for messages.
        f: the function.
        args, kwargs: what it is called with.
        places: the positions in `args` that are differentiated.

    Attributes:
        inputs, input_shapes: the fresh nodes in order, and for each place its Shape.
        outputs, output_shape: what `f` returned, taken apart.
    """

    def __init__(
        self,
        who: str,
        f: Callable[..., Any],
        args: Sequence[Any],
        kwargs: Any,
        places: Sequence[int],
    ) -> None:
        self.who = who
        self.on_values = modes.in_transform() or _has_value(args) or _has_value(kwargs)
        self.inputs: list[Value] = []
        self.input_shapes: list[Shape] = []
        bound = list(args)
        outer_is_recording = modes.is_recording()
        with nullcontext() if outer_is_recording else enable_grad():
            for place in places:
                fresh, shape = self._bind(args[place], place)
                self.inputs += fresh
                self.input_shapes.append(shape)
                bound[place] = shape.rebuild(fresh)
            result = modes.counted("transforms", lambda: f(*bound, **kwargs))
        self.outputs, self.output_shape = flatten(result)
        convert(
            self.outputs,
            self.output_shape,
            f"{who}: what the function returned",
            if_none="a function without a return statement returns None",
        )
        self._depends: set[Any] = set()
        self._order: list[Any] = []

    @classmethod
    def of_graph(cls, who: str, inputs: Sequence[Value], output: Value) -> "Run":
        """A run that has been: the graph between some leaves and a result, as it is."""
        run = cls.__new__(cls)
        run.who, run.on_values = who, True
        run.inputs, run.outputs = list(inputs), [output]
        run.input_shapes, run.output_shape = [], flatten(output)[1]
        run._depends, run._order = set(), []
        return run

    def _bind(self, argument: Any, place: int) -> tuple[list[Value], Shape]:
        who = f"{self.who}: argument {place}"
        require_unmasked(argument, who)
        numbers, shape = flatten(argument)
        convert(
            numbers,
            shape,
            who,
            if_none="leave it out of what is differentiated: lambda x: f(x, None)",
        )
        # A Value gets an identity of its own, so that no two derivatives are confused.
        fresh = [Value(x) if x.__class__ is float else ops.identity(x) for x in numbers]
        return fresh, shape

    @property
    def order(self) -> list[Any]:
        """The nodes between inputs and outputs, those that depend on an input, in order."""
        if not self._depends:
            self._depends.update(self.inputs)
            roots = [y for y in self.outputs if isinstance(y, Value)]
            for node in topological_order(*roots, stop=self.inputs):
                if not self._depends.isdisjoint(node.inputs):
                    self._depends.add(node)
                    self._order.append(node)
        return self._order

    def value(self) -> Any:
        """What the function returned: Values where the result may be differentiated."""
        return self.output_shape.rebuild(_results(self.outputs, self.on_values))

    def pull(self, seeds: Sequence[Any]) -> list[Any]:
        """For each input, the sum over the outputs of seed * (output's derivative by it)."""
        # The sum for an input begins at 0.0, also where an output is that input itself.
        goals = set(self.inputs)
        if not (self.order or modes.in_transform() or goals.intersection(self.outputs)):
            self._warn_of_given_values()
        cotangents: dict[Any, Any] = {}
        for y, seed in zip(self.outputs, seeds, strict=True):
            if isinstance(y, Value) and seed is not None:
                total = cotangents.get(y, 0.0 if y in goals else None)
                cotangents[y] = _plus(total, seed)
        runs_rules_again = self._on_values_with(seeds)
        if runs_rules_again:
            # Rules run again on Values: no operation of the user's, nobody is told.
            modes.counted("sweeps", lambda: self._pull_values(cotangents))
        else:
            pull_back(self.order, cotangents)
        if modes.active:
            modes.swept(self.order, cotangents, "backward")
        return _results([cotangents.get(x, 0.0) for x in self.inputs], runs_rules_again)

    def _warn_of_given_values(self) -> None:
        """Tell who takes a Value from outside, in place of the argument, why all is 0."""
        given = {x.inputs[0] for x in self.inputs if x.op is not None}
        roots = [y for y in self.outputs if isinstance(y, Value)]
        if given and not given.isdisjoint(topological_order(*roots)):
            warnings.warn(
                f"{self.who}: the derivative is 0, for what the function returned does not depend "
                "on its argument: it took the Values that were given for it from outside, such as "
                "a model's own parameters; let it compute with its argument, or call backward() "
                "on the result and read .grad",
                UserWarning,
                stacklevel=users_level(),
            )

    def push(self, seeds: Sequence[Any]) -> list[Any]:
        """For each output, its derivative along the direction `seeds`, one for each input."""
        tangents: dict[Any, Any] = dict(zip(self.inputs, seeds, strict=True))
        runs_rules_again = self._on_values_with(seeds)
        if runs_rules_again:
            modes.counted("sweeps", lambda: self._push_values(tangents))
        else:
            push_forward(self.order, tangents)
        if modes.active:
            modes.swept(self.order, tangents, "forward")
        found = [tangents.get(y, 0.0) if isinstance(y, Value) else 0.0 for y in self.outputs]
        return _results(found, runs_rules_again)

    def _on_values_with(self, seeds: Sequence[Any]) -> bool:
        return self.on_values or modes.in_transform() or _has_value(seeds)

    def _pull_values(self, cotangents: dict[Any, Any]) -> None:
        """`pull_back` with each rule run again on Values."""
        goals, masking, dead = set(self.inputs), modes.masking(), dict.fromkeys(cotangents)
        for node in reversed(self.order):
            if node in cotangents:
                cotangent = cotangents[node]
                for x, partial in self._edges(node):
                    total = cotangents.get(x, 0.0 if x in goals else None)
                    term = _times(partial, cotangent)
                    if masking is not None:
                        term = masking.sent(dead, node, x, partial, term)
                    cotangents[x] = _plus(total, term)

    def _push_values(self, tangents: dict[Any, Any]) -> None:
        """`push_forward` with each rule run again on Values."""
        goals = {y for y in self.outputs if isinstance(y, Value)}
        masking, dead = modes.masking(), dict.fromkeys(tangents)
        for node in self.order:
            total: Any = 0.0 if node in goals else None
            is_reached = False
            for x, partial in self._edges(node):
                if x in tangents:
                    is_reached = True
                    term = _times(partial, tangents[x])
                    if masking is not None:
                        term = masking.sent(dead, x, node, partial, term)
                    total = _plus(total, term)
            if is_reached:
                tangents[node] = total

    def _edges(self, node: Any) -> list[tuple[Value, Any]]:
        """The live edges of a node towards the inputs, each with its derivative as a Value."""
        rule, inputs = node.op.partials, node.inputs
        try:
            partials = rule(node, *inputs)
        except (ArithmeticError, ValueError):  # among the floats that stand beside Values
            partials = rule(node, *[IEEE(x) if x.__class__ is float else x for x in inputs])
        if node.op.is_own or not modes.is_recorded(node):  # a recording refuses changes of numbers
            self._check_unchanged(node)
        if node.op.name in OF_CONSTANTS:
            partials = _without_data(partials)
        return [
            (x, p)
            for x, p in zip(node.inputs, partials, strict=True)
            if p is not None and x.__class__ is not float and x in self._depends
        ]

    def _check_unchanged(self, node: Any) -> None:
        """Refuse to go on with operands whose `.data` is no longer what the node was made from.

        No copy of the operands is kept: the rule runs on their numbers as it did at first, and must
        give the same bits again.
        """
        numbers = [x if x.__class__ is float else x._number for x in node.inputs]
        try:
            partials = node.op.partials(node._number, *numbers)
        except (ArithmeticError, ValueError):
            partials = node.op.partials_ieee(node._number, numbers)
        same = all(
            x.__class__ is float or _same(again, recorded)
            for x, again, recorded in zip(node.inputs, partials, node.partials, strict=True)
        )
        if node.op.name in BUILTIN:  # a user's forward need not give the same number twice
            same = same and _same(node.op.compute(numbers), node._number)
        if not same:
            name = f"node {node.label!r}" if node.label else f"the node {node!r}"
            raise ValueError(
                f"{self.who}: .data of an operand of {name} was assigned after the operation ran; "
                "assign before calling the function, or compute again"
            )


def check_function(who: str, f: Any) -> None:
    """Refuse what is no function, such as f(x) where f is meant."""
    if not callable(f):
        raise TypeError(
            f"{who}: the first argument must be a function, got {type(f).__name__}; "
            "give the function itself, f rather than f(x)"
        )


def convert(numbers: list[Any], shape: Shape, who: str, if_none: str) -> None:
    """Turn what is not a Value into a float, in place, or refuse it.

    Args:
        numbers, shape: a container, taken apart.
        who: what a message begins with; the place in the container follows.
        if_none: what a message for None ends with, the remedy.
    """
    for k, x in enumerate(numbers):
        if x.__class__ is float or isinstance(x, Value):
            continue
        if hasattr(x, "as_value"):  # it stands for a number of a recording
            numbers[k] = x.as_value
            continue
        if x is None:
            raise TypeError(f"{who}{shape.path(k)}: expected a number, got None; {if_none}")
        if isinstance(x, Iterable) and not isinstance(x, (str, bytes, bytearray)):
            raise TypeError(
                f"{who}{shape.path(k)}: expected a number, or numbers in a list, tuple, dict or "
                f"array, got {type_name(x)}; make a list of it: list(...)"
            )
        with suppress(TypeError, OverflowError):
            numbers[k] = as_number(x, who)
            continue
        as_number(x, f"{who}{shape.path(k)}")  # refused again, and says where: that is a long walk


def _has_value(tree: Any) -> bool:
    """Whether a Value stands anywhere in the containers of `tree`."""
    if isinstance(tree, dict):
        return any(_has_value(x) for x in tree.values())
    if isinstance(tree, (list, tuple)):
        return any(_has_value(x) for x in tree)
    if is_array(tree) and tree.dtype.hasobject:
        return any(_has_value(x) for x in tree.flat)
    return isinstance(tree, Value)


def _without_data(partials: Sequence[Any]) -> list[Any]:
    """The same, where a derivative that constant operands have made 1, as in 1.0*x, is a node.

    A factor 1 needs no multiplication; but whether an operand is 1 must shape neither a program nor
    a graph: in a recording it may be an argument, of which another call has another number.
    """
    return [Value(p) if p.__class__ is float and p == 1.0 else p for p in partials]


# Whose derivative by one operand may be made of constants alone.
OF_CONSTANTS = {"mul", "div", "dot", "prod"}


def _times(partial: Any, cotangent: Any) -> Any:
    """Their product, without a node for a factor 1."""
    if partial.__class__ is float and partial == 1.0:
        return cotangent
    if cotangent.__class__ is float and cotangent == 1.0:
        return partial
    return partial * cotangent


def _plus(total: Any, term: Any) -> Any:
    """total + term; without a node for the first term.

    The sums for what is asked for start at +0.0, as those of floats do, and so never end in -0.0.
    In between the sign of a zero changes nothing; nor may a number decide which nodes there are,
    for the order of the sums of a further derivative, and so its last bits, depend on them.
    """
    return term if total is None else total + term


def _results(numbers: Sequence[Any], as_values: bool) -> list[Any]:
    """What a transform gives back: floats, or else Values; without history under no_grad."""
    if not as_values:
        return [*map(number_of, numbers)]
    values = [x if isinstance(x, Value) else Value(x) for x in numbers]
    return values if modes.is_recording() else [x.detach() for x in values]


def _same(a: float | None, b: float | None) -> bool:
    return a == b or (a != a and b != b)
