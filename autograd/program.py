"""A graph as a program: what computes the same numbers, and the same gradients, again.

Owns how each row is written in Python, and the names of the variables.
"""

import keyword
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

from autograd import ops
from autograd.backward import topological_order
from autograd.naming import Names, node_names
from autograd.op import Op
from autograd.value import Value

SIGNS = {"add": "+", "sub": "-", "mul": "*", "div": "/"}
OF_A_LIST = ("logsumexp", "max", "mean", "min", "prod", "sum")
TAKEN = {"TABLE", "Value", "ag", "math", "ops"}  # what the program itself uses


def source(value: Value, *, names: Names = None) -> str:
    """Return the graph of `value` as a program that, when run, computes the same bits.

        exec(ag.source(y))      # or print it, and read what was computed, line by line

    Each leaf is a `Value` with its number and label, each operation one line; the last line is
    `value`. A leaf whose `.data` was assigned since has its new number in the program. An operation
    of one's own is looked up by its name, which a comment says: define it before the program runs.

    Args:
        value: a result, or a leaf.
        names: names for Values without a label, as for `draw`.

    Raises TypeError for what is no Value.
    """
    if not isinstance(value, Value):
        raise TypeError(
            f"source: expected a Value, got {type(value).__name__}; give a result, such as a loss"
        )
    order = topological_order(value)
    called = dict(zip(order, _identifiers(node_names(order, names)), strict=True))
    lines = []
    for node in order:
        if node.op is None:
            label = f", label={str(node.label)!r}" if node.label else ""
            lines.append(f"{called[node]} = Value({_number(node.data)}{label})")
        else:
            lines.append(f"{called[node]} = {_written(node.op, node, called)}")
    rows = dict.fromkeys(node.op for node in order if node.op is not None)
    own = [
        f"# Before this runs, define the operation {row.name!r}: ag.Op({row.name!r}, ...)"
        for row in rows
        if _public_name(row).startswith("TABLE")
    ]
    return "\n".join([*own, *_imports(lines), "", *lines, ""])


def _imports(lines: list[str]) -> list[str]:
    """What the lines need."""
    uses = {
        name: any(line.partition(" = ")[2].startswith(name) for line in lines)
        for name in ("ag.", "ops.", "TABLE[")
    }
    return [
        *["import math"] * any("math." in line for line in lines),
        *["import autograd as ag"] * uses["ag."],
        f"from autograd import Value{', ops' * uses['ops.']}",
        *["from autograd.op import TABLE"] * uses["TABLE["],
    ]


def _written(row: Op, node: Value, called: Mapping[Value, str]) -> str:
    """The operation `row` that made `node`, as Python that records the same row again."""
    name = row.name
    operands = [_number(x) if x.__class__ is float else called[x] for x in node.inputs]
    if name in SIGNS:
        left, right = operands
        return f"{left} {SIGNS[name]} {right}"
    if name == "neg":
        return f"-{operands[0]}"
    if name in ("power", "pow"):
        # `**` records the row power where the exponent is a number, else pow.
        number = node.inputs[1].__class__ is float
        if number == (name == "power"):
            return f"{operands[0]} ** {operands[1]}"
    if name == "dot":
        pairs = len(operands) // 2
        ws, xs = operands[:pairs], operands[pairs:-1]
        return f"ag.dot([{', '.join(ws)}], [{', '.join(xs)}], {operands[-1]})"
    if name in OF_A_LIST:
        return f"ag.{name}([{', '.join(operands)}])"
    listed = ", ".join(operands)
    return f"{_public_name(row)}({listed})"


def _public_name(row: Op) -> str:
    """How a program calls a row: as an operation of autograd, of `ops`, or by its own name."""
    import autograd  # when it is whole: this module is a part of it

    for room, prefix in ((autograd, "ag"), (ops, "ops")):
        for attribute in (row.name, f"{row.name}_"):
            if vars(room).get(attribute) is row:
                return f"{prefix}.{attribute}"
    return f"TABLE[{row.name!r}]"


def _number(x: float) -> str:
    """A float as Python that gives the same float, in brackets where a sign could be misread."""
    if math.isnan(x):
        return "math.nan"
    if math.isinf(x):
        return "math.inf" if x > 0.0 else "(-math.inf)"
    return repr(x) if math.copysign(1.0, x) > 0.0 else f"({x!r})"


def _identifiers(names: Sequence[str]) -> list[str]:
    """The names as variables of Python, each different."""
    used = set(TAKEN)
    counts: dict[str, int] = {}
    result = []
    for name in names:
        # NFKC, as Python itself reads a variable: two spellings must not become one variable.
        plain = re.sub(r"\W", "_", unicodedata.normalize("NFKC", name))
        if not plain.isidentifier():
            plain = f"v_{plain}"
        if not plain.isidentifier():  # a sign that is a letter to `re`, but not to Python
            plain = "v"
        if keyword.iskeyword(plain):
            plain += "_"
        variable = plain
        while variable in used:
            counts[plain] = counts.get(plain, 1) + 1
            variable = f"{plain}_{counts[plain]}"
        used.add(variable)
        result.append(variable)
    return result
