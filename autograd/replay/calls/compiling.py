"""compile: what a user calls.

Owns its arguments, and telling what is wrong with them.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, overload

from autograd.replay.calls.compiled import Compiled

MODES = ("exact", "fast")
BACKENDS = ("llvm", "python")

_LEFT_OUT: Any = object()  # compile(None) is a mistake


@overload
def compile(f: Callable[..., Any], mode: str = "exact", backend: str | None = None) -> Compiled: ...


@overload
def compile(
    *, mode: str = "exact", backend: str | None = None
) -> Callable[[Callable[..., Any]], Compiled]: ...


def compile(f: Any = _LEFT_OUT, mode: str = "exact", backend: str | None = None) -> Any:
    """`f` as a program that is recorded once and replayed: the same bits, much faster.

    Args:
        f: a function of numbers, written with operations on Values; or what grad, value_and_grad,
            jacobian, hessian and vmap make of one. Left out, as in `@compile(mode="fast")`, it is
            what is decorated.
        mode: "exact", eager's bits; "fast", within some units in the last place: sums by fused
            multiply-add and in another order, polynomials for exp, tanh and others.
        backend: "llvm" (extra `compile`), native code, or "python", a program of Python; None
            chooses llvm if it is installed.

    The result is called as `f` is, with floats, ints, and lists, tuples, dicts and arrays of them,
    and returns numbers in the containers of `f`. Leaves that `f` meets and did not make, such as a
    model's parameters, are read at each call; all else that is no number is part of the program.
    Where `f` decides by a number (if x > 0), each way is recorded when it is first taken; where it
    takes one out (x.data, f"{x:.2f}"), each number.

    Raises ValueError for an unknown mode or backend, TypeError if `f` is no function.
    """
    if f is not _LEFT_OUT and not callable(f):
        raise TypeError(
            f"compile: the first argument must be a function, got {type(f).__name__}; "
            "give the function itself, f rather than f(x)"
        )
    if mode not in MODES:
        raise ValueError(f"compile: mode must be one of {', '.join(MODES)}, got {mode!r}")
    if backend is not None and backend not in BACKENDS:
        raise ValueError(f"compile: backend must be one of {', '.join(BACKENDS)}, got {backend!r}")
    if f is _LEFT_OUT:
        return partial(compile, mode=mode, backend=backend)
    return Compiled(f, mode, backend)
