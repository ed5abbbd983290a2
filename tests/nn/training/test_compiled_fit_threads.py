"""Compiled trainings beside others: in threads, with locks, while somebody draws, prints or adds.

Owns what a training that looks at its model must not take for the model's, and must put back.
"""

import random
import sys
import threading
import warnings
from concurrent.futures import ThreadPoolExecutor

import pytest

from autograd import Value
from nn import fit, mse_loss
from nn.init import random_source
from nn.training.random_sources import of_a_training
from nn.training.replay.surroundings import ModelSurroundings
from tests.nn.training.both_modes import NUMBERS, ROWS, both, mlp
from tests.threads import in_threads

DATA = ROWS, NUMBERS


def test_trainings_in_threads_do_not_take_each_others_orders_for_draws_of_the_model(monkeypatch):
    monkeypatch.setattr("nn.training.replay.worth.PRICE_IN_BATCHES", 0.0)
    monkeypatch.setattr("nn.training.replay.worth.PRICE_IN_SAMPLES", 0.0)

    def train(k):
        fit(mlp(8, 8, 1), DATA, "mse", lr=0.01, epochs=60, batch_size=2 + k, compiled=True,
            verbose=False)  # fmt: skip

    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of what is trained uncompiled
        in_threads(train, 4)


def _stream_of_a_recording():
    with ModelSurroundings(mse_loss).kept():
        return sys.stdout


def test_a_stream_that_somebody_keeps_while_a_step_is_recorded_is_heard_afterwards(capsys):
    stream = _stream_of_a_recording()
    assert stream is not sys.stdout
    print("afterwards", file=stream)
    assert capsys.readouterr().out == "afterwards\n"


def test_gradients_of_what_is_not_trained_are_put_back():
    weight = Value(2.0)
    weight.grad = 7.0
    with ModelSurroundings(lambda: weight).kept():
        (weight * 3.0).backward()
        assert weight.grad == 10.0
    assert weight.grad == 7.0


def test_a_loss_that_takes_a_lock_does_not_stop_trainings_in_threads():
    lock, done = threading.Lock(), []

    def loss(outputs, targets):
        with lock:
            return mse_loss(outputs, targets)

    def compiled():
        fit(mlp(2, 1), DATA, loss, lr=0.01, epochs=40, batch_size=5, compiled=True, verbose=False)
        done.append("compiled")

    def others():
        for _ in range(40):
            with lock:
                fit(mlp(2, 1), DATA, "mse", lr=0.01, epochs=1, batch_size=5, verbose=False)
        done.append("others")

    threads = [threading.Thread(target=work, daemon=True) for work in (compiled, others)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    assert sorted(done) == ["compiled", "others"]


def _draws_while_a_training_does(source, model_draws):
    with ModelSurroundings(lambda: source).kept():
        with of_a_training(random_source(None)):
            random.random()
        model_draws()
        with of_a_training(random_source(None)):
            random.random()


def test_what_another_training_draws_is_not_the_models():
    _draws_while_a_training_does(random.Random(3), lambda: None)


@pytest.mark.parametrize("name", ["global", "own"])
def test_what_the_model_draws_meanwhile_is(name):
    source = random.Random(3)
    draw = random.random if name == "global" else source.random
    with pytest.raises(ValueError, match="draws random numbers"):
        _draws_while_a_training_does(source, draw)


def test_a_loss_that_computes_in_another_thread_is_not_compiled(monkeypatch):
    with ThreadPoolExecutor(1) as pool:

        def loss(outputs, targets):
            def cost():
                return mse_loss(outputs, targets) * (1.0 if outputs[0] > 0.0 else 2.0)

            return pool.submit(cost).result()

        found = both(mlp, DATA, loss, monkeypatch, epochs=60)
    assert found.n_steps == 0
    assert ["in another thread" in said for said in found.said] == [True]
