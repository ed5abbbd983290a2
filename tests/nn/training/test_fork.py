"""A process that is forked while another thread compiles a training can train itself."""

import multiprocessing
import sys
import threading
import time

import pytest

import nn
import nn.training.replay.surroundings
from autograd.forking import awaited_by_fork, freed_by_fork

pytestmark = pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods() or sys.platform == "darwin",
    reason="there are no forks",
)
FORK = multiprocessing.get_context("fork") if sys.platform != "win32" else None


def train(sizes, n, answers=None):
    X, y = nn.moons(40, noise=0.1, seed=0)
    model = nn.MLP(2, sizes, "tanh", seed=0)
    options = {"lr": 0.05, "batch_size": 20, "seed": 1, "verbose": False, "compiled": True}
    nn.fit(model, (X, y), "mse", epochs=n, **options)
    if answers is not None:
        answers.put([p.data for p in model.parameters()])
    return [p.data for p in model.parameters()]


def of_child(function, *arguments):
    answers = FORK.SimpleQueue()
    child = FORK.Process(target=function, args=(*arguments, answers))
    child.start()
    child.join(60)
    is_hanging = child.is_alive()
    child.kill()
    assert not is_hanging
    assert child.exitcode == 0
    return answers.get()


@pytest.mark.parametrize("after", [0.0, 0.05, 0.15, 0.3])
def test_a_fork_amid_a_recording_of_another_thread(after):
    expected = train([3, 1], 40)
    thread = threading.Thread(target=train, args=([24, 24, 1], 30))
    thread.start()
    try:
        end = time.monotonic() + 20
        recording = nn.training.replay.surroundings._one_at_a_time
        while recording.acquire(blocking=False):  # until it records
            recording.release()
            assert time.monotonic() < end
        time.sleep(after)
        assert of_child(train, [3, 1], 40) == expected
    finally:
        thread.join()


@pytest.mark.parametrize("make", [threading.Lock, threading.RLock])
def test_a_lock_that_another_thread_holds_is_free_in_the_child(make):
    lock, held, over = freed_by_fork(make()), threading.Event(), threading.Event()

    def hold():
        with lock:
            held.set()
            over.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    held.wait()
    try:
        assert of_child(lambda answers: answers.put(lock.acquire(timeout=5)))
        assert not lock.acquire(blocking=False)
    finally:
        over.set()
        thread.join()


def test_a_fork_waits_for_what_another_thread_does():
    lock, done, held = awaited_by_fork(threading.RLock()), [], threading.Event()

    def work():
        with lock:
            held.set()
            time.sleep(0.3)
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    held.wait()
    found = of_child(lambda answers: answers.put((lock.acquire(timeout=5), [*done])))
    assert found == (True, [True])
    thread.join()
    assert lock.acquire(blocking=False)
    lock.release()
