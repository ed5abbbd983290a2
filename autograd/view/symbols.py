"""Formulas: what an operation and its derivatives look like with names in place of numbers.

Owns `Symbol`, a kind of number that is text: a row's own rule, run on symbols, gives the derivative
as a formula, so that no formula stands anywhere beside the table.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import Any

from autograd import ops
from autograd.op import Op

SHORT = 8  # letters of a number that a sentence shows as it is

# How tightly an operator holds its operands; a formula of more binds less than one of a name.
SUM, PRODUCT, SIGN, POWER, ATOM = 1, 2, 3, 4, 5
_BINDING = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "%": PRODUCT, "//": PRODUCT}
_BINDING |= {"**": POWER, "^": POWER, "if": 0, "else": 0, ">": 0, "=": 0, r"\cdot": PRODUCT}
_BINDING |= {r"\bmod": PRODUCT, r"\,": PRODUCT, r"\mathrm": 0}
_LATEX_FUNCTION = re.compile(r"\\(?:ln|sin|cos|tan|arcsin|arccos|arctan)$")
_TOKEN = re.compile(
    r"\{\.\.\.\}|\{\d\}|\{\{|\}\}|\*\*|//|\\[a-zA-Z]+|\\.|[A-Za-z_]\w*|[\d.]+|\s+|.", re.DOTALL
)


class Symbol:
    """A formula, as text and as LaTeX, to which operations apply by writing a longer one.

    Args:
        text, latex: the formula in each notation.
        binding: how tightly the outermost operator of each holds, from 0 to ATOM.
    """

    __slots__ = ("binding", "latex", "text")

    def __init__(self, text: str, latex: str, binding: tuple[int, int]) -> None:
        self.text = text
        self.latex = latex
        self.binding = binding

    def __add__(self, other: Any) -> Any:
        return ops.add(self, other)

    def __radd__(self, other: Any) -> Any:
        return ops.add(other, self)

    def __sub__(self, other: Any) -> Any:
        return ops.sub(self, other)

    def __rsub__(self, other: Any) -> Any:
        return ops.sub(other, self)

    def __mul__(self, other: Any) -> Any:
        return ops.mul(self, other)

    def __rmul__(self, other: Any) -> Any:
        return ops.mul(other, self)

    def __truediv__(self, other: Any) -> Any:
        return ops.div(self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return ops.div(other, self)

    def __pow__(self, other: Any) -> Any:
        return (ops.pow_ if isinstance(other, Symbol) else ops.power)(self, other)

    def __rpow__(self, other: Any) -> Any:
        return ops.pow_(other, self)

    def __mod__(self, other: Any) -> Any:
        return ops.mod(self, other)

    def __floordiv__(self, other: Any) -> Any:
        return ops.floordiv(self, other)

    def __neg__(self) -> Any:
        return ops.neg(self)

    def __pos__(self) -> Any:
        return self

    def __abs__(self) -> Any:
        return ops.abs_(self)

    def __bool__(self) -> bool:
        raise TypeError(
            f"a rule asked whether {self.text} holds, but a formula has no number; select with "
            "edge() or where() instead of `if`"
        )

    def _select_edge(self, partial: Any) -> Any:
        """The derivative where there is an edge; that the condition holds is said elsewhere."""
        return partial

    @staticmethod
    def _apply_op(op: Op, inputs: tuple[Any, ...]) -> Any:
        return _simplified(op, [_symbol(x) for x in inputs])


def symbol(name: str, latex: str | None = None) -> Symbol:
    """Return a name as a formula.

    Args:
        name: any text; one that is no identifier is put in brackets where it would be misread.
        latex: how it is written in LaTeX; default: the name, upright where it is a word.
    """
    binding = _binding_of(name)
    return Symbol(name, latex_name(name) if latex is None else latex, (binding, binding or ATOM))


def number_text(x: float) -> str:
    """A number in a formula, every digit of it, whole ones without ".0"."""
    return repr(int(x)) if x.is_integer() and abs(x) < 1e15 and repr(x) != "-0.0" else repr(x)


def short_number(x: float) -> str:
    """A number in a sentence: one that is long to six digits."""
    text = number_text(x)
    return text if len(text) <= SHORT else f"{x:.6g}"


def formula(
    op: Op,
    operands: Sequence[str | float],
    latex: bool = False,
    written: Callable[[float], str] = short_number,
) -> str:
    """Return how `op` of `operands` is written as it ran: "w*x", "2*1", LaTeX "w \\cdot x".

    Args:
        op: the operation.
        operands: a name for each, or its number as text; a float is a constant.
        latex: whether in LaTeX.
        written: how a constant is written.

    Only a bias of 0.0 that is a constant is left out: nobody gave it.
    """
    inputs = [symbol(x if isinstance(x, str) else written(x)) for x in operands]
    if op is ops.dot and operands[-1] == 0.0 and len(inputs) > 1:
        made = _sum_of_products(inputs[:-1])
    else:
        made = _applied(op, inputs)
    return made.latex if latex else made.text


def derivatives(op: Op, output: str, names: Sequence[str], latex: bool = False) -> list[str | None]:
    """Return the derivative of `op` by each operand, as a formula; None where there is no edge.

    Args:
        op: the operation.
        output: what its result is called: the rule of tanh is written in it.
        names: of its operands.
        latex: whether in LaTeX.

    It is the row's own rule, run on symbols. Of an input that is selected or not it is the
    derivative where it is selected. A rule that cannot be run on symbols (it asks for numbers by
    `if`) raises TypeError.
    """
    found = op.partials(symbol(output), *map(symbol, names))
    made = [None if partial is None else _symbol(partial) for partial in found]
    return [one if one is None else one.latex if latex else one.text for one in made]


def latex_name(name: str) -> str:
    """A name in LaTeX: one letter, maybe with a hat, and an index as w_1; other text is upright."""
    if match := re.fullmatch(r"([A-Za-z])(\u0302?)_?(\d*)", unicodedata.normalize("NFD", name)):
        letter = rf"\hat{{{match[1]}}}" if match[2] else match[1]
        return f"{letter}_{{{match[3]}}}" if match[3] else letter
    if re.fullmatch(r"-?[\d.]+", name):
        return name
    if match := re.fullmatch(r"(-?[\d.]+)e([+-]?\d+)", name):
        return rf"{match[1]} \cdot 10^{{{int(match[2])}}}"
    escaped = "".join(_ESCAPES.get(c, c if c.isprintable() else " ") for c in name)
    return rf"\mathrm{{{escaped}}}"


_ESCAPES = {c: "\\" + c for c in "#$%&_{}"} | {"\\": r"\backslash ", "^": r"\wedge "}
_ESCAPES |= {" ": r"\ ", "~": "-"}


def _symbol(x: Any) -> Symbol:
    if isinstance(x, Symbol):
        return x
    text = number_text(float(x))
    return _CONSTANTS[text] if text in _CONSTANTS else symbol(text)


def _binding_of(name: str) -> int:
    """How tightly a name that is given holds: an expression given as a name needs brackets."""
    if re.fullmatch(r"[\w.\[\]]+", name) or re.fullmatch(r"\d[\d.]*(e[+-]?\d+)?", name):
        return ATOM
    return SIGN if re.fullmatch(r"-[\w.]+(e[+-]?\d+)?", name) else 0


# The numbers of a rule that a formula may be simplified by, as objects: a name may be "1", too.
_CONSTANTS = {text: symbol(text) for text in "01"}
_ZERO, _ONE = _CONSTANTS.values()


def _simplified(op: Op, inputs: list[Symbol]) -> Symbol:
    """The formula of `op` of `inputs` in a rule, with its constants left out that change nothing.

    What was computed keeps its factor of 1, for its reader looks for it: see `formula`.
    """
    if op is ops.mul and _ONE in inputs:
        return inputs[1 - inputs.index(_ONE)]
    if op is ops.div and inputs[1] is _ONE:
        return inputs[0]
    if op is ops.heaviside and inputs[1] is _ZERO:
        return Symbol(f"H({inputs[0].text})", f"H({inputs[0].latex})", (ATOM, ATOM))
    return _applied(op, inputs)


def _applied(op: Op, inputs: list[Symbol]) -> Symbol:
    """The formula of `op` of `inputs`."""
    if op is ops.identity:
        return inputs[0]
    if op is ops.dot:
        return _sum_of_products(inputs)
    if op in (ops.sum_, ops.prod) and len(inputs) > 1:
        return _chain(ops.add if op is ops.sum_ else ops.mul, inputs)
    text, binding = _fill(op.notation, inputs, latex=False)
    latex, latex_binding = _fill(_latex_notation(op), inputs, latex=True)
    return Symbol(text, latex, (binding, latex_binding))


def _latex_notation(op: Op) -> str:
    """The row's notation in LaTeX: its own, or that of its text, or its name upright."""
    if op.latex != rf"\operatorname{{{op.name}}}({{...}})":
        return op.latex
    if op.notation != f"{op.name}({{...}})":
        return op.notation
    name = op.name.replace("_", r"\_")
    return rf"\operatorname{{{{{name}}}}}({{...}})"


