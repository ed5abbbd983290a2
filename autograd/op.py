"""What a primitive operation is: one number out of its inputs, and all its partial derivatives.

Owns `Op`, one row of the table in `ops.py`, and `edge`, by which a rule says that an input was not
selected. A rule is written once, in the engine's own operations, and runs on whatever it is given:
floats give the numbers that backward multiplies, Values derivatives that can be differentiated
again (`linearize.py` does that). Calls take this way: `__call__` asks the first operand that is no
float how it is applied (a Value records, see `value.py`); failing that, `convert` makes numbers of
the operands, or goes through an array element by element; plain floats end in `forward`.
"""

import functools
import inspect
import math
import re
from collections.abc import Callable, Sequence
from numbers import Complex, Real
from types import EllipsisType
from typing import Any, NamedTuple

from autograd import ieee
from autograd.number import as_number, is_array

Forward = Callable[..., float]
Partials = Callable[..., tuple[Any, ...]]


class Interval(NamedTuple):
    """The operands between `low` and `high` for which an operation gives a real number."""

    low: float = -math.inf
    high: float = math.inf
    includes_low: bool = False
    includes_high: bool = False

    def __contains__(self, x: object) -> bool:
        if not isinstance(x, (int, float)):
            return False
        above = x >= self.low if self.includes_low else x > self.low
        return above and (x <= self.high if self.includes_high else x < self.high)

    def __str__(self) -> str:
        left = "[" if self.includes_low else "("
        return f"{left}{self.low:g}, {self.high:g}{']' if self.includes_high else ')'}"


REAL = Interval()
POSITIVE = Interval(low=0.0)
INDEX = Interval(low=0.0, includes_low=True)  # of a first operand that counts one of the others

# The inputs' intervals in order; an Ellipsis after the last repeats it: (REAL, ...) is n-ary.
Domain = tuple[Interval | EllipsisType, ...]


class Kink(NamedTuple):
    """Where a derivative jumps or has a pole: there `switch(*inputs)` is 0 and changes sign.

    Where the sign does not tell the smooth pieces apart, `piece(*inputs)` does: a number for each.
    """

    where: str
    switch: Callable[..., float]
    convention: str  # what the engine answers at the kink itself
    piece: Callable[..., float] | None = None


