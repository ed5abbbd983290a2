"""What counts as a number: how an operand becomes a float, and how anything else is refused.

Owns `as_number`, the one place where ints, bools, NumPy scalars, fractions and decimals are
converted, `is_array` and `require_unmasked`, which recognise NumPy arrays without importing NumPy,
and `EXACT`, to which ints are floats.
"""

import sys
from decimal import Decimal
from numbers import Complex, Real
from typing import Any

EXACT = 2**53  # every int of less size is a float

_REMEDIES = (
    ((str, bytes, bytearray), "convert the text first: float(...)"),
    ((Complex,), "take its .real, its .imag or abs(...) of it"),
    ((list, tuple, set, frozenset, range), "make one Value for each item: [Value(x) for x in xs]"),
    ((dict,), "make one Value for each entry: {k: Value(x) for k, x in d.items()}"),
    ((type(None),), "a function without a return statement returns None"),
)


def is_array(x: Any) -> bool:
    """Whether `x` is a NumPy array; False, and no import, while NumPy is not loaded."""
    numpy = sys.modules.get("numpy")
    return numpy is not None and isinstance(x, numpy.ndarray)


def require_unmasked(x: Any, who: str) -> None:
    """Raise TypeError, beginning with `who`, for a NumPy array of which something is masked."""
    masks = sys.modules.get("numpy.ma")
    if masks is not None and isinstance(x, masks.MaskedArray) and masks.is_masked(x):
        raise TypeError(
            f"{who}: expected numbers, got some that are masked; give those that are not: "
            "array.compressed(), or others in their place: array.filled(0.0)"
        )


def as_number(x: Any, who: str) -> float:
    """Return `x` as a Python float, or refuse it.

    Accepts float, int, bool, Fraction, Decimal, NumPy real scalars and 0-d arrays. Raises
    OverflowError for a number too large for a float and TypeError, beginning with `who` and
    ending with the remedy, for anything else.
    """
    if isinstance(x, (Real, Decimal)):
        try:
            return float(x)
        except OverflowError:
            raise OverflowError(
                f"{who}: this {type(x).__name__} is too large for a float (at most about 1.8e308)"
            ) from None
        except TypeError:  # NumPy calls a time span an integer
            raise TypeError(
                f"{who}: expected a number, got {_describe(x)}; convert it to a float first"
            ) from None
        except ValueError:
            raise ValueError(f"{who}: {x!r} has no float; give a number or float('nan')") from None
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if isinstance(x, numpy.bool_):
            return float(x)
        if isinstance(x, numpy.ndarray):
            if x.ndim == 0:
                require_unmasked(x, who)
                return as_number(x.item(), who)
            raise TypeError(
                f"{who}: expected one number, got an array of shape {x.shape}; "
                "make one Value for each element, or use an operation, which broadcasts"
            )
    raise TypeError(f"{who}: expected a number, got {_describe(x)}; {_remedy(x)}")


def type_name(x: Any) -> str:
    """What a message calls the type of x; a number of a recording goes by what it stands for."""
    return type(getattr(x, "number", x) if hasattr(x, "as_value") else x).__name__


def _describe(x: Any) -> str:
    if x is None:
        return "None"
    text = repr(x) if isinstance(x, (str, bytes, complex)) else ""
    return f"{type_name(x)} {text[:40]}".rstrip()


def _remedy(x: Any) -> str:
    for kinds, remedy in _REMEDIES:
        if isinstance(x, kinds):
            return remedy
    if hasattr(x, "_apply_op"):
        return "it is a Value already: use it as it is, or x.detach() for a new leaf"
    return "convert it to a float first"
