"""The properties of an engine, each with the programs that show it, from the smallest on.

Owns what is asked of an engine's graph and arithmetic; `functions.py` has the rest of the list.
A program's expected numbers come from `reference.py`.
"""

from dataclasses import dataclass

from autograd.check.conformance.programs import Program


@dataclass(frozen=True)
class Property:
    """One claim about an engine.

    Args:
        name: an identifier: the kit's test is called test_<name>.
        claim: what holds, in a few words.
        programs: what shows it; those that need an operation the engine has not are left out.
    """

    name: str
    claim: str
    programs: tuple[Program, ...] = ()


def prop(name: str, claim: str, *programs: str | Program) -> Property:
    """A property; a program may be given as its text."""
    return Property(name, claim, tuple(Program(p) if isinstance(p, str) else p for p in programs))


def binary(sign: str, a: float, b: float, number: float) -> list[str]:
    """Programs for an operator between two values, and between a value and a number."""
    x, y = f"a = Value({a})", f"b = Value({b})"
    return [
        f"{x}; {y}; y = a {sign} b; y.backward()",
        f"{x}; y = a {sign} {number}; y.backward()",
        f"{x}; y = a {sign} {int(number)}; y.backward()",
        f"{x}; {y}; y = (a {sign} b) * 3.0; y.backward()",
        # No value is used twice: whether gradients add up there, `reuse` asks of each operator, so
        # that a fault of one is not laid to the others.
        f"{x}; {y}; c = Value({number}); y = (a {sign} b) {sign} c; y.backward()",
    ]


def scales(sign: str) -> list[str]:
    """Programs whose operands are far from 1 and from each other."""
    pairs = ((1e-9, 1e6), (1e6, 1e-9), (-1e-12, -1e12))
    return [f"a = Value({a}); b = Value({b}); y = a {sign} b; y.backward()" for a, b in pairs]


def reflected(sign: str, number: float, a: float) -> list[str]:
    """Programs for an operator with a plain number on its left."""
    return [
        f"a = Value({a}); y = {number} {sign} a; y.backward()",
        f"a = Value({a}); y = {int(number)} {sign} a; y.backward()",
        f"a = Value({a}); y = ({number} {sign} a) * 3.0; y.backward()",
    ]


def chain(count: int) -> str:
    """A chain of `count` additions."""
    return f"a = Value(2.0); y = a\nfor _ in range({count}): y = y + 1.0\ny.backward()"


ARITHMETIC = (
    prop("addition", "a + b, a + 2", *binary("+", 2.0, 3.0, 4.0)),
    prop("subtraction", "a - b, a - 2", *binary("-", 2.0, 3.0, 4.0)),
    prop("multiplication", "a * b, a * 2", *binary("*", 2.0, 3.0, 4.0), *scales("*")),
    prop("division", "a / b, a / 2", *binary("/", 3.0, 2.0, 4.0), *scales("/")),
    prop("reflected_addition", "2 + a", *reflected("+", 5.0, 3.0)),
    prop("reflected_subtraction", "2 - a", *reflected("-", 5.0, 3.0)),
    prop("reflected_multiplication", "2 * a", *reflected("*", 5.0, 3.0)),
    prop("reflected_division", "2 / a", *reflected("/", 5.0, 4.0)),
    prop("negation", "-a", "a = Value(2.0); y = -a; y.backward()",
         "a = Value(2.0); y = -a * 3.0; y.backward()"),
    prop("powers", "a**2, a**-1, a**0.5",
         *[f"a = Value(4.0); y = a ** {n}; y.backward()" for n in ("2", "3", "-1", "0.5", "-1.5")],
         "a = Value(-2.0); y = a ** 3; y.backward()",
         "a = Value(3.0); y = a ** 2 * 5.0; y.backward()",
         *[f"a = Value({a}); y = a ** {n}; y.backward()"
           for a, n in ((-2.0, -1), (-0.5, 4), (-3.0, -2), (0.25, 1.5), (0.25, -0.5), (50.0, 5))]),
    prop("power_of_two_values", "a ** b",
         "a = Value(2.0); b = Value(3.0); y = a ** b; y.backward()",
         "a = Value(2.0); b = Value(-0.5); y = a ** b * 3.0; y.backward()",
         *[f"a = Value({a}); b = Value({b}); y = a ** b; y.backward()"
           for a, b in ((0.5, 3.0), (0.25, -1.5), (20.0, 0.3))]),
    prop("reflected_power", "2 ** a", *reflected("**", 2.0, 3.0),
         *[f"a = Value({a}); y = {number} ** a; y.backward()"
           for number, a in ((0.5, 3.0), (0.5, -2.0), (2.0, -6.0))]),
    prop("integers", "Value(3) / 2 is 1.5",
         *[f"a = Value(3); {line}; y.backward()"
           for line in ("y = a / 2", "y = 7 / a", "y = a ** -1", "y = a * 2 - 1")]),
)  # fmt: skip

LONE = "a = Value(2.0); y = a * 3.0; z = a * 5.0; y.backward(); z.backward()"
SHARED = "a = Value(2.0); b = a * a; y = b * 3.0; z = b * 5.0; y.backward(); z.backward()"

