"""Warnings of nn's functions point to the line of the user's that calls.

Owns the file and the line of each, also where a wrapper of ours or of Python's lies in between. Why
something runs uncompiled is said where tests/replay/test_warned_at.py looks.
"""

import contextlib
import functools

import pytest

import autograd as ag
import nn


class Doubling(nn.Module):
    def __call__(self, inputs):
        return inputs[0] * 2.0


class Telling(nn.SGD):
    """Keeps what a checkpoint cannot hold."""

    def __init__(self, parameters):
        super().__init__(parameters, lr=0.1)
        self.seen = {1.0, 2.0}


MOONS = nn.moons(16, noise=0.1, seed=0)
QUIET = {"epochs": 2, "seed": 0, "verbose": False}


def of_logits(outputs, targets):
    return nn.binary_cross_entropy_with_logits(outputs, targets)


def saving(folder):
    model = nn.MLP(2, [1], output_activation=lambda x: x, seed=0)
    return nn.save, (model, folder / "m")


def loading(folder):
    of_iris = nn.Preparation.of(nn.problem_of("iris", seed=0))
    nn.save(nn.MLP(of_iris.n_inputs, [of_iris.n_outputs], seed=0), folder / "m", of_iris)
    return nn.load, (folder / "m",)


def measuring(folder):
    return nn.accuracy, (Doubling(), ([[0.4], [1.2], [-3.0]], [1, 1, 0]))


def training(folder):
    model = nn.MLP(2, [1], seed=0)
    return functools.partial(nn.fit, **QUIET, lr=0.1), (model, MOONS, of_logits)


def resuming(folder):
    model, path = nn.MLP(2, [1], seed=0), folder / "c"
    args = model, MOONS, "mse", Telling(model.parameters())
    nn.fit(*args, **QUIET, checkpoint=path)
    return functools.partial(nn.fit, **QUIET, resume=path), args


WARNED = {
    "save": (saving, "^save: .* without its architecture"),
    "load": (loading, "^load: .* also keeps how its rows are prepared"),
    "accuracy": (measuring, "^accuracy: outputs .* below 0 or above 1"),
    "fit": (training, "^fit: the loss pulls outputs"),
    "resume": (resuming, "^fit: resumed without seen of Telling"),
}


@contextlib.contextmanager
def nothing():
    yield


WRAPPERS = {
    "nothing": lambda f: f,
    "autograd.scope": ag.scope("work"),
    "contextlib": nothing(),
    "both": lambda f: nothing()(ag.scope("work")(f)),
    "functools.singledispatch": functools.singledispatch,
}


def called(f, args):
    """Call it; the line after these words is where a warning is to point to."""
    return f(*args)


HERE = __file__, called.__code__.co_firstlineno + 2


@pytest.mark.parametrize("wrapper", WRAPPERS)
@pytest.mark.parametrize("kind", WARNED)
def test_whatever_lies_between(kind, wrapper, tmp_path):
    make, message = WARNED[kind]
    function, args = make(tmp_path)
    with pytest.warns(match=message) as told:
        called(WRAPPERS[wrapper](function), args)
    assert [(warning.filename, warning.lineno) for warning in told] == [HERE]
