"""Quotients of several vectors: some by the divider, some by products and sums.

Owns the latter. The divider takes one vector of eight doubles at a time, and as long as a function
takes that ends with it: it is what the function would wait for.
"""

from autograd.replay.llvm.rows.lanes import Number, fma
from autograd.replay.llvm.rows.registers import in_each, n_of_eight, near_reciprocal


def quotient(a: Number, b: Number) -> Number:
    """a/b rounded once, in whichever lane; 1 <= b <= 2^1000, and a is at most as large as b."""
    if n_of_eight(a) < 2:
        return a / b
    return in_each(lambda i, a, b: _by_products(a, b) if i % 2 else a / b, a, b)


def _by_products(a: Number, b: Number) -> Number:
    """By a reciprocal to 2^-42, of I. Newton's method, and what it leaves of a, to 2^-95.

    That differs from a/b only where this lies as near to the middle of two numbers, and was not
    seen to.
    """
    near = near_reciprocal(b)
    off = fma(-b, near, 1.0)
    inverse = fma(near, fma(off, off, off), near)  # 1/b = near (1 + off + off^2 + ...)
    result = a * inverse
    return fma(fma(-b, result, a), inverse, result)
