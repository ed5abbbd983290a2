"""Functions that make functions: grad, value_and_grad, jacobian, hessian; and jvp, vjp, hvp.

Arguments and results are numbers, or lists, tuples, dicts and NumPy arrays of them; what goes in
comes out. Called with numbers outside any transform they return numbers, otherwise Values, so they
nest to any order.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Any

from autograd.containers import Shape, flatten_like, nest
from autograd.linearize import Run, check_function, convert
from autograd.recipe import noted

Function = Callable[..., Any]
Argnums = int | tuple[int, ...]


def grad(f: Function, argnums: Argnums = 0) -> Function:
    """The gradient of `f`, a function that returns one number.

    Args:
        f: the function; its differentiated arguments hold numbers.
        argnums: which positional argument to differentiate by; a tuple of them gives a tuple.

    The result has the layout of the argument. Raises TypeError when `f` returns anything but one
    number, ValueError when there is no such argument.
    """
    return noted(_grad("grad", f, argnums), grad, f, argnums)


def _grad(who: str, f: Function, argnums: Argnums) -> Function:
    both = _value_and_grad(who, f, argnums)

    @functools.wraps(f, updated=())
    def gradient(*args: Any, **kwargs: Any) -> Any:
        return both(*args, **kwargs)[1]

    return gradient


def value_and_grad(f: Function, argnums: Argnums = 0) -> Function:
    """A function that returns (f(...), gradient of f) from one run; otherwise as `grad`."""
    return noted(_value_and_grad("value_and_grad", f, argnums), value_and_grad, f, argnums)


def _value_and_grad(who: str, f: Function, argnums: Argnums) -> Function:
    check_function(who, f)

    @functools.wraps(f, updated=())
    def value_and_gradient(*args: Any, **kwargs: Any) -> tuple[Any, Any]:
        run = Run(who, f, args, kwargs, _places(who, argnums, args))
        if run.output_shape.kind is not None:
            raise TypeError(
                f"{who}: the function must return one number, it returned "
                f"{run.output_shape.describe()}; use jacobian"
            )
        return run.value(), _split(run, run.pull([1.0]), argnums)

    return value_and_gradient


def jacobian(f: Function, argnums: Argnums = 0) -> Function:
    """All first derivatives of a function that returns numbers in any container.

    The result has the layout of what `f` returns and, for each number in it, that of the argument
    (a tuple of several); for arrays, one array of shape (*output.shape, *argument.shape). `argnums`
    as in `grad`.
    """
    return noted(_jacobian("jacobian", f, argnums), jacobian, f, argnums)


def _jacobian(who: str, f: Function, argnums: Argnums) -> Function:
    check_function(who, f)

    @functools.wraps(f, updated=())
    def jacobian_of_f(*args: Any, **kwargs: Any) -> Any:
        run = Run(who, f, args, kwargs, _places(who, argnums, args))
        count = len(run.outputs)
        rows = [run.pull([1.0 if j == k else None for j in range(count)]) for k in range(count)]
        is_tuple = isinstance(argnums, tuple)
        inner = _tuple_of(run.input_shapes) if is_tuple else run.input_shapes[0]
        return nest(run.output_shape, inner, rows)

    return jacobian_of_f


def hessian(f: Function, argnums: Argnums = 0) -> Function:
    """All second derivatives of a function that returns one number: the Jacobian of its gradient.

    For an array of n numbers one array (n, n). `argnums` as in `grad`; a tuple gives a tuple of
    tuples.
    """
    made = _jacobian("hessian", _grad("hessian", f, argnums), argnums)
    return noted(made, hessian, f, argnums)


def vjp(f: Function, *primals: Any) -> tuple[Any, Function]:
    """(f(*primals), pullback): reverse mode with a weight of one's own for each output.

    `pullback(cotangent)`, the cotangent laid out as f's result, returns a tuple: for each primal
    the sum over the outputs of cotangent * derivative.
    """
    check_function("vjp", f)
    if not primals and _needs_arguments(f):
        raise TypeError("vjp: no primals; give the arguments of the function, too: vjp(f, x)")
    run = Run("vjp", f, primals, {}, range(len(primals)))

    def pullback(cotangent: Any) -> tuple[Any, ...]:
        seeds = _seeds("vjp: cotangent", cotangent, run.output_shape)
        result: tuple[Any, ...] = _split(run, run.pull(seeds), tuple(range(len(primals))))
        return result

    return run.value(), pullback


def _needs_arguments(f: Function) -> bool:
    try:
        inspect.signature(f).bind()
    except TypeError:
        return True
    except ValueError:  # a callable that keeps its parameters to itself
        pass
    return False


def jvp(f: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    """(f(*primals), derivative of f along `tangents`): forward mode.

    Args:
        f: the function.
        primals: a tuple of its arguments; anything else is its one argument.
        tangents: the direction, laid out as `primals`.
    """
    return _jvp("jvp", f, primals, tangents)


def _jvp(who: str, f: Function, primals: Any, tangents: Any) -> tuple[Any, Any]:
    check_function(who, f)
    arguments = _as_arguments(primals)
    run = Run(who, f, arguments, {}, range(len(arguments)))
    if len(arguments) == 1 and type(tangents) is not tuple:
        shape = run.input_shapes[0]
    else:
        shape = _tuple_of(run.input_shapes)
    seeds = _seeds(f"{who}: tangents", tangents, shape)
    return run.value(), run.output_shape.rebuild(run.push(seeds))


def hvp(f: Function, primals: Any, tangents: Any) -> Any:
    """The Hessian of `f` at `primals` times the direction `tangents`, without the Hessian.

    Arguments as in `jvp`; the result is laid out as the argument, a tuple for several.
    """
    check_function("hvp", f)
    count = len(_as_arguments(primals))
    if not count:
        raise TypeError("hvp: no primals; give the arguments of the function: hvp(f, (x,), (v,))")
    product = _jvp("hvp", _grad("hvp", f, tuple(range(count))), primals, tangents)[1]
    return product if count > 1 else product[0]


def _as_arguments(primals: Any) -> tuple[Any, ...]:
    return primals if type(primals) is tuple else (primals,)


def _tuple_of(shapes: list[Shape]) -> Shape:
    return Shape(tuple, tuple(shapes), range(len(shapes)))


def _places(who: str, argnums: Argnums, args: tuple[Any, ...]) -> list[int]:
    places: list[int] = []
    for k in argnums if isinstance(argnums, tuple) else (argnums,):
        if type(k) is not int:
            raise TypeError(f"{who}: argnums must be an int or a tuple of ints, got {argnums!r}")
        if not -len(args) <= k < len(args):
            raise ValueError(
                f"{who}: argnums names argument {k}, but the call's positional arguments number "
                f"{len(args)}; pass what is differentiated by position, not by keyword"
            )
        if k % len(args) in places:
            raise ValueError(f"{who}: argnums names argument {k} twice: {argnums}; name it once")
        places.append(k % len(args))
    return places


def _split(run: Run, numbers: list[Any], argnums: Argnums) -> Any:
    """The numbers of all inputs, back in the layout of each differentiated argument."""
    results, start = [], 0
    for shape in run.input_shapes:
        results.append(shape.rebuild(numbers[start : start + shape.size]))
        start += shape.size
    return tuple(results) if isinstance(argnums, tuple) else results[0]


def _seeds(who: str, tree: Any, shape: Shape) -> list[Any]:
    """The numbers of a direction or cotangent, which must be laid out as `shape`."""
    numbers = flatten_like(tree, shape, who)
    convert(numbers, shape, who, if_none="write 0.0 for no change")
    return numbers
