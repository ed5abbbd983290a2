"""An expression of the command line, such as `tanh(w*x + b)`, as a computation of Values.

Owns how it is given (`EXPRESSION NAME=NUMBER ...`) and what it may hold: numbers, names,
operators, comparisons, the operations of autograd, a perceptron's step, and parts that are named to
be used again: `(b := a + a) + b`. Python's own parser reads it, but nothing of it is ever run as
Python.
"""

import argparse
import ast
import math
import operator
import unicodedata
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import autograd as ag
from nn.activations import step
from nn.command.options import CommandError, meant

LONGEST = 2_000  # characters
# Under the help of commands that name every value.
NAMELESS = (
    "A value without a name is called v2, say, by its place in the order of computation: from 0, "
    "those with a name counted, too."
)
CONSTANTS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan}

# What takes a list; here max(a, b) may be written for max([a, b]), too.
OF_A_LIST = ("logsumexp", "max", "mean", "min", "prod", "sum")
FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: row for name, row in vars(ag).items() if isinstance(row, ag.Op) and name[0] != "_"},
    **{name: vars(ag)[name] for name in ("power", "clip", "dot", "elu", "leaky_relu", *OF_A_LIST)},
    "step": step,  # a perceptron's
}

# Of these the result is a list, which an expression cannot take apart.
OF_LISTS = {
    "softmax": "write the one number out, such as exp(x)/(exp(x) + exp(y))",
    "log_softmax": "write the one number out, such as x - logsumexp(x, y)",
}

# Python's operator, for Values; the operation of the table, for two plain numbers: it follows
# IEEE 754 where Python raises (1/0) or leaves the real numbers ((-8)**(1/3)).
BINARY: dict[type[ast.operator], tuple[Callable[[Any, Any], Any], Callable[[Any, Any], Any]]] = {
    ast.Add: (operator.add, ag.add),
    ast.Sub: (operator.sub, ag.sub),
    ast.Mult: (operator.mul, ag.mul),
    ast.Div: (operator.truediv, ag.div),
    ast.FloorDiv: (operator.floordiv, ag.floordiv),
    ast.Mod: (operator.mod, ag.mod),
    ast.Pow: (operator.pow, ag.pow),
}
COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge,
    ast.Eq: operator.eq, ast.NotEq: operator.ne,
}  # fmt: skip


def arguments(parser: argparse.ArgumentParser, metavar: str = "EXPRESSION") -> None:
    """Describe an expression and its numbers as arguments of a command."""
    parser.add_argument(
        "expression",
        metavar=metavar,
        help='such as "tanh(w*x + b)", in quotes; (c := a + b) names a part to use it again',
    )
    parser.add_argument(
        "numbers", metavar="NAME=NUMBER", nargs="*", default=[],
        help="a number for each name: w=-3 x=2 b=6.88",
    )  # fmt: skip


def numbers_of(words: Sequence[str]) -> dict[str, float]:
    """Read the words NAME=NUMBER; CommandError for a word that is none, or a name given twice."""
    numbers: dict[str, float] = {}
    for word in words:
        name, equals, text = word.partition("=")
        name = unicodedata.normalize("NFKC", name)  # as Python reads the names of an expression
        if not equals or not name.isidentifier():
            raise CommandError(f"{word!r:.60}: expected NAME=NUMBER, such as w=2")
        try:
            number = float(text)
        except ValueError:
            raise CommandError(f"{word!r:.60}: {text!r:.40} is not a number") from None
        if name in numbers:
            raise CommandError(f"{name} is given twice; leave one out")
        numbers[name] = number
    return numbers