GRAPH = (
    prop("seed", "a leaf's derivative by itself is 1",
         Program("a = Value(2.0); a.backward()", ("a.grad",)),
         Program("a = Value(2.0); y = a * 3.0; y.backward()", ("y.grad",))),
    prop("chain_rule", "factors multiply along a path",
         "a = Value(2.0); b = Value(3.0); c = Value(5.0); y = (a * b + 1.0) * c; y.backward()",
         "a = Value(2.0); y = (a * 3.0) * 4.0 * 5.0; y.backward()",
         "a = Value(2.0); y = ((a * 3.0 - 1.0) ** 2 + 1.0) ** 2; y.backward()"),
    prop("reuse", "a value used twice gets both derivatives",
         # First the two of which many engines make subtraction and division.
         "a = Value(2.0); y = a + a; y.backward()",
         "a = Value(2.0); y = a * a; y.backward()",
         "a = Value(2.0); y = a - a; y.backward()",
         "a = Value(2.0); y = a / a; y.backward()",
         "a = Value(2.0); b = a * a; y = b + b; y.backward()",
         "a = Value(2.0); b = a * a; y = b * b; y.backward()"),
    prop("diamond", "paths that meet add up",
         "a = Value(2.0); b = a * 3.0; c = a * 5.0; y = b * c; y.backward()",
         "a = Value(2.0); b = a + 1.0; c = b * 3.0; d = b * 5.0; y = c + d; y.backward()"),
    prop("fan_out", "one leaf used many times",
         "a = Value(2.0); y = a * 2.0 + a * 3.0 + a * 4.0 + a * a; y.backward()",
         "a = Value(2.0); b = a * a; y = b + b * b + a * b; y.backward()"),
    prop("traversal_order", "a node passes on its gradient when that is complete",
         "a = Value(2.0); b = a * 2.0; c = b * 3.0; d = c * 4.0; y = b * d; y.backward()",
         "a = Value(2.0); b = a * 2.0; c = b * 3.0; d = c * 4.0; y = d * b; y.backward()",
         "a = Value(1.0); y = a\nfor _ in range(12):\n    b = y * 0.25\n    y = y * 0.5 + b\n"
         "y.backward()",
         "a = Value(1.0); y = a\nfor _ in range(12):\n    b = y * 0.25\n    y = b + y * 0.5\n"
         "y.backward()"),
    prop("inner_gradients", "inner nodes have gradients too",
         Program("a = Value(2.0); b = a * 3.0; y = b * b; y.backward()", ("b.grad", "a.grad"))),
    prop("backward_of_an_inner_node", "only what it was made from gets a gradient",
         Program("a = Value(2.0); b = a * a; y = b * 3.0; b.backward()", ("a.grad", "y.grad"))),
    prop("unused_leaf", "its gradient stays 0",
         "a = Value(2.0); b = Value(3.0); y = a * 4.0; y.backward()"),
    prop("constants", "plain numbers in a formula are kept",
         "a = Value(2.0); y = a * 2.0 + 3.0; y.backward()",
         "a = Value(2.0); y = 2.0 * (a + 1.0) - 1.0; y.backward()",
         "a = Value(1.0); y = (a + 1.0) * (a + 2.0) / 2.0; y.backward()"),
    prop("equal_numbers", "two values with one number are two values",
         "a = Value(2.0); b = Value(2.0); y = a * b; y.backward()",
         "a = Value(2.0); b = Value(2.0); c = a + 1.0; d = b + 1.0; y = c * d; y.backward()",
         "a = Value(2.0); b = Value(2.0); c = a * 1.0; d = b * 1.0; y = c + d; y.backward()"),
    prop("augmented_assignment", "a += b makes a new value; the old one stays",
         *[Program(f"a = Value(2.0); b = Value(3.0); c = a\na {sign}= b\ny = a * c; y.backward()",
                   ("y.data", "c.data", "c.grad", "b.grad")) for sign in ("+", "-", "*", "/")]),
    prop("accumulation", "gradients of two results add up",
         LONE, "a = Value(2.0); y = a * 3.0; y.backward(); y.backward()"),
    prop("shared_nodes", "two results may share a node", SHARED),
    prop("second_backward", "the same backward again adds the same again",
         "a = Value(2.0); b = a * a; y = b * 3.0; y.backward(); y.backward()",
         "a = Value(2.0); b = a + 1.0; c = b * b; y = c * c; y.backward(); y.backward()"),
    prop("mutation", "a number changed after the forward pass corrupts no gradient",
         Program("a = Value(2.0); b = Value(3.0); y = a * b; a.data = 10.0; y.backward()",
                 ("b.grad",)),
         Program("a = Value(2.0); y = a ** 2; a.data = 10.0; y.backward()", ("a.grad",)),
         Program("a = Value(2.0); y = exp(a); a.data = 3.0; y.backward()", ("a.grad",))),
)  # fmt: skip

SIZE = (
    prop("wide_sum", "500 uses of one leaf",
         "a = Value(2.0); y = a * a\nfor _ in range(499): y = y + a * a\ny.backward()"),
    prop("many_paths", "2**100 paths take no time",
         "a = Value(1.0); y = a\nfor _ in range(100): y = y + y\ny.backward()"),
    prop("chain_of_1_000", "a chain of 1,000 operations", chain(1_000)),
    prop("chain_of_10_000", "a chain of 10,000 operations", chain(10_000)),
    prop("chain_of_100_000", "a chain of 100,000 operations", chain(100_000)),
)  # fmt: skip
