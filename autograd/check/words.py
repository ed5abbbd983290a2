"""The sentences of a Verdict: what was found, where, and what to do.

Owns how a node, a rule and its differences are named; which one is to be said, `gradcheck` decides.
"""

import math
from collections.abc import Sequence

from autograd.check.differences import Comparison
from autograd.check.recorded import Recorded, operands_of, signs
from autograd.check.rules import Finding
from autograd.check.sweeps import Fault, Gradients
from autograd.check.verdict import Verdict
from autograd.op import Interval
from autograd.origin import origin_of
from autograd.value import Value


def node_words(recorded: Recorded, node: Value) -> str:
    """'tanh' (node #12), with its label and its line of code where it has them."""
    label = f" {node.label!r}" if node.label else ""
    what = "a leaf" if node.op is None else f"'{node.op.name}'"
    origin = origin_of(node)
    line = None if origin is None else origin.line
    where = "" if line is None else f", {line.file}:{line.number}"
    return f"{what} (node #{recorded.number[node]}{label}{where})"


def passed(recorded: Recorded, compared: Sequence[Comparison], order: int) -> Verdict:
    """Everything agrees."""
    gaps = [one.gap / one.size for one in compared if one.size > 0.0 and math.isfinite(one.gap)]
    margins = [one.allowed / one.gap for one in compared if one.gap > 0.0]
    margin = min(margins, default=math.inf)
    within = "exactly" if margin == math.inf else f"{margin:.2g} times within the error bar"
    n = len(recorded.leaves)
    message = (
        f"passed: order {order}, {n} {'leaf' if n == 1 else 'leaves'}, {len(recorded.order)} nodes;"
        f" rules and differences agree to {max(gaps, default=0.0):.1e}, {within}"
    )
    return Verdict("passed", message, margin=margin, order=order)


def passed_by_parts(recorded: Recorded, findings: Sequence[Finding], order: int) -> Verdict:
    """Every node agrees, and rounding on the way from the leaves hides what differences show."""
    compared = [one.comparison for one in findings if one.comparison.status == "passed"]
    verdict = passed(recorded, compared, order)
    why = "; node by node: differences of the whole are too noisy to tell"
    return _copy(verdict, verdict.message + why, ())


def of_result(verdict: Verdict, path: str) -> Verdict:
    """The same, found with one result of several."""
    return _copy(verdict, f"{verdict.message} (result{path})", verdict.accused)


def wrong_rules(recorded: Recorded, wrong: Sequence[Finding], order: int) -> Verdict:
    """Rules that are wrong by themselves; the first is the one that is told."""
    accused = tuple([_wrong_rule(recorded, one, order) for one in wrong])
    first = accused[0]
    others = sorted({v.op.name for v in accused[1:] if v.op and v.op is not first.op})
    more = f" (and at {', '.join(map(repr, others))})" if others else ""
    return _copy(first, first.message + more, accused)


def _wrong_rule(recorded: Recorded, one: Finding, order: int) -> Verdict:
    again = f", {one.how}{order}" if one.how else ""
    if order > 1 and not one.how:
        again = f", in the graph of the derivative of order {order - 1}"
    message = (
        f"rule wrong at {node_words(recorded, one.node)}, argument {one.argument}{again}: "
        f"{_numbers(one.rule, one.comparison)}"
    )
    return _about(recorded, one, "wrong", message, order)


def wrong_sweep(recorded: Recorded, fault: Fault, order: int) -> Verdict:
    """backward() or forward mode does not add up what the chain rule does."""
    users = [n for n in recorded.order if any(x is fault.node for x in n.inputs)]
    near = users if fault.where == "backward()" else [fault.node]
    named = ", ".join(f"'{n.op.name}'" for n in near[:3] if n.op is not None)
    of = f" its {len(users)} use{'s' * (len(users) != 1)} ({named})" if users else " the chain rule"
    if fault.where != "backward()":
        of = " the chain rule"
    message = (
        f"sweep wrong at {node_words(recorded, fault.node)}: {fault.where} gave {fault.got:.12g}, "
        f"by{of} it is {fault.expected:.12g}; every rule is right"
    )
    op = fault.node.op or (users[0].op if users else None)
    return Verdict(
        "wrong", message, op, fault.node, recorded.number[fault.node], None, fault.got,
        fault.expected, 0.0, order=order,
    )  # fmt: skip


