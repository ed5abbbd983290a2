"""Forward propagation of rows that are only looked at, such as the held-out samples, by a program.

Owns when that program is made: for the attributes that the model has at the moment.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any

from autograd import Value
from autograd.replay import Compiled, flatten, pass_on
from nn.module import Module
from nn.training.replay.surroundings import ModelSurroundings

MOST = 8  # programs, of the attributes seen last


class CompiledForward:
    """What a model returns for rows, one row in each call of a program.

    Args:
        model: in `eval()` when it is asked.
        mode: as for `compile`.
        is_watched: whether somebody may change attributes of the model between two calls.
    """

    def __init__(self, model: Module, mode: str, is_watched: bool) -> None:
        self._model, self._mode, self._is_watched = model, mode, is_watched
        self._surroundings = ModelSurroundings(model)
        self._programs: dict[Hashable, Callable[..., Any]] = {}
        self._last: Callable[..., Any] | None = None

    @property
    def runs_model(self) -> bool:
        """Whether it is the model itself that runs, and may change itself."""
        return self._last is self._model

    def __call__(self, rows: Sequence[Any]) -> list[Any]:
        """The outputs, as Values without a graph."""
        if self._last is None or self._is_watched:
            self._last = self._program(rows)
        program = self._last
        return [_as_values(program(row)) for row in rows]

    def _program(self, rows: Sequence[Any]) -> Callable[..., Any]:
        key = self._surroundings.key()
        if key not in self._programs:
            if not self._is_function_of(rows):
                return self._model
            if len(self._programs) >= MOST:
                del self._programs[next(iter(self._programs))]
            self._programs[key] = Compiled(self._model, self._mode, are_plain=True)
        return self._programs[key]

    def _is_function_of(self, rows: Sequence[Any]) -> bool:
        """Whether the model does nothing for a row that a program would do once and never again."""
        try:
            with self._surroundings.kept():
                for row in rows:  # each may go a way of its own
                    self._model(row)
        except Exception as error:  # noqa: BLE001 - of the user's functions; eager mode meets it
            pass_on(error)
            return False
        return True


def _as_values(output: Any) -> Any:
    """The same containers, as eager mode has them: with Values in place of floats."""
    numbers, shape = flatten(output)
    return shape.rebuild([Value(x) if isinstance(x, float) else x for x in numbers])
