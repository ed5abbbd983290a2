"""Recipes: how a transform made a function, for those who make it again or look through it.

Owns the note that a transform leaves on its result. A closure cannot be pickled, what it was made
of can.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

Function = Callable[..., Any]


class Recipe(NamedTuple):
    """`transform(function, *settings)`."""

    transform: Function
    function: Any
    settings: tuple[Any, ...]


def noted(made: Function, transform: Function, function: Function, *settings: Any) -> Function:
    """`made`, with a note that it is `transform(function, *settings)`."""
    # With the identity of the result: who wraps it, by functools.wraps, copies its attributes.
    made.__dict__["recipe"] = id(made), Recipe(transform, function, settings)
    return made


def recipe_of(function: Any) -> Recipe | None:
    """How a function was made by a transform; None if it was not."""
    note = getattr(function, "__dict__", {}).get("recipe")
    if not isinstance(note, tuple) or len(note) != 2 or note[0] != id(function):
        return None
    found = note[1]
    return found if isinstance(found, Recipe) else None


def taken_down(function: Any) -> Any:
    """The recipe of a function in which recipes stand for functions, too; else the function."""
    found = recipe_of(function)
    return found._replace(function=taken_down(found.function)) if found else function


def made_again(source: Any) -> Any:
    """The function of which `taken_down` gave `source`."""
    if not isinstance(source, Recipe):
        return source
    return source.transform(made_again(source.function), *source.settings)
