"""Binary cross-entropy, of probabilities and of logits: by hand, in the tails, every refusal."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, strategies as st

import autograd as ag
from autograd import Value
from nn import MLP
from nn.losses import binary_cross_entropy, binary_cross_entropy_with_logits
from tests.nn.nodes import count_nodes

LN2 = math.log(2.0)


def values(*numbers):
    return [Value(x) for x in numbers]


def test_probabilities_by_hand():
    p = values(0.5, 0.75, 0.2)
    loss = binary_cross_entropy(p, [1, 0, 0.25])
    parts = [LN2, -math.log(0.25), -0.25 * math.log(0.2) - 0.75 * math.log(0.8)]
    assert loss.data == pytest.approx(math.fsum(parts) / 3, rel=1e-15)
    loss.backward()
    slopes = [-1 / 0.5, 1 / 0.25, -0.25 / 0.2 + 0.75 / 0.8]
    assert [x.grad for x in p] == pytest.approx([s / 3 for s in slopes], rel=1e-14)


def test_logits_by_hand():
    z = values(0.0, math.log(3.0), -1.0)
    loss = binary_cross_entropy_with_logits(z, [1, 0, 0.25])
    chances = [0.5, 0.75, 1 / (1 + math.e)]
    expected = binary_cross_entropy(chances, [1, 0, 0.25])
    assert loss.data == pytest.approx(expected, rel=1e-15)
    one = [binary_cross_entropy_with_logits(x, t) for x, t in zip(z, [1, 0, 0.25], strict=True)]
    assert sum(x.data for x in one) / 3 == pytest.approx(expected, rel=1e-15)
    loss.backward()
    slopes = [(p - t) / 3 for p, t in zip(chances, [1, 0, 0.25], strict=True)]
    assert [x.grad for x in z] == pytest.approx(slopes, rel=1e-14)


def test_a_sure_and_right_probability_costs_nothing():
    p = values(0.0, 1.0)
    loss = binary_cross_entropy(p, [0, 1])
    assert (loss.data, math.copysign(1.0, loss.data)) == (0.0, 1.0)
    loss.backward()
    assert [x.grad for x in p] == [0.5, -0.5]


@pytest.mark.parametrize(("p", "t"), [(0.0, 1), (1.0, 0), (0.0, 0.5), (1.0, 0.5)])
def test_a_sure_and_wrong_probability_costs_infinity(p, t):
    assert binary_cross_entropy([p], [t]) == math.inf
    assert not math.isnan(ag.grad(binary_cross_entropy)([p], [t])[0])


TAIL = st.floats(-1e4, 1e4) | st.floats(-800, 800) | st.floats(-1e-3, 1e-3)


@given(TAIL, st.sampled_from([0.0, 1.0, 0.5]) | st.floats(0.0, 1.0))
def test_logits_are_accurate_in_both_tails(z, t):
    with mpmath.workdps(60):
        x = mpmath.mpf(z)
        yes, no = mpmath.log1p(mpmath.exp(-x)), mpmath.log1p(mpmath.exp(x))
        expected = t * yes + (1 - mpmath.mpf(t)) * no
        slope = (1 - mpmath.mpf(t)) / (1 + mpmath.exp(-x)) - t / (1 + mpmath.exp(x))
    value, (derivative,) = ag.value_and_grad(binary_cross_entropy_with_logits)([z], [t])
    assert value == pytest.approx(float(expected), rel=4e-15, abs=5e-323)
    assert derivative == pytest.approx(float(slope), rel=4e-15, abs=4e-16 * (0 < t < 1) + 5e-323)


@pytest.mark.parametrize(
    ("z", "t", "expected"),
    [
        (1e308, 1, 0.0),
        (-1e308, 0, 0.0),
        (-1e308, 1, 1e308),
        (1e308, 0.5, 5e307),
        (800.0, 1, 0.0),
        (700.0, 1, math.exp(-700)),
        (-40.0, 0, math.exp(-40)),
        (math.inf, 1, 0.0),
        (-math.inf, 0, 0.0),
        (math.inf, 0, math.inf),
        (5e-324, 0, LN2),
    ],
)
def test_logits_of_any_size(z, t, expected):
    logit = Value(z)
    loss = binary_cross_entropy_with_logits([logit], [t])
    assert loss.data == pytest.approx(expected, rel=1e-15)
    loss.backward()
    assert not math.isnan(logit.grad)


def test_a_nan_becomes_the_loss():
    for loss in (binary_cross_entropy, binary_cross_entropy_with_logits):
        assert math.isnan(loss([math.nan, 0.5], [1, 0]))
        assert math.isnan(loss([Value(math.nan)], [Value(0.0)]).data)


@pytest.mark.parametrize("loss", [binary_cross_entropy, binary_cross_entropy_with_logits])
def test_targets_are_differentiated_where_they_are_values(loss):
    p, t = [0.3, 0.6, 0.9], [0.0, 0.25, 1.0]
    by_output, by_target = ag.grad(loss, argnums=(0, 1))(p, t)
    chances = p if loss is binary_cross_entropy else [1 / (1 + math.exp(-z)) for z in p]
    expected = [(math.log(1 - c) - math.log(c)) / 3 for c in chances]
    assert by_target == pytest.approx(expected, rel=1e-13)
    assert by_output == pytest.approx(ag.grad(loss)(p, t), rel=1e-15)
    mixed = ag.jacobian(lambda t: ag.grad(loss)(p, t))(t)
    slopes = [-1 / (c * (1 - c)) if loss is binary_cross_entropy else -1.0 for c in chances]
    assert [mixed[i][i] for i in range(3)] == pytest.approx([s / 3 for s in slopes], rel=1e-13)


def test_a_value_as_target_of_a_sure_probability():
    p, t = values(0.0, 1.0, 1.0), values(0.0, 1.0, 0.0)
    assert binary_cross_entropy(p[:2], t[:2]).data == 0.0
    assert binary_cross_entropy(p, t).data == math.inf
    assert binary_cross_entropy_with_logits(values(math.inf), values(1.0)).data == 0.0


def test_rows_arrays_booleans_and_plain_numbers():
    p, t = [[0.25, 0.5], [0.75, 0.125]], [[0, 1], [1, 0]]
    expected = binary_cross_entropy([0.25, 0.5, 0.75, 0.125], [0, 1, 1, 0])
    assert type(expected) is float
    assert binary_cross_entropy(p, t) == expected
    assert binary_cross_entropy(np.array(p), np.array(t, dtype=bool)) == expected
    assert binary_cross_entropy([values(*row) for row in p], np.array(t)).data == expected
    model = MLP(2, [2], output_activation="sigmoid", seed=1)
    assert binary_cross_entropy([model([1.0, 2.0])], [[0, 1]]).data > 0.0


def test_a_batch_costs_few_nodes():
    half = values(*[0.5] * 100)
    assert count_nodes(binary_cross_entropy(half, [1] * 100)) == 100 + 100 + 2
    assert count_nodes(binary_cross_entropy(half, [0] * 100)) == 100 + 2 * 100 + 2
    assert count_nodes(binary_cross_entropy_with_logits(half, [0] * 100)) == 100 + 100 + 2
    assert count_nodes(binary_cross_entropy_with_logits(half, [1] * 100)) == 100 + 2 * 100 + 2


bce, with_logits = binary_cross_entropy, binary_cross_entropy_with_logits
SIGMOID = MLP(2, [1], output_activation="sigmoid", seed=1)
SOFTMAX = MLP(2, [2], output_activation="softmax", seed=1)
X = [0.5, 1.0]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: bce([1.5], [1]), "probabilities[0] must lie between 0 and 1, got 1.5; end the"),
        (lambda: bce([[0.5, -0.1]], [[1, 1]]), "probabilities[0][1] must lie between 0 and 1"),
        (lambda: bce(values(0.1, 2.0), [1, 1]), "or use binary_cross_entropy_with_logits"),
        (lambda: bce(["0.5"], [1]), "probabilities[0] must lie between 0 and 1, got '0.5'"),
        (lambda: bce([None], [1]), "probabilities[0] must lie between 0 and 1, got None"),
        (lambda: bce([0.5], [[1]]), "so write [t for (t,) in targets]"),
        (lambda: bce([0.5, 0.5], [1]), "probabilities have shape [2], targets [1]"),
        (lambda: bce([], []), "probabilities is empty"),
        (lambda: bce([0.5], [1.01]), "targets[0] must be a probability of yes, from 0 to 1"),
        (lambda: bce([0.5], [-1]), "from labels -1 and 1: [(label + 1) / 2 for label in y]"),
        (lambda: bce([0.5], [math.nan]), "targets[0] must be a probability of yes"),
        (lambda: bce([[0.5], [0.5]], [[1], ["yes"]]), "targets[1][0] must be a probability of yes"),
        (lambda: bce([0.5], [Value(2.0)]), "targets[0] must be a probability of yes"),
        (lambda: with_logits([0.5], [2]), "targets[0] must be a probability of yes"),
        (lambda: with_logits([0.5], [-1.0]), "from labels -1 and 1"),
        (lambda: with_logits([0.5], [[1]]), "so write [t for (t,) in targets]"),
        (lambda: with_logits([], []), "logits is empty"),
        (
            lambda: with_logits([1.0, SIGMOID(X)], [1, 0]),
            "logits[1] is the result of sigmoid already; leave out the output activation, or use",
        ),
        (lambda: with_logits([[SIGMOID(X)]], [[1]]), "logits[0][0] is the result of sigmoid"),
        (lambda: with_logits([SOFTMAX(X)], [[1, 0]]), "logits[0] is the result of softmax already"),
    ],
)
def test_refusals_name_the_argument_and_the_remedy(call, message):
    with pytest.raises(ValueError) as caught:
        call()
    text = str(caught.value)
    assert message in text
    assert text.startswith(("binary_cross_entropy: ", "binary_cross_entropy_with_logits: "))
    assert "\n" not in text


def test_probabilities_of_a_softmax_are_taken():
    p = SOFTMAX(X)
    expected = -(math.log(p[0].data) + math.log1p(-p[1].data)) / 2
    assert bce([p], [[1, 0]]).data == pytest.approx(expected, rel=1e-15)
