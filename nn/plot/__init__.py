"""Pictures of a training; all functions need the extra `plot` and return a matplotlib Figure."""

from nn.plot.boundary import decision_boundary
from nn.plot.confusion import confusion_matrix
from nn.plot.curves import loss_curve
from nn.plot.style import to_png

__all__ = ["confusion_matrix", "decision_boundary", "loss_curve", "to_png"]
