"""What transforms say of a mistake: which transform, which argument, and what to do about it.

Every case is one that a newcomer makes. The words asked for stand anywhere in the message; the
name of the transform that was called begins it.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import autograd as ag
from autograd import Value

Case = tuple[Callable[[], Any], type[Exception], tuple[str, ...]]


def square(x: Any) -> Any:
    return x * x


def first(xs: Any) -> Any:
    return xs[0] * xs[0]


def forgot_return(x: Any) -> None:
    x * x


CALLS: dict[str, Callable[[Callable[..., Any], Any], Any]] = {
    "grad": lambda f, x: ag.grad(f)(x),
    "value_and_grad": lambda f, x: ag.value_and_grad(f)(x),
    "jacobian": lambda f, x: ag.jacobian(f)(x),
    "hessian": lambda f, x: ag.hessian(f)(x),
    "jvp": lambda f, x: ag.jvp(f, (x,), (1.0,)),
    "vjp": lambda f, x: ag.vjp(f, x),
    "hvp": lambda f, x: ag.hvp(f, (x,), (1.0,)),
}
OF_ONE_NUMBER = ("grad", "value_and_grad", "hessian", "hvp")
BY_ARGNUMS = ("grad", "value_and_grad", "jacobian", "hessian")
each_call = pytest.mark.parametrize("name", CALLS)


def refusal(call: Callable[[], Any], kind: Any = (TypeError, ValueError)) -> str:
    with pytest.raises(kind) as caught:
        call()
    return str(caught.value)


def assert_says(message: str, name: str, *words: str) -> None:
    assert message.startswith(f"{name}:"), message
    assert [word for word in words if word not in message] == [], message


@each_call
def test_a_function_that_returns_nothing(name: str) -> None:
    message = refusal(lambda: CALLS[name](forgot_return, 2.0), TypeError)
    assert_says(message, name, "returned", "None", "return statement")


@each_call
@pytest.mark.parametrize(
    ("result", "remedy"),
    [("text", "float(...)"), (2j, ".real"), ({1.0}, "list"), (object(), "object")],
)
def test_a_function_that_returns_no_number(name: str, result: Any, remedy: str) -> None:
    message = refusal(lambda: CALLS[name](lambda x: result, 2.0), TypeError)
    assert_says(message, name, "returned", type(result).__name__, remedy)


@each_call
def test_a_generator_returned(name: str) -> None:
    message = refusal(lambda: CALLS[name](lambda x: (x for _ in range(2)), 2.0), TypeError)
    assert_says(message, name, "returned", "generator", "list")


@each_call
@pytest.mark.parametrize("argument", [range(3), {1.0}, {"a": 1.0}.values()])
def test_numbers_in_what_is_no_container(name: str, argument: Any) -> None:
    message = refusal(lambda: CALLS[name](sum, argument), TypeError)
    assert_says(message, name, "argument 0", type(argument).__name__, "list(...)")


@pytest.mark.parametrize("name", OF_ONE_NUMBER)
@pytest.mark.parametrize(
    ("result", "words"),
    [
        (lambda x: [x, x], ("list of 2",)),
        (lambda x: (x,), ("tuple of 1",)),
        (lambda x: {"loss": x}, ("dict of 1",)),
        (lambda x: np.array([x, x, x]), ("an array of shape (3,)",)),
    ],
    ids=["list", "tuple", "dict", "array"],
)
def test_several_numbers_where_one_is_needed(name: str, result: Any, words: Any) -> None:
    message = refusal(lambda: CALLS[name](result, 2.0), TypeError)
    assert_says(message, name, "one number", "jacobian", *words)


@each_call
@pytest.mark.parametrize(
    ("argument", "words"),
    [
        ("3", ("argument 0", "str '3'", "float(...)")),
        (None, ("argument 0", "None")),
        ([1.0, ["x"]], ("argument 0[1][0]", "str 'x'")),
        ({"w": [1.0, None]}, ("argument 0['w'][1]", "None")),
        (np.array([1.0, 2j]), ("argument 0", "complex")),
        (np.array([1.0, None]), ("argument 0.flat[1]", "None")),
    ],
    ids=["str", "None", "nested str", "nested None", "complex array", "array with None"],
)
def test_an_argument_that_is_no_number(name: str, argument: Any, words: Any) -> None:
    message = refusal(lambda: CALLS[name](lambda x: 0.0, argument), TypeError)
    assert_says(message, name, *words)
    assert "return statement" not in message  # the remedy for a result, not for an argument


@each_call
def test_an_integer_too_large(name: str) -> None:
    message = refusal(lambda: CALLS[name](square, 10**400), OverflowError)
    assert_says(message, name, "argument 0", "too large")


@pytest.mark.parametrize("name", BY_ARGNUMS)
@pytest.mark.parametrize(
    ("argnums", "kind"),
    [(1, ValueError), (-2, ValueError), ((0, 5), ValueError), (True, TypeError), (1.0, TypeError),
     ("x", TypeError), ([0], TypeError), (None, TypeError), ((0, "x"), TypeError)],
)  # fmt: skip
def test_argnums(name: str, argnums: Any, kind: type[Exception]) -> None:
    message = refusal(lambda: getattr(ag, name)(square, argnums)(2.0), kind)
    assert_says(message, name, "argnums")


@pytest.mark.parametrize("name", BY_ARGNUMS)
def test_a_keyword_argument_cannot_be_differentiated_by(name: str) -> None:
    message = refusal(lambda: getattr(ag, name)(square)(x=2.0), ValueError)
    assert_says(message, name, "argument 0", "positional", "keyword")


@pytest.mark.parametrize("name", [*BY_ARGNUMS, "vmap"])
@pytest.mark.parametrize("no_function", [3.0, Value(3.0), None, [square]])
def test_a_result_instead_of_a_function(name: str, no_function: Any) -> None:
    """`grad(f(x))` is refused where it is written, not where the result is called."""
    message = refusal(lambda: getattr(ag, name)(no_function), TypeError)
    assert_says(message, name, "function", type(no_function).__name__)


def test_vjp_without_arguments_of_the_function_says_that_they_are_missing() -> None:
    assert_says(refusal(lambda: ag.vjp(lambda x: x * x), TypeError), "vjp", "primals", "vjp(f, x)")
    assert_says(refusal(lambda: ag.hvp(lambda: 1.0, (), ()), TypeError), "hvp", "primals", "(v,)")


@pytest.mark.parametrize("name", ["jvp", "vjp", "hvp"])
def test_a_result_instead_of_a_function_called_at_once(name: str) -> None:
    message = refusal(lambda: CALLS[name](Value(3.0), 2.0), TypeError)
    assert_says(message, name, "function", "Value")


# A direction that does not fit: the words say what was expected and what came.
DIRECTIONS: dict[str, tuple[Any, Any, tuple[str, ...]]] = {
    "too long": ([1.0, 2.0], [1.0, 2.0, 3.0], ("list of 2", "list of 3")),
    "a number": ([1.0, 2.0], 1.0, ("list of 2", "number")),
    "a list for an array": (np.ones(2), [1.0, 2.0], ("array of shape (2,)", "list of 2")),
    "another shape": (np.ones(2), np.ones((2, 1)), ("(2,)", "(2, 1)")),
    "split elsewhere": (
        [[1.0, 2.0], [3.0]], [[1.0], [2.0, 3.0]], ("[0]", "list of 2", "list of 1")
    ),
    "other keys": ({"a": 1.0, "b": 2.0}, {"a": 1.0, "c": 2.0}, ("'b'", "'c'")),
    "deeper": ({"a": [1.0]}, {"a": 1.0}, ("['a']", "list of 1", "number")),
}  # fmt: skip


@pytest.mark.parametrize("name", ["jvp", "hvp"])
@pytest.mark.parametrize("case", DIRECTIONS)
def test_a_tangent_that_does_not_fit(name: str, case: str) -> None:
    primal, direction, words = DIRECTIONS[case]
    message = refusal(lambda: getattr(ag, name)(lambda x: 1.0, primal, direction), ValueError)
    assert_says(message, name, "tangents", *words)
    assert "tuple of 1" not in message  # which the user did not write


@pytest.mark.parametrize("case", DIRECTIONS)
def test_a_cotangent_that_does_not_fit(case: str) -> None:
    result, cotangent, words = DIRECTIONS[case]
    _, pullback = ag.vjp(lambda x: result, 1.0)
    assert_says(refusal(lambda: pullback(cotangent), ValueError), "vjp", "cotangent", *words)


@pytest.mark.parametrize("name", ["jvp", "hvp"])
def test_a_tangent_that_is_no_number(name: str) -> None:
    transform = getattr(ag, name)
    message = refusal(lambda: transform(first, [1.0, 2.0], [1.0, "up"]), TypeError)
    assert_says(message, name, "tangents", "[1]", "str 'up'")
    message = refusal(lambda: transform(square, (2.0,), (None,)), TypeError)
    assert_says(message, name, "tangents", "None")


@pytest.mark.parametrize("name", ["jvp", "hvp"])
def test_one_tangent_for_two_primals(name: str) -> None:
    transform = getattr(ag, name)
    message = refusal(lambda: transform(lambda x, y: x * y, (2.0, 3.0), (1.0,)), ValueError)
    assert_says(message, name, "tangents", "2", "1")


def test_messages_are_one_line_of_ascii_with_good_grammar() -> None:
    calls = [
        lambda: ag.grad(lambda x: np.array([x]))(1.0),
        lambda: ag.grad(square, 2)(1.0),
        lambda: ag.vjp(square, 2.0)[1]([1.0, 2.0]),
        lambda: ag.jvp(square, 2.0, [1.0]),
    ]
    for call in calls:
        message = refusal(call)
        assert message.isascii()
        assert "\n" not in message
        assert " a a" not in message
        assert "1 positional arguments" not in message
        assert "1 numbers" not in message
