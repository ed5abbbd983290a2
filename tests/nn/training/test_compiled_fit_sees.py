"""fit(compiled=True) sees what changes outside of the graph, and in other places than samples do.

Owns what the user's own code changes where a program does not look: modules, functions, buffers,
single samples between two batches, steps of the optimiser, evaluating; and what it writes.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import types
from array import array
from pathlib import Path

import pytest

import nn
from autograd import Value
from nn import SGD, EarlyStopping, Module
from nn.training.callbacks import Callback
from tests.nn.training.both_modes import NUMBERS, ROWS, both, mlp
from tests.nn.training.places import (
    check_that_a_change_is_seen,
    check_that_it_is_put_back,
    scaled,
)

settings = types.ModuleType("settings_of_a_test")
sys.modules[settings.__name__] = settings
buffer, raw = array("d", [1.0]), bytearray([10])


def of_module():
    return settings.factor


def of_function():
    return of_function.factor


def of_buffer():
    return buffer[0]


def of_bytes():
    return raw[0] / 10


def put(factor):
    settings.factor = of_function.factor = buffer[0] = factor
    raw[0] = int(10 * factor)


@pytest.mark.parametrize("factor", [of_module, of_function, of_buffer, of_bytes])
def test_what_a_callback_changes_outside_is_seen(factor, monkeypatch):
    check_that_a_change_is_seen(factor, put, monkeypatch)


@pytest.mark.parametrize("factor", [of_module, of_function, of_buffer, of_bytes])
def test_what_the_loss_changes_outside_is_not_done_twice(factor, monkeypatch):
    check_that_it_is_put_back(factor, put, monkeypatch)


def log_of(write):
    def loss(outputs, targets):
        write("a batch")
        return scaled(lambda: 1.0)(outputs, targets)

    return loss


@pytest.mark.parametrize(
    "write",
    [print, logging.getLogger("mine").warning, lambda text: print(text, file=sys.stderr)],
    ids=["print", "log", "stderr"],
)
def test_what_the_loss_writes_is_written_for_each_batch(write, monkeypatch, capsys, caplog):
    said = []
    for epochs in (3, 3):
        found = both(mlp, (ROWS, NUMBERS), log_of(write), monkeypatch, epochs=epochs)
        streams = capsys.readouterr()
        records = [x.message for x in caplog.records if x.name == "mine"]
        said.append((streams.out + streams.err).count("a batch\n") or len(records))
        caplog.clear()
    assert said == [30, 30]  # 5 batches of 3 epochs, in both modes
    assert "prints" in found.said[0]


WARNS = """
import warnings
import nn, nn.training.replay.worth as worth
worth.PRICE_IN_BATCHES = worth.PRICE_IN_SAMPLES = 0.0

def loss(outputs, targets):
    if len(outputs) == 2:
        warnings.warn("a small batch")  # as often as Python has it: once, by this line
    return nn.mse_loss(outputs, targets)

X = [[0.1 * k, 0.2] for k in range(8)]
nn.fit(nn.MLP(2, [1], seed=0), (X, [0.5] * 8), loss, lr=0.1, epochs=5, batch_size=3, verbose=False,
       compiled=True)
"""


def test_a_warning_that_the_loss_gives_while_it_is_recorded_is_shown(tmp_path):
    (tmp_path / "warns.py").write_text(WARNS)
    done = subprocess.run(
        [sys.executable, "warns.py"], cwd=tmp_path, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(Path(nn.__file__).parents[1])},
    )  # fmt: skip
    assert done.stderr.count("UserWarning: a small batch") == 1
    assert "the model or the loss prints, logs or warns" in done.stderr


class ChangesBatches(Callback):
    """After each batch it changes a sample that is yet to come in this epoch, and the first."""

    def on_batch_end(self, training):
        if training.position < len(training.order):
            for place in (training.position, 0):
                i = training.order[place]
                training.rows[i][0] += 0.25
                training.targets[i] -= 0.125
        if training.epoch == 4:
            training.rows[0] = [0.5, 0.25, -0.5]


@pytest.mark.parametrize("batch_size", [4, 1, None])
def test_samples_may_change_between_two_batches(batch_size, monkeypatch):
    callbacks = [ChangesBatches()]
    found = both(
        mlp, (ROWS, NUMBERS), "mse", monkeypatch, batch_size=batch_size, callbacks=callbacks
    )
    assert found.said == []
    assert found.n_steps >= 11


def test_a_step_that_a_callback_puts_in_place_of_another(monkeypatch):
    def callback(training):
        if training.epoch == 3:
            optimizer, step = training.optimizer, training.optimizer.step

            def halved():
                for parameter in optimizer.parameters:
                    parameter.grad *= 0.5
                step()

            optimizer.step = halved

    found = both(mlp, (ROWS, NUMBERS), "mse", monkeypatch, callbacks=[callback])
    assert found.said[0].startswith(
        "fit: the rest is trained uncompiled: SGD has a step of its own"
    )
    assert found.n_steps >= 14


class Clamped(Value):
    """A number that keeps within bounds when it is assigned."""

    __slots__ = ()

    @property
    def data(self):
        return self._number

    @data.setter
    def data(self, number):
        self._number = max(-0.2, min(0.2, number))


class Scale(Module):
    def __init__(self):
        self.net, self.factor = mlp(), Clamped(0.1)

    def __call__(self, row):
        return self.net(row) * self.factor


def test_a_parameter_whose_numbers_are_its_own_business(monkeypatch):
    found = both(Scale, (ROWS, NUMBERS), "mse", monkeypatch, lr=0.5)
    assert "a parameter is a Clamped" in found.said[0]


class Annealed(Module):
    """Its factor falls whenever it is evaluated."""

    def __init__(self):
        self.net, self.factor = mlp(), 1.0

    def eval(self):
        self.factor *= 0.9
        return super().eval()

    def __call__(self, row):
        return self.net(row) * self.factor


class Counting(Module):
    """Its factor falls with each row that it sees while it is evaluated."""

    def __init__(self):
        self.net, self.factor = mlp(), 1.0

    def __call__(self, row):
        if not self.training:
            self.factor *= 0.99
        return self.net(row) * self.factor


def test_what_evaluating_changes_is_seen(monkeypatch):
    for make in (Annealed, Counting):
        both(make, (ROWS, NUMBERS), "mse", monkeypatch, validation=0.25, epochs=6)


def test_what_an_early_stopping_of_ones_own_changes_is_seen(monkeypatch):
    class Halving(EarlyStopping):
        def improves(self, value, best):
            settings.factor *= 0.9
            return super().improves(value, best)

    def make():
        put(1.0)
        return mlp(), {"early_stopping": Halving(50, measure="loss")}

    both(make, (ROWS, NUMBERS), scaled(of_module), monkeypatch, epochs=6)


def test_an_optimiser_s_own_class_is_seen_at_once(monkeypatch):
    class Slow(SGD):
        @property
        def rates(self):
            return (self.lr / 2, *super().rates[1:])

    def make():
        model = mlp()
        return model, {"optimizer": Slow(model.parameters(), lr=0.05)}

    found = both(make, (ROWS, NUMBERS), "mse", monkeypatch)
    assert "Slow has a step of its own" in found.said[0]
