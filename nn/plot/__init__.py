"""Pictures of a training; all functions need the extra `plot` and return a matplotlib Figure.

In order: of the training `curves`; of what a model answers `boundary`, `confusion` and
`regression`, by the reading of `decisions` and with the axes of `inputs`; of its neurons `neurons`,
which chooses between their `weights` and their `responses`, in `panels`; of activation functions
`functions`. All share `style`, the letters of `fonts` and the `words` in the language of
`speaking`.
"""

from nn.plot.boundary import decision_boundary
from nn.plot.confusion import confusion_matrix
from nn.plot.curves import loss_curve
from nn.plot.fonts import korean_font, use_korean_font
from nn.plot.functions import activation_function_plot, activation_functions
from nn.plot.neurons import hidden_neurons
from nn.plot.regression import regression
from nn.plot.style import to_png

__all__ = [
    "activation_function_plot",
    "activation_functions",
    "confusion_matrix",
    "decision_boundary",
    "hidden_neurons",
    "korean_font",
    "loss_curve",
    "regression",
    "to_png",
    "use_korean_font",
]
