"""Functions that make functions: grad, value_and_grad, jacobian, hessian, jvp, vjp, hvp, vmap.

Arguments and results are numbers, or lists, tuples, dicts and NumPy arrays of them; what goes in
comes out. Called with numbers outside any transform they return numbers, otherwise Values, so they
nest to any order.
"""

import functools
from collections.abc import Callable
from typing import Any

from autograd.containers import Shape, flatten, nest, where_is
from autograd.linearize import Run
from autograd.number import as_number
from autograd.value import Value

Function = Callable[..., Any]


def grad(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """The gradient of `f`, a function that returns one number.

    Args:
        f: the function; its differentiated arguments hold numbers.
        argnums: which positional argument to differentiate by; a tuple of them gives a tuple.

    The result has the layout of the argument. Raises TypeError when `f` returns anything but one
    number, ValueError when there is no such argument.
    """
    both = value_and_grad(f, argnums)

    @functools.wraps(f, updated=())
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """A function that returns (f(...), gradient of f) from one run; otherwise as `grad`."""

    @functools.wraps(f, updated=())
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = Run("grad", f, args, kwargs, _places("grad", argnums, args))
        if run.output_shape.kind is not None:
            raise TypeError(
                f"grad: the function must return one number, it returned a "
                f"{_kind_name(run.output_shape.kind)} of {len(run.outputs)}; use jacobian"
            )
        return run.value(), _split(run, run.pull([1.0]), argnums)

    return value_and_gradient


def jacobian(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """All first derivatives of a function that returns numbers in any container.

    The result has the layout of what `f` returns and, for each number in it, that of the argument
    (a tuple of several); for arrays, one array of shape (*output.shape, *argument.shape). `argnums`
    as in `grad`.
    """

    @functools.wraps(f, updated=())
    def jacobian_of_f(*args: Any, **kwargs: Any) -> Any:
        run = Run("jacobian", f, args, kwargs, _places("jacobian", argnums, args))
        count = len(run.outputs)
        rows = [run.pull([1.0 if j == k else None for j in range(count)]) for k in range(count)]
        is_tuple = isinstance(argnums, tuple)
        inner = Shape(tuple, tuple(run.input_shapes)) if is_tuple else run.input_shapes[0]
        return nest(run.output_shape, inner, rows)

    return jacobian_of_f


def hessian(f: Function, argnums: int | tuple[int, ...] = 0) -> Function:
    """All second derivatives of a function that returns one number: the Jacobian of its gradient.

    For an array of n numbers one array (n, n). `argnums` as in `grad`; a tuple gives a tuple of
    tuples.
    """
    return jacobian(grad(f, argnums), argnums)


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """(f(*primals), pullback): reverse mode with a weight of one's own for each output.

    `pullback(cotangent)`, the cotangent laid out as f's result, returns a tuple: for each primal
    the sum over the outputs of cotangent * derivative.
    """
    run = Run("vjp", f, primals, {}, range(len(primals)))

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = _seeds("vjp", "cotangent", cotangent, run.output_shape)
        result: tuple[Any, ...] = _split(run, run.pull(seeds), tuple(range(len(primals))))
        return result

    return run.value(), pullback


def jvp(f: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """(f(*primals), derivative of f along `tangents`): forward mode.

    Args:
        f: the function.
        primals: a tuple of its arguments; anything else is its one argument.
        tangents: the direction, laid out as `primals`.
    """
    primals, tangents = _as_arguments(primals), _as_arguments(tangents)
    run = Run("jvp", f, primals, {}, range(len(primals)))
    seeds = _seeds("jvp", "tangents", tangents, flatten(primals)[1])
    return run.value(), run.output_shape.rebuild(run.push(seeds))


def hvp(f: Function, primals: Any, tangents: Any) -> Any:
    """The Hessian of `f` at `primals` times the direction `tangents`, without the Hessian.

    Arguments as in `jvp`; the result is laid out as the argument, a tuple for several.
    """
    primals, tangents = _as_arguments(primals), _as_arguments(tangents)
    product = jvp(grad(f, tuple(range(len(primals)))), primals, tangents)[1]
    return product if len(primals) > 1 else product[0]


def _as_arguments(x: Any) -> tuple[Any, ...]:
    return x if type(x) is tuple else (x,)


def _places(who: str, argnums: int | tuple[int, ...], args: tuple[Any, ...]) -> list[int]:
    places = []
    for k in argnums if isinstance(argnums, tuple) else (argnums,):
        if type(k) is not int:
            raise TypeError(f"{who}: argnums must be an int or a tuple of ints, got {argnums!r}")
        if not -len(args) <= k < len(args):
            raise ValueError(
                f"{who}: argnums names argument {k}, but the function was called with "
                f"{len(args)} positional arguments"
            )
        places.append(k % len(args))
    return places


def _split(run: Run, numbers: list[Any], argnums: int | tuple[int, ...]) -> Any:
    """The numbers of all inputs, back in the layout of each differentiated argument."""
    results, start = [], 0
    for shape in run.input_shapes:
        results.append(shape.rebuild(numbers[start : start + shape.size]))
        start += shape.size
    return tuple(results) if isinstance(argnums, tuple) else results[0]


def _seeds(who: str, name: str, tree: Any, shape: Any) -> list[Any]:
    """The numbers of `tree`, which must be laid out as `shape`; array and list alike."""
    numbers, given = flatten(tree)
    if not _alike(given, shape):
        raise ValueError(
            f"{who}: {name} must be laid out as what it belongs to: expected "
            f"{shape.size} numbers in {_describe(shape)}, got {given.size} in {_describe(given)}"
        )
    return [
        x if isinstance(x, Value) else as_number(x, f"{who}: {name}{where_is(tree, k)}")
        for k, x in enumerate(numbers)
    ]


def _alike(a: Any, b: Any) -> bool:
    if a.kind in (list, tuple, dict) or b.kind in (list, tuple, dict):
        if a.kind != b.kind or a.keys != b.keys or len(a.items) != len(b.items):
            return False
        return all(_alike(x, y) for x, y in zip(a.items, b.items, strict=True))
    return bool(a == b)


def _describe(shape: Any) -> str:
    if shape.kind is None:
        return "a number"
    if shape.kind == "array":
        return f"an array of shape {shape.items}"
    return f"a {_kind_name(shape.kind)} of {len(shape.items)}"


def _kind_name(kind: Any) -> str:
    return kind if isinstance(kind, str) else str(kind.__name__)