def transforms_differ(
    which: str, argument: int | None, got: float, expected: float, order: int
) -> Verdict:
    """grad or jvp do not give what backward() gives."""
    where = "" if argument is None else f" by argument {argument}"
    message = (
        f"sweep wrong in {which}{where}: {which} gave {got:.12g}, the chain rule on the graph "
        f"{expected:.12g}; every rule is right"
    )
    return Verdict(
        "wrong", message, argument=argument, rule=got, differences=expected, error=0.0, order=order
    )


def values_differ(which: str, got: float, expected: float, order: int) -> Verdict:
    """grad or jvp, run on Values, do not give what they do on numbers."""
    message = (
        f"sweep wrong in {which} at order {order}: run on Values, to be differentiated again, "
        f"{which} gave {got:.12g} along a direction of all, on numbers it is {expected:.12g}; "
        "every rule is right"
    )
    return Verdict("wrong", message, rule=got, differences=expected, error=0.0, order=order)


def wrong_whole(one: tuple[int | None, float, Comparison], order: int) -> Verdict:
    """The graph is differentiated rightly, and it is not what the function computes."""
    argument, claim, compared = one
    where = "along a direction of all" if argument is None else f"by argument {argument}"
    message = (
        f"gradient wrong {where}: {_numbers(claim, compared)}; every rule is right, so the "
        "function uses a number outside of its graph: is there .data, detach() or no_grad in it?"
    )
    return Verdict(
        "wrong", message, argument=argument, rule=claim, differences=compared.differences,
        error=compared.error, order=order,
    )  # fmt: skip


ORDER = ("not finite", "domain edge", "kink", "inconclusive", "wrong")


def doubtful(recorded: Recorded, findings: Sequence[Finding], order: int) -> Verdict:
    """Differences cannot judge some node, and neither could the whole."""
    one = min(findings, key=lambda one: ORDER.index(one.comparison.status))
    node, status = one.node, one.comparison.status
    at = f"{node_words(recorded, node)}, argument {one.argument}"
    op, numbers = node.op, operands_of(node)
    given = ", ".join(f"{x:.6g}" for x in numbers[:6])
    if status == "kink":
        kinks = () if op is None else op.kinks
        here = [k for k, s in zip(kinks, signs(op, numbers), strict=True) if s == 0.0] if op else []
        what = (here or list(kinks))[:1]
        if what:
            said = f"{what[0].where} ({what[0].convention}), operands {given}"
            why, remedy = "no difference can judge", ""
        else:
            said = f"at {given} the slopes to its two sides differ"
            why = f"no difference can judge the rule's {one.rule:.6g}, which is not beyond both"
            remedy = '; an Op states its kinks: kinks=(Kink("x = 0", lambda x: x, "derivative 0"),)'
        message = f"a kink within the step at {at}: {said}; {why}{remedy}"
    elif status == "domain edge":
        message = f"domain edge at {at}: differences need both sides of its operands {given}"
    elif status == "not finite":
        message = f"not finite at {at}: operands {given}, derivative {one.rule:.6g}"
    else:
        message = f"inconclusive at {at}: {_numbers(one.rule, one.comparison)}, too noisy to tell"
    return _about(recorded, one, status, message, order)