def _chain(op: Op, inputs: Sequence[Symbol]) -> Symbol:
    """a + b + c, or a*b*c, added or multiplied from the left."""
    if len(inputs) == 1:
        return inputs[0]
    holds = SUM if op is ops.add else PRODUCT
    texts, latexes = [], []
    for k, x in enumerate(inputs):
        text, latex = (binding < holds or (k and binding in (holds, SIGN)) for binding in x.binding)
        texts.append(f"({x.text})" if text else x.text)
        latexes.append(rf"\left({x.latex}\right)" if latex else x.latex)
    signs = (" + ", " + ") if op is ops.add else ("*", r" \cdot ")
    return Symbol(signs[0].join(texts), signs[1].join(latexes), (holds, holds))


def _sum_of_products(inputs: list[Symbol]) -> Symbol:
    """w1*x1 + ... + wn*xn + b, or without b, if the operands are an even number."""
    n = len(inputs) // 2
    terms = [_applied(ops.mul, [inputs[i], inputs[n + i]]) for i in range(n)]
    return _chain(ops.add, [*terms, *inputs[2 * n :]])


def _fill(notation: str, inputs: Sequence[Symbol], latex: bool) -> tuple[str, int]:
    """A notation with its operands, each in brackets where it would be misread, and its binding."""
    tokens = _TOKEN.findall(notation)
    solid = [k for k, token in enumerate(tokens) if not token.isspace()]
    depth, loosest = 0, ATOM
    for place, k in enumerate(solid):
        token = tokens[k]
        before = tokens[solid[place - 1]] if place else ""
        after = tokens[solid[place + 1]] if place + 1 < len(solid) else ""
        if token in ("(", "[", "{{", r"\lfloor"):
            depth += 1
        elif token in (")", "]", "}}", r"\rfloor"):
            depth -= 1
        if token == "{...}":
            tokens[k] = ", ".join(_written(x, latex) for x in inputs)
        elif token in ("{{", "}}"):
            tokens[k] = token[0]
        elif re.fullmatch(r"\{\d\}", token):
            x = inputs[int(token[1])]
            tokens[k] = _written(x, latex)
            is_signed = before == "-" and place == 1
            if _misread(x.binding[latex], "sign" if is_signed else before, after):
                tokens[k] = rf"\left({tokens[k]}\right)" if latex else f"({tokens[k]})"
        elif token in _BINDING and not depth:
            loosest = min(loosest, SIGN if token == "-" and not place else _BINDING[token])
        elif _LATEX_FUNCTION.match(token) and not depth:
            loosest = min(loosest, SIGN)  # \sin x: of what follows it would swallow a factor
    return "".join(tokens), loosest


def _written(x: Symbol, latex: bool) -> str:
    return x.latex if latex else x.text


def _misread(binding: int, before: str, after: str) -> bool:
    """Whether an operand that holds so tightly needs brackets between its neighbours."""
    if before == "{{":  # \frac{{a}}{{b}} groups by itself; {{a}}^{{b}} is a base, see below
        return False
    if _LATEX_FUNCTION.match(before):
        return binding < ATOM
    if before in ("**", "sign"):
        return binding <= SIGN
    if after in ("**", "^"):
        return binding <= POWER
    if _BINDING.get(before, 0) >= SUM:  # a - (b + c), a*(b*c): another order has other bits
        return binding <= _BINDING[before] or binding == SIGN
    return binding < _BINDING.get(after, 0)