def evaluate(text: str, numbers: dict[str, float]) -> tuple[ag.Value, dict[str, ag.Value]]:
    """Compute an expression and record it.

    Args:
        text: the expression.
        numbers: a number for each name in it.

    Returns:
        The result, and the Value of each name, labelled with it.

    Raises CommandError for what is no expression, for a name without a number, a number without
    a name, and for an operation that refuses its operands.
    """
    tree = _parsed(text)
    named = _named(tree, text, numbers)
    leaves = {name: ag.Value(number, label=name) for name, number in numbers.items()}
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    used = {
        node.id: None  # in the order of the text
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and id(node) not in called
    }
    for name in used:
        if name not in leaves and name not in named and name not in CONSTANTS:
            raise CommandError(f"{name} has no number; add {name}=NUMBER")
    for name in leaves:
        if name not in used:
            raise CommandError(f"{name}={numbers[name]:g}: there is no {name} in {text!r:.60}")
    try:
        result = _Walk(text, leaves, named).value(tree)
    except RecursionError:
        raise CommandError(_nested(text)) from None
    if isinstance(result, list):
        raise CommandError(
            f"{text!r:.60}: the result is a list; make one number of it: sum([x, y])"
        )
    if not isinstance(result, ag.Value):
        raise CommandError(
            f"{text!r:.60}: the result, {result!r:.40}, was made of no name; let it depend on one, "
            "such as x in 'x**2' x=3"
        )
    return result, leaves


def leaf(name: str, option: str, leaves: dict[str, ag.Value]) -> ag.Value:
    """Return the Value that an option names; CommandError if the expression has no such name."""
    name = unicodedata.normalize("NFKC", name)
    if name not in leaves:
        raise CommandError(
            f"{option}: there is no {name!r:.40} in the expression; there are {', '.join(leaves)}"
        )
    return leaves[name]


def _parsed(text: str) -> ast.expr:
    if not text.strip():
        raise CommandError("the expression is empty; write one, such as 'w*x + b' w=2 x=3 b=1")
    if len(text) > LONGEST:
        raise CommandError(f"an expression of {len(text):,} characters; write at most {LONGEST:,}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's own, such as of '\\d': lines of their own
            return ast.parse(text.strip(), mode="eval").body
    except SyntaxError as error:
        is_inside = error.offset is not None and 0 < error.offset <= len(text.strip())
        where = f" at character {error.offset}" if is_inside else " at its end"
        raise CommandError(f"{text!r:.60}: no expression: {error.msg}{where}") from None
    except (RecursionError, MemoryError):
        raise CommandError(_nested(text)) from None
    except ValueError as error:  # a null character, or an int of thousands of digits
        raise CommandError(f"{text!r:.60}: no expression: {error!s:.100}") from None


def _named(tree: ast.expr, text: str, numbers: dict[str, float]) -> set[str]:
    """The names that parts of the expression have; CommandError for what cannot be read at all."""
    named: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):  # np.tanh(x), x.exp(): before np is asked for a number
            remedy = (
                f"operations are called by their names alone, write {node.attr}"
                if node.attr in FUNCTIONS
                else "an expression has no dots"
            )
            part = ast.get_source_segment(text.strip(), node)
            raise CommandError(f"{part!r:.60}: {remedy}")
        if not isinstance(node, ast.NamedExpr):
            continue
        name = node.target.id
        if name in named:
            raise CommandError(f"{name} is named twice; give each part a name of its own")
        if name in numbers:
            given = f"{name}={numbers[name]:g}"
            if any(isinstance(one, ast.Name) and one.id == name for one in ast.walk(node.value)):
                raise CommandError(  # without its number the part could not be made from it
                    f"{name} has a number, {given}, so no part can be called {name}; give the part "
                    f"another name, such as ({name}_new := ...)"
                )
            raise CommandError(
                f"{name} is both a name in the expression and {given}; leave {given} out, or give "
                "the part another name"
            )
        named.add(name)
    return named


def _nested(text: str) -> str:
    return f"{text!r:.60}: nested too deeply; write a shorter expression"


