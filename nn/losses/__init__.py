"""Loss functions: how far predictions are from the truth, as one number to minimise.

Each is the mean over a batch, and is built from few nodes with many inputs, so that a batch costs
little more than its samples. By what the target is: `regression` (a number), `classification` (one
class of several, or a side of a margin), `binary` (a yes or no for each output). `penalties` are
of the weights, `table` knows the losses by name, `batches` checks that outputs and targets fit.
"""

from nn.losses.binary import binary_cross_entropy, binary_cross_entropy_with_logits
from nn.losses.classification import cross_entropy, hinge_loss, is_probability_row
from nn.losses.penalties import l1_penalty, l2_penalty
from nn.losses.regression import huber_loss, l1_loss, mse_loss
from nn.losses.table import LOSSES, Loss, loss_function, loss_name

__all__ = [
    "LOSSES",
    "Loss",
    "binary_cross_entropy",
    "binary_cross_entropy_with_logits",
    "cross_entropy",
    "hinge_loss",
    "huber_loss",
    "is_probability_row",
    "l1_loss",
    "l1_penalty",
    "l2_penalty",
    "loss_function",
    "loss_name",
    "mse_loss",
]
