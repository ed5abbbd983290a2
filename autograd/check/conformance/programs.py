"""The small programs that an engine is to run: Python, of a few kinds of statement, as data.

Owns what a program may say, how it runs on a machine (an engine, or the kit's own definitions),
and how it is written for an engine, so that what failed can be pasted. In the text `Value(2.0)` is
a leaf, and operations are called as functions: `tanh(a)`.
"""

import ast
import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "div", ast.Pow: "pow"
}  # fmt: skip
CONSTANTS = {"inf": math.inf, "nan": math.nan}


class Machine(Protocol):
    """What runs a program: an engine, or the kit's own definitions."""

    def leaf(self, number: float) -> Any:
        """A new leaf."""

    def apply(self, operation: str, operands: Sequence[Any], in_place: bool = False) -> Any:
        """One operation; an operand is a node or a plain number."""

    def backward(self, node: Any) -> None:
        """Add the derivatives of `node` to the gradients."""

    def assign(self, node: Any, number: float) -> None:
        """Change a leaf's number after the fact."""

    def read(self, node: Any, what: str) -> float:
        """The number of a node ("data"), or its gradient ("grad")."""


class Spelling(Protocol):
    """How an engine writes what a program says."""

    def call(self, operation: str, operands: list[ast.expr]) -> ast.expr:
        """The call of a function or method."""

    def making(self, number: ast.expr) -> ast.expr:
        """The making of a leaf."""

    def differentiating(self, node: ast.expr) -> ast.expr:
        """The call of backward."""

    def attribute(self, name: str) -> str:
        """What the engine calls `data` and `grad`."""


@dataclass(frozen=True)
class Program:
    """A few lines of Python, and what is read when they have run.

    Args:
        text: assignments, `+=`, `for _ in range(n):`, `y.backward()` and `a.data = 5.0`.
        reads: such as ("y.data", "a.grad"); empty: the number of each node that backward is called
            on (where none is: of the last), and the gradient of each leaf.
    """

    text: str
    reads: tuple[str, ...] = ()

    @functools.cached_property
    def tree(self) -> ast.Module:
        """The text, parsed."""
        return ast.parse(self.text)

    @functools.cached_property
    def what(self) -> tuple[str, ...]:
        """What is read: `reads`, or what stands for them."""
        return self.reads or tuple(_usual_reads(self.tree))

    @functools.cached_property
    def operations(self) -> frozenset[str]:
        """The operations it needs: "sub", "rsub" for a number on the left, "tanh", "assign"."""
        return frozenset(_operations(self.tree))

    @functools.cached_property
    def reads_inner(self) -> bool:
        """Whether the gradient of a node is read that is no leaf."""
        leaves = {read for read in _usual_reads(self.tree) if read.endswith(".grad")}
        return any(read.endswith(".grad") and read not in leaves for read in self.what)

    def run(self, machine: Machine) -> dict[str, float]:
        """Run it on `machine`; return what is read, by its name."""
        variables: dict[str, Any] = {}
        _run(self.tree.body, machine, variables)
        numbers = {}
        for read in self.what:
            name, what = read.split(".")
            numbers[read] = machine.read(variables[name], what)
        return numbers

    def written(self, spelling: Spelling, read: str) -> list[str]:
        """The lines of the program as the engine's own, the last one printing `read`."""
        tree = _Respelled(spelling).visit(ast.parse(self.text))
        body: list[ast.stmt] = list(tree.body)
        name, _, what = read.partition(".")
        lines = []
        for node in body:
            lines.append(ast.unparse(ast.fix_missing_locations(node)))
            lines += [""] * isinstance(node, ast.For)  # a prompt ends a block at an empty line
        return [*lines, f"print({name}.{spelling.attribute(what)})"]


