"""The inputs of a network as axes of a plot: their names, and the units in which they are written.

Owns the way back from what the network sees to the units of the user's table.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from nn.data.encodings import NumberColumn
from nn.data.preparation import Preparation
from nn.plot.style import name_of


@dataclass(frozen=True)
class Input:
    """One input of a network; what it sees is (x - mean) / deviation."""

    name: str
    mean: float = 0.0
    deviation: float = 1.0

    def original(self, seen: float) -> float:
        """Return x, in the units of the table."""
        return seen * self.deviation + self.mean


def inputs_of(n_inputs: int, preparation: Preparation | None, who: str) -> list[Input]:
    """Return the inputs of a network; without a preparation x1, x2, ... as they are.

    Raises ValueError, of `who`, for a preparation of another number of inputs.
    """
    if preparation is None:
        return [Input(f"x{i + 1}") for i in range(n_inputs)]
    if preparation.n_inputs != n_inputs:
        raise ValueError(
            f"{who}: the preparation makes {preparation.n_inputs} inputs, but the samples have "
            f"{n_inputs}; give those that belong together"
        )
    inputs: list[Input] = []
    for column in preparation.columns:
        if isinstance(column, NumberColumn):
            inputs.append(Input(name_of(column.name), column.mean, column.deviation))
        else:
            inputs += [Input(name_of(name)) for name in column.input_names]
    return inputs


def ticks_over(values: Sequence[float], n: int, margin: float) -> list[float]:
    """Return `n` equally spaced numbers from below the values to above.

    They reach beyond by `margin` times their span; by 0.5 where all values are the same.
    """
    low, high = min(values), max(values)
    reach = (high - low) * margin or 0.5
    low, high = low - reach, high + reach
    return [low + (high - low) * i / (n - 1) for i in range(n)]
