"""An explanation as text and as Markdown.

Owns the order of its sentences and tables. English text is ASCII, so that every terminal shows it;
Markdown carries the formulas in LaTeX, and names as plain text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from autograd.special import total as add_up
from autograd.view.explanation_words import SAID
from autograd.view.local import is_number
from autograd.view.paths import UNCOUNTED, Order, Push
from autograd.view.sentences import derivative_name, number_in_formula, shortened
from autograd.view.symbols import latex_name, number_text, short_number
from autograd.view.table import Table, escaped, grid, plain

if TYPE_CHECKING:
    from autograd.view.explanation import Derivative, Explanation

MOST_NAMES = 6  # of a path that are written out
LONGEST_NAME = 60  # of one of them


Part = str | Table


def as_text(told: "Explanation") -> str:
    """Return an explanation as lines of text."""
    lines: list[str] = []
    for part in _parts(told):
        lines += grid(part) if isinstance(part, Table) else [plain(part)]
    return "\n".join(lines)


def as_markdown(told: "Explanation") -> str:
    """Return an explanation as Markdown with LaTeX."""
    blocks = [_display(told)] if told.op is not None else []
    for part in _parts(told):
        if isinstance(part, Table):
            rows = [part.head, [":--", *["--:"] * (len(part.head) - 1)]]
            cells = [[escaped(cell) for cell in row] for row in part.rows]
            blocks.append("\n".join(f"| {' | '.join(row)} |" for row in (*rows, *cells)))
        elif part:
            blocks.append(escaped(part))
    return "\n\n".join(blocks)


def _display(told: "Explanation") -> str:
    """The operation and its derivatives in LaTeX."""
    name = latex_name(told.name)
    lines = [f"{name} = {told.latex}"] if len(told.latex) < 400 else []
    for one in told.operands:
        if one.latex is not None and one.name:
            by = rf"\frac{{\partial {name}}}{{\partial {latex_name(one.name)}}}"
            said = [] if is_number(one.derivative, one.partial) else [one.latex]
            said += [] if one.partial is None else [_tex_number(one.partial)]
            if said:
                lines.append(" = ".join([by, *said]))
    return "\n\n".join(f"$${line}$$" for line in dict.fromkeys(lines))


def _tex_number(x: float) -> str:
    text = number_text(x)
    match = re.fullmatch(r"(-?[\d.]+)e([+-]\d+)", text)
    if match:
        return rf"{match[1]} \cdot 10^{{{int(match[2])}}}"
    return {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{nan}"}.get(text, text)


def _parts(told: "Explanation") -> Iterator[Part]:
    said = {key: both[told.lang == "ko"] for key, both in SAID.items()}
    if told.op is None:
        yield said["leaf"].format(name=told.name, data=told.data)
    else:
        yield f"{told.name} = {shortened(told.formula)} = {shortened(told.numbers)} = {told.data!r}"
        yield told.rule
        yield Table(_head(said["operands"]), _operands(told, said["none"], said["more"]))
    if told.derivative is not None:
        yield ""
        yield from _paths_and_sums(told, told.derivative, said)


def _paths_and_sums(told: "Explanation", way: "Derivative", said: dict[str, str]) -> Iterator[Part]:
    """What the derivative adds up from, and why the order matters."""
    name = derivative_name(told.name, way.by)
    yield said["derivative"].format(by=way.by, name=name, gradient=way.gradient)
    if not way.is_used:
        yield said["unused"].format(by=way.by, name=told.name)
        return
    if way.count == 0:
        yield said["cut"]
        return
    many = f"{UNCOUNTED:.0e}" if way.count >= UNCOUNTED else f"{way.count:,}"
    ways = "one path" if way.count == 1 else "paths" if way.count < UNCOUNTED else "more paths"
    yield said[ways].format(many=many)
    if way.paths:
        yield Table(_head(said["path"]), _paths(told, said["sum"], said["operand"]))
    else:
        rows = _consumers(told, said["sum"], said["more"], said["operand"])
        yield Table(_head(said["folded"]), rows)
    if way.total != way.gradient and way.total == way.total:
        yield said["other digits"]
    if told.order is not None and told.order.right:
        yield ""
        yield from _two_orders(told, told.order, way, said)


def _two_orders(
    told: "Explanation", order: Order, way: "Derivative", said: dict[str, str]
) -> Iterator[Part]:
    """Backpropagation in the naive order, and in the right one."""
    name = derivative_name(told.name, way.by)
    yield said["why"]
    naive = said["naive" if order.is_whole else "naive, not done"]
    yield naive.format(pushes=len(order.naive), name=name, gradient=order.naive_gradient)
    is_same = order.is_whole and order.naive_gradient == order.gradient
    if not is_same:
        yield Table(_head(said["pushes"]), _pushes(told, order.naive, said["more pushes"]))
    yield said["reverse"].format(pushes=len(order.right), name=name, gradient=order.gradient)
    yield Table(_head(said["pushes"]), _pushes(told, order.right, said["more pushes"]))
    if is_same and order.shared:
        yield said["same by chance"].format(name=told.names[order.shared[0]])
    elif is_same:
        itself = said["but itself"].format(by=way.by) if way.count > 1 else ""
        yield said["same"].format(itself=itself)
    elif order.is_whole:
        yield said["twice"]


def _head(names: str) -> list[str]:
    return names.split(" | ")


# Rows


def _operands(told: "Explanation", none: str, more: str) -> list[list[str]]:
    rows = []
    for one in told.operands[: told.limit]:
        said = none if one.partial is None else repr(one.partial)
        if one.derivative is not None and not is_number(one.derivative, one.partial):
            said = f"{shortened(one.derivative)} = {said}"
        if not one.name:
            said = "-"
        rows.append([one.name or short_number(one.data), repr(one.data), said])
    return rows + _rest(len(told.operands) - told.limit, 3, more)


def _paths(told: "Explanation", total: str, operand: str) -> list[list[str]]:
    way = told.derivative
    rows = []
    for path in () if way is None else way.paths:
        places = [f" ({operand} {k + 1})" if k is not None else "" for k in path.operands]
        names = _ends(
            [
                f"{shortened(told.names[i], LONGEST_NAME)}{place}"
                for i, place in zip(path.nodes, ["", *places], strict=True)
            ]
        )
        factors = _ends([number_in_formula(x) for x in path.partials])
        rows.append([" -> ".join(names), " * ".join(factors) or "1", repr(path.product)])
    return rows if way is None else [*rows, [total, "", repr(way.total)]]


def _consumers(told: "Explanation", total: str, more: str, operand: str) -> list[list[str]]:
    way = told.derivative
    if way is None:
        return []
    rows = [
        [
            f"{told.names[one.node]} ({operand} {one.operand + 1})", _count(one.paths),
            f"{number_in_formula(one.partial)} * {number_in_formula(one.upstream)}",
            repr(one.product),
        ]
        for one in way.consumers[: told.limit]
    ]  # fmt: skip
    hidden = way.consumers[told.limit :]
    if hidden:
        count = min(sum(one.paths for one in hidden), UNCOUNTED)
        products = add_up(*[one.product for one in hidden])
        rows.append([_more(len(hidden), more), _count(count), "", repr(products)])
    return [*rows, [total, _count(way.count), "", repr(way.total)]]


def _pushes(told: "Explanation", pushes: Sequence[Push], more: str) -> list[list[str]]:
    rows = [
        [f"{told.names[one.node]} -> {told.names[one.operand]}", repr(one.added), repr(one.after)]
        for one in pushes[: told.limit]
    ]
    return rows + _rest(len(pushes) - told.limit, 3, more)


def _rest(count: int, columns: int, more: str) -> list[list[str]]:
    return [[_more(count, more), *[""] * (columns - 1)]] if count > 0 else []


def _more(count: int, more: str) -> str:
    return f"... {count:,} {more}" if more.isascii() else f"... {count:,}{more}"


def _count(n: int) -> str:
    return f"> {UNCOUNTED:.0e}" if n >= UNCOUNTED else f"{n:,}"


def _ends(words: Sequence[str]) -> list[str]:
    """The first and the last of many."""
    if len(words) <= MOST_NAMES:
        return [*words]
    half = MOST_NAMES // 2
    return [*words[:half], f"... {len(words) - 2 * half:,} ...", *words[-half:]]
