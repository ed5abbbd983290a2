"""`explain`: how a number, or a gradient, came about, in words, formulas and numbers.

Owns what is found out; `told` writes it as text and as Markdown.
"""

from dataclasses import dataclass
from typing import Any

from autograd.backward import pull_back, topological_order
from autograd.naming import Names, node_names
from autograd.special import total as add_up
from autograd.value import Value
from autograd.view import told
from autograd.view.glossary import Language
from autograd.view.local import local_derivatives
from autograd.view.paths import Consumer, Order, Path, Paths, replay
from autograd.view.rules import rule_of
from autograd.view.symbols import formula, short_number


@dataclass(frozen=True)
class Operand:
    """An operand of the operation, and the local derivative by it.

    Attributes:
        name: "" for a constant.
        data: its number.
        partial: the local derivative; None where no gradient flows.
        derivative: as a formula; None where there is none, or none can be written.
        latex: the same in LaTeX.
    """

    name: str
    data: float
    partial: float | None
    derivative: str | None
    latex: str | None


@dataclass(frozen=True)
class Derivative:
    """The derivative of the result by one Value, and what it adds up from.

    Attributes:
        by: the name of that Value.
        gradient: the derivative, bit for bit as `backward()` computes it.
        count: how many paths there are (`paths.UNCOUNTED` if at least so many).
        paths: each of them, if they are at most `limit`; else empty.
        consumers: each use of the Value with all the paths through it.
        total: the sum of what is listed. It may differ from `gradient` in the last digits.
        is_used: whether the result was made from that Value at all.
    """

    by: str
    gradient: float
    count: int
    paths: tuple[Path, ...]
    consumers: tuple[Consumer, ...]
    total: float
    is_used: bool


@dataclass(frozen=True)
class Explanation:
    """How a Value came about; `str()` is text, a notebook shows Markdown with LaTeX.

    Attributes:
        name: of the Value.
        data: its number.
        op: the operation that made it; None for a leaf.
        formula, numbers, latex: the operation with names, with numbers, and in LaTeX; numbers in
            them have six digits.
        rule: how it passes a gradient on, in words.
        operands: its operands.
        names: of all nodes, by their place in the topological order.
        derivative: by the Value that was asked for, if one was.
        order: backpropagation in the naive and in reverse topological order.
        lang: "en" or "ko".
        limit: how many rows a table shows.
    """

    name: str
    data: float
    op: str | None
    formula: str
    numbers: str
    latex: str
    rule: str
    operands: tuple[Operand, ...]
    names: tuple[str, ...]
    derivative: Derivative | None
    order: Order | None
    lang: Language
    limit: int

    def __str__(self) -> str:
        return told.as_text(self)

    def _repr_markdown_(self) -> str:
        return told.as_markdown(self)


def explain(
    value: Value,
    *,
    by: Value | None = None,
    lang: Language = "en",
    names: Names = None,
    limit: int = 12,
) -> Explanation:
    """Explain how `value` was made and passes a gradient on; with `by`, how its derivative adds up.

    With `by`, each path from that Value to `value` contributes the product of the local derivatives
    along it (the chain rule), and the derivative is their sum. If there are more than `limit` paths
    they are folded by the first operation on them. `.order` replays backpropagation in a naive
    order beside the reverse topological order and shows why the latter is needed. Nothing changes,
    neither `.grad` nor `.data`.

    Args:
        value: a result.
        by: the Value whose derivative is explained.
        lang: "en" or "ko".
        names: names for Values without a label, as for `draw`; one that gets none is called v2, by
            its place in the topological order.
        limit: how many rows a table has at most.

    Raises TypeError for what is no Value, ValueError for another language or limit.
    """
    for thing in (value, *([] if by is None else [by])):
        if not isinstance(thing, Value):
            raise TypeError(f"explain: expected a Value, got {type(thing).__name__}")
    if lang not in ("en", "ko"):
        raise ValueError(f"explain: lang must be 'en' or 'ko', got {lang!r:.20}")
    if not isinstance(limit, int):
        raise TypeError(f"explain: limit must be an int, got {limit!r:.40}")
    if limit < 1:
        raise ValueError(f"explain: limit must be at least 1, got {limit!r}")
    order = topological_order(value)
    called = node_names(order, names)
    name_of = dict(zip(order, called, strict=True))
    made = _operation(value, name_of, lang)
    found = replayed = None
    if by is not None:
        found = _derivative(order, by, name_of.get(by) or str(by.label) or "x", limit)
        replayed = replay(order, by) if found.is_used else None
    return Explanation(
        name=called[-1], data=value.data, names=tuple(called), derivative=found, order=replayed,
        lang=lang, limit=limit, **made,
    )  # fmt: skip


def _operation(value: Value, name_of: dict[Any, str], lang: Language) -> dict[str, Any]:
    """The operation that made `value`."""
    row = value.op
    if row is None:
        return {
            "op": None, "formula": "", "numbers": "", "latex": "", "rule": "", "operands": (),
        }  # fmt: skip
    operands = [x if x.__class__ is float else name_of[x] for x in value.inputs]
    words = [x if isinstance(x, str) else short_number(x) for x in operands]
    data = [x if x.__class__ is float else x.data for x in value.inputs]
    numbers = [x if x.__class__ is float else short_number(x.data) for x in value.inputs]
    formulas = local_derivatives(row, name_of[value], words)
    partials = value.partials
    told_of = [
        Operand("" if x.__class__ is float else name_of[x], data[k], partials[k], *formulas[k])
        for k, x in enumerate(value.inputs)
    ]
    return {
        "op": row.name, "formula": formula(row, operands), "numbers": formula(row, numbers),
        "latex": formula(row, operands, latex=True), "rule": rule_of(row, lang),
        "operands": tuple(told_of),
    }  # fmt: skip


def _derivative(order: list[Any], by: Value, name: str, limit: int) -> Derivative:
    """What the derivative of the last node by another adds up from."""
    gradients = pull_back(order, {order[-1]: 1.0})
    gradient = gradients.get(by, 0.0)
    if by not in set(order):
        return Derivative(name, 0.0, 0, (), (), 0.0, False)
    ways = Paths(order, by)
    paths = ways.each() if 0 < ways.count <= limit else []
    consumers = ways.consumers(gradients)
    total = add_up(*[row.product for row in (paths or consumers)])
    if by is order[-1]:
        total = 1.0
    return Derivative(name, gradient, ways.count, tuple(paths), tuple(consumers), total, True)
