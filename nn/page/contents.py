"""What a page knows: the training as plain data, ready for JSON.

Owns the parts of a page and which epochs get into it.
"""

import math
from array import array
from typing import Any

from nn.data.samples import samples_of
from nn.nested import entries
from nn.page.counting import (
    MAX_SAMPLES,
    error_at_last,
    losses_around,
    outcome_part,
    outputs_of_copy,
    right_at_last,
    spread,
)
from nn.page.network import FlatNetwork, flat_network
from nn.page.outcomes import Task, task_of
from nn.page.packing import packed
from nn.page.tables import table_of
from nn.training.history import History

MAX_EPOCHS = 61  # on the slider, epoch 0 and the last among them; the best may come beside
MAX_NUMBERS = 200_000  # weights and biases in a page, over all its epochs
MAX_POINTS = 2_000  # of a curve
VALUE_COST = 12  # how much longer one takes through `Value`s, in a model of the user's own


def contents_of(history: History, test: Any, preparation: Any) -> dict[str, Any]:
    """Return the parts of a page as JSON values.

    Args: as for `nn.page.build.training_page`.
    """
    network = flat_network(history.model)
    epochs = _epochs(history, network)
    parts: dict[str, Any] = {
        "facts": _facts(history, network),
        "curves": _curves(history, list(epochs)),
        "epochs": list(epochs),
        "kept": _kept_epoch(history, epochs),
        "network": network and _network_part(network, epochs),
        "features": _features(history, network, preparation),
        "sets": [],
        "task": None,
        "outcome": None,
    }
    if history.model is None or history.data is None or not epochs:
        return parts
    names = ["training", "test" if test is not None else "validation"]
    held_out = history.validation if test is None else test
    sets = [samples_of(data) for data in (history.data, held_out) if data is not None]
    outputs_of = network.outputs if network else outputs_of_copy(history.model)
    if outputs_of is None:
        return parts
    last = next(reversed(epochs.values()))
    n_outputs = len(outputs_of(last, sets[0][0][:1])[0])
    ends_in = network.layers[-1].name if network else ""
    task = task_of(history, preparation, n_outputs, ends_in)
    if task is None:
        return parts
    parts["task"] = _task_part(task, preparation, n_outputs)
    parts["sets"] = [
        _set_part(name, *samples, task) for name, samples in zip(names, sets, strict=False)
    ]
    cost = network.n_numbers if network else VALUE_COST * max(len(last), 1)
    parts["outcome"] = outcome_part(task, sets, epochs, outputs_of, cost)
    parts["facts"]["right"] = right_at_last(history, task, sets[-1], outputs_of)
    unit = parts["task"]["deviation"]
    parts["facts"]["error"] = error_at_last(history, task, sets[-1], outputs_of, unit)
    parts["facts"]["losses"] = losses_around(history, epochs, sets[0], outputs_of)
    return parts


def _facts(history: History, network: FlatNetwork | None) -> dict[str, Any]:
    model = history.model
    return {
        "model": type(model).__name__ if model is not None else "",
        "sizes": network.sizes if network else [],
        "activations": [layer.name for layer in network.layers] if network else [],
        "parameters": len(model.parameters()) if model is not None else None,
        "loss": history.loss_name,
        "optimizer": history.optimizer,
        "rates": {name: rate for name, rate in history.rates.items() if math.isfinite(rate)},
        "batch": history.batch_size,
        "epochs": len(history),
        "stopped": history.stopped,
        "best": history.best_epoch,
        "samples": len(history.data[0]) if history.data is not None else None,
        "validation": len(history.validation[0]) if history.validation is not None else None,
    }


