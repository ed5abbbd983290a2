"""Strategies for hypothesis: networks, and data to train them on.

Owns what random tests of networks draw from; operands and expressions: `autograd.check.strategies`.
"""

from typing import Any

from nn.activations import ACTIVATIONS
from nn.layers import MLP

try:
    from hypothesis import strategies as st
except ModuleNotFoundError:  # pragma: no cover - the tests have it
    raise ModuleNotFoundError(
        "nn.strategies needs hypothesis: pip install hypothesis", name="hypothesis"
    ) from None

__all__ = ["data", "networks"]

TASKS = ("classification", "regression")
HIDDEN = tuple(name for name in ACTIVATIONS if name not in ("softmax", "step"))


@st.composite
def networks(
    draw: Any, *, n_inputs: int | None = None, n_outputs: int | None = None, max_layers: int = 3,
    max_width: int = 4,
) -> MLP:  # fmt: skip
    """Small networks with every activation function that has a derivative, and a seed.

    Args:
        n_inputs, n_outputs: how many; default: 1 to 3.
        max_layers, max_width: of the hidden layers.
    """
    inputs = n_inputs or draw(st.integers(1, 3))
    outputs = n_outputs or draw(st.integers(1, 3))
    hidden = draw(st.lists(st.integers(1, max_width), max_size=max_layers))
    return MLP(
        inputs,
        [*hidden, outputs],
        activation=[draw(st.sampled_from(HIDDEN)) for _ in hidden] or HIDDEN[0],
        seed=draw(st.integers(0, 1000)),
    )


def data(
    *, n_inputs: int = 2, task: str = "classification", n_classes: int = 2,
    max_samples: int = 8,
) -> st.SearchStrategy[tuple[list[list[float]], list[Any]]]:  # fmt: skip
    """Inputs and targets, among them a single sample, equal samples and XOR.

    Args:
        n_inputs: columns of the inputs.
        task: "classification", targets are classes 0, 1, ...; "regression", numbers. ValueError
            for any other.
        n_classes: of a classification.
        max_samples: rows, at most.
    """
    if task not in TASKS:
        raise ValueError(f"data: task must be one of {', '.join(TASKS)}, got {task!r}")
    return _data(n_inputs, task, n_classes, max_samples)


@st.composite
def _data(
    draw: Any, n_inputs: int, task: str, n_classes: int, max_samples: int
) -> tuple[list[list[float]], list[Any]]:
    number = st.floats(-3.0, 3.0)
    targets = st.integers(0, n_classes - 1) if task == "classification" else number
    if n_inputs == 2 and max_samples >= 4 and draw(st.integers(0, 7)) == 7:
        return [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
    row = st.lists(number, min_size=n_inputs, max_size=n_inputs)
    rows = draw(st.lists(row, min_size=1, max_size=max_samples))
    if draw(st.integers(0, 7)) == 7:
        rows = [list(rows[0]) for _ in rows]
    return rows, [draw(targets) for _ in rows]
