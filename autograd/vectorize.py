"""vmap: one function over a batch of arguments.

In eager mode it is a loop, sample by sample; it saves writing one, not time.
"""

import functools
from collections.abc import Callable
from typing import Any

from autograd.containers import flatten
from autograd.number import is_array

Axis = int | None


def vmap(
    f: Callable[..., Any], in_axes: Axis | tuple[Axis, ...] = 0, out_axes: int = 0
) -> Callable[..., Any]:
    """A function that calls `f` for each sample along an axis and stacks the results: a loop.

    Args:
        f: the function of one sample.
        in_axes: for each positional argument the axis that counts samples, None to hand it to
            every call as it is; one for all if it is no tuple. Axis k of nested lists is their
            k-th level; a dict is mapped value by value. Keyword arguments are handed on.
        out_axes: where the axis of samples goes in the result.

    Results come in arrays when a mapped argument was an array, else in lists. Raises ValueError
    when the arguments have different numbers of samples, or none is mapped.
    """

    @functools.wraps(f, updated=())
    def mapped(*args: Any, **kwargs: Any) -> Any:
        axes = in_axes if isinstance(in_axes, tuple) else (in_axes,) * len(args)
        if len(axes) != len(args):
            raise ValueError(
                f"vmap: in_axes has {len(axes)} entries for {len(args)} positional arguments"
            )
        batches = [
            None if axis is None else _samples(x, axis, f"argument {k}")
            for k, (x, axis) in enumerate(zip(args, axes, strict=True))
        ]
        sizes = sorted({len(batch) for batch in batches if batch is not None})
        if len(sizes) != 1:
            found = "no argument is mapped" if not sizes else f"they have {sizes} samples"
            raise ValueError(f"vmap: mapped arguments need one number of samples; {found}")
        results = [
            f(*[x if b is None else b[k] for x, b in zip(args, batches, strict=True)], **kwargs)
            for k in range(sizes[0])
        ]
        mapped_args = [x for x, axis in zip(args, axes, strict=True) if axis is not None]
        return _stack(results, out_axes, any(_holds_array(x) for x in mapped_args))

    return mapped


def _samples(x: Any, axis: int, which: str) -> list[Any]:
    """The slices of `x` along `axis`."""
    if is_array(x) and -x.ndim <= axis < x.ndim:
        import numpy  # loaded already: x is an array

        return [s if is_array(s) else s.item() if hasattr(s, "item") else s
                for s in numpy.moveaxis(x, axis, 0)]  # fmt: skip
    if isinstance(x, dict) and x:
        columns = {k: _samples(v, axis, f"{which}[{k!r}]") for k, v in x.items()}
        lengths = {len(c) for c in columns.values()}
        if len(lengths) != 1:
            raise ValueError(f"vmap: the entries of {which} have {sorted(lengths)} samples")
        return [{k: c[i] for k, c in columns.items()} for i in range(lengths.pop())]
    if isinstance(x, (list, tuple)):
        if axis == 0:
            return list(x)
        if axis > 0 and x:
            rows = [_samples(row, axis - 1, f"{which}[{i}]") for i, row in enumerate(x)]
            if len({len(row) for row in rows}) != 1:
                raise ValueError(f"vmap: the rows of {which} have different lengths")
            return [type(x)(column) for column in zip(*rows, strict=True)]
    raise ValueError(
        f"vmap: {which} has no axis {axis} to map over, it is a {type(x).__name__}; "
        "use None in in_axes to hand it on as it is"
    )


def _holds_array(x: Any) -> bool:
    return is_array(x) or (isinstance(x, dict) and any(_holds_array(v) for v in x.values()))


def _stack(results: list[Any], axis: int, in_arrays: bool) -> Any:
    """The samples' results as one: containers outside, the axis of samples inside them."""
    first = results[0] if results else 0.0
    if isinstance(first, dict):
        return {k: _stack([r[k] for r in results], axis, in_arrays) for k in first}
    if isinstance(first, tuple):
        return tuple([_stack(list(c), axis, in_arrays) for c in zip(*results, strict=True)])
    if is_array(first) or (in_arrays and not isinstance(first, list)):
        import numpy  # loaded already: an argument or a result is an array

        stacked = numpy.stack([numpy.asarray(r) for r in results], axis)
        numbers = flatten(stacked)[0]
        plain = all(isinstance(x, (int, float)) for x in numbers)
        return stacked.astype(float) if plain else stacked
    if axis == 0 or not isinstance(first, list):
        return results
    return [_stack(list(c), axis - 1, in_arrays) for c in zip(*results, strict=True)]
