"""What gradcheck asks of several results and of several orders, and assert_gradients.

Owns which of the results are looked at alone, and how often a rule is differentiated; what one
order is asked is test_check_orders.py's.
"""

import pytest

import autograd as ag
from autograd import Value
from autograd.check import assert_gradients, gradcheck, gradients
from autograd.check.gradients import _not_their_graphs
from autograd.check.recorded import nearby


def hides(x):
    """A large result, and a small one whose derivative is wrong."""
    return {"large": 1e14 * ag.sin(x), "small": [x * x.data]}


def test_what_a_large_result_hides():
    assert gradcheck(lambda x: [1e14 * ag.sin(x), x * x], (0.7,))
    verdict = gradcheck(hides, (0.7,))
    assert verdict.status == "wrong"
    assert str(verdict).endswith("(result['small'][0])")
    assert verdict.rule == 0.7
    assert verdict.differences == pytest.approx(1.4, rel=1e-9)


def test_one_result_and_what_did_not_pass_are_not_looked_at_again(monkeypatch):
    def unexpected(*given):
        raise AssertionError("looked for results that hide one another")

    monkeypatch.setattr(gradients, "_not_their_graphs", unexpected)
    assert gradcheck(ag.sin, (0.7,))
    assert gradcheck(lambda x: [ag.sin(x)], (0.7,))
    assert gradcheck(lambda x: [ag.abs(x), 1.0], (0.0,)).status == "kink"
    with pytest.raises(AssertionError, match="hide one another"):
        gradcheck(hides, (0.7,))


@pytest.mark.parametrize("refused", [0, 1, 2, 3, 4])
def test_the_results_that_are_not_their_graphs(refused):
    """They are found at the first neighbours that the function takes, whatever it raises."""
    numbers, seen = [2.0, 0.7], []

    def outputs(values):
        at = [x.data for x in values]
        seen.append(at)
        if 1 < len(seen) <= 1 + refused:
            raise LookupError(f"not at {at}")
        x, y = values
        more = [] if at == numbers else [x]
        return [x * y, x * y.data, 3.0, at[0], *more]

    assert list(_not_their_graphs(outputs, numbers)) == ([] if refused == 4 else [1, 3])
    near = [nearby(numbers, size) for size in (1e-2, -1e-2, 1e-6, -1e-6)]
    assert seen == [numbers, *near[: refused + 1]]


def test_a_hidden_result_is_found_where_a_function_takes_near_numbers_only():
    def function(x):
        if abs(x.data - 0.7) > 1e-3:
            raise RuntimeError("too far")
        return hides(x)

    assert str(gradcheck(function, (0.7,))).endswith("(result['small'][0])")


def test_a_graph_that_refuses_what_its_function_takes_vouches_for_no_result(monkeypatch):
    monkeypatch.setattr(ag.op, "TABLE", dict(ag.op.TABLE))

    def forward(x):
        if x != 2.0:
            raise ValueError("of 2 only")
        return x

    only_two = ag.Op("only_two", forward, lambda y, x: (1.0,))

    def outputs(values):
        (x,) = values
        return [only_two(x) if x.data == 2.0 else x, x * x]

    assert list(_not_their_graphs(outputs, [2.0])) == [0, 1]


def test_each_rule_is_checked_as_often_as_it_is_differentiated(monkeypatch):
    seen = []
    right = gradients.check_rules_again
    monkeypatch.setattr(
        gradients,
        "check_rules_again",
        lambda recorded, order: seen.append((len(recorded.order), order)) or right(recorded, order),
    )
    assert gradcheck(ag.sin, (0.7,), order=3)
    assert [order for _, order in seen] == [2, 3, 2]  # of f; of f, and of its derivative
    assert seen[0][0] == seen[1][0] < seen[2][0]


# assert_gradients


def test_assert_gradients_asks_for_the_first_order_and_is_left_out_of_tracebacks(monkeypatch):
    monkeypatch.setattr(ag.op, "TABLE", dict(ag.op.TABLE))

    def partials(y, x):  # right, but not when it is differentiated
        return (2.0 * (x.data if isinstance(x, Value) else x),)

    square = ag.Op("square_with_a_numb_rule", lambda x: x * x, partials)
    assert_gradients(square, 3.0)
    with pytest.raises(AssertionError, match="square_with_a_numb_rule") as raised:
        assert_gradients(square, 3.0, order=2)
    (entry,) = [one for one in raised.traceback if one.name == "assert_gradients"]
    assert entry.ishidden(raised)
