"""How a computation becomes records: forward propagation, loss, backpropagation, weight update.

Owns the order of the steps. Backpropagation is the engine's own sweep over one node at a time, the
weight update the optimiser's own step on copies. Nothing of the user's is changed.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from autograd.backward import pull_back, topological_order
from autograd.origin import origin_of
from autograd.value import Value
from autograd.view.calls import calls_of
from autograd.view.glossary import Language
from autograd.view.local import is_number, local_derivatives
from autograd.view.records import Addition, Operand, Phase, Record
from autograd.view.sentences import Sentences, derivative_name, number_in_formula
from autograd.view.symbols import formula, latex_name, number_text, short_number


def trace(
    root: Value,
    names: Sequence[str],
    prediction: Iterable[Value] | None = None,
    optimizer: Any = None,
    lang: Language = "en",
) -> tuple[Record, ...]:
    """Return the records of computing `root`, backpropagating from it and updating the weights.

    Args:
        root: the result.
        names: of the nodes of `topological_order(root)`.
        prediction: where forward propagation ends and the loss begins; default: what modules
            returned.
        optimizer: with `parameters` and `step()`, such as `nn.SGD`; None: no weight update.
        lang: of the sentences.

    Raises ValueError for an optimiser with none of the parameters that the result was made from.
    """
    tracer = _Tracer(root, names, Sentences(lang))
    gradients = {root: 1.0}
    steps = [*tracer.operations(prediction), tracer.start(), *tracer.backward(gradients)]
    if optimizer is not None:
        steps += tracer.update(optimizer, gradients)
    return tuple(replace(record, index=index) for index, record in enumerate(steps))


class _Tracer:
    """Makes the records of one graph."""

    def __init__(self, root: Value, names: Sequence[str], say: Sentences) -> None:
        self.root = root
        self.order = topological_order(root)
        self.index = {node: i for i, node in enumerate(self.order)}
        self.names = names
        self.say = say
        self.made = {node: self._describe(node) for node in self.order}

    def operations(self, prediction: Iterable[Value] | None) -> Iterator[Record]:
        """Each operation in an order in which it could have run; those of the loss last."""
        ends = _module_outputs(self.order) if prediction is None else list(prediction)
        before_loss = set(topological_order(*ends)) if ends else set(self.order)
        of_loss = [node for node in self.order if node not in before_loss]
        phases: list[tuple[Phase, Sequence[Value]]] = [
            ("forward", [node for node in self.order if node in before_loss]),
            ("loss", of_loss),
        ]
        for phase, nodes in phases:
            for node in nodes:
                if node.inputs:
                    made = self.made[node]
                    numbers = _with_numbers(node, short_number)
                    message = self.say.compute(made.name, made.formula, numbers)
                    yield replace(made, phase=phase, message=message)

    def start(self) -> Record:
        """The step between the two directions: the derivative of the result by itself is 1."""
        made = self.made[self.root]
        by, latex = self._derivative(self.root)
        return replace(
            made, phase="loss", gradient=1.0, formula=f"{by} = 1", latex=f"{latex} = 1",
            numbers="", message=self.say.start(made.name, made.data, by),
        )  # fmt: skip

    def backward(self, gradients: dict[Any, float]) -> Iterator[Record]:
        """Backpropagation through each node that a live edge reaches, in the engine's order.

        Args:
            gradients: the root's; the others are added while it runs.
        """
        for node in reversed(self.order):
            if not node.inputs or node not in gradients:
                continue
            upstream = gradients[node]
            additions = tuple(self._additions(node, gradients))
            pull_back([node], gradients)
            received = [(self.names[one.node], one.partial, one.added) for one in additions]
            reached = {one.operand for one in additions}
            passed_over = [
                operand.name
                for k, operand in enumerate(self.made[node].inputs)
                if operand.node is not None and k not in reached
            ]
            by, _ = self._derivative(node)
            yield replace(
                self.made[node], phase="backward", gradient=upstream, additions=additions,
                message=self.say.pass_back(
                    by, upstream, self.made[node].formula, received, passed_over
                ),
            )  # fmt: skip

    def update(self, optimizer: Any, gradients: dict[Any, float]) -> Iterator[Record]:
        """What the optimiser's own step makes of copies of its parameters."""
        parameters = list(optimizer.parameters)
        known = [one for one in parameters if one in self.index]
        if not known:
            raise ValueError(
                "step: the result was made from none of the optimizer's parameters; give the "
                "optimizer of the model that made it"
            )
        after = _stepped(optimizer, parameters, gradients)
        for parameter in known:
            made, new = self.made[parameter], after[parameter]
            gradient = gradients.get(parameter, 0.0)
            by, latex = self._derivative(parameter)
            rate = getattr(optimizer, "lr", None)
            change = None
            # repr tells nan from nan and -0.0 from 0.0, as bits do.
            if isinstance(rate, float) and repr(made.data - rate * gradient) == repr(new):
                change = rate, gradient
                rule = f"{made.name} - lr*{by}"
                latex = rf"{latex_name(made.name)} - \alpha \cdot {latex}"
                numbers = (
                    f"{number_text(made.data)} - {number_text(rate)}*{number_in_formula(gradient)}"
                    f" = {number_text(new)}"
                )
            else:
                rule = f"{type(optimizer).__name__}({made.name}, {by})"
                latex = ""
                numbers = f"{number_text(made.data)} -> {number_text(new)}"
            yield replace(
                made, phase="update", data=new, gradient=gradient, formula=rule, numbers=numbers,
                latex=rf"{latex_name(made.name)} \leftarrow {latex}" if latex else "",
                message=self.say.update(made.name, rule, made.data, new, change),
            )  # fmt: skip

    def _describe(self, node: Value) -> Record:
        """What all records about `node` have in common."""
        i, origin = self.index[node], origin_of(node)
        made = Record(
            index=-1, phase="forward", node=i, name=self.names[i], op=None, inputs=(),
            data=node.data, gradient=None, formula="", latex="", numbers="", additions=(),
            line=origin.line if origin else None, message="",
        )  # fmt: skip
        if node.op is None:
            return made
        operands = tuple(
            Operand(None, short_number(x), x)
            if x.__class__ is float
            else Operand(self.index[x], self.names[self.index[x]], x.data)
            for x in node.inputs
        )
        names = [one.data if one.node is None else one.name for one in operands]
        return replace(
            made, op=node.op.name, inputs=operands, formula=formula(node.op, names),
            latex=formula(node.op, names, latex=True), numbers=_with_numbers(node, number_text),
        )  # fmt: skip

    def _additions(self, node: Value, gradients: dict[Any, float]) -> Iterator[Addition]:
        """What `pull_back` is going to add to the gradients of a node's operands."""
        upstream, sums, made = gradients[node], dict[int, float](), self.made[node]
        names = [one.name for one in made.inputs]
        rules = [] if node.op is None else local_derivatives(node.op, made.name, names)
        for k, (x, slope) in enumerate(zip(node.inputs, node.partials, strict=True)):
            if slope is not None:
                i = self.index[x]
                before = sums.get(i, gradients.get(x, 0.0))
                added = slope * upstream
                sums[i] = before + added
                text, _ = rules[k]
                rule = "" if text is None or is_number(text, slope) else text
                yield Addition(i, k, slope, rule, upstream, added, before, sums[i])

    def _derivative(self, node: Value) -> tuple[str, str]:
        """What the derivative of the result by `node` is called, as text and in LaTeX."""
        result, name = self.names[self.index[self.root]], self.names[self.index[node]]
        latex = rf"\frac{{\partial {latex_name(result)}}}{{\partial {latex_name(name)}}}"
        return derivative_name(result, name), latex


def _with_numbers(node: Value, written: Callable[[float], str]) -> str:
    """The operation that made `node` in numbers, and its result: 2*3 = 6."""
    if node.op is None:
        return ""
    operands = [x if x.__class__ is float else written(x.data) for x in node.inputs]
    return f"{formula(node.op, operands, written=written)} = {written(node.data)}"


def _module_outputs(order: Sequence[Value]) -> list[Value]:
    """The Values that a call of a module returned."""
    return [
        node
        for node, calls in calls_of(order).items()
        if any(call.owner is not None for call in calls)
    ]


def _stepped(
    optimizer: Any, parameters: Sequence[Value], gradients: dict[Any, float]
) -> dict[Value, float]:
    """Each parameter's number after a step, with the gradients after `zero_grad` and `backward`."""
    copies = {parameter: Value(parameter.data) for parameter in parameters}
    for parameter, twin in copies.items():
        twin.grad = gradients.get(parameter, 0.0)
    # deepcopy takes these for copies that it has made already.
    twins = {id(parameter): twin for parameter, twin in copies.items()}
    copy.deepcopy(optimizer, twins).step()
    return {parameter: twin.data for parameter, twin in copies.items()}
