"""One training twice, eager and compiled, and all that can be compared of it, bit for bit.

Owns what the tests of `fit(..., compiled=...)` share.
"""

import random
import warnings

import nn
import nn.training.replay.steps
from autograd.replay import Descent
from tests.nn.training.resumable import outcome

_draw = random.Random(1)
ROWS = [[_draw.gauss(0.0, 1.0) for _ in range(3)] for _ in range(17)]
NUMBERS = [sum(row) + _draw.gauss(0.0, 0.1) for row in ROWS]
PAIRS = [[sum(row), row[0] * row[1]] for row in ROWS]
LABELS = [_draw.randrange(2) for _ in ROWS]
SIGNS = [2 * label - 1 for label in LABELS]
CLASSES = [_draw.randrange(3) for _ in ROWS]
SHARES = [[0.2, 0.5, 0.3] if row[0] > 0 else [0.75, 0.25, 0.0] for row in ROWS]


def mlp(*sizes, activation="tanh", **options):
    """A small network for these rows."""
    return nn.MLP(3, list(sizes or (4, 1)), activation=activation, seed=2, **options)


class Counting(nn.Module):
    """A model of pairs that no program may stand for: it counts its calls."""

    def __init__(self):
        self.inner, self.calls = nn.MLP(2, [2], seed=0), 0

    def __call__(self, row):
        self.calls += 1
        return self.inner(row)


def bits(thing):
    """Anything with its floats written in full."""
    if isinstance(thing, float):
        return thing.hex()
    if isinstance(thing, dict):
        return {name: bits(x) for name, x in thing.items()}
    return [bits(x) for x in thing] if isinstance(thing, (list, tuple)) else thing


class Found(dict):
    """All that a training left: its outcome, its error, what it said.

    Attributes:
        n_steps: batches that programs ran.
        said: the warnings.
    """


def train(compiled, make, data, loss, monkeypatch, **arguments):
    """Train a fresh model; `make()` may return (model, more arguments) and draws nothing."""
    made = []

    class Counted(Descent):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            made.append(self)

    monkeypatch.setattr(nn.training.replay.steps, "Descent", Counted)
    model = make()
    model, more = model if isinstance(model, tuple) else (model, {})
    options = {"epochs": 12, "batch_size": 4, "seed": 3, "verbose": False, **arguments, **more}
    if "optimizer" not in options:
        options.setdefault("lr", 0.02)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            history = nn.fit(model, data, loss, compiled=compiled, **options)
            found = Found(outcome(model, history))
        except Exception as error:  # noqa: BLE001 - the test compares it
            found = Found(error=f"{type(error).__name__}: {error}")
            found["left"] = [parameter.data for parameter in model.parameters()]
    found = Found(bits(found))
    found.said = [str(warning.message) for warning in said]
    found.files = [warning.filename for warning in said]
    found.n_steps = sum(descent.n_steps for descent in made)
    return found


def both(make, data, loss, monkeypatch, **arguments):
    """What the compiled training left, which is what the eager one has left."""
    eager = train(False, make, data, loss, monkeypatch, **arguments)
    compiled = train(True, make, data, loss, monkeypatch, **arguments)
    assert (eager.n_steps, eager.said) == (0, [])
    assert dict(compiled) == dict(eager)
    return compiled
