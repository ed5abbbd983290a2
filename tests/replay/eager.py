"""What a compiled function is compared with: the function itself, run on fresh Values.

Owns the comparison bit by bit, and the two backends.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

import autograd as ag
from autograd import Value

BACKENDS = ("llvm", "python")
SPECIAL = (0.0, -0.0, 1.0, -1.0, 0.5, 5e-324, -2.2e-308, 1e-200, 3.25, -745.5, 710.0, 1e200,
           1.7976931348623157e308, math.inf, -math.inf, math.nan)  # fmt: skip


def bits(x: Any) -> Any:
    """The same containers, in which each float is its bits; one nan is as good as another."""
    if isinstance(x, Value):
        x = x.data
    if isinstance(x, float):
        return "nan" if math.isnan(x) else x.hex()
    if isinstance(x, np.ndarray):
        return "array", x.shape, str(x.dtype), [bits(item) for item in x.ravel().tolist()]
    if isinstance(x, dict):
        return type(x), [(key, bits(item)) for key, item in x.items()]
    if isinstance(x, (list, tuple)):
        return type(x), [bits(item) for item in x]
    return type(x), x


def on_values(x: Any) -> Any:
    """The same containers with Values in place of floats."""
    if isinstance(x, float):
        return Value(x)
    if isinstance(x, np.ndarray) and x.dtype.kind == "f":
        made = np.empty(x.size, dtype=object)
        for i, item in enumerate(x.ravel().tolist()):
            made[i] = Value(item)
        return made.reshape(x.shape)
    if isinstance(x, dict):
        twin = x.copy()
        twin.update({key: on_values(item) for key, item in x.items()})
        return twin
    if isinstance(x, (list, tuple)):
        items = [on_values(item) for item in x]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    return x


def agree(f: Any, *calls: tuple[Any, ...], of: Any = None, **options: Any) -> list[Any]:
    """Call `f`, compiled by both backends, with each tuple of arguments, and compare.

    Args:
        f: the function; where it is no transform, it is run on Values to compare.
        calls: arguments; each is called twice, so that a program has to serve.
        of: what gives the right result; default: `f` itself.

    Returns the compiled functions.
    """
    found = []
    is_transform = of is not None
    for backend in BACKENDS:
        compiled = ag.compile(f, backend=backend, **options)
        for _ in range(2):
            for args in calls:
                right = of(*args) if is_transform else f(*map(on_values, args))
                got = bits(compiled(*args))
                assert got == bits(plain(right)), (backend, args)
        found.append(compiled)
    return found


def plain(x: Any) -> Any:
    """Numbers in place of Values; an array of them is one of floats."""
    if isinstance(x, np.ndarray) and x.dtype == object:
        numbers = [plain(item) for item in x.ravel().tolist()]
        return np.array(numbers, dtype=float).reshape(x.shape)
    if isinstance(x, dict):
        twin = x.copy()
        twin.update({key: plain(item) for key, item in x.items()})
        return twin
    if isinstance(x, (list, tuple)):
        items = [plain(item) for item in x]
        return type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    return x.data if isinstance(x, Value) else x
