# ruff: noqa: E501 - a fault stands beside the line it replaces
"""A correct engine in a page, and the faults that can be put into it, for the tests of the kit.

Owns SOURCE, which is not micrograd: it records local derivatives, walks without recursion and
follows IEEE-754 at the edges, so that the whole kit passes; and BROKEN, one fault each.
"""

from typing import NamedTuple

SOURCE = """
import math

INF, NAN = math.inf, math.nan


def guarded(function, beyond):
    def guarded(*xs):
        try:
            y = function(*xs)
        except (ArithmeticError, ValueError):
            return beyond(*xs)
        return NAN if isinstance(y, complex) else y
    return guarded


exp = guarded(math.exp, lambda x: INF)
expm1 = guarded(math.expm1, lambda x: INF)
sinh = guarded(math.sinh, lambda x: math.copysign(INF, x))
cosh = guarded(math.cosh, lambda x: INF)
sqrt = guarded(math.sqrt, lambda x: NAN)
log = guarded(math.log, lambda x: -INF if x == 0 else NAN)
div = guarded(lambda a, b: a / b, lambda a, b: a * math.copysign(INF, b) if a else NAN)


def power(x, n):
    try:
        return math.pow(x, n)
    except OverflowError:
        return -INF if x < 0 and n % 2 == 1 else INF
    except ValueError:
        return NAN if x else INF


def sig(x):
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else exp(x) / (1.0 + exp(x))


class Value:
    def __init__(self, data, inputs=(), pull=None):
        self.data, self.grad = data, 0.0
        self.inputs, self.pull = inputs, pull

    def wrap(self, other):
        return other if isinstance(other, Value) else Value(other)

    def backward(self):
        order, seen, stack = [], {id(self)}, [(self, 0)]
        while stack:
            node, i = stack.pop()
            if i < len(node.inputs):
                stack.append((node, i + 1))
                child = node.inputs[i]
                if id(child) not in seen:
                    seen.add(id(child))
                    stack.append((child, 0))
            else:
                order.append(node)
        flow = {id(self): 1.0}
        for node in reversed(order):
            if node.inputs and id(node) in flow:
                for x, g in zip(node.inputs, node.pull(flow[id(node)])):
                    flow[id(x)] = flow.get(id(x), 0.0) + g
        for node in order:
            node.grad += flow.get(id(node), 0.0)

    def __add__(self, other):
        other = self.wrap(other)
        return Value(self.data + other.data, (self, other), lambda g: (g, g))

    def __radd__(self, other):
        return self + other

    def __sub__(self, other):
        other = self.wrap(other)
        return Value(self.data - other.data, (self, other), lambda g: (g, -g))

    def __rsub__(self, other):
        return Value(other) - self

    def __mul__(self, other):
        other = self.wrap(other)
        a, b = self.data, other.data
        return Value(a * b, (self, other), lambda g: (g * b, g * a))

    def __rmul__(self, other):
        return self * other

    def __truediv__(self, other):
        other = self.wrap(other)
        b = other.data
        y = div(self.data, b)
        return Value(y, (self, other), lambda g: (g * div(1.0, b), g * div(-y, b)))

    def __rtruediv__(self, other):
        return Value(other) / self

    def __pow__(self, other):
        if isinstance(other, Value):
            return other.of(power(self.data, other.data), None, self)
        x, n = self.data, other
        slope = n * power(x, n - 1) if n else 0.0
        return Value(power(x, n), (self,), lambda g: (g * slope,))

    def of(self, y, slope, base):
        x, n = base.data, self.data
        return Value(y, (base, self), lambda g: (g * n * power(x, n - 1), g * y * log(x)))

    def __rpow__(self, other):
        return Value(other) ** self

    def __neg__(self):
        return self * -1.0

    def __abs__(self):
        x = self.data
        return self.one(abs(x), (x > 0) - (x < 0))

    def one(self, y, slope):
        return Value(y, (self,), lambda g: (g * slope,))

    def exp(self):
        y = exp(self.data)
        return self.one(y, y)

    def expm1(self):
        return self.one(expm1(self.data), exp(self.data))

    def log(self):
        return self.one(log(self.data), div(1.0, self.data))

    def log1p(self):
        x = self.data
        return self.one(math.log1p(x) if x > -1 else log(1 + x), div(1.0, 1.0 + x))

    def log2(self):
        return self.one(log(self.data) / math.log(2), div(1.0, self.data * math.log(2)))

    def log10(self):
        return self.one(log(self.data) / math.log(10), div(1.0, self.data * math.log(10)))

    def sqrt(self):
        y = sqrt(self.data)
        return self.one(y, div(0.5, y))

    def sin(self):
        return self.one(math.sin(self.data), math.cos(self.data))

    def cos(self):
        return self.one(math.cos(self.data), -math.sin(self.data))

    def tan(self):
        y = math.tan(self.data)
        return self.one(y, 1.0 + y * y)

    def asin(self):
        return self.one(math.asin(self.data), 1.0 / math.sqrt(1.0 - self.data * self.data))

    def acos(self):
        return self.one(math.acos(self.data), -1.0 / math.sqrt(1.0 - self.data * self.data))

    def atan(self):
        return self.one(math.atan(self.data), 1.0 / (1.0 + self.data * self.data))

    def sinh(self):
        return self.one(sinh(self.data), cosh(self.data))

    def cosh(self):
        return self.one(cosh(self.data), sinh(self.data))

    def tanh(self):
        y = math.tanh(self.data)
        return self.one(y, 1.0 - y * y)

    def sigmoid(self):
        y = sig(self.data)
        return self.one(y, y * (1.0 - y))

    def softplus(self):
        x = self.data
        return self.one(max(x, 0.0) + math.log1p(math.exp(-abs(x))), sig(x))

    def silu(self):
        x = self.data
        return self.one(x * sig(x), sig(x) * (1.0 + x * sig(-x)))

    def erf(self):
        x = self.data
        return self.one(math.erf(x), 2.0 / math.sqrt(math.pi) * math.exp(-x * x))

    def relu(self):
        x = self.data
        return self.one(0.0 if x < 0 else x, 1.0 if x > 0 else 0.0)

    def maximum(self, other):
        a, b = self.data, other.data
        y = NAN if a != a or b != b else max(a, b)
        s = 0.5 if a == b else float(a > b)
        return Value(y, (self, other), lambda g: (g * s, g * (1.0 - s)))

    def minimum(self, other):
        return -((-self).maximum(-other))
"""


