"""Cost: what a training minimises, the loss of a batch and the penalties of the parameters.

Owns the penalties' place in it, and the refusal of a cost that cannot be minimised: not finite, or
with no way for a gradient to reach the parameters.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from autograd import Value
from nn.losses import Loss, l1_penalty, l2_penalty
from nn.nested import entries


class Cost:
    """The loss of a batch + l1 * sum of |w| + l2 * sum of w**2, over all parameters.

    Args:
        loss: (outputs, targets) of a batch -> one `Value`.
        parameters: those of the model, which are penalised.
        l1, l2: the factors of the penalties; 0 leaves one out.
    """

    def __init__(self, loss: Loss, parameters: list[Value], l1: float, l2: float) -> None:
        self.loss = loss
        self.parameters = parameters
        self.l1, self.l2 = l1, l2

    def __call__(self, outputs: list[Any], targets: list[Any]) -> Any:
        """Return what is to be minimised."""
        return self.with_penalties(self.loss(outputs, targets))

    def first_loss(self, outputs: list[Any], targets: list[Any]) -> Any:
        """The loss of the first batch: who takes lists for numbers is told what comes."""
        try:
            return self.loss(outputs, targets)
        except TypeError as error:
            error.add_note(
                "fit: a loss is called with all outputs and all targets of a batch, two lists, as "
                "mean([(o - t) ** 2 for o, t in zip(outputs, targets)]) takes them"
            )
            raise

    def with_penalties(self, loss: Any) -> Any:
        """Return `loss` with the penalties added."""
        cost = loss
        if self.l1:
            cost = cost + self.l1 * l1_penalty(self.parameters)
        if self.l2:
            cost = cost + self.l2 * l2_penalty(self.parameters)
        return cost


def require_recording() -> None:
    """Raise RuntimeError where `no_grad` keeps operations from building a graph."""
    if (Value(1.0) + 1.0).op is None:
        raise RuntimeError(
            "fit: inside no_grad() nothing can be trained; call fit outside the with-block"
        )


def require_gradient(loss: Any, outputs: list[Any], parameters: Sequence[Value]) -> None:
    """Raise ValueError unless a gradient of `loss` can reach one of the parameters.

    A relu that is off at the moment is no obstacle; a step, whose derivative is 0 everywhere, is.
    """
    if isinstance(loss, Value) and _reaches([loss], parameters):
        return
    if not _reaches(entries(outputs), parameters):
        raise ValueError(
            "fit: no gradient can reach the parameters: the model's outputs do not depend on them "
            "in a way that can be differentiated (an activation such as step has the derivative 0 "
            'everywhere); use one such as "sigmoid" or "relu"'
        )
    raise ValueError(
        f"fit: loss must return a Value computed from the outputs, got {loss!r:.60}; "
        "write it with operations on Values, without .data, such as nn.mse_loss"
    )


def pulls_beyond_labels(outputs: Sequence[Any], targets: Sequence[Any]) -> bool:
    """Whether the loss pulls an output below the label 0, or above the label 1, further away.

    So does the loss of a logit; that of a probability, or of an error, pulls towards the label.
    Their gradients have been computed.
    """
    return any(
        (target == 0 and output.data < 0.0 < output.grad)
        or (target == 1 and output.data > 1.0 and output.grad < 0.0)
        for output, target in zip(outputs, targets, strict=True)
        if isinstance(output, Value)
    )


def require_finite(cost: Any, epoch: int, batch: int) -> None:
    """Raise FloatingPointError, which says where, for a cost that is nan or infinite."""
    if math.isfinite(cost.data):
        return
    if epoch == 1 and batch == 1:
        raise FloatingPointError(
            f"fit: the loss is {cost.data} in epoch 1, batch 1, before any weight update: scale X "
            "and y to numbers around -1 to 1, or begin with smaller weights (init=...)"
        )
    raise FloatingPointError(
        f"fit: the loss became {cost.data} in epoch {epoch}, batch {batch}; the weights are those "
        "before it: train again with a smaller learning rate"
    )


def _reaches(roots: Iterable[Any], parameters: Sequence[Value]) -> bool:
    """Whether edges that are live, or may be elsewhere, lead from `roots` to `parameters`."""
    goal = set(parameters)
    pending = [root for root in roots if isinstance(root, Value)]
    seen: set[Value] = set()
    while pending:
        node = pending.pop()
        if node in goal:
            return True
        if node not in seen:
            seen.add(node)
            for i, x in enumerate(node.inputs):
                if isinstance(x, Value) and not (node.partials[i] is None and _is_dead(node, i)):
                    pending.append(x)
    return False


def _is_dead(node: Value, i: int) -> bool:
    """Whether the operation of `node` never has an edge to its operand i, by its rule.

    Its rule is asked at numbers between which every selection differs: each operand in turn the
    largest and the smallest, and all 0, where a condition does not hold.
    """
    op, n = node.op, len(node.inputs)
    if op is None:
        return False
    if op.has_index:
        return i == 0
    points = [[0.0] * n]
    for j in range(n):
        for one, others in ((2.0, -1.0), (-1.0, 2.0)):
            points.append([one if k == j else others for k in range(n)])
    for numbers in points:
        try:
            if op.partials_ieee(op.compute(numbers), numbers)[i] is not None:
                return False
        except (ArithmeticError, ValueError):  # a rule of the user's own: not known to be dead
            return False
    return True
