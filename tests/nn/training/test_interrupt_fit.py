"""Ctrl-C, kill -9 and threads: what a training loses when it is interrupted, which is nothing.

Real signals go to a real child process at random moments; it goes on from its history or its
file, and in the end every bit is that of the training nobody interrupted.
"""

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from nn import MLP, fit, moons
from nn.training.callbacks import Callback

ROOT = Path(__file__).resolve().parents[3]
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")

# What the child and the test both run. Signals are let through inside fit alone: outside of it a
# Ctrl-C has its usual meaning.
PROGRAM = """
import json, os, signal, sys, time
import nn, nn.training.checkpoint
from nn.training.callbacks import Callback

X, labels = nn.moons(40, noise=0.2, seed=4)
y = [2 * label - 1 for label in labels]


class Signals(Callback):
    def __init__(self, pause):
        self.pause = pause  # seconds: or the training is over before it can be interrupted

    def on_batch_end(self, training):
        time.sleep(self.pause)

    def on_train_begin(self, training):
        print("begun", flush=True)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})

    def on_train_end(self, training):
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


def train(seed, **arguments):
    model = nn.MLP(2, [8, 1], activation="tanh", seed=seed)
    history = nn.fit(
        model, (X, y), "hinge", lr=0.05, momentum=0.9, epochs=30, batch_size=7, seed=seed,
        validation=0.25, early_stopping=25, l2=1e-4, schedule=lambda epoch: 0.1 / (1 + epoch),
        verbose=False, **arguments,
    )
    return model, history


def outcome(model, history):
    state = history.checkpoint
    return [model.state_dict(), history.rows, [*state.weights], state.velocities,
            [[epoch, [*row]] for epoch, row in history.snapshots.items()], state.random,
            history.best_epoch, history.stopped]
"""


def run_program(text):
    namespace = {}
    exec(textwrap.dedent(PROGRAM + text), namespace)
    return namespace


