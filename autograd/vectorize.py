"""vmap: one function over a batch of arguments.

In eager mode it is a loop, sample by sample; it saves writing one, not time.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any

from autograd.containers import Shape, flatten, plain_if_possible
from autograd.linearize import check_function
from autograd.number import is_array, type_name
from autograd.recipe import noted


def vmap(f: Callable[..., Any], in_axes: Any = 0, out_axes: int = 0) -> Callable[..., Any]:
    """A function that calls `f` for each sample along an axis and stacks the results: a loop.

    Args:
        f: the function of one sample.
        in_axes: the axis that counts samples, or None for what every call gets as it is; one for
            all, or a tuple of one for each positional argument. Axis k of nested lists is their
            k-th level. Tuples and dicts are mapped item by item, and may have a tuple or dict of
            axes. Keyword arguments are handed on.
        out_axes: where the axis of samples goes in the result.

    Results come in arrays when a mapped argument was an array, else in lists; tuples and dicts
    stand outside them. Raises ValueError when the arguments have different numbers of samples,
    none is mapped, or results do not fit together; TypeError for an axis that is no int.
    """
    check_function("vmap", f)
    if type(out_axes) is not int:
        raise TypeError(f"vmap: out_axes must be an int, got {out_axes!r}")

    @functools.wraps(f, updated=())
    def mapped(*args: Any, **kwargs: Any) -> Any:
        batches, shape = flatten(args, into_lists=False)
        axes = _axes(in_axes, shape, "")
        columns: list[Any] = []
        first: tuple[int, str] | None = None  # the number of samples, and whose it is
        in_arrays = False
        for k, (batch, axis) in enumerate(zip(batches, axes, strict=True)):
            if axis is None:
                columns.append(None)
                continue
            which = _argument(shape.path(k))
            column = _samples(batch, axis, which)
            first = first or (len(column), which)
            if len(column) != first[0]:
                raise ValueError(
                    "vmap: mapped arguments need the same number of samples, but "
                    f"{first[1]} has {first[0]} and {which} has {len(column)}"
                )
            columns.append(column)
            in_arrays = in_arrays or is_array(batch)
        if first is None:
            raise ValueError("vmap: no argument is mapped; give one an axis in in_axes")
        results = []
        for i in range(first[0]):
            sample = [
                batch if column is None else column[i]
                for batch, column in zip(batches, columns, strict=True)
            ]
            results.append(f(*shape.rebuild(sample), **kwargs))
        return _stack(results, out_axes, in_arrays)

    return noted(mapped, vmap, f, in_axes, out_axes)  # `compile` may go through the samples itself


def _axes(axes: Any, shape: Shape, where: str) -> list[int | None]:
    """The axis of each batch: what `in_axes` says of the containers around it."""
    if axes is None or type(axes) is int:
        return [axes] * shape.size
    if isinstance(axes, (list, tuple)):
        axes = dict(enumerate(axes))
    if not isinstance(axes, dict):
        raise TypeError(
            f"vmap: in_axes{where} must be an int, None, or a tuple or dict of these, got {axes!r}"
        )
    whole = _argument(where) if where else "the call's positional arguments"
    if shape.kind is None:
        raise TypeError(f"vmap: in_axes{where} must be an int or None: {whole} is no tuple or dict")
    if set(axes) != set(shape.keys):
        raise ValueError(
            f"vmap: in_axes{where} must have one entry for each item of {whole}: "
            f"{len(shape.keys)} at {list(shape.keys)}, got {len(axes)} at {list(axes)}"
        )
    found: list[int | None] = []
    for key, item in zip(shape.keys, shape.items, strict=True):
        found += _axes(axes[key], item, f"{where}[{key!r}]")
    return found


def _argument(path: str) -> str:
    """What stands at the path "[0]['x']" in the tuple of arguments: "argument 0['x']"."""
    place, _, rest = path[1:].partition("]")
    return f"argument {place}{rest}"


def _samples(x: Any, axis: int, which: str) -> list[Any]:
    """The slices of `x` along `axis`."""
    if is_array(x) and -x.ndim <= axis < x.ndim:
        import numpy  # loaded already: x is an array

        slices = numpy.moveaxis(x, axis, 0)
        return list(slices) if x.ndim > 1 else slices.tolist()
    if isinstance(x, list) and axis == 0:
        return x
    if isinstance(x, list) and axis > 0 and x:
        rows = [_samples(row, axis - 1, f"{which}[{i}]") for i, row in enumerate(x)]
        if len({len(row) for row in rows}) != 1:
            raise ValueError(f"vmap: the rows of {which} have different lengths; make them equal")
        return [list(column) for column in zip(*rows, strict=True)]
    raise ValueError(
        f"vmap: {which} has no axis {axis} to map over, its type is {type_name(x)}; "
        "use None in in_axes to hand it on as it is"
    )


def _stack(results: list[Any], axis: int, in_arrays: bool) -> Any:
    """The samples' results as one: tuples and dicts outside, the axis of samples inside them."""
    if not results:
        return _stack_batch([], axis, in_arrays)
    taken_apart = [flatten(result, into_lists=False) for result in results]
    shape = taken_apart[0][1]
    for k, (_, other) in enumerate(taken_apart):
        if other != shape:
            raise ValueError(
                f"vmap: the results of samples 0 and {k} have different layouts; return the same "
                "tuples and dicts, with their keys in one order, for every sample"
            )
    columns = zip(*[parts for parts, _ in taken_apart], strict=True)
    return shape.rebuild([_stack_batch(list(column), axis, in_arrays) for column in columns])


def _stack_batch(results: Sequence[Any], axis: int, in_arrays: bool) -> Any:
    """Numbers, lists or arrays, one for each sample, as one list or array."""
    has_lists = any(isinstance(x, list) for x in results)
    if any(is_array(x) for x in results) or (in_arrays and not has_lists):
        import numpy  # loaded already: an argument or a result is an array

        parts = [numpy.asarray(x) for x in results] or [numpy.empty(0)]
        shapes = sorted({part.shape for part in parts})
        if len(shapes) > 1:
            raise ValueError(
                f"vmap: results of different samples have the shapes {shapes[0]} and {shapes[1]}; "
                "arrays are stacked only if they have one shape"
            )
        if not -1 - parts[0].ndim <= axis <= parts[0].ndim:
            raise _no_axis(axis)
        return plain_if_possible(numpy.stack(parts, axis)) if results else parts[0]
    if axis == 0:
        return list(results)
    if axis < 0 or not all(isinstance(x, list) for x in results):
        raise _no_axis(axis)
    lengths = sorted({len(x) for x in results})
    if len(lengths) > 1:
        raise ValueError(
            f"vmap: results of different samples have the lengths {lengths[0]} and {lengths[1]}; "
            "with out_axes other than 0 they need one length"
        )
    return [_stack_batch(column, axis - 1, in_arrays) for column in zip(*results, strict=True)]


def _no_axis(axis: int) -> ValueError:
    return ValueError(f"vmap: out_axes is {axis}, but the results have no such axis or level")
