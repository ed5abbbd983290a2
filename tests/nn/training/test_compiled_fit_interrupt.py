"""Ctrl-C, threads and the progress bar while programs train: looked at twenty times a second.

Owns that an interrupted compiled training stands between two batches, and goes on to eager's bits.
"""

import ctypes
import gc
import os
import random
import signal
import sys
import threading
import time
from contextlib import nullcontext

import pytest

import autograd as ag
import nn.training.fit
import nn.training.replay.steps
from autograd.replay import Descent
from nn import MLP, fit, mse_loss
from nn.training.callbacks import Callback
from tests.nn.training.both_modes import NUMBERS, ROWS, SIGNS, bits, mlp
from tests.nn.training.resumable import outcome

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

MANY = [[random.Random(i).gauss(0.0, 1.0) for _ in range(2)] for i in range(4000)]
TARGETS = [0.5 * a - b for a, b in MANY]


@pytest.fixture(autouse=True)
def all_is_put_back():
    before = signal.getsignal(signal.SIGINT), sys.stdout
    assert before[0] is signal.default_int_handler
    yield
    assert (signal.getsignal(signal.SIGINT), sys.stdout) == before


def train(epochs, **arguments):
    arguments = {"verbose": False, "batch_size": 3, "momentum": 0.9, "compiled": True, **arguments}
    model = mlp(3, 1)
    loss = arguments.pop("loss", "hinge")
    history = fit(model, (ROWS, SIGNS), loss, lr=0.02, epochs=epochs, seed=3, **arguments)
    return model, history


def test_ctrl_c_in_a_long_epoch_is_heard_at_once_and_goes_on_to_the_same_bits(capsys):
    def long(epochs, resume=None, compiled=True):
        model = MLP(2, [3, 1], seed=1)
        history = fit(
            model, (MANY, TARGETS), "mse", lr=1e-4, epochs=epochs, batch_size=1, seed=3,
            momentum=0.5, verbose=False, resume=resume, compiled=compiled,
        )  # fmt: skip
        return model, history

    pressed = []

    def press():
        pressed.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Timer(1.0, press).start()
    model, cut = long(10**5)  # half a minute
    assert time.perf_counter() - pressed[0] < 2.0
    assert cut.stopped == "interrupted"
    assert capsys.readouterr().err.count("fit: interrupted in epoch ") <= 1
    stood = cut.checkpoint
    assert [p.data for p in model.parameters()] == [*stood.weights]
    assert len(cut) == stood.epoch
    whole = bits(outcome(*long(stood.epoch + 1)))
    assert bits(outcome(*long(stood.epoch + 1, resume=cut))) == whole
    assert bits(outcome(*long(stood.epoch + 1, resume=cut, compiled=False))) == whole


class Pressing(Descent):
    """Presses Ctrl-C in its n-th run of batches, before, after, or both."""

    when = (0, 1, 1)  # the run, how often before it, how often after it

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.n = 0

    def run(self, *arguments, **options):
        self.n += 1
        n, before, after = self.when
        for _ in range(before if self.n == n else 0):
            signal.raise_signal(signal.SIGINT)
        done = super().run(*arguments, **options)
        for _ in range(after if self.n == n else 0):
            signal.raise_signal(signal.SIGINT)
        return done


@pytest.mark.parametrize("n", [1, 2, 3, 5, 6])
def test_a_first_ctrl_c_anywhere(n, monkeypatch, capsys):
    whole = bits(outcome(*train(4, compiled=False)))
    monkeypatch.setattr(nn.training.replay.steps, "Descent", Pressing)
    for place in ((n, 1, 0), (n, 0, 1)):
        monkeypatch.setattr(Pressing, "when", place)
        model, cut = train(4)
        assert cut.stopped == "interrupted"
        assert [p.data for p in model.parameters()] == [*cut.checkpoint.weights]
        assert capsys.readouterr().err.startswith("fit: interrupted ")
        for compiled in (False, True):
            monkeypatch.setattr(Pressing, "when", (0, 0, 0))
            assert bits(outcome(*train(4, resume=cut, compiled=compiled))) == whole


class StopAt(Callback):
    def __init__(self, position):
        self.position = position

    def on_batch_end(self, training):
        training.stop = (training.epoch, training.batch) == self.position