def _run(body: list[ast.stmt], machine: Machine, variables: dict[str, Any]) -> None:
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                variables[name] = _evaluate(value, machine, variables)
            case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr="data")]):
                machine.assign(variables[name], _constant(statement.value))
            case ast.AugAssign(target=ast.Name(id=name), op=sign, value=value):
                operands = (variables[name], _evaluate(value, machine, variables))
                variables[name] = machine.apply(SIGNS[type(sign)], operands, in_place=True)
            case ast.For(iter=ast.Call(args=[ast.Constant(value=int(count))]), body=inner):
                for _ in range(count):
                    _run(inner, machine, variables)
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
                machine.backward(variables[name])
            case _:
                raise ValueError(f"a program cannot say {ast.unparse(statement)!r}")


def _evaluate(node: ast.expr, machine: Machine, variables: Mapping[str, Any]) -> Any:
    match node:
        case ast.Name(id=name) if name in variables:
            return variables[name]
        case ast.BinOp(left=left, op=sign, right=right):
            operands = [_evaluate(x, machine, variables) for x in (left, right)]
            return machine.apply(SIGNS[type(sign)], operands)
        case ast.Call(func=ast.Name(id="Value"), args=[number]):
            return machine.leaf(_constant(number))
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return machine.apply(name, [_evaluate(x, machine, variables) for x in arguments])
        case ast.UnaryOp(op=ast.USub(), operand=operand) if not _is_constant(operand):
            return machine.apply("neg", [_evaluate(operand, machine, variables)])
        case _:
            return _constant(node)


def _is_constant(node: ast.expr) -> bool:
    match node:
        case ast.Constant() | ast.Attribute(value=ast.Name(id="math")):
            return True
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return _is_constant(operand)
    return False


def _constant(node: ast.expr) -> Any:
    """The plain number that `node` writes; an int stays one."""
    match node:
        case ast.Constant(value=number):
            return number
        case ast.Attribute(value=ast.Name(id="math"), attr=name):
            return CONSTANTS[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_constant(operand)
    raise ValueError(f"a program cannot say {ast.unparse(node)!r}")


def _usual_reads(tree: ast.Module) -> list[str]:
    leaves, results, last = [], [], ""
    for node in tree.body:
        match node:
            case ast.Assign(targets=[ast.Name(id=last)], value=ast.Call(func=ast.Name(id="Value"))):
                leaves.append(f"{last}.grad")
            case ast.Assign(targets=[ast.Name(id=last)]):
                pass
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id=name)))):
                results.append(f"{name}.data")
    return list(dict.fromkeys([*(results or [f"{last}.data"]), *leaves]))


def _operations(tree: ast.Module) -> list[str]:
    found = []
    for node in ast.walk(tree):
        match node:
            case ast.BinOp(left=left, op=sign, right=right):
                name = SIGNS[type(sign)]
                if _is_constant(left):
                    found.append(f"r{name}")
                elif name == "pow" and not _is_constant(right):
                    found.append("pow of two values")
                else:
                    found.append(name)
            case ast.AugAssign(op=sign):
                found.append(SIGNS[type(sign)])
            case ast.UnaryOp(operand=operand) if not _is_constant(operand):
                found.append("neg")
            case ast.Call(func=ast.Name(id=name)) if name not in ("Value", "range"):
                found.append(name)
            case ast.Assign(targets=[ast.Attribute()]):
                found.append("assigning data")
    return found


class _Respelled(ast.NodeTransformer):
    """Rewrites a program for an engine."""

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Leaves, operations and backward."""
        arguments = [self.visit(argument) for argument in node.args]
        match node.func:
            case ast.Attribute(value=result):
                return self.spelling.differentiating(result)
            case ast.Name(id="Value"):
                return self.spelling.making(arguments[0])
            case ast.Name(id="range"):
                return node
            case ast.Name(id=name):
                return self.spelling.call(name, arguments)
        raise ValueError(f"a program cannot say {ast.unparse(node)!r}")

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        """`a.data`, but not `math.inf`."""
        if isinstance(node.value, ast.Name) and node.value.id == "math":
            return node
        return ast.Attribute(node.value, self.spelling.attribute(node.attr), node.ctx)
