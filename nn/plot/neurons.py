"""What each hidden neuron responds to: which picture shows it best."""

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from nn.data.preparation import Preparation
from nn.data.samples import samples_of
from nn.layers import MLP
from nn.module import Module
from nn.plot.inputs import Input, inputs_of
from nn.plot.responses import curves_of, maps_of
from nn.plot.speaking import Language, speaker
from nn.plot.weights import bars_of, images_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

SMALLEST_IMAGE = 8  # pixels a side


def hidden_neurons(
    model: Module,
    data: tuple[Sequence[Any], Sequence[Any]],
    preparation: Preparation | None = None,
    lang: Language = "en",
) -> "Figure":
    """Return what the hidden neurons of an MLP respond to.

    With one or two inputs, each neuron's output over them, as a curve or a map of the plane, layer
    by layer. With the pixels of a square image of at least 8 x 8, the weights of the first hidden
    layer as images. Otherwise those weights as bars. Blue is above 0, vermillion below; what is
    below is hatched, marked or points to the left too. At most 32 neurons of a layer are shown.

    Args:
        model: an MLP with a hidden layer.
        data: (X, y) as the network sees them; they tell which part of the plane is of interest.
        preparation: of the data; gives the names of the features and the original units.
        lang: of the words, "ko" or "en"; without a Korean font "ko" says so and is English.

    Raises TypeError for another kind of model, ValueError without a hidden layer, for samples of
    another number of features and for another language.
    """
    say = speaker(lang, "hidden_neurons")
    if not isinstance(model, MLP):
        raise TypeError(f"hidden_neurons: the model must be an MLP, got {type(model).__name__}")
    if not model.layers[1:]:
        raise ValueError(
            "hidden_neurons: this MLP has no hidden layer; give it one, such as MLP(2, [8, 1])"
        )
    rows, _ = samples_of(data)
    n_inputs = model.n_inputs
    if len(rows[0]) != n_inputs:
        raise ValueError(
            f"hidden_neurons: the samples must have {n_inputs} features, got {len(rows[0])}"
        )
    inputs = inputs_of(n_inputs, preparation, "hidden_neurons")
    side = math.isqrt(n_inputs)
    if n_inputs <= 2:
        return (maps_of if n_inputs == 2 else curves_of)(model, rows, inputs, say)
    if side * side == n_inputs and side >= SMALLEST_IMAGE and _are_pixels(inputs):
        return images_of(model.layers[0], side, say)
    return bars_of(model.layers[0], inputs, say)


def _are_pixels(inputs: Sequence[Input]) -> bool:
    """Whether the names differ in numbers only, such as pixel_0_7, or x7 where there are none."""
    return len({re.sub(r"\d+", "0", one.name) for one in inputs}) == 1