class _Walk:
    """Computes an expression from the inside out."""

    def __init__(self, text: str, leaves: dict[str, ag.Value], named: set[str]) -> None:
        self.text = text.strip()
        self.known: dict[str, Any] = dict(leaves)
        self.named = named

    def value(self, node: ast.expr) -> Any:
        """What a part of the expression comes to."""
        match node:
            case ast.Constant(value=int() | float() as number) if number.__class__ is not bool:
                return number
            case ast.Name(id=name) if name in self.known:
                return self.known[name]
            case ast.Name(id=name) if name in self.named:
                raise self._error(node, f"it is used before ({name} := ...) has named it")
            case ast.NamedExpr(target=ast.Name(id=name), value=inner):
                part = self.number(inner)
                if isinstance(part, ag.Value) and not part.label:
                    part.label = name
                self.known[name] = part
                return part
            case ast.Name(id=name) if name in CONSTANTS:
                return CONSTANTS[name]
            case ast.List(elts=items) | ast.Tuple(elts=items):
                return [self.value(item) for item in items]
            case ast.UnaryOp(op=ast.UAdd(), operand=inner):
                return self.value(inner)
            case ast.UnaryOp(op=ast.USub(), operand=inner):
                operand = self.number(inner)
                with self._refusals(node):
                    return -operand
            case ast.BinOp(op=sign) if type(sign) in BINARY:
                left, right = self.number(node.left), self.number(node.right)
                of_values, of_numbers = BINARY[type(sign)]
                plain = isinstance(left, (int, float)) and isinstance(right, (int, float))
                with self._refusals(node):
                    found = (of_numbers if plain else of_values)(left, right)
                whole = isinstance(left, int) and isinstance(right, int)
                # Python's 0 of ints has no sign: -(2 - 2)*x is 0, not -0.0.
                return 0 if whole and found == 0 and not isinstance(sign, ast.Div) else found
            case ast.Compare(ops=[sign], comparators=[other]) if type(sign) in COMPARISONS:
                left, right = self.number(node.left), self.number(other)
                with self._refusals(node):
                    return COMPARISONS[type(sign)](left, right)
            case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
                return self._called(node, name)
            case ast.Call(func=ast.Name(id=name)) if name in OF_LISTS:
                raise self._error(node, f"{name} gives a list; {OF_LISTS[name]}")
            case ast.Call(func=ast.Name(id=name)):
                hint = meant(name, FUNCTIONS) or f"; there are {', '.join(sorted(FUNCTIONS))}"
                raise self._error(node, f"no operation is called {name!r}{hint}")
            case ast.BinOp(op=ast.BitXor()):
                raise self._error(node, "a power is written with **, such as x**2")
        raise self._error(node, "an expression holds numbers, names, + - * / // % ** and calls")

    def number(self, node: ast.expr) -> Any:
        """What an operand of an operator comes to: a number or a Value, never a list."""
        result = self.value(node)
        if isinstance(result, list):  # [1] * 999999999 would fill the memory
            raise self._error(node, "a list stands only in a call, such as sum([x, y])")
        return result

    def _called(self, node: ast.Call, name: str) -> Any:
        positional = [self.value(item) for item in node.args]
        if name in OF_A_LIST and not (len(positional) == 1 and isinstance(positional[0], list)):
            positional = [positional]
        named = {}
        for item in node.keywords:
            if item.arg is None:
                raise self._error(node, "write out what ** stands for")
            named[item.arg] = self.value(item.value)
        with self._refusals(node):
            return FUNCTIONS[name](*positional, **named)

    @contextmanager
    def _refusals(self, node: ast.expr) -> Iterator[None]:
        """What an operation refuses, said with the place."""
        try:
            yield
        except (TypeError, ValueError, ArithmeticError) as error:
            raise self._error(node, str(error)) from None

    def _error(self, node: ast.expr, message: str) -> CommandError:
        part = ast.get_source_segment(self.text, node) or self.text
        return CommandError(f"{part!r:.60}: {message}")
