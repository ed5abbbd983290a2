"""An explanation as text and as Markdown.

Owns the sentences and tables. English text is ASCII, so that every terminal shows it; Markdown
carries the formulas in LaTeX, and names as plain text.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from autograd.view.paths import UNCOUNTED, Push
from autograd.view.sentences import derivative_name, number_in_formula, shortened
from autograd.view.symbols import latex_name, number_text, short_number
from autograd.view.table import Table, escaped, grid, plain

if TYPE_CHECKING:
    from autograd.view.explanation import Explanation

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
            numbers = [_tex_number(one.partial)]
            if not _is_number(one.derivative, one.partial):
                numbers.insert(0, one.latex)
            lines.append(" = ".join([by, *numbers]))
    return "\n\n".join(f"$${line}$$" for line in dict.fromkeys(lines))


def _tex_number(x: float | None) -> str:
    text = "" if x is None else number_text(x)
    match = re.fullmatch(r"(-?[\d.]+)e([+-]\d+)", text)
    if match:
        return rf"{match[1]} \cdot 10^{{{int(match[2])}}}"
    return {"inf": r"\infty", "-inf": r"-\infty", "nan": r"\mathrm{nan}"}.get(text, text)


def _parts(told: "Explanation") -> Iterator[Part]:
    yield from _korean(told) if told.lang == "ko" else _english(told)


def _english(told: "Explanation") -> Iterator[Part]:
    if told.op is None:
        yield f"{told.name} = {told.data!r} is a leaf: a number that was given, not computed."
    else:
        yield f"{told.name} = {shortened(told.formula)} = {shortened(told.numbers)} = {told.data!r}"
        yield told.rule
        yield Table(("operand", "value", "local derivative"), _operands(told, "none", "more"))
    way = told.derivative
    if way is None:
        return
    name = derivative_name(told.name, way.by)
    yield ""
    yield f"The derivative by {way.by}: {name} = {way.gradient!r}"
    if not way.is_used:
        yield f"{told.name} was not made from {way.by}, so no change of it changes {told.name}."
        return
    if way.count == 0:
        yield "Every path is cut by an operation that passes no gradient on."
        return
    many = f"more than {UNCOUNTED:.0e}" if way.count >= UNCOUNTED else f"{way.count:,}"
    if way.count == 1:
        yield "One path leads there; the local derivatives along it are multiplied:"
    else:
        yield f"{many} paths lead there. Along each the local derivatives are multiplied; the sum:"
    if way.paths:
        yield Table(("path", "local derivatives", "product"), _paths(told, "sum", "operand"))
    else:
        head: Sequence[str] = ("folded by use", "paths", "local derivative * gradient", "product")
        yield Table(head, _consumers(told, "sum", "more", "operand"))
    if way.total != way.gradient and way.total == way.total:
        yield "backward() adds in another order, so that its last digits differ from this sum."
    order = told.order
    if order is None or not order.right:
        return
    yield ""
    yield "Why in reverse topological order? Backpropagation in two orders:"
    if not order.is_whole:
        yield (
            f"Naive, passing a gradient on as soon as something arrives: not done after "
            f"{len(order.naive):,} pushes; {name} was {order.naive_gradient!r} then."
        )
    else:
        yield (
            f"Naive, passing a gradient on as soon as something arrives: {len(order.naive):,} "
            f"pushes, {name} = {order.naive_gradient!r}"
        )
    is_same = order.is_whole and order.naive_gradient == order.gradient
    if not is_same:
        yield Table(("push", "adds", "gradient then"), _pushes(told, order.naive, "more"))
    yield (
        f"Reverse topological, each node waiting for all that it gets: {len(order.right):,} "
        f"pushes, {name} = {order.gradient!r}"
    )
    yield Table(("push", "adds", "gradient then"), _pushes(told, order.right, "more"))
    if is_same and order.shared:
        name = told.names[order.shared[0]]
        yield f"Here the numbers happen to be the same: {name} gets its gradient in several parts."
    elif is_same:
        itself = f"; {way.by}, where the paths end, does" if way.count > 1 else ""
        yield (
            "Here both give the same: no node on the way gets its gradient in several parts"
            f"{itself}."
        )
    elif order.is_whole:
        yield "The naive order passes the first part of a gradient on again with the second."


def _korean(told: "Explanation") -> Iterator[Part]:
    if told.op is None:
        yield f"{told.name} = {told.data!r}: 계산하지 않고 주어진 수(리프)입니다."
    else:
        yield f"{told.name} = {shortened(told.formula)} = {shortened(told.numbers)} = {told.data!r}"
        yield told.rule
        yield Table(("피연산자", "값", "국소 미분값"), _operands(told, "없음", "개 더"))
    way = told.derivative
    if way is None:
        return
    name = derivative_name(told.name, way.by)
    yield ""
    yield f"미분: {name} = {way.gradient!r}"
    if not way.is_used:
        yield f"계산에 쓰이지 않은 값: {way.by}. 이 값이 변해도 결과는 변하지 않습니다."
        return
    if way.count == 0:
        yield "모든 경로가 기울기를 전달하지 않는 연산에서 끊깁니다."
        return
    many = f"{UNCOUNTED:.0e}개 이상" if way.count >= UNCOUNTED else f"{way.count:,}개"
    if way.count == 1:
        yield "경로는 1개입니다. 경로를 따라 국소 미분값을 곱합니다(연쇄 법칙)."
    else:
        yield f"경로는 {many}입니다. 경로마다 국소 미분값을 곱하고, 곱을 모두 더합니다(연쇄 법칙)."
    if way.paths:
        yield Table(("경로", "국소 미분값", "곱"), _paths(told, "합", "피연산자"))
    else:
        head: Sequence[str] = ("처음 쓰인 곳별로", "경로 수", "국소 미분값 * 기울기", "곱")
        yield Table(head, _consumers(told, "합", "개 더", "피연산자"))
    if way.total != way.gradient and way.total == way.total:
        yield "backward()는 더하는 순서가 달라서 마지막 자릿수가 이 합과 다릅니다."
    order = told.order
    if order is None or not order.right:
        return
    yield ""
    yield "왜 역위상 순서일까요? 두 가지 순서로 역전파를 해 봅니다."
    if not order.is_whole:
        yield (
            f"단순한 순서(무언가 도착할 때마다 바로 전달): {len(order.naive):,}번 전달해도 끝나지 "
            f"않아 멈췄습니다. 그때 {name} = {order.naive_gradient!r}"
        )
    else:
        yield (
            f"단순한 순서(무언가 도착할 때마다 바로 전달): {len(order.naive):,}번 전달, "
            f"{name} = {order.naive_gradient!r}"
        )
    head = ("전달", "더하는 값", "그때의 기울기")
    is_same = order.is_whole and order.naive_gradient == order.gradient
    if not is_same:
        yield Table(head, _pushes(told, order.naive, "번 더"))
    yield (
        f"역위상 순서(받을 것을 모두 받은 다음 전달): {len(order.right):,}번 전달, "
        f"{name} = {order.gradient!r}"
    )
    yield Table(head, _pushes(told, order.right, "번 더"))
    if is_same and order.shared:
        name = told.names[order.shared[0]]
        yield f"여기서는 우연히 결과가 같습니다. 기울기를 여러 번에 나누어 받는 노드: {name}"
    elif is_same:
        yield (
            "여기서는 결과가 같습니다. "
            "경로 중간에 기울기를 여러 번에 나누어 받는 노드가 없기 때문입니다."
        )
    elif order.is_whole:
        yield "단순한 순서에서는 먼저 전달한 기울기를 다음 기울기와 함께 한 번 더 전달합니다."


# Rows


def _operands(told: "Explanation", none: str, more: str) -> list[list[str]]:
    rows = []
    for one in told.operands[: told.limit]:
        said = none if one.partial is None else repr(one.partial)
        if one.derivative is not None and not _is_number(one.derivative, one.partial):
            said = f"{shortened(one.derivative)} = {said}"
        if not one.name:
            said = "-"
        rows.append([one.name or short_number(one.data), repr(one.data), said])
    return rows + _rest(len(told.operands) - told.limit, 3, more)


def _is_number(derivative: str | None, partial: float | None) -> bool:
    """Whether a derivative as a formula is only the number itself, perhaps cut to six digits."""
    return partial is not None and derivative in (number_text(partial), short_number(partial))


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
        products = sum((one.product for one in hidden), 0.0)
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