@pytest.mark.parametrize("batch_size", [3, 100])
def test_a_checkpoint_of_ctrl_c_amid_many_epochs_is_that_of_eager_mode(
    batch_size, monkeypatch, tmp_path
):
    path = tmp_path / "checkpoint"
    monkeypatch.setattr(nn.training.replay.steps, "Descent", Pressing)
    # Twice as many batches in each call, however slow the machine is at the moment.
    monkeypatch.setattr(nn.training.replay.steps, "SECONDS", 60.0)
    options = {"batch_size": batch_size, "checkpoint": path}
    n_epochs = set()
    for n in (2, 3, 5, 8, 10):
        monkeypatch.setattr(Pressing, "when", (n, 1, 0))
        _, cut = train(2000, **options)
        monkeypatch.setattr(Pressing, "when", (0, 0, 0))
        stood = cut.checkpoint
        n_batches = -(-len(ROWS) // min(batch_size, len(ROWS)))
        stop = StopAt((stood.epoch + 1, -(-stood.position // min(batch_size, len(ROWS)))))
        _, eager = train(stood.epoch + 2, batch_size=batch_size, compiled=False, callbacks=[stop])
        assert cut.stopped == "interrupted"
        assert 0 < stop.position[1] <= n_batches
        assert cut.snapshots == eager.snapshots
        assert cut.rows == eager.rows
        whole = bits(outcome(*train(stood.epoch + 2, batch_size=batch_size, compiled=False)))
        for compiled in (True, False):
            found = train(stood.epoch + 2, resume=path, batch_size=batch_size, compiled=compiled)
            assert bits(outcome(*found)) == whole
        n_epochs.add(stood.epoch)
    assert max(n_epochs) > 100


def test_a_second_ctrl_c_takes_back_the_orders_that_were_drawn_ahead(monkeypatch):
    monkeypatch.setattr(nn.training.replay.steps, "Descent", Pressing)
    for n in (4, 8):
        monkeypatch.setattr(Pressing, "when", (n, 2, 0))
        source, epochs, again = random.Random(5), [], random.Random(5)
        model = mlp(3, 1)
        with pytest.raises(KeyboardInterrupt):
            fit(model, (ROWS, SIGNS), "hinge", lr=0.02, epochs=2000, seed=source, batch_size=3,
                callbacks=[], verbose=False, compiled=True)  # fmt: skip
        order = list(range(len(ROWS)))
        while again.getstate() != source.getstate():
            again.shuffle([*order])
            epochs.append(again.getstate())
            assert len(epochs) < 2000


def test_a_source_without_a_state_trains_full_batches():
    histories = [
        fit(mlp(3, 1), (ROWS, SIGNS), "hinge", lr=0.02, epochs=300, batch_size=None,
            seed=random.SystemRandom(), verbose=False, compiled=compiled)
        for compiled in (False, True)
    ]  # fmt: skip
    assert histories[0].rows == histories[1].rows


def test_a_second_ctrl_c_leaves_the_weights_of_one_batch(monkeypatch):
    states = []

    class Noting(Callback):
        def on_batch_end(self, training):
            states.append([p.data for p in training.model.parameters()])

    train(4, compiled=False, callbacks=[Noting()])
    monkeypatch.setattr(nn.training.replay.steps, "Descent", Pressing)
    for n in (1, 3, 6):
        for place in ((n, 2, 0), (n, 1, 1), (n, 0, 2)):
            monkeypatch.setattr(Pressing, "when", place)
            model = mlp(3, 1)
            with pytest.raises(KeyboardInterrupt):
                fit(model, (ROWS, SIGNS), "hinge", lr=0.02, epochs=4, seed=3, momentum=0.9,
                    batch_size=3, verbose=False, compiled=True)  # fmt: skip
            assert [p.data for p in model.parameters()] in states


def test_a_second_ctrl_c_while_the_program_is_recorded():
    calls = ctypes.c_int(0)  # which nobody looks into

    def loss(outputs, targets):
        calls.value += 1
        if calls.value == 2:
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)
        return mse_loss(outputs, targets)

    model, eager = mlp(), mlp()
    options = {"lr": 0.02, "batch_size": 4, "seed": 3, "verbose": False}
    with pytest.raises(KeyboardInterrupt):
        fit(model, (ROWS, NUMBERS), loss, compiled=True, **options)
    assert calls.value == 2
    stop = type("Stop", (Callback,), {"on_batch_end": lambda _, t: setattr(t, "stop", True)})
    fit(eager, (ROWS, NUMBERS), loss, callbacks=[stop()], **options)
    assert model.state_dict() == eager.state_dict()
    assert (ag.Value(1.0) * 2.0).op is not None


class TimeOut(Exception):
    pass


@pytest.fixture
def alarm():
    def handler(number, frame):
        raise TimeOut("time is up")

    before = signal.signal(signal.SIGALRM, handler)
    yield lambda: signal.raise_signal(signal.SIGALRM)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("n", range(1, 9))
def test_what_a_handler_of_a_signal_raises_ends_the_training(n, alarm):
    """Wherever it breaks in: the recording, the runs compared with it, the held-out samples."""
    for compiled in (False, True):
        calls = ctypes.c_int(0)  # which nobody looks into

        def loss(outputs, targets, calls=calls):
            calls.value += 1
            if calls.value == n:
                alarm()
            return mse_loss(outputs, targets)

        with pytest.raises(TimeOut):
            train(30, loss=loss, compiled=compiled, validation=0.25)
        assert calls.value == n


def test_what_a_handler_raises_while_programs_run_ends_the_training(alarm):
    gc.disable()  # hypothesis has a callback there, in which what a handler raises is lost
    try:
        threading.Timer(0.6, alarm).start()
        with pytest.raises(TimeOut):
            fit(MLP(2, [3, 1], seed=1), (MANY, TARGETS), "mse", lr=1e-4, epochs=10**5,
                batch_size=1, verbose=False, compiled=True)  # fmt: skip
    finally:
        gc.enable()


class Bar:
    def __init__(self):
        self.steps, self.measures = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    compiling = staticmethod(nullcontext)

    def update(self, n):
        self.steps.append(n)

    def set_postfix(self, refresh, **measures):
        self.measures.append(measures)


@pytest.mark.parametrize(("seconds", "least", "most"), [(0.0, 60, 60), (100.0, 5, 40)])
def test_the_progress_bar_is_told_of_every_batch_and_epoch(seconds, least, most, monkeypatch):
    bar = Bar()
    monkeypatch.setattr(nn.training.fit, "progress_bar", lambda *_: bar)
    monkeypatch.setattr(nn.training.replay.steps, "SECONDS", seconds)
    _, history = train(10, verbose=True)
    assert sum(bar.steps) == 60
    assert least <= len(bar.steps) <= most
    if seconds == 0.0:
        assert bar.measures == history.rows
    assert [row for row in history.rows if row in bar.measures] == bar.measures
    assert bar.measures[-1] == history.rows[-1]


def test_it_looks_up_twenty_times_a_second(monkeypatch):
    now, bar = 0.0, Bar()

    class Slow(Descent):
        """A batch takes as long as it is told, by a clock of its own."""

        seconds = 0.0

        def run(self, *arguments, **options):
            nonlocal now
            done = super().run(*arguments, **options)
            now += self.seconds * len(done.costs)
            return done

    clock = type("Clock", (), {"perf_counter": staticmethod(lambda: now)})
    monkeypatch.setattr(nn.training.replay.steps, "Descent", Slow)
    monkeypatch.setattr(nn.training.replay.steps, "time", clock)
    monkeypatch.setattr(nn.training.fit, "progress_bar", lambda *_: bar)
    data = MANY[:100], TARGETS[:100]
    for seconds, most in ((0.06, 1), (0.011, 4), (0.001, 50)):
        Slow.seconds = seconds
        bar.steps.clear()
        fit(mlp_of_two(), data, "mse", lr=1e-3, epochs=4, batch_size=1, seed=3, compiled=True)
        assert sum(bar.steps) == 400
        assert max(bar.steps) == most


def mlp_of_two():
    return MLP(2, [2, 1], seed=1)


def test_two_compiled_trainings_in_two_threads_are_as_one_after_the_other():
    def run(seed, found, compiled=True):
        model = mlp(3, 1, activation=("tanh", "relu", "sigmoid")[seed])
        history = fit(
            model, (ROWS, SIGNS), "hinge", lr=0.05, epochs=20, batch_size=4, seed=seed,
            validation=0.3, early_stopping=19, verbose=False, compiled=compiled,
        )  # fmt: skip
        found[seed] = bits(outcome(model, history))

    expected, found = {}, {}
    for seed in range(3):
        run(seed, expected, compiled=False)
    threads = [threading.Thread(target=run, args=(seed, found)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert found == expected
