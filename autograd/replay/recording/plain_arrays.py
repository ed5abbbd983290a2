"""Plain arrays: arrays of floats that are no Values, in a recording.

Owns what NumPy may do with them. In a recording they hold objects, whose sums NumPy adds up one
after another; floats it adds up in an order of its own, and takes powers and functions its own way.
So only what gives the same bits for both is let through: arithmetic element by element, functions
of Python's and operations of ours for each, and whatever moves elements. Anything else raises
TypeError, and the function runs as it stands.
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from autograd.number import is_array
from autograd.replay.recording.in_arrays import allowed
from autograd.replay.recording.traced import Traced
from autograd.value import Value

SAME = {"add", "subtract", "multiply", "divide", "negative", "positive", "absolute", "square"}
SAME |= {"equal", "not_equal", "less", "less_equal", "greater", "greater_equal"}
OF_PYTHON = "(vectorized)"  # how NumPy calls what frompyfunc and vectorize make
MOVING = {"reshape", "ravel", "transpose", "moveaxis", "swapaxes", "squeeze", "expand_dims"}
MOVING |= {"concatenate", "stack", "vstack", "hstack", "column_stack", "split", "array_split"}
MOVING |= {"tile", "repeat", "roll", "flip", "fliplr", "flipud", "broadcast_to", "take", "where"}
MOVING |= {"atleast_1d", "atleast_2d", "shape", "ndim", "size", "copy", "diag", "diff", "outer"}


def plain_array(items: Any) -> Any:
    """An array of objects as one that NumPy may not add up."""
    return items.view(_kind())


def _holds_values(things: Iterable[Any]) -> bool:
    """Whether Values are among some operands: then NumPy goes by Python's arithmetic anyhow."""
    for x in things:
        if isinstance(x, Value):
            return True
        if isinstance(x, (list, tuple)) and _holds_values(x):
            return True
        if is_array(x) and x.dtype.kind == "O" and not isinstance(x, _kind()):
            return True
    return False


@cache
def _kind() -> Any:
    import numpy  # loaded already: an argument is an array

    class PlainArray(numpy.ndarray[Any, Any]):
        """Of what stands for floats."""

        def __array_ufunc__(
            self, ufunc: Any, method: Any, *inputs: Any, out: Any = None, **more: Any
        ) -> Any:
            is_mixed = _holds_values(inputs)
            is_same = ufunc.__name__ in SAME or ufunc.__name__.endswith(OF_PYTHON)
            if not is_mixed and (method != "__call__" or not is_same):
                raise _refusal(ufunc.__name__)
            plain = [x.view(numpy.ndarray) if isinstance(x, PlainArray) else x for x in inputs]
            if out is not None:
                more["out"] = tuple([x.view(numpy.ndarray) for x in out])
            found = getattr(ufunc, method)(*plain, **more)
            if out is not None:
                return out[0]
            is_plain = isinstance(found, numpy.ndarray) and found.dtype.kind == "O"
            return found.view(PlainArray) if is_plain and not is_mixed else found

        def __array_function__(self, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
            is_mixed = _holds_values(args)
            if function.__name__ not in MOVING and not is_mixed:
                raise _refusal(function.__name__)
            found = super().__array_function__(function, types, args, kwargs)
            return found if is_mixed else _plain_again(found)

        def __getitem__(self, key: Any) -> Any:
            return _alone(super().__getitem__(key))

        def tolist(self) -> Any:
            """Nested lists of the numbers."""
            return _alone(super().tolist())

        def item(self, *where: Any) -> Any:
            """One number."""
            return _alone(super().item(*where))

        def argmax(self, *where: Any, **more: Any) -> Any:
            """As NumPy's, which takes the first nan: of numbers."""
            return self._of_numbers("argmax").argmax(*where, **more)

        def argmin(self, *where: Any, **more: Any) -> Any:
            """As NumPy's, which takes the first nan: of numbers."""
            return self._of_numbers("argmin").argmin(*where, **more)

        def argsort(self, *where: Any, **more: Any) -> Any:
            """It is refused, as all that sorts: equal numbers may be in another order."""
            raise _refusal("argsort")

        sort = partition = argpartition = searchsorted = argsort

        def tobytes(self, *where: Any, **more: Any) -> Any:
            """It is refused, as all that shows memory, where addresses of objects stand."""
            raise TypeError("the memory of an array of plain floats has bits of its own")

        tofile = dump = dumps = __reduce_ex__ = tobytes
        data = ctypes = __array_interface__ = __array_struct__ = property(tobytes)

        def _of_numbers(self, name: str) -> Any:
            """The array, as one of objects, if none is nan; programs ask that of each, too."""
            for x in self.ravel().tolist():
                if x != x:
                    raise _refusal(name)
            return self.view(numpy.ndarray)

        def dot(self, other: Any, out: Any = None) -> Any:
            """The product, if the other is of Values."""
            if not _holds_values([other]):
                raise _refusal("dot")
            return self.view(numpy.ndarray).dot(other)

    allowed.add(PlainArray.__array_ufunc__.__code__)
    return PlainArray


def _alone(found: Any) -> Any:
    """What has been taken out of an array, a number or nested lists of them."""
    if isinstance(found, list):
        return [_alone(each) for each in found]
    return found.alone() if isinstance(found, Traced) else found


def _plain_again(found: Any) -> Any:
    """Arrays that have lost their class on the way, alone or in a list or tuple."""
    if isinstance(found, (list, tuple)):
        return type(found)([_plain_again(each) for each in found])
    return plain_array(found) if is_array(found) and found.dtype.kind == "O" else found


def _refusal(name: str) -> TypeError:
    return TypeError(f"numpy.{name} of plain floats has bits of its own")
