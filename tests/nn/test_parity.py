"""What a network of this size reaches on real data, measured beside scikit-learn's.

Both get the same splits, hidden neurons and activation function; ours prepares the data by itself,
theirs is standardised by scikit-learn. Theirs is trained by Adam until it converges, ours by SGD
with momentum. Diabetes is small and noisy: a network that converges on it learns the noise, so
both get the weight decay that suits them. `pytest -rP tests/nn/test_parity.py` prints the figures.
"""

import numpy as np
import pytest
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

import nn

HIDDEN = 8
SPLITS = range(4)


def ours(training, test, seed, **settings):
    """The answers of our network to the test rows."""
    preparation = nn.Preparation.of(training)
    model = nn.MLP(
        preparation.n_inputs,
        [HIDDEN, preparation.n_outputs],
        activation="tanh",
        init="xavier",
        seed=seed,
    )
    loss = "cross_entropy" if training.task == "classify" else "mse"
    settings |= {"batch_size": 16, "momentum": 0.9, "seed": seed}
    nn.fit(model, preparation.data(training), loss, verbose=False, **settings)
    X, _ = preparation.data(test)
    return [preparation.answer(output) for output in nn.predict(model, X)]


def theirs(training, test, seed):
    """The answers of scikit-learn's network to the test rows."""
    scaler = StandardScaler().fit(np.array(training.rows))
    X, X_test = (scaler.transform(np.array(part.rows)) for part in (training, test))
    settings = {
        "hidden_layer_sizes": (HIDDEN,),
        "activation": "tanh",
        "learning_rate_init": 0.01,
        "batch_size": 32,
        "max_iter": 1000,
        "random_state": seed,
    }
    if training.task == "classify":
        return MLPClassifier(**settings).fit(X, training.targets).predict(X_test).tolist()
    y = np.array(training.targets)
    model = MLPRegressor(**settings, alpha=1.0).fit(X, (y - y.mean()) / y.std())
    return model.predict(X_test) * y.std() + y.mean()


def accuracy(answers, test):
    return np.mean([a == b for a, b in zip(answers, test.targets, strict=True)])


def r_squared(answers, test):
    y = np.array(test.targets)
    return 1.0 - np.sum((y - answers) ** 2) / np.sum((y - y.mean()) ** 2)


@pytest.mark.parametrize(
    ("name", "settings", "score", "least"),
    [
        ("iris", {"epochs": 30, "lr": 0.1}, accuracy, 0.93),
        ("wine", {"epochs": 12, "lr": 0.1}, accuracy, 0.95),
        ("breast_cancer", {"epochs": 6, "lr": 0.05}, accuracy, 0.95),
        ("diabetes", {"epochs": 8, "lr": 0.005, "weight_decay": 0.1}, r_squared, 0.4),
    ],
)
def test_our_network_reaches_what_scikit_learns_does(name, settings, score, least):
    problem = nn.problem_of(name)
    scores = []
    for seed in SPLITS:
        training, test = problem.split(0.3, seed)
        of_ours = score(ours(training, test, seed, **settings), test)
        scores.append((of_ours, score(theirs(training, test, seed), test)))
    mean_of_ours, mean_of_theirs = np.mean(scores, axis=0)
    print(f"{name}: {score.__name__} {mean_of_ours:.4f}, scikit-learn's {mean_of_theirs:.4f}")
    assert mean_of_ours > mean_of_theirs - 0.02
    assert mean_of_ours > least