class Op:
    """One operation: how to compute it, and its derivative, each stated once.

    Args:
        name: its key in `TABLE`; a Python identifier.
        forward: floats -> float; a function of `math`, an expression, or the engine's own
            functions, which return inf and nan where those of `math` raise.
        partials: (output, *inputs) -> the tuple of the partial derivatives by each input, written
            in the engine's operations without `if` on data; the output comes first. None means no
            edge: that input was not selected, or the derivative is identically zero.
        notation: how it is written, the inputs in braces: "{0} + {1}"; a pair gives LaTeX as well;
            "{...}" stands for all inputs. Default: name(inputs).
        domain: an `Interval` for each input; default: the whole line for each.
        kinks: where the derivative jumps, and what the engine answers there.

    Calling it on numbers gives a float, on Values a Value, on NumPy arrays an array, element by
    element. Defining a name again replaces it, so that a notebook cell can be run twice; the
    engine's own names cannot be replaced (ValueError).
    """

    def __init__(
        self,
        name: str,
        forward: Forward,
        partials: Partials,
        notation: str | tuple[str, str] | None = None,
        domain: Domain | None = None,
        kinks: tuple[Kink, ...] = (),
    ) -> None:
        if type(name) is not str or not name.isidentifier():
            raise ValueError(f"Op: name must be an identifier such as 'cube', got {name!r}")
        functions: tuple[Any, ...] = (forward, partials)
        if not all(map(callable, functions)):
            raise TypeError(f"Op {name!r}: forward and partials must be functions")
        self.name = name
        self.forward = forward
        self.partials = partials
        text, latex = _text_and_latex(name, notation)
        self.notation = text if text is not None else f"{name}({{...}})"
        self.latex = latex if latex is not None else rf"\operatorname{{{name}}}({{...}})"
        self.domain = _whole_line(name, partials) if domain is None else _intervals(name, domain)
        if not _are_kinks(kinks):
            raise TypeError(f"Op {name!r}: kinks must be a tuple of Kinks, got {kinks!r:.60}")
        self.kinks = kinks
        # The number of inputs; None where it takes any number of them.
        self.arity = None if self.domain[-1] is ... else len(self.domain)
        _check_notation(name, (self.notation, self.latex), self.arity)
        self.has_index = self.domain[0] is INDEX  # whether the first input counts the others
        self.is_own = bool(BUILTIN)  # the engine's own table is complete: this row is a user's
        if self.is_own:
            if name in BUILTIN:
                raise ValueError(f"Op: {name!r} is one of the engine's operations; choose a name")
            self.partials = _checked(name, partials)
        TABLE[name] = self

    def __call__(self, *inputs: Any) -> Any:
        """Apply it: each kind of operand (Value, IEEE, ...) says how; plain numbers run forward."""
        if len(inputs) != self.arity and self.arity is not None:
            s = "" if self.arity == 1 else "s"
            raise TypeError(f"{self.name}: takes {self.arity} operand{s}, got {len(inputs)}")
        for x in inputs:
            if x.__class__ is not float:
                try:
                    how = x._apply_op
                except AttributeError:
                    how = Op.apply
                return how(self, inputs)
        try:  # compute(), written out: rules on floats come this way
            y = self.forward(*inputs)
        except (ArithmeticError, ValueError):
            return self.compute_ieee(inputs)
        return y if y.__class__ is float else self.checked(y, inputs)

    def apply(self, inputs: tuple[Any, ...]) -> Any:
        """The same with the operands in a tuple: as the first of a kind that knows how says."""
        for x in inputs:
            how = getattr(x, "_apply_op", None)
            if how is not None:
                return how(self, inputs)
        return self.convert(inputs)

    def compute(self, numbers: Sequence[float]) -> float:
        """The operation on floats: a float, inf and nan where IEEE-754 has them."""
        try:
            y = self.forward(*numbers)
        except (ArithmeticError, ValueError):
            return self.compute_ieee(numbers)
        return y if y.__class__ is float else self.checked(y, numbers)

    def compute_ieee(self, numbers: Sequence[float]) -> float:
        """The operation on floats for which Python's arithmetic raises."""
        try:
            return ieee.forward(self.forward, numbers)
        except (ArithmeticError, ValueError) as error:
            error.add_note(self._note("forward", numbers))
            raise

    def partials_ieee(self, y: float, numbers: Sequence[float]) -> tuple[Any, ...]:
        """The rule on floats for which Python's arithmetic raises."""
        try:
            return ieee.partials(self.partials, y, numbers)
        except (ArithmeticError, ValueError) as error:
            error.add_note(self._note("partials", numbers))
            raise

    def _note(self, which: str, numbers: Sequence[float]) -> str:
        return (
            f"This was raised by the {which} of {self.name!r} at {', '.join(map(repr, numbers))}. "
            "Arithmetic there follows IEEE-754 if it is written with the functions of autograd."
        )

    def convert(self, inputs: Sequence[Any], ready: type | None = None) -> Any:
        """Apply it after turning what is neither a float nor a `ready` into one, or refuse it."""
        for x in inputs:
            if is_array(x):
                return self.broadcast(inputs)
        numbers = []
        for x in inputs:
            if x.__class__ is float or (ready is not None and isinstance(x, ready)):
                numbers.append(x)
            elif isinstance(x, float):
                numbers.append(float(x))
            elif ready is not None and hasattr(x, "_apply_op"):
                return x._apply_op(self, inputs)  # a kind that knows how to take Values in
            else:
                numbers.append(as_number(x, self.name))
        return self(*numbers)

    def broadcast(self, inputs: Sequence[Any]) -> Any:
        """Apply it to NumPy arrays element by element, as NumPy's own functions do.

        What is masked in one of them is masked in the result.
        """
        import numpy  # loaded already: one of the inputs is an array

        with numpy.errstate(all="ignore"):  # inf and nan are answers here, no warnings
            result = numpy.frompyfunc(self, len(inputs), 1)(*inputs)
        holds_numbers = all(numpy.asarray(x).dtype != object for x in inputs)
        return numpy.asanyarray(result, dtype=float) if holds_numbers else result

    def checked(self, y: Any, inputs: Sequence[float]) -> float:
        """What `forward` gave, as a float; complex becomes nan, anything else is refused."""
        if isinstance(y, complex):
            return ieee.forward(self.forward, inputs)
        return as_number(y, f"{self.name}: its forward must return a number")

    def __repr__(self) -> str:
        return f"<Op {self.name}: {self.notation}>"

    def __reduce__(self) -> tuple[Any, ...]:
        return _find, (self.name,)


TABLE: dict[str, Op] = {}
BUILTIN: set[str] = set()  # the names of the engine's own rows, once ops.py is complete