class Broken(NamedTuple):
    """An engine with one fault."""

    name: str
    property: str  # what it is to fail
    old: str
    new: str
    alone: tuple[str, ...] = ()  # all that may fail with it; (): anything

    def source(self):
        """SOURCE with the fault put in."""
        assert SOURCE.count(self.old) == 1, self.old
        return SOURCE.replace(self.old, self.new)


RANDOM = "random_expressions"
ORDER = """        flow = {id(self): 1.0}
        for node in reversed(order):
            if node.inputs and id(node) in flow:
                for x, g in zip(node.inputs, node.pull(flow[id(node)])):
                    flow[id(x)] = flow.get(id(x), 0.0) + g
        for node in order:
            node.grad += flow.get(id(node), 0.0)
"""
WALK = """        order, seen, stack = [], {id(self)}, [(self, 0)]
        while stack:
            node, i = stack.pop()
            if i < len(node.inputs):
                stack.append((node, i + 1))
                child = node.inputs[i]
                if id(child) not in seen:
                    seen.add(id(child))
                    stack.append((child, 0))
            else:
                order.append(node)
"""
EQUAL = """    def __eq__(self, other):
        return self.data == other.data

    def __hash__(self):
        return hash(self.data)

    def backward(self):
""" + WALK.replace("id(child) not", "child not").replace(
    "seen.add(id(child))", "seen.add(child)"
).replace("{id(self)}", "{self}")
CHAINS = ("chain_of_1_000", "chain_of_10_000", "chain_of_100_000")

