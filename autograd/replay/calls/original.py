"""Original: the function that was given to `compile`, as it stands.

Owns which numbers among its arguments are Values, and what it returns itself.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from autograd.containers import Shape, flatten
from autograd.recipe import recipe_of
from autograd.replay.recording.arguments import Parts, is_other_array
from autograd.replay.recording.binding import Bound, bind
from autograd.replay.recording.recorder import run
from autograd.replay.recording.trial import plain
from autograd.vectorize import vmap


class Call(NamedTuple):
    """What a function is called with, and that taken apart."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    parts: Parts


class Result(NamedTuple):
    """What the function itself has returned, taken apart."""

    outputs: list[Any]
    shape: Shape

    @classmethod
    def of(cls, returned: Any) -> "Result":
        """What it has returned, whole."""
        return cls(*flatten(returned, whole=is_other_array))

    @property
    def as_numbers(self) -> Any:
        """The same with numbers in place of Values."""
        return self.shape.rebuild(map(plain, self.outputs))


class Original:
    """A function as it stands.

    Args:
        function: it.
        are_plain: whether floats are plain numbers for it, no Values: it is differentiated by
            leaves alone, if at all. So they are for what a transform has made, but in the arguments
            by which it differentiates.

    Attributes:
        is_transformed: whether a transform that differentiates has made it.
    """

    def __init__(self, function: Callable[..., Any], are_plain: bool) -> None:
        places = _differentiated(function)
        self.function, self.is_transformed = function, places is not None
        self.are_plain = are_plain or self.is_transformed
        self._places = places or ()

    def bound(self, call: Call, is_recorded: bool) -> Bound:
        """The arguments with fresh nodes, see `bind`."""
        return bind(call.args, call.kwargs, self.are_plain, is_recorded, self._places)

    def in_a_graph(self, call: Call) -> Any:
        """What it returns where it is a part of a function that computes with Values."""
        bound = self.bound(call, is_recorded=False)
        return self.function(*bound.args, **bound.kwargs)

    def on_values(self, call: Call) -> Result:
        """What it returns for fresh Values, which is what a program is compared with."""
        bound = self.bound(call, is_recorded=False)
        return Result.of(run(self.function, bound.args, bound.kwargs))

    def on_numbers(self, call: Call) -> Result:
        """The same numbers by the shortest way.

        Gradients of Values are Values, ten times the work: those of numbers are numbers.
        """
        if not self.is_transformed:
            return self.on_values(call)
        bound = bind(call.args, call.kwargs, are_plain=True, is_recorded=False)
        return Result.of(run(self.function, bound.args, bound.kwargs, is_inside=False))


def _differentiated(f: Any) -> tuple[int, ...] | None:
    """The arguments by which a transform that has made `f` differentiates; None if there is none.

    It leaves the numbers in the others plain for its function.
    """
    recipe = recipe_of(f)
    if recipe is None:
        return None
    if recipe.transform is vmap:
        return _differentiated(recipe.function)
    (argnums,) = recipe.settings
    return argnums if isinstance(argnums, tuple) else (argnums,)