def _checked(name: str, rule: Partials) -> Partials:
    """A user's rule, refused in clear words where it breaks the contract of `Op`."""

    @functools.wraps(rule)
    def checked(y: Any, *inputs: Any) -> tuple[Any, ...]:
        try:
            result: Any = rule(y, *inputs)
        except TypeError as error:  # such as math.cos of a Value, which cannot say whose rule it is
            if any(x.__class__ is not float for x in (y, *inputs)):
                error.add_note(
                    f"This was raised by the partials of {name!r}, asked for what can be "
                    "differentiated again: write them with the functions of autograd."
                )
            raise
        if not isinstance(result, tuple) or len(result) != len(inputs):
            found = f"{len(result)}" if isinstance(result, tuple) else f"a {type(result).__name__}"
            raise TypeError(
                f"{name}: partials must return a tuple of {len(inputs)} derivatives, one for each "
                f"operand, got {found}; a tuple of one is written (x,)"
            )
        return tuple([_derivative(name, p) for p in result])

    return checked


def _find(name: str) -> Op:
    """The row called `name`, for unpickling."""
    if name not in TABLE:
        raise LookupError(f"unknown operation {name!r}: define its Op before loading this graph")
    return TABLE[name]


def _derivative(name: str, p: Any) -> Any:
    """A derivative that a user's rule returned: None, a Value or the like, or a float."""
    if p is None or p.__class__ is float or hasattr(p, "_apply_op"):
        return p
    if isinstance(p, Complex) and not isinstance(p, Real):
        return math.nan
    try:
        return as_number(p, name)
    except TypeError:
        raise TypeError(f"{name}: a derivative must be a number or None, got {p!r}") from None


def _text_and_latex(name: str, notation: Any) -> tuple[str | None, str | None]:
    """A given notation, one or a pair, refused unless it is text."""
    both = notation if isinstance(notation, tuple) else (notation, None)
    if len(both) != 2 or not all(one is None or isinstance(one, str) for one in both):
        raise TypeError(
            f"Op {name!r}: notation must be text such as '{{0}} + {{1}}', or a pair of text and "
            f"LaTeX, got {notation!r:.60}"
        )
    return both


def _intervals(name: str, domain: Any) -> Domain:
    """A given domain, refused unless it is intervals, with an Ellipsis after the last at most."""
    listed = domain if isinstance(domain, tuple) else ()
    intervals = listed[:-1] if listed[-1:] == (...,) else listed
    if not intervals or not all(isinstance(one, Interval) for one in intervals):
        raise TypeError(
            f"Op {name!r}: domain must be a tuple with an Interval for each input, such as "
            f"(REAL, POSITIVE), got {domain!r:.60}"
        )
    return listed


def _are_kinks(kinks: Any) -> bool:
    return isinstance(kinks, tuple) and all(isinstance(kink, Kink) for kink in kinks)


def _check_notation(name: str, notations: tuple[str, ...], arity: int | None) -> None:
    """Raise ValueError where a notation names an input that there is not."""
    for notation in notations:
        for place in re.findall(r"(?<!{){(\d+)}(?!})", notation):
            if arity is not None and int(place) >= arity:
                raise ValueError(
                    f"Op {name!r}: the notation {notation!r:.60} names input {{{place}}}; the "
                    f"operation takes {arity}, counted from 0"
                )


def _whole_line(name: str, partials: Partials) -> Domain:
    """REAL for each input that the rule takes after the output."""
    try:
        parameters = list(inspect.signature(partials).parameters.values())
    except ValueError:  # some functions of C keep their parameters to themselves
        raise TypeError(
            f"Op {name!r}: partials must be a function that takes the output and then each input, "
            f"got {partials!r}; wrap it: lambda y, x: (...,)"
        ) from None
    if any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return (REAL, ...)
    if len(parameters) < 2:
        raise TypeError(f"Op {name!r}: partials takes the output and then each input")
    return (REAL,) * (len(parameters) - 1)


def edge(condition: Any, partial: Any) -> Any:
    """`partial` where `condition` is not 0; elsewhere None, which means no edge at all.

    In a rule it says that an input was selected. Deadness is a fact of the graph, not of a number:
    an edge that is not there multiplies nothing, so 0 * inf cannot arise on it.
    """
    if condition.__class__ is not float and hasattr(condition, "_select_edge"):
        return condition._select_edge(partial)
    return partial if condition else None


def live(condition: Any) -> Any:
    """For a comparison: 1 where it holds, no edge (None) where it does not; nan stays nan."""
    return condition or None if condition.__class__ is float else edge(condition, condition)