def doubtful_whole(one: tuple[int | None, float, Comparison], order: int) -> Verdict:
    """Every rule is right, and the function itself has a kink or noise that is not in its graph."""
    argument, claim, compared = one
    status = "inconclusive" if compared.status == "wrong" else compared.status
    where = "" if argument is None else f", argument {argument}"
    said = {
        "kink": "a kink within the step: the function takes another branch there",
        "domain edge": "domain edge: the function is not defined on both sides",
        "not finite": "not finite: the function or its gradient",
    }.get(status, "inconclusive: too noisy to tell")
    message = f"{said}{where}: {_numbers(claim, compared)}"
    return Verdict(
        status, message, argument=argument, rule=claim, differences=compared.differences,
        error=compared.error, order=order,
    )  # fmt: skip


def not_finite(recorded: Recorded, node: Value, order: int) -> Verdict:
    """A number in the graph is nan or infinite."""
    operands = ", ".join(f"{x:.6g}" for x in operands_of(node)[:6])
    of = f" of {operands}" if operands else ""
    message = f"not finite at {node_words(recorded, node)}{of}: the number is {node.data}"
    return Verdict("not finite", message, node.op, node, recorded.number[node], order=order)


def not_finite_gradient(
    recorded: Recorded, node: Value, gradients: Gradients, order: int
) -> Verdict:
    """A gradient is nan or infinite."""
    number = gradients.by_node[node]
    users = [n for n in recorded.order if n in recorded.live and any(x is node for x in n.inputs)]
    maker = next((n for n in reversed(users) if _sends_no_number(n, node, gradients)), node)
    at_edge = maker.op is not None and any(
        isinstance(interval, Interval) and math.isfinite(x) and x in (interval.low, interval.high)
        for interval, x in zip(maker.op.domain, operands_of(maker), strict=False)
    )
    status = "domain edge" if at_edge else "not finite"
    message = (
        f"{status} at {node_words(recorded, maker)}: the gradient that it sends to node "
        f"#{recorded.number[node]} is {number}"
    )
    return Verdict(
        status, message, maker.op, maker, recorded.number[maker], rule=number, order=order
    )


def _sends_no_number(user: Value, node: Value, gradients: Gradients) -> bool:
    """Whether what `user` adds to the gradient of `node` is the first that is no number."""
    incoming = gradients.by_node[user]
    pairs = zip(user.inputs, user.partials, strict=True)
    sent = [p * incoming for x, p in pairs if x is node and p is not None]
    return math.isfinite(incoming) and not all(map(math.isfinite, sent))


def stale(recorded: Recorded, order: int) -> Verdict:
    """The graph does not give its own number again."""
    message = (
        "inconclusive: run again, the graph gives another number: was .data of a leaf assigned "
        "after it was built? Build it again"
    )
    return Verdict("inconclusive", message, node=recorded.root, order=order)


def unrepeatable(order: int) -> Verdict:
    """The function does not give the same number twice."""
    message = (
        "inconclusive: called again with the same arguments, the function gives another number; "
        "is there randomness in it? Give it a fixed seed"
    )
    return Verdict("inconclusive", message, order=order)


def _numbers(rule: float, one: Comparison) -> str:
    digits = 6
    while digits < 17 and f"{rule:.{digits}g}" == f"{one.differences:.{digits}g}":
        digits += 1
    digits = min(digits + 2, 17)
    return f"rule {rule:.{digits}g}, differences {one.differences:.{digits}g} ± {one.error:.0e}"


def _about(recorded: Recorded, one: Finding, status: str, message: str, order: int) -> Verdict:
    compared = one.comparison
    return Verdict(
        status, message, one.node.op, one.node, recorded.number[one.node], one.argument, one.rule,
        compared.differences, compared.error, order=order,
    )  # fmt: skip


def _copy(v: Verdict, message: str, accused: tuple[Verdict, ...]) -> Verdict:
    return Verdict(
        v.status, message, v.op, v.node, v.number, v.argument, v.rule, v.differences, v.error,
        v.margin, v.order, accused,
    )  # fmt: skip
