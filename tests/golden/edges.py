"""Writes docs/edges.md: the engine's numbers at every edge, beside PyTorch's and JAX's.

`python -m tests.golden.edges`, in the environment of `make test`. Owns the page; the operands stand
in edge_points.py, PyTorch's and JAX's numbers in golden.json and jax.json, the reasons in
edge_reasons.py and tests/pytorch/deviations.py.
"""

from __future__ import annotations

import inspect
import itertools
import json
import math
import string
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import autograd as ag
from tests.golden.comparison import Entries, Point, derivatives, read
from tests.golden.edge_points import POINTS
from tests.golden.edge_reasons import JAX, PYTORCH, Difference, reason

PAGE = Path(__file__).parents[2] / "docs" / "edges.md"
HERE = Path(__file__).parent
GOLDEN: dict[str, Any] = json.loads((HERE / "golden.json").read_text(encoding="ascii"))
JAX_NUMBERS: dict[str, Any] = json.loads((HERE / "jax.json").read_text(encoding="ascii"))
CLOSE = 1e-9  # relatively: numbers that are nearer are the same on the page
DIGITS = 6

NAMES = [*ag.ops.TABLE, "softmax", "log_softmax"]

INTRODUCTION = """\
# Edges

<!-- Written by `python -m tests.golden.edges`; a test compares. -->

What each operation gives where arithmetic is difficult: at zeros of either sign, subnormal numbers,
infinities and nan, at the ends of its domain, at kinks, poles and ties, and where a value or a
derivative over- or underflows. There are {points} such points of {operations} operations here.

**How to read it.** `value`, `first` and `second` are glassgrad's, in double precision: the first
derivative by each operand, the second ones row by row (`aa ab; ba bb`), one number where all are
the same. Parameters, by which PyTorch does not differentiate, are in parentheses. `=` says that
PyTorch {pytorch} or JAX {jax} has the same numbers: equal to a relative 1e-9, nan to nan, and
values that are zeros in their sign as well. Where something differs, what it has instead stands
there (`f` the value, `f′` and `f″` the derivatives, `∂a`, `∂a∂b` those by the operands named below
the heading), with the letter of the reason, which follows the table. At {pytorch_rows} of the
points one or more of PyTorch's numbers differ, at {jax_rows} of JAX's. Where it is a matter of
choice, glassgrad has PyTorch's number, unless the reason says otherwise.

Derivatives are reverse mode's, as the three have them without a compiler: `backward()` and
`hessian` here, `torch.autograd.grad` twice, `jax.grad` twice outside `jit`. Where PyTorch or JAX
has no such function, an expression stands in: `tests/pytorch/reference.py`,
`tests/golden/make_jax.py`.

These commands reproduce every number, each in an environment of its own. The first one writes this
page from what the engine gives now; `tests/test_edges_page.py` compares it in every `make test`.

```sh
.venv/bin/python -m tests.golden.edges            # glassgrad: make .venv/.dev
.venv-torch/bin/python -m tests.golden.make       # PyTorch {pytorch}: make .venv-torch/.dev
.venv-jax/bin/python -m tests.golden.make_jax     # JAX {jax}: python3 -m venv .venv-jax,
                                                  # .venv-jax/bin/python -m pip install jax=={jax}
```
"""


def same(at: tuple[int, ...], ours: float, theirs: float) -> bool:
    """Whether the page calls two numbers the same."""
    if math.isnan(ours) or math.isnan(theirs):
        return math.isnan(ours) and math.isnan(theirs)
    if ours == 0.0 == theirs and not at:
        return math.copysign(1.0, ours) == math.copysign(1.0, theirs)
    return ours == theirs or math.isclose(ours, theirs, rel_tol=CLOSE)


def differences(name: str, point: Point, ours: Entries, theirs: Entries) -> list[Difference]:
    """Every number of `theirs` that is not `ours`: value, then first, then second derivatives."""
    order = sorted(ours, key=lambda at: (len(at), at))
    return [
        Difference(name, point, at, ours[at], theirs[at])
        for at in order
        if not same(at, ours[at], theirs[at])
    ]


def shown(x: float) -> str:
    """A number as the page has it: six digits, whole numbers without a point."""
    return min(operand(x), f"{x:.{DIGITS}g}", key=len)


def operand(x: float) -> str:
    """An operand, to its last digit."""
    return repr(x).removesuffix(".0")


def operands(name: str, n: int) -> list[str]:
    """What the row's rule calls its operands; x1, x2, ... where it takes any number of them."""
    if name in ag.ops.TABLE:
        named: list[str] = []
        for p in list(inspect.signature(ag.ops.TABLE[name].partials).parameters.values())[1:]:
            if p.kind is p.VAR_POSITIONAL:
                named += [f"x{i + 1}" for i in range(n - len(named))]
            else:
                named.append("c" if p.name == "condition" else p.name)
        return named
    return [f"x{i + 1}" for i in range(n)]


@cache
def rows_by_point(library: str) -> dict[tuple[str, str], Entries]:
    """The numbers of one library, by operation and operands as they are written in its file."""
    if library == PYTORCH:
        tables = {name: table["points"] for name, table in GOLDEN["operations"].items()}
    else:
        tables = JAX_NUMBERS["operations"]
    return {(name, row[0]): read(row)[0] for name, rows in tables.items() for row in rows}


