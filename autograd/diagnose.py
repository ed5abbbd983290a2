"""detect_anomaly: which operation made the first nan or inf, from what, and what usually helps.

Owns the with-block, the search for causes up the graph, and the table of remedies.
"""

import math
from collections.abc import Sequence
from typing import Any, Literal

from autograd import modes
from autograd.listening import Listener
from autograd.op import Interval, Op
from autograd.origin import Line, current_line, origin_of, recording
from autograd.value import Value

LONGEST = 72  # characters of a line of code that are shown
MOST_CAUSES = 3

SELECT_FIRST = "put where before it: "
# What usually helps, by the operation that made the first nan or inf.
REMEDIES = {
    "log": f"use log_sigmoid, log_softmax, a loss of logits, or {SELECT_FIRST}"
           "log(where(x > 0, x, 1))",
    "log1p": f"its operand must be above -1; {SELECT_FIRST}log1p(where(x > -1, x, 0))",
    "log2": f"its operand must be above 0; {SELECT_FIRST}log2(where(x > 0, x, 1))",
    "log10": f"its operand must be above 0; {SELECT_FIRST}log10(where(x > 0, x, 1))",
    "exp": "stay in logarithms: logsumexp, softmax, log_softmax, sigmoid do not overflow",
    "expm1": "stay in logarithms, or clip the operand: exp overflows above 709.78",
    "cosh": "clip the operand: cosh overflows above 710",
    "sinh": "clip the operand: sinh overflows above 710",
    "sqrt": f"its operand must be above 0; {SELECT_FIRST}sqrt(where(x > 0, x, 1))",
    "cbrt": f"its derivative at 0 is infinite; {SELECT_FIRST}cbrt(where(x == 0, 1, x))",
    "hypot": "it has no derivative where all operands are 0: put where before it",
    "div": "the divisor must not be 0; select a divisor: a / where(b == 0, 1, b)",
    "mod": "the divisor must not be 0",
    "floordiv": "the divisor must not be 0",
    "power": "a negative base needs a whole exponent, 0 none below 0: put where before it",
    "pow": "the base must be above 0 to be differentiated by the exponent; use exp(n * log(x))",
    "asin": "keep the operand inside (-1, 1): clip it, its derivative at the ends is infinite",
    "acos": "keep the operand inside (-1, 1): clip it, its derivative at the ends is infinite",
    "atanh": "keep the operand inside (-1, 1): clip it",
    "acosh": "keep the operand above 1: clip it, its derivative at 1 is infinite",
    "tan": "it has poles at pi/2 + k pi",
    "sin": "an infinite angle has no sine",
    "cos": "an infinite angle has no cosine",
    "lgamma": "it has poles at 0, -1, -2, ...",
    "digamma": "it has poles at 0, -1, -2, ...",
    "polygamma": "it has poles at 0, -1, -2, ...",
    "sub": "two infinities cancel to nan: find where the first of them was made",
    "mul": "a product overflows above 1.8e308, and 0 * inf is nan: scale the operands, or add logs",
    "prod": "a product overflows above 1.8e308: add logarithms instead",
    "dot": "scale inputs and weights: standardise the data, lower the learning rate",
    "sum": "scale the terms, or average them with mean",
    "add": "scale the terms: their sum is above 1.8e308, or two infinities cancel",
}  # fmt: skip
OTHERWISE = (
    "look at its operands: which is the first that should not be so large, so small, or nan?"
)
LEAF_REMEDY = "this number was given: check the data it was read from"
TRAINING = "gradients grow from layer to layer: lower the learning rate or scale the weights"


