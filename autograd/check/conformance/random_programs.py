"""Random expressions of the operations an engine offers, and the smallest one that it gets wrong.

Owns how they are drawn (seeded: the same for every run), the finite differences they are judged
by, and shrinking. Differences are taken of the kit's own float interpreter; a program whose
derivative they cannot tell for sure (a kink near by, a number too large) is not used.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from autograd.check.conformance.programs import Program
from autograd.check.conformance.reference import DEFINITIONS, Floats, Slopes

SEED, COUNT = 20261124, 200
LARGEST = 50.0  # no number of an expression is larger: differences stay sharp

# Where an operand may lie, away from poles, kinks and the edges of the domain.
COMFORT = {
    "log": (0.2, 50.0), "log2": (0.2, 50.0), "log10": (0.2, 50.0), "sqrt": (0.2, 50.0),
    "log1p": (-0.7, 50.0), "asin": (-0.8, 0.8), "acos": (-0.8, 0.8), "tan": (-1.2, 1.2),
    "exp": (-4.0, 3.0), "expm1": (-4.0, 3.0), "sinh": (-3.0, 3.0), "cosh": (-3.0, 3.0),
    "sin": (-6.0, 6.0), "cos": (-6.0, 6.0),
}  # fmt: skip
EXPONENTS = (2, 3, -1, 0.5, 1.5)
SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}

Wrong = Callable[[Program, dict[str, float]], tuple[str, str, str] | None]


@dataclass(frozen=True)
class Step:
    """One operation; an operand is the place of a node (an int), or a number as text."""

    operation: str
    operands: tuple[int | str, ...]


@dataclass(frozen=True)
class Expression:
    """Leaves, by their numbers, and steps; node i is leaf i, or step i - len(leaves)."""

    leaves: tuple[float, ...]
    steps: tuple[Step, ...]

    def program(self) -> Program:
        """The last step, differentiated, as a program; a node used once stands inside a line."""
        uses = [0] * (len(self.leaves) + len(self.steps))
        for step in self.steps:
            for place in step.operands:
                if isinstance(place, int):
                    uses[place] += 1
        names = iter("abcdefghijklmnopqrstuvwx")
        written = [next(names) for _ in self.leaves]
        lines = ["; ".join(f"{name} = Value({number})"
                           for name, number in zip(written, self.leaves, strict=True))]  # fmt: skip
        for i, step in enumerate(self.steps, len(self.leaves)):
            text = _text(step, [o if isinstance(o, str) else written[o] for o in step.operands])
            if i == len(uses) - 1:
                lines.append(f"y = {text}")
            elif uses[i] == 1:
                text = f"({text})"
            else:
                name = next(names)
                lines.append(f"{name} = {text}")
                text = name
            written.append(text)
        return Program("\n".join([*lines, "y.backward()"]))

    def pruned(self) -> "Expression":
        """Without the leaves and steps that the last step does not need."""
        first = len(self.leaves)
        needed = {first + len(self.steps) - 1}
        for i in range(first + len(self.steps) - 1, first - 1, -1):
            if i in needed:
                needed |= {o for o in self.steps[i - first].operands if isinstance(o, int)}
        place = {old: new for new, old in enumerate(sorted(needed))}
        return Expression(
            tuple(x for i, x in enumerate(self.leaves) if i in needed),
            tuple(
                Step(s.operation, tuple(place[o] if isinstance(o, int) else o for o in s.operands))
                for i, s in enumerate(self.steps, first)
                if i in needed
            ),
        )


def _text(step: Step, operands: list[str]) -> str:
    if step.operation in SIGNS:
        return f"{operands[0]} {SIGNS[step.operation]} {operands[1]}"
    if step.operation == "neg":
        return f"-{operands[0]}"
    return f"{step.operation}({', '.join(operands)})"


def first_disagreement(
    offered: frozenset[str], wrong: Wrong
) -> tuple[Program, tuple[str, str, str]] | None:
    """The first random expression that `wrong` finds fault with, made as small as it goes."""
    for expression in expressions(offered):
        if _fault(expression, wrong) is not None:
            smallest = shrunk(expression, lambda smaller: _fault(smaller, wrong) is not None)
            fault = _fault(smallest, wrong)
            if fault is not None:
                return smallest.program(), fault
    return None


def expressions(
    offered: frozenset[str], seed: int = SEED, count: int = COUNT
) -> Iterator[Expression]:
    """`count` expressions of the offered operations whose derivatives are known for sure."""
    source = Random(seed)
    found = tries = 0
    while found < count and tries < 50 * count:
        tries += 1
        expression = _drawn(source, offered)
        if expression is not None and expected(expression) is not None:
            found += 1
            yield expression


def _drawn(source: Random, offered: frozenset[str]) -> Expression | None:
    """A random expression; None where the engine offers nothing to make one of."""
    kinds = sorted(offered & {*DEFINITIONS, "rsub", "rdiv", "radd", "rmul"})
    numbers = [round(source.uniform(-2.0, 2.0), 2) for _ in range(source.randint(1, 3))]
    leaves, steps = tuple(numbers), []
    length = source.randint(1, 9)
    for _ in range(20 * length if kinds else 0):
        step = _step(source, source.choice(kinds), len(numbers))
        number = _number(step, numbers)
        if number is not None:
            steps.append(step)
            numbers.append(number)
        if len(steps) == length:
            return Expression(leaves, tuple(steps)).pruned()
    return None


def _step(source: Random, kind: str, nodes: int) -> Step:
    def node() -> int:  # the newer ones more often: that makes depth
        return max(source.randrange(nodes), source.randrange(nodes))

    constant = repr(round(source.uniform(0.3, 3.0), 1))
    if kind in ("radd", "rsub", "rmul", "rdiv"):
        return Step(kind[1:], (constant, node()))
    if kind == "pow":
        return Step(kind, (node(), repr(source.choice(EXPONENTS))))
    if kind in ("add", "sub", "mul", "div"):
        return Step(kind, (node(), constant if source.random() < 0.2 else source.randrange(nodes)))
    if kind in ("maximum", "minimum"):
        return Step(kind, (node(), source.randrange(nodes)))
    return Step(kind, (node(),))


def _number(step: Step, numbers: Sequence[float]) -> float | None:
    """What a step gives; None where an operand or the result is out of the comfortable range."""
    x = [float(o) if isinstance(o, str) else numbers[o] for o in step.operands]
    kind = step.operation
    low, high = COMFORT.get(kind, (-LARGEST, LARGEST))
    if not low <= x[0] <= high:
        return None
    if kind == "div" and abs(x[1]) < 0.2:
        return None
    if kind == "pow" and not 0.2 <= x[0] <= 5.0:
        return None
    if kind in ("relu", "abs") and abs(x[0]) < 0.1:
        return None
    if kind in ("maximum", "minimum") and abs(x[0] - x[1]) < 0.1:
        return None
    y = DEFINITIONS[kind].value(*x)
    return y if abs(y) <= LARGEST else None


def expected(expression: Expression) -> dict[str, float] | None:
    """The number and the derivatives by the leaves, by differences; None where they are unsure."""
    if not _is_comfortable(expression):
        return None
    program = expression.program()
    leaves = list(expression.leaves)
    slopes = program.run(Slopes())
    result = {"y.data": program.run(Floats())["y.data"]}
    for i, name in enumerate([read for read in program.what if read.endswith(".grad")]):

        def along(t: float, i: int = i) -> float:
            moved = [x + t if j == i else x for j, x in enumerate(leaves)]
            return program.run(Floats(moved))["y.data"]

        derivative, error = differences(along)
        scale = max(abs(derivative), 1e-2)
        # A second opinion, forwards by the chain rule: the kit accuses only where it is sure.
        if not error <= 1e-9 * scale or abs(slopes[name] - derivative) > 1e-8 * scale:
            return None
        result[name] = derivative
    return result


def _is_comfortable(expression: Expression) -> bool:
    numbers = list(expression.leaves)
    for step in expression.steps:
        number = _number(step, numbers)
        if number is None:
            return False
        numbers.append(number)
    return bool(expression.steps)


def differences(f: Callable[[float], float]) -> tuple[float, float]:
    """f'(0) and an estimate of its error, by central differences and Richardson's extrapolation.

    Ridders' method (Advances in Engineering Software 4, 1982): steps that shrink by 1.4, each
    column of the tableau one order of the truncation error higher by two.
    """
    shrink = 1.4
    h = 0.05
    best, error = math.nan, math.inf
    row: list[float] = []
    for _ in range(10):
        new = [(f(h) - f(-h)) / (2.0 * h)]
        factor = shrink * shrink
        for j, old in enumerate(row):
            new.append((new[j] * factor - old) / (factor - 1.0))
            factor *= shrink * shrink
            doubt = max(abs(new[j + 1] - new[j]), abs(new[j + 1] - old))
            if doubt < error:
                best, error = new[j + 1], doubt
        row = new
        h /= shrink
    return best, error


def _fault(expression: Expression, wrong: Wrong) -> tuple[str, str, str] | None:
    numbers = expected(expression)
    return None if numbers is None else wrong(expression.program(), numbers)


def shrunk(expression: Expression, fails: Callable[[Expression], bool]) -> Expression:
    """The smallest expression that still fails: greedily, the first smaller one that does."""
    while True:
        for smaller in _smaller(expression):
            if fails(smaller):
                expression = smaller
                break
        else:
            return expression


def _smaller(expression: Expression) -> Iterator[Expression]:
    """Expressions with fewer steps, then with simpler operands."""
    leaves, steps = expression.leaves, expression.steps
    first = len(leaves)
    for end in range(1, len(steps)):
        yield Expression(leaves, steps[:end]).pruned()
    for i, step in enumerate(steps[:-1]):  # leave a step out: its operand takes its place
        for operand in step.operands:
            if isinstance(operand, int):
                yield _without(expression, first + i, operand).pruned()
    for i, step in enumerate(steps):  # a leaf in place of an inner node
        for j, operand in enumerate(step.operands):
            if isinstance(operand, int) and operand >= first:
                for leaf in range(first):
                    operands = (*step.operands[:j], leaf, *step.operands[j + 1 :])
                    changed = (*steps[:i], Step(step.operation, operands), *steps[i + 1 :])
                    yield replace(expression, steps=changed).pruned()
    for i, number in enumerate(leaves):
        for simple in (2.0, 3.0, 0.5):
            if simple != number and number not in (2.0, 3.0, 0.5):
                yield replace(expression, leaves=(*leaves[:i], simple, *leaves[i + 1 :]))


def _without(expression: Expression, place: int, instead: int) -> Expression:
    steps = tuple(
        Step(s.operation, tuple(instead if o == place else o for o in s.operands))
        for s in expression.steps
    )
    return replace(expression, steps=steps)