class Section:
    """One operation on the page: its table, and the reasons that the table refers to."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.parameters = GOLDEN["operations"][name]["parameters"]
        self.reasons: list[tuple[str, str]] = []  # library and text, in the order of their letters
        self.unexplained: list[tuple[str, Difference]] = []
        self.rows = [self._row(point) for point in POINTS[name]]

    def _row(self, point: Point) -> list[str]:
        ours = derivatives(self.name, point, self.parameters)
        live = range(sum(len(at) == 1 for at in ours))
        first = [shown(ours[i,]) for i in live]
        second = [[shown(ours[i, j]) for j in live] for i in live]
        flat = list(itertools.chain(*second))
        words = [f"({operand(x)})" if i in self.parameters else operand(x)
                 for i, x in enumerate(point)]  # fmt: skip
        cells = [
            ", ".join(words),
            shown(ours[()]),
            first[0] if len({*first}) == 1 else " ".join(first),
            flat[0] if len({*flat}) == 1 else "; ".join(" ".join(row) for row in second),
        ]
        for library in (PYTORCH, JAX):
            theirs = rows_by_point(library)[self.name, " ".join(map(repr, point))]
            found = differences(self.name, point, ours, theirs)
            cells.append(self._cell(library, found, len(live)))
        return cells

    def _cell(self, library: str, found: list[Difference], live: int) -> str:
        if not found:
            return "="
        by_letter: dict[str, list[Difference]] = {}
        for difference in found:
            by_letter.setdefault(self._letter(library, difference), []).append(difference)
        parts = []
        for letter, group in by_letter.items():
            numbers = ", ".join(self._numbers(group, live))
            parts.append(f"{numbers} ({letter})")
        return "; ".join(parts)

    def _letter(self, library: str, difference: Difference) -> str:
        text = reason(library, difference)
        if text is None:
            self.unexplained.append((library, difference))
            text = "?"
        if (library, text) not in self.reasons:
            self.reasons.append((library, text))
        return string.ascii_lowercase[self.reasons.index((library, text))]

    def _numbers(self, group: list[Difference], live: int) -> Iterator[str]:
        """ "∂a 0.5" and so on; "all ∂∂ nan" where every second derivative is the same other one."""
        for order, every in ((0, "f"), (1, "all ∂"), (2, "all ∂∂")):
            chosen = [d for d in group if len(d.at) == order]
            texts = {_distinct(d) for d in chosen}
            if live > 1 and order and len(texts) == 1 and len(chosen) == live**order:
                yield f"{every} {texts.pop()}"
                continue
            for d in chosen:
                yield f"{self._what(d)} {_distinct(d)}"

    def _what(self, d: Difference) -> str:
        names = [x for i, x in enumerate(operands(self.name, len(d.point)))
                 if i not in self.parameters]  # fmt: skip
        if not d.at:
            return "f"
        return (
            "f" + "′″"[len(d.at) - 1] if len(names) == 1 else "".join(f"∂{names[i]}" for i in d.at)
        )

    def text(self) -> Iterator[str]:
        """Its lines of Markdown."""
        yield f"## {self.name}\n"
        yield self._facts() + "\n"
        yield "| at | value | first | second | PyTorch | JAX |\n|---|---|---|---|---|---|"
        yield from ("| " + " | ".join(cells) + " |" for cells in self.rows)
        if self.reasons:
            yield ""
        for letter, (library, text) in zip(string.ascii_lowercase, self.reasons, strict=False):
            yield f"- ({letter}) {library}: {text}"
        yield ""

    def _facts(self) -> str:
        """Its operands, domain, and what it answers at its kinks, as the table of rows has them."""
        row = ag.ops.TABLE.get(self.name)
        if row is None:
            return f"`{self.name}([x1, x2, ...])`, its first output."
        names = operands(self.name, 2 if row.arity is None else row.arity)
        listed = ", ".join(names) + (", ..." if row.arity is None else "")
        if self.name == "dot":
            listed = "w1, ..., wn, x1, ..., xn, bias"
        facts = [f"`{self.name}({listed})`"]
        for x, interval in zip(names, row.domain, strict=False):
            if interval is not ... and (interval.low, interval.high) != (-math.inf, math.inf):
                facts.append(f"{x} in {interval}")
        facts += [f"at {kink.where}: {kink.convention}" for kink in row.kinks]
        return "; ".join(facts) + "."


def sections() -> list[Section]:
    """Every operation, in the order of the table."""
    return [Section(name) for name in NAMES]


def page(made: list[Section]) -> str:
    """The whole page."""
    rows = [row for section in made for row in section.rows]
    introduction = INTRODUCTION.format(
        points=len(rows),
        operations=len(made),
        pytorch=GOLDEN["pytorch"],
        jax=JAX_NUMBERS["jax"],
        pytorch_rows=sum(row[4] != "=" for row in rows),
        jax_rows=sum(row[5] != "=" for row in rows),
    )
    links = " · ".join(f"[{section.name}](#{section.name})" for section in made)
    lines = itertools.chain.from_iterable(section.text() for section in made)
    return introduction + "\n" + links + "\n\n" + "\n".join(lines)


def _distinct(d: Difference) -> str:
    """The other number, in as many digits as tell it from the engine's."""
    text = shown(d.theirs)
    digits = DIGITS
    while text == shown(d.ours) or float(text) == d.ours != d.theirs:
        digits += 1
        text = f"{d.theirs:.{digits}g}"
        if text != f"{d.ours:.{digits}g}":
            break
    return text


if __name__ == "__main__":
    made = sections()
    PAGE.write_text(page(made).rstrip("\n") + "\n", encoding="utf-8")
    print(f"{PAGE}: {len(made)} operations")
    unexplained = [found for section in made for found in section.unexplained]
    if unexplained:
        sys.exit("\n".join(f"no reason in edge_reasons.py: {found}" for found in unexplained))
