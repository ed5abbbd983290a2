"""How somebody else's engine is driven: its class, its operations, its data, grad and backward.

Owns the search for what an engine offers, and how a program is written for it.
"""

import ast
import builtins
import inspect
import operator
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from autograd.check.conformance.reference import FUNCTIONS

OPERATORS: dict[str, Callable[..., Any]] = {
    "add": operator.add, "sub": operator.sub, "mul": operator.mul, "div": operator.truediv,
    "pow": operator.pow, "neg": operator.neg,
}  # fmt: skip
IN_PLACE: dict[str, Callable[..., Any]] = {
    "add": operator.iadd, "sub": operator.isub, "mul": operator.imul, "div": operator.itruediv,
    "pow": operator.ipow,
}  # fmt: skip
# The method by which a class says that it has an operator.
METHODS = {
    f"{side}{name}": f"__{side}{'truediv' if name == 'div' else name}__"
    for name in ("add", "sub", "mul", "div", "pow")
    for side in ("", "r")
} | {"neg": "__neg__"}
# Other names under which an operation is looked for.
ALIASES = {"maximum": ("max",), "minimum": ("min",), "sigmoid": ("logistic",)}
REFUSALS = (TypeError, NotImplementedError, AttributeError, AssertionError)


class EngineError(ValueError):
    """What is given cannot be driven as an engine; the message says what and the remedy."""