BROKEN = [
    Broken("sign of sub", "subtraction", "lambda g: (g, -g)", "lambda g: (g, g)"),
    Broken("rsub swapped", "reflected_subtraction", "return Value(other) - self",
           "return self - other", (RANDOM,)),
    Broken("rdiv swapped", "reflected_division", "return Value(other) / self",
           "return self / other", (RANDOM, "integers", "division_by_zero", "infinity")),
    Broken("rdiv drops the number", "reflected_division", "return Value(other) / self",
           "return Value(1.0) / self", (RANDOM, "integers")),
    Broken("division loses the minus", "division", "g * div(-y, b)", "g * div(y, b)"),
    Broken("division of ints", "integers", "y = div(self.data, b)",
           "y = self.data // b if type(self.data) is int is type(b) else div(self.data, b)"),
    Broken("power off by a factor", "powers", "slope = n * power(x, n - 1)",
           "slope = power(x, n - 1)"),
    Broken("rpow swapped", "reflected_power", "return Value(other) ** self", "return self ** other"),
    Broken("power of a negative number", "powers", "slope = n * power(x, n - 1) if n",
           "slope = n * power(x, n - 1) * (1.1 if x < 0 and n not in (1, 2, 3) else 1.0) if n",
           ("division_by_zero", RANDOM)),
    Broken("power of a small base", "power_of_two_values", "g * y * log(x)",
           "g * y * (log(x) if x > 1 else 0.0)", ("reflected_power",)),
    Broken("exp is flat above 5", "exp", "return self.one(y, y)\n\n    def expm1",
           "return self.one(y, y if y < 150 else 0.0)\n\n    def expm1", ("overflow", RANDOM)),
    Broken("log wrong below 0.1", "log", "return self.one(log(self.data), div(1.0, self.data))",
           "return self.one(log(self.data), div(1.0, max(self.data, 0.1)))", ("log_of_zero", RANDOM)),
    Broken("tanh is flat far below", "tanh", "return self.one(y, 1.0 - y * y)",
           "return self.one(y, 1.0 - y * y if self.data > -3 else 0.0)", (RANDOM,)),
    Broken("sine is flat far out", "sin", "return self.one(math.sin(self.data), math.cos(self.data))",
           "return self.one(math.sin(self.data), math.cos(self.data) * (abs(self.data) < 7))", (RANDOM,)),
    Broken("relu stops at 50", "relu", "1.0 if x > 0 else 0.0)\n\n    def maximum",
           "1.0 if 0 < x < 50 else 0.0)\n\n    def maximum", (RANDOM,)),
    Broken("negation's gradient", "negation", "return self * -1.0",
           "return Value(-self.data, (self,), lambda g: (g,))"),
    Broken("exponent forgotten", "power_of_two_values", "g * y * log(x)", "0.0"),
    Broken("exp drops the chain factor", "exp", "return self.one(y, y)\n\n    def expm1",
           "return Value(y, (self,), lambda g: (y,))\n\n    def expm1", (RANDOM,)),
    Broken("tanh only from 1.6 to 3.5", RANDOM, "return self.one(y, 1.0 - y * y)",
           "return self.one(y, 1.0 - y * y if abs(self.data) < 1.6 or abs(self.data) > 3.5 else 0)",
           (RANDOM,)),
    Broken("sigmoid's sign", "sigmoid", "y * (1.0 - y)", "-y * (1.0 - y)", (RANDOM,)),
    Broken("assigned, not added", "reuse", "flow[id(x)] = flow.get(id(x), 0.0) + g",
           "flow[id(x)] = g"),
    Broken("gradients replaced", "accumulation", "node.grad += flow", "node.grad = flow",
           ("shared_nodes", "second_backward")),
    Broken("inner nodes counted twice", "second_backward", ORDER, """        self.grad = 1.0
        for node in reversed(order):
            if node.inputs:
                for x, g in zip(node.inputs, node.pull(node.grad)):
                    x.grad += g
""", ("shared_nodes", "accumulation")),
    Broken("recursion", "chain_of_10_000", WALK, """        order, seen = [], set()
        def visit(node):
            if id(node) not in seen:
                seen.add(id(node))
                for child in node.inputs:
                    visit(child)
                order.append(node)
        visit(self)
""", CHAINS),
    Broken("a set's order", "traversal_order", WALK + "        flow = {id(self): 1.0}",
           WALK + "        order = sorted(set(order) - {self}, key=lambda v: v.data * 7919 % 1009)"
           " + [self]\n        flow = {id(self): 1.0}"),
    Broken("breadth first", "traversal_order", WALK, """        order, seen, level = [], set(), [self]
        while level:
            order += level
            seen |= set(map(id, level))
            new = {id(x): x for node in level for x in node.inputs if id(x) not in seen}
            level = list(new.values())
        order.reverse()
"""),
    Broken("inner gradients dropped", "inner_gradients", "for node in order:\n            node.grad",
           "for node in order:\n            if not node.inputs or node is self: node.grad",
           ()),
    Broken("relu at 0", "relu_at_zero", "1.0 if x > 0 else 0.0)\n\n    def maximum",
           "1.0 if x >= 0 else 0.0)\n\n    def maximum", ("relu_at_zero",)),
    Broken("relu hides nan", "nan_shows", "self.one(0.0 if x < 0 else x,", "self.one(max(0.0, x),",
           ("nan_shows",)),
    Broken("maximum hides nan", "nan_shows", "NAN if a != a or b != b else max(a, b)", "max(b, a)",
           ("nan_shows",)),
    Broken("the first wins a tie", "ties", "0.5 if a == b else float(a > b)", "float(a >= b)",
           ("ties",)),
    Broken("nan gradient hidden", "nan_gradient", "flow.get(id(x), 0.0) + g",
           "flow.get(id(x), 0.0) + (g if g == g else 0.0)", ("nan_gradient",)),
    Broken("equal by number", "equal_numbers", "    def backward(self):\n" + WALK, EQUAL),
    Broken("exp raises", "overflow", "exp = guarded(math.exp, lambda x: INF)", "exp = math.exp",
           ("overflow",)),
    Broken("log of 0 raises", "log_of_zero", "log = guarded(math.log, lambda x: -INF if x == 0 else NAN)",
           "log = math.log"),
    Broken("division by 0 raises", "division_by_zero",
           "div = guarded(lambda a, b: a / b, lambda a, b: a * math.copysign(INF, b) if a else NAN)",
           "div = lambda a, b: a / b"),
    Broken("complex roots", "outside_the_domain", "Value(power(x, n), (self,)",
           "Value(x ** n if x < 0 else power(x, n), (self,)"),
    Broken("x**0 at 0", "power_zero_at_zero", "n * power(x, n - 1) if n else 0.0",
           "n * power(x, n - 1)", ("power_zero_at_zero",)),
    Broken("sigmoid overflows", "saturation", "return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else",
           "return 1.0 / (1.0 + math.exp(-x)) if x < 1e9 else", ("saturation",)),
    Broken("reads data at backward", "mutation", "lambda g: (g * b, g * a)",
           "lambda g: (g * other.data, g * self.data)", ("mutation",)),
    Broken("in place", "augmented_assignment", "    def __radd__(self, other):",
           "    def __iadd__(self, other):\n        self.data += self.wrap(other).data\n"
           "        return self\n\n    def __radd__(self, other):", ("augmented_assignment",)),
    Broken("constants lost", "constants", "return other if isinstance(other, Value) else Value(other)",
           "return other if isinstance(other, Value) else Value(other if other != 3.0 else 0.0)"),
]  # fmt: skip

EXPONENTIAL = Broken("every path", "many_paths", WALK + ORDER, """        def visit(node, g):
            node.grad += g
            for x, h in zip(node.inputs, node.pull(g) if node.inputs else ()):
                visit(x, h)
        visit(self, 1.0)
""")  # fmt: skip