def child(tmp_path, text, *arguments):
    script = tmp_path / "child.py"
    script.write_text(PROGRAM + textwrap.dedent(text))
    return subprocess.Popen(
        [sys.executable, "-W", "error", str(script), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_interrupted_at_random_moments_it_ends_with_the_same_bits(seed, tmp_path):
    process = child(
        tmp_path,
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        seed, path, start, n = int(sys.argv[1]), sys.argv[2], None, 0
        while True:
            model, history = train(
                seed, callbacks=[Signals(0.02 if n < 2 else 0.0005)],
                checkpoint=path, resume=start,
            )
            if history.stopped != "interrupted":
                break
            n += 1
            start = history if n % 2 else path
        print(json.dumps([n, outcome(model, history)]))
        """,
        seed,
        tmp_path / "run",
    )
    moments = random.Random(seed)
    for line in process.stdout:
        if line != "begun\n":
            break
        time.sleep(moments.uniform(0.0, 0.08))
        process.send_signal(signal.SIGINT)
    messages = process.communicate(timeout=60)[1].splitlines()
    assert process.returncode == 0, messages
    n_interrupts, found = json.loads(line)
    assert n_interrupts >= 2
    program = run_program("")
    whole = json.loads(json.dumps(program["outcome"](*program["train"](seed))))
    assert found == whole
    assert len(messages) == n_interrupts
    assert all(message.startswith("fit: interrupted ") for message in messages)


def test_killed_while_it_writes_checkpoints_it_goes_on_from_the_last_one(tmp_path):
    path, moments = tmp_path / "run", random.Random(7)
    text = """
    nn.training.checkpoint.SECONDS, nn.training.checkpoint.SHARE = 0.0, float("inf")
    path, pause = sys.argv[1], float(sys.argv[2])
    print("begun", flush=True)
    model, history = train(
        5, checkpoint=path, resume=path if os.path.exists(path) else None,
        callbacks=[lambda training: time.sleep(pause)],
    )
    print(json.dumps(outcome(model, history)))
    """
    n_killed = 0
    for attempt in range(30):
        process = child(tmp_path, text, path, 0.1 if attempt < 2 else 0.0)
        assert process.stdout.readline() == "begun\n"
        if attempt < 5:
            time.sleep(moments.uniform(0.0, 0.15))
            process.kill()
        rest, errors = process.communicate(timeout=60)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, errors
        n_killed += 1
    program = run_program("")
    assert n_killed >= 2
    assert json.loads(rest) == json.loads(json.dumps(program["outcome"](*program["train"](5))))


def test_a_second_ctrl_c_raises_at_once(tmp_path):
    process = child(
        tmp_path,
        """
        def loss(outputs, targets):
            print("begun", flush=True)
            time.sleep(30)
        model = nn.MLP(2, [1], seed=0)
        try:
            nn.fit(model, (X, y), loss, lr=0.1, verbose=False)
        except KeyboardInterrupt:
            is_back = signal.getsignal(signal.SIGINT) is signal.default_int_handler
            print(json.dumps(is_back and model.state_dict() == nn.MLP(2, [1], seed=0).state_dict()))
        """,
    )
    assert process.stdout.readline() == "begun\n"
    begin = time.monotonic()
    process.send_signal(signal.SIGINT)
    time.sleep(0.3)
    assert process.poll() is None
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert time.monotonic() - begin < 15
    assert (output, errors, process.returncode) == ("true\n", "", 0)


# In this process

X, LABELS = moons(20, noise=0.2, seed=4)
Y = [2 * label - 1 for label in LABELS]


def train(epochs=3, seed=0, **arguments):
    model = MLP(2, [3, 1], seed=1)
    arguments = {"verbose": False, "batch_size": 6, **arguments}
    return model, fit(model, (X, Y), "hinge", lr=0.1, epochs=epochs, seed=seed, **arguments)


class InterruptIn(Callback):
    """Sends Ctrl-C in one method, the n-th time it is called."""

    def __init__(self, method, n=1):
        self.n = n
        setattr(self, method, self.interrupt)

    def interrupt(self, training):
        self.n -= 1
        if self.n == 0:
            signal.raise_signal(signal.SIGINT)


@pytest.fixture(autouse=True)
def the_handler_is_put_back():
    before = signal.getsignal(signal.SIGINT)
    assert before is signal.default_int_handler
    yield
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("method", "n", "finished", "position", "where"),
    [
        ("on_train_begin", 1, 0, 0, "after epoch 0 of 3"),
        ("on_batch_end", 1, 0, 6, "in epoch 1 of 3, after batch 1 of 4"),
        ("on_batch_end", 4, 0, 20, "in epoch 1 of 3, after batch 4 of 4"),
        ("on_batch_end", 6, 1, 12, "in epoch 2 of 3, after batch 2 of 4"),
        ("on_epoch_end", 2, 2, 0, "after epoch 2 of 3"),
        ("on_epoch_end", 3, 3, 0, "after epoch 3 of 3"),
        ("on_train_end", 1, 3, 0, "after epoch 3 of 3"),
    ],
)
def test_where_it_stops_and_what_it_says(method, n, finished, position, where, capsys, tmp_path):
    whole_model, whole = train()
    path = tmp_path / "run"
    _, history = train(callbacks=[InterruptIn(method, n)], checkpoint=path)
    assert history.stopped == "interrupted"
    assert len(history) == finished
    assert history.checkpoint.position == position
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        f"fit: interrupted {where}; the model keeps what it has learned. To go on: "
        f"fit(..., resume={str(path)!r})\n"
    )
    for start in (history, path):
        model, resumed = train(resume=start)
        assert resumed.rows == whole.rows
        assert model.state_dict() == whole_model.state_dict()


def test_the_model_keeps_what_it_has_learned():
    model, history = train(callbacks=[InterruptIn("on_batch_end", 5)])
    assert [p.data for p in model.parameters()] == [*history.checkpoint.weights]
    assert model.state_dict() != MLP(2, [3, 1], seed=1).state_dict()


def test_interrupted_with_early_stopping_the_best_weights_are_there():
    arguments = {"epochs": 9, "validation": 0.3, "early_stopping": 8}
    whole_model, whole = train(**arguments)
    model, history = train(**arguments, callbacks=[InterruptIn("on_batch_end", 11)])
    assert history.best_epoch is not None
    assert [p.data for p in model.parameters()] == [*history.snapshots[history.best_epoch]]
    resumed_model, resumed = train(**arguments, resume=history)
    assert resumed.rows == whole.rows
    assert resumed_model.state_dict() == whole_model.state_dict()


def test_a_handler_of_ones_own_is_left_alone():
    calls = []
    before = signal.signal(signal.SIGINT, lambda number, frame: calls.append(number))
    try:
        mine = signal.getsignal(signal.SIGINT)
        _, history = train(callbacks=[InterruptIn("on_batch_end", 2)])
        assert signal.getsignal(signal.SIGINT) is mine
    finally:
        signal.signal(signal.SIGINT, before)
    assert calls == [signal.SIGINT]
    assert history.stopped == ""
    assert len(history) == 3


def test_an_error_puts_the_handler_back():
    def fail(training):
        raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        train(callbacks=[fail])
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_two_trainings_in_two_threads_are_as_one_after_the_other():
    def run(seed, found):
        model, history = train(epochs=20, seed=seed, validation=0.3, early_stopping=9)
        found[seed] = model.state_dict(), history.rows

    expected, found = {}, {}
    for seed in range(3):
        run(seed, expected)
    threads = [threading.Thread(target=run, args=(seed, found)) for seed in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert found == expected