def _epochs(history: History, network: FlatNetwork | None) -> dict[int, "array[float]"]:
    """The snapshots that get into the page: evenly chosen, with the first, the last, the best."""
    snapshots = dict(history.snapshots)
    best = history.best_epoch
    if best is not None and best not in snapshots and history.model is not None:
        # Early stopping has put its weights back, so they are those of the model now.
        snapshots[best] = array("d", [p.data for p in history.model.parameters()])
    numbers = network.n_numbers if network else 1
    limit = max(2, min(MAX_EPOCHS, MAX_NUMBERS // max(numbers, 1)))
    ordered = sorted(snapshots)
    stride = max(1, math.ceil((len(ordered) - 1) / (limit - 1)))
    chosen = {*ordered[::stride], *ordered[-1:], best}
    return {epoch: snapshots[epoch] for epoch in ordered if epoch in chosen}


def _kept_epoch(history: History, epochs: dict[int, "array[float]"]) -> int | None:
    """The epoch whose weights the model has now; the latest of equal ones, else None."""
    if history.model is None:
        return None
    now = array("d", [parameter.data for parameter in history.model.parameters()])
    return next((epoch for epoch in reversed(epochs) if epochs[epoch] == now), None)


def _curves(history: History, epochs: list[int]) -> dict[str, Any]:
    """The measures of the epochs that are drawn, among them those of the slider."""
    n = len(history)
    places = {*spread(n, MAX_POINTS), *(epoch - 1 for epoch in epochs if epoch)}
    chosen = [place for place in sorted(places) if place < n]
    numbers = {name: history[name] for name in history.measured.names or ["epoch"]}
    return {
        "total": n,
        "shown": len(chosen),
        "decades": history.spans_decades("loss", "val_loss"),
        "measures": {name: packed(of[i] for i in chosen) for name, of in numbers.items()},
    }


def _network_part(network: FlatNetwork, epochs: dict[int, "array[float]"]) -> dict[str, Any]:
    functions: list[Any] = []
    layers = []
    for layer in network.layers:
        for function in layer.activations:
            if not any(function is known for known in functions):
                functions.append(function)
        places = [next(i for i, g in enumerate(functions) if f is g) for f in layer.activations]
        layers.append(
            {
                "inputs": len(layer.weights[0]),
                "outputs": len(layer.bias),
                "name": layer.name,
                "softmax": layer.softmax,
                "tables": places,  # of each neuron
            }
        )
    return {
        "layers": layers,
        "tables": [table_of(function) for function in functions],
        "weights": packed(
            number for values in epochs.values() for number in network.numbers(values)
        ),
    }


def _features(
    history: History, network: FlatNetwork | None, preparation: Any
) -> list[dict[str, Any]]:
    """Name and scale of each input; an input x stands for mean + deviation * x."""
    n = network.sizes[0] if network else 0
    if history.data is not None:
        n = len(entries(samples_of(history.data)[0][0]))
    if preparation is not None and n not in (0, preparation.n_inputs):
        raise ValueError(
            f"training_page: the preparation makes {preparation.n_inputs} inputs, but the model "
            f"was trained on {n}; give the one it was trained with"
        )
    if preparation is None:
        return [{"name": f"x{i + 1}", "mean": 0.0, "deviation": 1.0} for i in range(n)]
    scales = [
        scale
        for column in preparation.columns
        for scale in (
            [(0.0, 1.0)] * len(column.categories)
            if hasattr(column, "categories")
            else [(column.mean, column.deviation)]
        )
    ]
    return [
        {"name": name, "mean": mean, "deviation": deviation}
        for name, (mean, deviation) in zip(preparation.input_names, scales, strict=True)
    ]


def _task_part(task: Task, preparation: Any, n_outputs: int) -> dict[str, Any]:
    target = preparation.target if preparation is not None else None
    return {
        "classes": task.classes,
        "border": task.border,
        "probability": task.probability,
        "outputs": n_outputs,
        "target": target.name if target is not None else None,
        "mean": getattr(target, "mean", 0.0),
        "deviation": getattr(target, "deviation", 1.0),
    }


def _set_part(name: str, rows: list[Any], targets: list[Any], task: Task) -> dict[str, Any]:
    """The shown samples of a set; their inputs only where a picture has a place for them."""
    places = spread(len(rows), MAX_SAMPLES)
    part: dict[str, Any] = {"name": name, "total": len(rows), "shown": len(places)}
    flat = [entries(rows[i]) for i in places]
    if len(flat[0]) <= 2:
        part["inputs"] = packed(number for row in flat for number in row)
    if task.classes is not None:
        part["targets"] = packed((task.actual(targets[i]) for i in places), "I")
    else:
        part["targets"] = packed(number for i in places for number in entries(targets[i]))
    return part
