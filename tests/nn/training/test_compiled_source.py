"""`history.compiled.source`: the step of a training as text, which does what a step does.

Owns the comparison of that text, run by itself, with a step in eager mode.
"""

from __future__ import annotations

import pytest

import nn
from autograd.replay.training.legend import grouped
from tests.replay.test_text import program

ROWS, LABELS = nn.circles(60, noise=0.1, seed=1)
SIGNS = [2 * label - 1 for label in LABELS]
SHARES = [[1.0 - label, 0.5 * label] for label in LABELS]
TRAININGS = {
    "a classifier": (
        lambda: nn.MLP(2, [8, 3], activation="tanh", seed=0), LABELS, "cross_entropy", {},
    ),
    "a margin, with momentum": (
        lambda: nn.MLP(2, [6, 1], activation="relu", seed=0), SIGNS, "hinge", {"momentum": 0.9},
    ),
    "a regression": (lambda: nn.MLP(2, [5, 5, 2], activation="relu", seed=2), SHARES, "mse", {}),
    "one neuron": (lambda: nn.Neuron(2, "sigmoid", seed=0), LABELS, "mse", {"weight_decay": 0.01}),
}  # fmt: skip


def numbers(x):
    return [y for item in x for y in numbers(item)] if isinstance(x, list) else [float(x)]


@pytest.mark.parametrize("name", TRAININGS)
@pytest.mark.parametrize("has_llvm", [True, False])
def test_the_text_does_a_step(name, has_llvm, monkeypatch):
    if not has_llvm:
        monkeypatch.setattr("autograd.replay.backends.has_llvm", lambda: False)
    make, targets, loss, settings = TRAININGS[name]
    model = make()
    optimizer = nn.SGD(model.parameters(), lr=0.05, **settings)
    history = nn.fit(model, (ROWS, targets), loss, optimizer, epochs=400, batch_size=None,
                     compiled=True, verbose=False)  # fmt: skip
    assert history.compiled.n_steps > 200
    text = history.compiled.source
    assert text.count("\n") < 800
    n = len(optimizer.parameters)
    velocities = [v for v in optimizer.velocities if v is not None]
    state = [*optimizer.rates, *[p.data for p in optimizer.parameters], *velocities]
    found = program(text)([*state, *numbers(ROWS), *numbers(targets)])
    cost = nn.LOSSES[loss]([model(row) for row in ROWS], targets)
    optimizer.zero_grad()
    cost.backward()
    optimizer.step()
    assert found[: 1 + n] == [cost.data, *[p.data for p in optimizer.parameters]]


def test_each_program_has_its_text():
    model = nn.MLP(2, [4, 1], seed=0)
    history = nn.fit(model, (ROWS, LABELS), "mse", epochs=200, batch_size=32, compiled=True,
                     verbose=False, lr=0.1)  # fmt: skip
    assert len(history.compiled.sources) == len(history.compiled.programs) == 2
    assert "for i in range(32):" in history.compiled.source
    assert "for i in range(28):" in history.compiled.sources[1]


def test_the_numbers_have_the_names_of_the_model():
    model = nn.MLP(2, [3, 1], seed=0)
    history = nn.fit(model, (ROWS, LABELS), "mse", epochs=300, batch_size=None, compiled=True,
                     verbose=False, lr=0.1, momentum=0.9)  # fmt: skip
    text = history.compiled.source
    assert text.splitlines()[:15] == [
        "# x[0]: lr",
        "# x[1]: momentum",
        "# x[2]: dampening",
        "# x[3]: weight_decay",
        "# x[4]: nesterov",
        "# x[5:7]: layers.0.neurons.0.weights",
        "# x[7]: layers.0.neurons.0.bias",
        "# x[8:10]: layers.0.neurons.1.weights",
        "# x[10]: layers.0.neurons.1.bias",
        "# x[11:13]: layers.0.neurons.2.weights",
        "# x[13]: layers.0.neurons.2.bias",
        "# x[14:17]: layers.1.neurons.0.weights",
        "# x[17]: layers.1.neurons.0.bias",
        "# x[18:31]: their velocities",
        "# x[31:151]: the rows of the batch",
    ]


def test_many_parameters_are_named_by_neuron_or_layer():
    def names(*sizes):
        return grouped([path for path, _ in nn.MLP(2, list(sizes), seed=0).named_parameters()])

    of_neurons = names(20, 3)
    assert of_neurons[0] == (3, "layers.0.neurons.0")
    assert of_neurons[-1] == (21, "layers.1.neurons.2")
    assert len(of_neurons) == 23
    assert names(20, 30, 2) == [
        (60, "layers.0.neurons"), (630, "layers.1.neurons"), (62, "layers.2.neurons"),
    ]  # fmt: skip


def test_where_there_is_no_program_the_reason_is_told():
    class Stubborn(nn.SGD):
        def step(self):
            super().step()

    model = nn.MLP(2, [4, 1], seed=0)
    optimizer = Stubborn(model.parameters(), lr=0.1)
    with pytest.warns(RuntimeWarning, match="Stubborn has a step of its own"):
        history = nn.fit(model, (ROWS, LABELS), "mse", optimizer, epochs=3, batch_size=None,
                         compiled=True, verbose=False)  # fmt: skip
    with pytest.raises(ValueError, match=r"^no batch was run by a program: Stubborn has a step of"):
        _ = history.compiled.source
    assert history.compiled.sources == []
