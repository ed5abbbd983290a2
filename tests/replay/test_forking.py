"""A process that is forked while another thread translates a program can compile, too."""

import os
import sys
import threading
import time
import warnings

import pytest

import autograd as ag
from autograd.forking import LateLock

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork") or sys.platform == "darwin", reason="there are no forks"
)


def long(x):
    return ag.sum([ag.sin(x * k) for k in range(2_000)])


def test_a_fork_amid_a_translation_of_another_thread():
    llvm = pytest.importorskip("llvmlite.binding.ffi").lib
    ag.compile(lambda x: x * x, backend="llvm")(1.0)
    translated = threading.Thread(target=lambda: ag.compile(long, backend="llvm")(1.0))
    translated.start()
    try:
        end = time.monotonic() + 60
        while llvm._lock._lock.acquire(blocking=False):  # until LLVM is at work
            llvm._lock._lock.release()
            assert time.monotonic() < end
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12: a fork with threads
            child = os.fork()
        if child == 0:
            found = 1
            try:
                found = int(ag.compile(lambda x: x + 2.0, backend="llvm")(1.0) != 3.0)
            finally:
                os._exit(found)
        while os.waitpid(child, os.WNOHANG)[0] == 0:
            if time.monotonic() > end:
                os.kill(child, 9)
                os.waitpid(child, 0)
                pytest.fail("the child waits for ever")
            time.sleep(0.01)
    finally:
        translated.join()


class Counted:
    def __init__(self):
        self.n = 0

    def __enter__(self):
        self.n += 1

    def __exit__(self, *_):
        self.n -= 1


def test_a_lock_that_comes_late_is_released_as_often_as_it_was_acquired():
    lock, there = Counted(), []
    late = LateLock(lambda: lock if there else None)
    late.acquire()
    there.append(lock)  # the library is loaded while the process is forked
    late.acquire()
    assert lock.n == 1
    late.release()
    late.release()
    assert lock.n == 0