class AnomalyError(FloatingPointError):
    """The first nan or inf inside `detect_anomaly()`.

    Attributes:
        where: "value", or "gradient".
        node: the Value that the operation made (for a gradient: whose rule sent it).
        op, inputs: that operation and its operands; None and () for a leaf.
        line: the line of the user's code that made it, or None where that is unknown.
        causes: Values further up the graph that it came from, the nearest first.
        remedy: what usually helps.
    """

    def __init__(
        self, message: str, where: Literal["value", "gradient"], node: Value, op: Op | None,
        inputs: tuple[Any, ...], line: Line | None, causes: tuple[Value, ...], remedy: str,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.where, self.node, self.op, self.inputs = where, node, op, inputs
        self.line, self.causes, self.remedy = line, causes, remedy


class _Watch(Listener):
    """Looks at every number."""

    def ran(self, op: Op, inputs: tuple[Any, ...], node: Any) -> None:
        if not math.isfinite(node.data):
            raise _of_value(op, inputs, node, current_line())

    def swept(self, order: Sequence[Any], derivatives: dict[Any, Any], direction: str) -> None:
        in_order = set(order)
        roots = [node for node in derivatives if node not in in_order]
        for node in (*order, *roots):  # made before the block was entered
            if not math.isfinite(node.data):
                origin = origin_of(node)
                line = None if origin is None else origin.line
                raise _of_value(node.op, node.inputs, node, line)
        walk = [*roots, *order] if direction == "forward" else [*reversed(order), *roots]
        for node in walk:
            if node in derivatives and not math.isfinite(_number(derivatives[node])):
                raise _of_gradient(node, order, derivatives, direction)


_watch = _Watch()


class detect_anomaly(recording):
    """Inside `with detect_anomaly():` the first nan or inf, in a value or a gradient, is an error.

        with ag.detect_anomaly():
            loss = ...
            loss.backward()

    The AnomalyError names the operation, its operands, the line of code, the nearest causes up the
    graph and what usually helps; gradients stay as they were. A graph made before the block is
    examined when it is differentiated. An operation whose result `where` does not select counts,
    too: select before it. Works as a decorator too, and in the current thread only. It makes
    operations slower; outside of it nothing does.
    """

    def _recreate_cm(self) -> "detect_anomaly":
        return detect_anomaly()

    def _open(self) -> modes.Undo:
        end_of_recording, unlisten = super()._open(), modes.listen(_watch)

        def close() -> None:
            unlisten()
            end_of_recording()

        return close


def _of_value(
    op: Op | None, inputs: tuple[Any, ...], node: Value, line: Line | None
) -> AnomalyError:
    """The error for a number."""
    lines = [f"anomaly: the first {_kind(node.data)} is {_called(op, node)}"]
    if op is not None:
        lines.append(f"  it is {op.name}({', '.join(map(_shown, inputs[:6]))}) = {node.data!r}")
    lines.append(_where(line))
    causes = _causes(op, inputs)
    lines += [f"  because {_made(cause)}" for cause in causes]
    given = [x for x in causes if x.op is None and not math.isfinite(x.data)]
    remedy = LEAF_REMEDY if op is None or given else REMEDIES.get(op.name, OTHERWISE)
    lines.append(f"  remedy: {remedy}")
    return AnomalyError("\n".join(lines), "value", node, op, inputs, line, causes, remedy)


def _of_gradient(
    node: Value, order: Sequence[Any], derivatives: dict[Any, Any], direction: str
) -> AnomalyError:
    """The error for a derivative that is nan or infinite: who sent it, and why."""
    got = _number(derivatives[node])
    users = [u for u in order if u in derivatives and any(x is node for x in u.inputs)]
    steps = (
        [(u, node) for u in users] if direction == "backward" else [(node, x) for x in node.inputs]
    )
    maker, why = node, "it was given as such"
    for user, operand in steps:
        source = user if direction == "backward" else operand
        if source not in derivatives:
            continue
        incoming = _number(derivatives[source])
        for x, partial in zip(user.inputs, user.partials, strict=True):
            if x is operand and partial is not None and not math.isfinite(partial * incoming):
                maker, why = user, _why(partial, incoming)
    if maker is node and steps and direction == "backward":
        maker, why = (
            users[-1],
            "the contributions add up beyond the floats, or cancel as infinities",
        )
    origin = origin_of(maker)
    line = None if origin is None else origin.line
    causes = _causes(maker.op, maker.inputs)
    overflows = why.startswith("both")
    remedy = TRAINING if overflows else REMEDIES.get(maker.op.name if maker.op else "", OTHERWISE)
    lines = [f"anomaly: the first {_kind(got)} in a gradient is sent by {_called(maker.op, maker)}"]
    if maker.op is not None:
        operands = ", ".join(map(_shown, maker.inputs[:6]))
        lines.append(f"  it is {maker.op.name}({operands}) = {maker.data!r}")
    lines.append(f"  {why}; it goes to {_shown(node)}")
    lines.append(_where(line))
    lines += [f"  because {_made(cause)}" for cause in causes]
    lines.append(f"  remedy: {remedy}")
    return AnomalyError(
        "\n".join(lines), "gradient", maker, maker.op, maker.inputs, line, causes, remedy
    )


def _why(partial: float, incoming: float) -> str:
    if not math.isfinite(partial):
        product = f"; times the incoming {incoming!r} it is {partial * incoming!r}"
        return f"its local derivative is {partial!r}{product}"
    return f"both are finite, but the local derivative {partial!r} times {incoming!r} overflows"


def _causes(op: Op | None, inputs: Sequence[Any]) -> tuple[Value, ...]:
    """The way up from the most suspicious operand of `op`, as long as one is suspicious."""
    found: list[Value] = []
    while op is not None and len(found) < MOST_CAUSES:
        levels = [
            (_suspicion(x.data, _interval(op, k)), x)
            for k, x in enumerate(inputs)
            if isinstance(x, Value)
        ]
        level, worst = max(levels, key=lambda pair: pair[0], default=(0, None))
        if worst is None or level == 0:
            break
        found.append(worst)
        op, inputs = worst.op, worst.inputs
    return tuple(found)


def _interval(op: Op, k: int) -> Interval:
    """What operand `k` of an operation should lie in."""
    intervals = [one for one in op.domain if isinstance(one, Interval)]
    return intervals[min(k, len(intervals) - 1)]


def _suspicion(x: float, domain: Interval) -> int:
    """How likely an operand, which should lie in `domain`, is where the trouble comes from."""
    if x != x:
        return 4
    if math.isinf(x):
        return 3
    if x == 0.0 or not domain.low < x < domain.high:
        return 2
    return 1 if not 1e-100 < abs(x) < 1e100 or abs(x) >= 700.0 else 0


def _made(node: Value) -> str:
    if node.op is None:
        return f"{_shown(node)} was given"
    origin = origin_of(node)
    line = "" if origin is None or origin.line is None else f" at {origin.line.place}"
    return f"{_shown(node)} is {node.op.name}({', '.join(map(_shown, node.inputs[:4]))}){line}"


def _called(op: Op | None, node: Value) -> str:
    label = f" {node.label!r}" if node.label else ""
    return f"a leaf{label}, which was given" if op is None else f"the result{label} of {op.name!r}"


def _shown(x: Any) -> str:
    if not isinstance(x, Value):
        return repr(x)
    return f"{x.label}={x.data!r}" if x.label else repr(x.data)


def _kind(x: float) -> str:
    return "nan" if x != x else repr(x)


def _where(line: Line | None) -> str:
    if line is None:
        return "  line unknown: the graph was made outside of the block; make it inside to see it"
    return f"  at {line.place}: {line.text[:LONGEST]}"


def _number(x: Any) -> float:
    number: float = x.data if isinstance(x, Value) else x
    return number
