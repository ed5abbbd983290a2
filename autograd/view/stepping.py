"""Stepping: from a Value, or a function to be called, to a Stepper through its computation.

Owns what can be stepped, and what the numbers of a function are called.
"""

import inspect
from collections.abc import Callable, Iterable
from typing import Any

from autograd.backward import topological_order
from autograd.naming import Names
from autograd.origin import recording
from autograd.value import Value
from autograd.view.glossary import Language
from autograd.view.stepper import Stepper

MOST_NODES = 100_000


def step(
    value: Value | Callable[..., Value],
    *arguments: Any,
    optimizer: Any = None,
    prediction: Value | Iterable[Value] | None = None,
    names: Names = None,
    lang: Language = "en",
) -> Stepper:
    """Return a Stepper through the computation of `value`, backpropagation and the weight update.

    Stepping only reads: no `.data` and no `.grad` changes, whatever is stepped.

        stepper = ag.step(loss, optimizer=nn.SGD(model.parameters(), lr=0.1))
        stepper.forward()           # the next step; .back(), .jump("backward"), .play()
        stepper.run(op="tanh")      # on to the next tanh

    Args:
        value: a result; or a function, which is called with `arguments` and shown line by line.
        arguments: of the function; numbers become Values, named as its parameters are.
        optimizer: such as `nn.SGD`: the weight update that its `step()` would make is shown, too.
        prediction: the Value or Values where forward propagation ends and the loss begins; default:
            what modules (`nn.MLP`, ...) returned.
        names: names for Values without a label, as for `draw`; one that gets none is called v2, by
            its place in the topological order.
        lang: "en" or "ko".

    Raises TypeError for what is no Value, ValueError for a leaf, for more than 100,000 nodes,
    for a prediction that the result was not made from, and for an optimiser of other parameters.
    """
    function = None
    given: dict[Any, str] = {}
    if callable(value) and not isinstance(value, Value):
        function = value
        value, given = _called(function, arguments)
    elif arguments:
        raise TypeError("step: arguments are for a function; give step(function, ...) or one Value")
    if not isinstance(value, Value):
        what = "the function returned" if function else "expected a Value or a function, got"
        raise TypeError(f"step: {what} {type(value).__name__}; step one Value, such as a loss")
    if value.op is None:
        raise ValueError(
            "step: this Value is a leaf, a number that no operation made; step a result, such as "
            "a loss"
        )
    order = topological_order(value)
    if len(order) > MOST_NODES:
        raise ValueError(
            f"step: {len(order):,} nodes are more than {MOST_NODES:,}; step the loss of fewer "
            "samples, or a node on the way"
        )
    if optimizer is not None and not (
        hasattr(optimizer, "parameters") and callable(getattr(optimizer, "step", None))
    ):
        raise TypeError(
            "step: optimizer must be one such as nn.SGD(model.parameters(), lr=0.1), got "
            f"{optimizer!r:.40}"
        )
    ends = _checked([prediction] if isinstance(prediction, Value) else prediction, order)
    return Stepper(value, order, function, given, ends, optimizer, names, lang)


def _called(
    function: Callable[..., Any], arguments: tuple[Any, ...]
) -> tuple[Any, dict[Value, str]]:
    """What the function returns, recorded, and the names of its arguments and of its result."""
    values = [Value(x) if isinstance(x, (int, float)) else x for x in arguments]
    with recording():
        result = function(*values)
    given: dict[Value, str] = {}
    try:
        bound = inspect.signature(function).bind(*values).arguments
    except ValueError:  # a callable that keeps its parameters to itself
        bound = {}
    for name, argument in bound.items():
        if isinstance(argument, Value):
            given.setdefault(argument, name)
        elif isinstance(argument, (list, tuple)):
            for k, x in enumerate(argument):
                if isinstance(x, Value):
                    given.setdefault(x, f"{name}[{k}]")
    name = getattr(function, "__name__", "")
    if isinstance(result, Value) and name.isidentifier():
        given.setdefault(result, name)
    return result, given


def _checked(prediction: Iterable[Any] | None, order: list[Value]) -> list[Value] | None:
    """The ends of forward propagation, or an error for what the result was not made from."""
    if prediction is None:
        return None
    ends, known = list(prediction), set(order)
    for end in ends:
        if not isinstance(end, Value) or end not in known:
            raise ValueError(
                f"step: the result was not made from prediction {end!r:.60}; give the Value or "
                "Values that the loss was computed from"
            )
    return ends
