"""Numbers as text for a page: arrays in base64.

Owns the one form in which arrays of numbers get into a page; static/data.js reads it.
"""

import sys
from array import array
from base64 import b64encode
from collections.abc import Iterable


def packed(numbers: Iterable[float], kind: str = "f") -> str:
    """Return the numbers as little-endian bytes in base64.

    Args:
        numbers: nan and infinities too, where `kind` is "f" or "d".
        kind: of `array.array`: "f" (32 bits: 7 significant digits; what is too large becomes
            infinite), "d" (64 bits), "I" (32 bits, unsigned) or "B" (8 bits, unsigned).
    """
    values = array(kind, numbers)
    if sys.byteorder == "big":
        values.byteswap()
    return b64encode(values.tobytes()).decode("ascii")
