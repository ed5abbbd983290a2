"""Losses of a yes or no for each output: binary cross-entropy.

Owns it in two forms: of probabilities, and of the logits whose sigmoid they are. In both
a target t is the probability of yes, usually 0 or 1, and the loss of one output is

    -(t * log(probability of yes) + (1 - t) * log(probability of no))
"""

from collections.abc import Callable
from numbers import Real
from typing import Any

import autograd as ag
from nn.losses.batches import Pairs, is_sigmoid, is_softmax, is_traced, number_of, pairs
from nn.nested import as_lists

Half = Callable[[Any], Any]  # output -> the cost, or minus the cost, of one of the two answers


@ag.boxed
def binary_cross_entropy(probabilities: Any, targets: Any) -> Any:
    """Return the mean of -(t*log(p) + (1 - t)*log(1 - p)), for outputs that end in a sigmoid.

    Args:
        probabilities: p, a number or `Value` from 0 to 1, or a row of them, for each sample.
        targets: t, the same shape; numbers or `Value`s from 0 to 1.

    A target of exactly 0 or 1 takes no part in the other term: p = 0 is right for t = 0 and costs
    0; for t = 1 it costs inf (PyTorch's `binary_cross_entropy` ends at 100). Better use
    `binary_cross_entropy_with_logits`: p near 1 has lost the digits by which it differs from 1.

    Raises ValueError if the shapes differ or a number lies outside [0, 1].
    """
    loss = "binary_cross_entropy"
    found = pairs(loss, "probabilities", probabilities, targets)
    for i, output in enumerate(found.outputs):
        if is_traced(output):  # asked of itself: a compiled program asks again
            is_outside = output < 0.0 or output > 1.0
        else:
            number = float(output) if isinstance(output, Real) else -1.0
            is_outside = number < 0.0 or number > 1.0
        if is_outside:  # not for a nan, which becomes the loss
            raise ValueError(
                f"{loss}: probabilities{found.place(i)} must lie between 0 and 1, got "
                f"{number_of(output)!r:.40}; end the model in a sigmoid, or use {loss}_with_logits"
            )
    return _mean(loss, found, ag.log, lambda p: ag.log1p(-p), sign=-1.0)


@ag.boxed
def binary_cross_entropy_with_logits(logits: Any, targets: Any) -> Any:
    """Return the mean of t*softplus(-z) + (1 - t)*softplus(z): of sigmoid(z), from z itself.

    Args:
        logits: z, a number or `Value`, or a row of them, for each sample: what the last layer
            gives without an activation function.
        targets: t, the same shape; numbers or `Value`s from 0 to 1.

    Accurate for logits of any size. Raises ValueError if the shapes differ, a target lies outside
    [0, 1], or sigmoid or softmax has been applied to the logits already. As PyTorch's
    `binary_cross_entropy_with_logits`.
    """
    loss = "binary_cross_entropy_with_logits"
    found = pairs(loss, "logits", logits, targets)
    for i, output in enumerate(found.outputs):
        if is_sigmoid(output):
            raise ValueError(
                f"{loss}: logits{found.place(i)} is the result of sigmoid already; leave out the "
                "output activation, or use binary_cross_entropy"
            )
    rows = as_lists(logits)
    for i, row in enumerate(rows if isinstance(rows, list) else ()):
        if isinstance(row, list) and is_softmax(row):
            raise ValueError(
                f"{loss}: logits[{i}] is the result of softmax already; leave out the output "
                "activation, and use cross_entropy if one class excludes the others"
            )
    return _mean(loss, found, lambda z: ag.softplus(-z), ag.softplus, sign=1.0)


def _mean(loss: str, found: Pairs, yes: Half, no: Half, sign: float) -> Any:
    """The mean over all entries of sign * (t*yes(output) + (1 - t)*no(output))."""
    weights, halves = [], []
    for i, (output, target) in enumerate(zip(found.outputs, found.targets, strict=True)):
        _check_target(loss, found, i)
        for weight, half in ((sign * target, yes), (sign * (1.0 - target), no)):
            # A number 0 leaves its half out. A Value that is 0 keeps it, because its derivative is
            # wanted, and so that the graph is the same for all targets; unless the half is
            # infinite, and 0 * inf the end of all numbers. (1 / cost has the sign of the weight.)
            if is_traced(weight):
                cost = half(output)
                weights.append(weight)
                halves.append(ag.where(weight + ag.div(1.0, cost), cost, 0.0))
            elif weight != 0.0:
                weights.append(weight)
                halves.append(half(output))
    return ag.dot(weights, halves) / len(found.outputs)


def _check_target(loss: str, found: Pairs, i: int) -> None:
    target = found.targets[i]
    if is_traced(target):
        is_right = 0.0 <= target <= 1.0  # asked of itself: a compiled program asks again
    else:
        is_right = isinstance(target, Real) and 0.0 <= float(target) <= 1.0
    if is_right:
        return
    number = number_of(target)
    hint = "; from labels -1 and 1: [(label + 1) / 2 for label in y]" if number == -1 else ""
    raise ValueError(
        f"{loss}: targets{found.place(i)} must be a probability of yes, from 0 to 1, "
        f"got {number!r:.40}{hint}"
    )
