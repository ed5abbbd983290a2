"""A network as a picture: what can be drawn, and what a caller may choose.

Owns `draw_network`, which is `model.draw`. What the picture shows of the layers is `sketch.py`,
where it stands `layout.py`.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any

from autograd.attributes import attributes_of
from autograd.view import Drawing
from nn.activations import shown_name
from nn.checks import whole_number
from nn.graph.layout import columns_of
from nn.graph.sketch import ShownLayer, Sketch
from nn.graph.words import LANGUAGES, Language
from nn.layers import MLP, Layer, Neuron
from nn.module import Module, computes_as


def draw_network(
    model: Module,
    lang: Language | None = None,
    *,
    inputs: Sequence[object] | None = None,
    outputs: Sequence[object] | None = None,
    limit: int = 16,
    title: str | None = None,
) -> Drawing:
    """Draw a Neuron, a Layer or an MLP: a column for the inputs and for each layer.

    Each circle is a neuron with its bias, each edge a weight: blue and solid above 0, vermillion
    and dashed below, the wider and stronger the larger |w|, on one scale for the whole picture. In
    an SVG, pointing at an edge or a circle shows every digit.

    Args:
        model: the network.
        lang: of the words, "ko" or "en"; None writes both.
        inputs: a name for each input; default: x1, x2, ...
        outputs: a name for each output, such as the classes; default: ŷ, or ŷ1, ŷ2, ...
        limit: how many places a column has at most, at least 3. A longer one shows its first
            neurons and the last, and says how many there are more.
        title: a line above the picture.

    Raises TypeError for a model that is none of these, or computes in a way of its own; ValueError
    for another language, limit or number of names.
    """
    if lang is not None and lang not in LANGUAGES:
        raise ValueError(f"draw: lang must be 'ko', 'en' or None for both, got {lang!r:.20}")
    layers = _layers_of(model)
    sizes = [layers[0].n_inputs, *(len(layer.neurons) for layer in layers)]
    columns = columns_of(sizes, whole_number(limit, "draw: limit", least=3))
    input_names = _names(inputs, sizes[0], "inputs")
    output_names = _names(outputs, sizes[-1], "outputs")
    return Sketch(layers, columns, lang).drawing(repr(model), title, input_names, output_names)


def _layers_of(model: Module) -> list[ShownLayer]:
    """The layers to draw, or an error that says what can be drawn."""
    if computes_as(model, Neuron):
        return [ShownLayer([model], shown_name(model.activation))]
    layers: list[Any] = model.layers if computes_as(model, MLP) else [model]
    if not layers or not all(computes_as(layer, Layer) for layer in layers):
        raise TypeError(_refusal(model))
    shown = []
    for layer in layers:
        names = {shown_name(neuron.activation) for neuron in layer.neurons}
        if layer.across is not None:
            names = {shown_name(layer.across)}
        shown.append(ShownLayer(layer.neurons, names.pop() if len(names) == 1 else None))
    return shown


def _refusal(model: Module) -> str:
    inside = [
        f"model.{path}.draw()"
        for path, part in _parts(model)
        if any(computes_as(part, kind) for kind in (Neuron, Layer, MLP))
    ]
    remedy = f"draw a part of it: {', '.join(inside[:3])}" if inside else "it has none inside"
    return (
        f"draw: {type(model).__name__} computes in a way of its own; a Neuron, a Layer or an MLP "
        f"can be drawn: {remedy}"
    )


def _parts(model: Module) -> list[tuple[str, object]]:
    """What stands in a module, in its lists, dicts and modules, too, as Python writes the way."""
    parts: list[tuple[str, object]] = []
    pending: deque[tuple[str, object]] = deque([("", model)])
    seen: set[int] = set()
    while pending:
        path, thing = pending.popleft()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        if path:
            parts.append((path.removeprefix("."), thing))
        if isinstance(thing, Module):
            pending += [(f"{path}.{name}", item) for name, item in attributes_of(thing).items()]
        elif isinstance(thing, (list, tuple)):
            pending += [(f"{path}[{i}]", item) for i, item in enumerate(thing)]
        elif isinstance(thing, dict):
            pending += [(f"{path}[{key!r}]", item) for key, item in thing.items()]
    return parts


def _names(names: Sequence[object] | None, size: int, argument: str) -> list[str] | None:
    """The names as texts, or ValueError unless there are `size`."""
    if names is None:
        return None
    if isinstance(names, str) or len(names) != size:
        raise ValueError(
            f"draw: {argument} must be a list of {size} name{'s' * (size > 1)}, one for each; "
            f"got {names!r:.40}"
        )
    return [str(name) for name in names]
