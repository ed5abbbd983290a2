"""gradcheck: gradients against finite differences, and who is wrong where they disagree.

Owns what is asked: a function or a finished graph, up to which order. What is asked of each order
is in `one_order.py`; for a higher order it is asked of the graph of the derivative.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from autograd.blocks import enable_grad
from autograd.check import words
from autograd.check.blame import Function, check_rules_again, derivative_of, run, weighed
from autograd.check.one_order import OneOrder
from autograd.check.recorded import Recorded, nearby, numbers_at, same, topological_order
from autograd.check.verdict import Verdict
from autograd.containers import Shape, flatten
from autograd.linearize import check_function, convert
from autograd.value import Value


def gradcheck(what: Any, arguments: Any = None, *, order: int = 1) -> Verdict:
    """Check derivatives against finite differences, and say who is wrong.

        gradcheck(f, (x, y))            # a function and its positional arguments
        gradcheck(loss)                 # a finished graph, by its leaves

    Rules are checked node by node, so a wrong one is found and named in a graph of any size; the
    reverse sweep, forward mode and the differences of the whole are compared as well. Nothing of
    the graph changes. Steps and error bars are those of `autograd.check.differences`.

    Args:
        what: a Value, or a function of numbers in any containers, returning one number or several
            (several are checked together, with random weights).
        arguments: for a function: a tuple of its positional arguments; anything else is the one
            argument.
        order: 1, 2 or 3: up to which order of derivative.

    Returns a Verdict: true when all passed, else false; its text names the operation and the node.
    Raises TypeError for what is neither a Value nor a function, ValueError for another order.
    """
    if type(order) is not int or order not in (1, 2, 3):
        raise ValueError(f"gradcheck: order must be 1, 2 or 3, got {order!r}")
    with enable_grad():  # as the transforms do, also inside of a `no_grad` that is open
        if not isinstance(what, Value):
            return _of_function(what, arguments, order)
        if arguments is not None:
            raise TypeError("gradcheck: a Value is checked by its leaves; leave the arguments out")
        recorded = Recorded(what)
        numbers = [leaf.data for leaf in recorded.leaves]
        return _orders(recorded.on_values, numbers, order, recorded)


def _of_function(what: Any, arguments: Any, order: int) -> Verdict:
    check_function("gradcheck", what)
    if arguments is None:
        raise TypeError("gradcheck: give the arguments of the function, too: gradcheck(f, (x, y))")
    given = arguments if type(arguments) is tuple else (arguments,)
    numbers, shape = flatten(given)
    numbers = [x.data if isinstance(x, Value) else x for x in numbers]
    convert(numbers, shape, "gradcheck: argument ", if_none="give a number")

    layouts: list[Shape] = []

    def outputs(values: list[Any]) -> list[Any]:
        found, layout = flatten(what(*shape.rebuild(values)))
        convert(
            found, layout, "gradcheck: what the function returned",
            if_none="a function without a return statement returns None",
        )  # fmt: skip
        layouts[:] = [layout]
        return found

    def function(values: list[Any]) -> Any:
        found = outputs(values)
        return found[0] if layouts[0].kind is None else weighed(found)

    verdict = _orders(function, numbers, order, None)
    if verdict and layouts[0].size > 1:
        # In a sum of all, a large result hides what is wrong with a small one.
        for k in _not_their_graphs(outputs, numbers):

            def one(values: list[Any], k: int = k) -> Any:
                return outputs(values)[k]

            alone = _orders(one, numbers, order, None)
            if alone.accuses:
                return words.of_result(alone, layouts[0].path(k))
    return verdict


def assert_gradients(what: Any, arguments: Any = None, *, order: int = 1) -> None:
    """Raise an AssertionError with the sentence of `gradcheck` unless the gradients passed.

    Takes the arguments of `gradcheck`. For tests.
    """
    __tracebackhide__ = True
    verdict = gradcheck(what, arguments, order=order)
    if not verdict:
        raise AssertionError(str(verdict))


def _orders(
    function: Function, numbers: list[float], order: int, finished: Recorded | None
) -> Verdict:
    verdict = OneOrder(function, numbers, 1, finished).verdict()
    graphs = [finished or Recorded(*run(function, numbers))]  # of f, f', ...
    for k in range(2, order + 1):
        if not verdict:
            return verdict
        for j, recorded in enumerate(graphs):
            wrong = list(check_rules_again(recorded, k - j))
            if wrong:
                return words.wrong_rules(recorded, wrong, k)
        lower, function = function, derivative_of(function)
        one = OneOrder(function, numbers, k, None)
        graphs.append(one.recorded)
        fault = one.against(lower, graphs[-2])
        verdict = one.verdict() if fault is None else fault
    return verdict


def _not_their_graphs(
    outputs: Callable[[list[Any]], list[Any]], numbers: Sequence[float]
) -> Iterator[int]:
    """The places of the results that a function finds with more than the graph it leaves."""
    leaves = [Value(x) for x in numbers]
    found = outputs(list(leaves))
    order = topological_order(*[y for y in found if isinstance(y, Value)])
    for size in (1e-2, -1e-2, 1e-6, -1e-6):
        near = nearby(numbers, size)
        try:
            there = outputs([Value(x) for x in near])
        except Exception:  # noqa: BLE001 - the function refuses them, in whatever way
            continue
        try:
            known = numbers_at(order, dict(zip(leaves, near, strict=True)))
        except (ArithmeticError, ValueError):  # the function took another way there
            yield from range(len(found))
            return
        for k, (y, z) in enumerate(zip(found, there, strict=False)):
            expected = known[y] if isinstance(y, Value) else y
            if not same(z.data if isinstance(z, Value) else z, expected):
                yield k
        return
