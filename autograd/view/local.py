"""The local derivatives of an operation as formulas, where they can be written.

Owns which are: not those of too many operands, nor those of a rule that asks for numbers.
"""

from collections.abc import Sequence

from autograd.op import Op
from autograd.view.symbols import derivatives, number_text, short_number

MOST_FORMULAS = 12  # operands of an operation whose derivatives are written as formulas


def local_derivatives(
    op: Op, output: str, operands: Sequence[str]
) -> list[tuple[str | None, str | None]]:
    """Return the derivative of `op` by each operand, in text and in LaTeX.

    Args:
        op: the operation.
        output: what its result is called.
        operands: what they are called.

    None and None stand where there is no edge, or no formula.
    """
    nothing: list[tuple[str | None, str | None]] = [(None, None)] * len(operands)
    if len(operands) > MOST_FORMULAS:
        return nothing
    try:
        texts = derivatives(op, output, operands)
        latexes = derivatives(op, output, operands, latex=True)
    except Exception:  # noqa: BLE001 - a user's rule was not made for formulas: it may do anything
        return nothing
    return list(zip(texts, latexes, strict=True))


def is_number(derivative: str | None, partial: float | None) -> bool:
    """Whether a derivative as a formula is only the number itself, perhaps cut to six digits.

    Where nothing flows there is no number, as for what `where` did not choose: 1 would mislead.
    """
    if partial is None:
        return derivative in ("1", "-1")
    return derivative in (number_text(partial), short_number(partial))
