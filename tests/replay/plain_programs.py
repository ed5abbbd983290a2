"""Random Python expressions of plain numbers, as users write them: with `if`, `in`, `//`, a table.

Owns what is drawn, and how its outcome is told: the number and its class, or the error's class.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

import autograd as ag
from autograd import Value
from tests.replay.eager import bits

OPERATORS = ("+", "-", "*", "/", "//", "%", "**")
QUESTIONS = ("==", "!=", "<", "<=", ">", ">=")
NUMBERS = ("0", "1", "2", "3", "-1", "-2", "0.0", "-0.0", "0.5", "2.0", "-1.5", "1e200")


def expression(draw: Random, names: Sequence[str], depth: int, decides: Sequence[str]) -> str:
    """An expression of `names`; `decides` are functions that take a number out."""

    def one() -> str:
        return expression(draw, names, depth - 1, decides)

    if depth == 0 or draw.random() < 0.15:
        return draw.choice([*names, draw.choice(NUMBERS)])
    forms: list[Callable[[], str]] = [
        lambda: f"(-({one()}))",
        lambda: f"abs({one()})",
        lambda: f"({one()} if {one()} {draw.choice(QUESTIONS)} {one()} else {one()})",
        lambda: f"({one()} if {one()} in ({one()}, 2, 0.5) else {one()})",
        lambda: f"{draw.choice(['min', 'max'])}({one()}, {one()})",
        lambda: f"ag.{draw.choice(['tanh', 'exp', 'relu', 'sqrt'])}({one()})",
        lambda: f"{draw.choice(decides)}({one()})",
    ]
    if draw.random() < 0.6:
        return f"({one()} {draw.choice(OPERATORS)} {one()})"
    return draw.choice(forms)()


def function(text: str, parameters: str) -> Any:
    """The function of an expression."""
    table = {0.5: 1.0, 1.0: 2.0, 1.5: 3.0, 2: 4.0}
    return eval(f"lambda {parameters}: {text}", {"ag": ag, "math": math, "table": table})


def outcome(f: Callable[..., Any], *args: Any) -> Any:
    """What a call gives: bits and class, or which error."""
    try:
        result = f(*args)
    except (ArithmeticError, TypeError, ValueError) as error:
        return type(error)
    return bits([x.data if isinstance(x, Value) else x for x in result])