class Engine:
    """An engine under test.

    Args:
        value: the class of its numbers.
        make: makes a leaf of a number; default: the class itself.
        module: where functions such as `exp` are looked for; default: none.
        data, grad: the attributes of the number and the gradient.
        backward: the method that differentiates, or a function of the result.
        operations: the kit's name of an operation -> the engine's: a method or function by its
            name, or the function itself.
        importing: names -> the lines that import them; default: from the module of the class.
        constructor: how a program writes the making of a leaf; default: the name of the class.
        resets: its backward() is meant to start from zero gradients.
        tolerance: the relative error allowed.

    Raises EngineError where a leaf cannot be made, read or differentiated, or a name is unknown.
    """

    def __init__(
        self,
        value: type,
        *,
        make: Callable[[float], Any] | None = None,
        module: ModuleType | None = None,
        data: str = "data",
        grad: str = "grad",
        backward: str | Callable[[Any], Any] = "backward",
        operations: Mapping[str, Any] | None = None,
        importing: Callable[[list[str]], list[str]] | None = None,
        constructor: str = "",
        resets: bool = False,
        tolerance: float = 1e-9,
    ) -> None:
        self.value = value
        self.make = make if make is not None else value
        self.module = module
        self.names = {"data": data, "grad": grad}
        self.backward_of = backward
        self.resets = resets
        self.tolerance = tolerance
        self.constructor = constructor or value.__name__
        self.importing = importing if importing is not None else self._from_module
        self._checked_leaf()
        # operation -> how it is called, how it is written, whether as a method
        self.found: dict[str, tuple[Callable[..., Any], str, bool]] = {}
        for name in operations or {}:
            if name not in FUNCTIONS:
                raise EngineError(
                    f"operations: unknown operation {name!r}; there are {', '.join(FUNCTIONS)}"
                )
        for name in FUNCTIONS:
            found = (
                self._mapped(name, operations[name])
                if operations and name in operations
                else self._search(name)
            )
            if found is not None:
                self.found[name] = found
        self.offered = frozenset(self.found) | self._operators()
        self.lacking = self._one_sided()
        self.offered |= self.lacking

    def _checked_leaf(self) -> None:
        try:
            leaf = self.make(2.0)
        except Exception as error:
            raise EngineError(
                f"{self.constructor}(2.0) raised {described(error)}; its constructor is to take "
                "one number"
            ) from error
        for purpose, name in self.names.items():
            try:
                getattr(leaf, name)
            except AttributeError as error:
                raise EngineError(
                    f"{self.constructor}(2.0) has no attribute {name!r}; name its {purpose} with "
                    f'{purpose}="..." (--{purpose} NAME){_attributes(leaf)}'
                ) from error
            except Exception as error:
                raise EngineError(
                    f"{self.constructor}(2.0).{name} raised {described(error)}; it must be a number"
                ) from error
        method = self.backward_of
        if isinstance(method, str) and not callable(getattr(leaf, method, None)):
            raise EngineError(
                f"{self.constructor} has no method {method!r}; name what differentiates with "
                f'backward="..." (--backward NAME){_attributes(leaf)}'
            )

    def _mapped(self, name: str, target: Any) -> tuple[Callable[..., Any], str, bool]:
        """The operation that the user named."""
        if callable(target):
            return target, name, False
        if callable(getattr(self.value, target, None)):
            return operator.methodcaller, target, True
        function = getattr(self.module, target, None)
        if not callable(function):
            raise EngineError(
                f"operations: {name} is mapped to {target!r}, but that is neither a method of "
                f"{self.value.__name__} nor a function beside it"
            )
        return function, target, False

    def _search(self, name: str) -> tuple[Callable[..., Any], str, bool] | None:
        """The operation as a method of the class, or as a function of its module."""
        called = (name, *ALIASES.get(name, ()))
        arity = _arity(name)
        for method in called:
            function = inspect.getattr_static(self.value, method, None)
            if callable(function) and not isinstance(function, type) and _takes(function, arity):
                return operator.methodcaller, method, True
        if name == "abs" and hasattr(self.value, "__abs__"):
            return builtins.abs, "abs", False
        for beside in called if self.module is not None else ():
            function = vars(self.module).get(beside)
            if callable(function) and self._applies(function, arity):
                return function, beside, False
        return None

    def _applies(self, function: Callable[..., Any], arity: int) -> bool:
        """Whether a function beside the class is one of its numbers: `math.exp` is none."""
        try:
            result = function(*[self.make(0.5) for _ in range(arity)])
        except REFUSALS:
            return False
        except Exception:  # noqa: BLE001 - it takes Values and fails: that is to be shown
            return True
        return isinstance(result, self.value)

    def _operators(self) -> set[str]:
        offered = {name for name, method in METHODS.items() if hasattr(self.value, method)}
        if "pow" in offered:
            try:
                self.make(2.0) ** self.make(3.0)
                offered.add("pow of two values")
            except REFUSALS:
                pass  # micrograd's ** takes numbers only, and says so
            except Exception:  # noqa: BLE001 - it takes them and fails: that is to be shown
                offered.add("pow of two values")
        leaf = self.make(2.0)
        try:
            setattr(leaf, self.names["data"], 3.0)
            offered.add("assigning data")
        except (AttributeError, TypeError):
            pass  # read-only numbers cannot be changed behind the graph's back
        return offered

    def _one_sided(self) -> frozenset[str]:
        """Operators that take a number on their right alone: 2 + a is to work where a + 2 does."""
        found = set()
        for name in ("add", "sub", "mul", "div"):
            if name in self.offered and f"r{name}" not in self.offered:
                try:
                    OPERATORS[name](self.make(2.0), 3.0)
                except Exception:  # noqa: BLE001 - it takes no numbers at all
                    continue
                found.add(f"r{name}")
        return frozenset(found)

    # What a program does

    def leaf(self, number: float) -> Any:
        """A new leaf."""
        return self.make(number)

    def apply(self, operation: str, operands: Sequence[Any], in_place: bool = False) -> Any:
        """One operation, as the user of the engine would write it."""
        if operation in OPERATORS:
            return (IN_PLACE if in_place else OPERATORS)[operation](*operands)
        function, name, is_method = self.found[operation]
        if is_method:
            return getattr(operands[0], name)(*operands[1:])
        return function(*operands)

    def backward(self, node: Any) -> None:
        """Differentiate `node`."""
        if callable(self.backward_of):
            self.backward_of(node)
        else:
            getattr(node, self.backward_of)()

    def assign(self, node: Any, number: float) -> None:
        """Change the number of a leaf."""
        setattr(node, self.names["data"], number)

    def read(self, node: Any, what: str) -> float:
        """The number or the gradient of a node as a float; TypeError if it is none."""
        found = getattr(node, self.names[what])
        if found is None and what == "grad":
            return 0.0  # as PyTorch has it before anything reached the leaf
        if isinstance(found, self.value):
            found = getattr(found, self.names["data"])
        if isinstance(found, (complex, str, bytes)):
            raise TypeError(f".{self.names[what]} is {found!r}, no real number")
        return float(found)

    # How a program is written

    def imports(self, operations: frozenset[str], constants: bool) -> list[str]:
        """The lines that make the names of a program known."""
        functions = [
            spelled
            for name, (function, spelled, is_method) in self.found.items()
            if name in operations and not is_method and function is not builtins.abs
        ]
        if callable(self.backward_of):
            functions.append("backward")
        return [*["import math"] * constants, *self.importing([self.constructor, *functions])]

    def _from_module(self, names: list[str]) -> list[str]:
        return [f"from {self.value.__module__} import {', '.join(names)}"]

    def call(self, operation: str, operands: list[ast.expr]) -> ast.expr:
        """The call of an operation."""
        _, name, is_method = self.found[operation]
        if is_method:
            return ast.Call(ast.Attribute(operands[0], name, ast.Load()), operands[1:], [])
        return ast.Call(ast.Name(name, ast.Load()), operands, [])

    def making(self, number: ast.expr) -> ast.expr:
        """The making of a leaf."""
        return ast.Call(ast.Name(self.constructor, ast.Load()), [number], [])

    def differentiating(self, node: ast.expr) -> ast.expr:
        """The call of backward."""
        if callable(self.backward_of):
            return ast.Call(ast.Name("backward", ast.Load()), [node], [])
        return ast.Call(ast.Attribute(node, self.backward_of, ast.Load()), [], [])

    def attribute(self, name: str) -> str:
        """What the engine calls `data` and `grad`."""
        return self.names[name]


def described(error: BaseException) -> str:
    """What was raised, in one line that is not too long."""
    text = " ".join(str(error).split())
    text = text if len(text) <= 120 else f"{text[:117]}..."
    return f"{type(error).__name__}{': ' * bool(text)}{text}"


def _arity(name: str) -> int:
    return 2 if name in ("maximum", "minimum") else 1


def _takes(function: Callable[..., Any], count: int) -> bool:
    """Whether it can be called with `count` arguments, the number itself among them."""
    try:
        inspect.signature(function).bind(*range(count))
    except TypeError:
        return False
    except ValueError:  # written in C, without a signature
        return True
    return True


def _attributes(leaf: Any) -> str:
    """What there is instead, for a message."""
    names = [name for name in dir(leaf) if not name.startswith("_")][:12]
    return f"; it has {', '.join(names)}" if names else ""
