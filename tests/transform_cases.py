"""Every transform as one callable of a function and a number, for tests that hold for each of them.

Owns `TRANSFORMS`, what they give for `cube` at 2, the marker `each_transform`, and `STEPS`: one
derivative, by each way to take it.
"""

from collections.abc import Callable
from typing import Any

import pytest

import autograd as ag

Function = Callable[[Any], Any]


def cube(x: Any) -> Any:
    return x * x * x


# Each transform of a function of one number, as the numbers that it returns.
TRANSFORMS: dict[str, Callable[[Any, Any], list[Any]]] = {
    "grad": lambda f, x: [ag.grad(f)(x)],
    "value_and_grad": lambda f, x: list(ag.value_and_grad(f)(x)),
    "jacobian": lambda f, x: [ag.jacobian(f)(x)],
    "hessian": lambda f, x: [ag.hessian(f)(x)],
    "jvp": lambda f, x: list(ag.jvp(f, (x,), (1.0,))),
    "vjp": lambda f, x: [ag.vjp(f, x)[0], *ag.vjp(f, x)[1](1.0)],
    "hvp": lambda f, x: [ag.hvp(f, x, 1.0)],
    "vmap of grad": lambda f, x: ag.vmap(ag.grad(f))([x, x]),
}
OF_CUBE_AT_2 = {
    "grad": [12.0],
    "value_and_grad": [8.0, 12.0],
    "jacobian": [12.0],
    "hessian": [12.0],
    "jvp": [8.0, 12.0],
    "vjp": [8.0, 12.0],
    "hvp": [12.0],
    "vmap of grad": [12.0, 12.0],
}
each_transform = pytest.mark.parametrize("name", TRANSFORMS)


def kinds(numbers: list[Any]) -> set[type]:
    return {type(x) for x in numbers}


# One derivative, by each way there is to take it.
STEPS: dict[str, Callable[[Function], Function]] = {
    "reverse": lambda f: ag.grad(f),
    "forward": lambda f: lambda x: ag.jvp(f, (x,), (1.0,))[1],
    "pullback": lambda f: lambda x: ag.vjp(f, x)[1](1.0)[0],
}
