"""Errors that a handler of a signal raises are told from those of the code they break into."""

from __future__ import annotations

import functools
import signal
import sys

import pytest

import autograd as ag
from autograd.replay import pass_on

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")


class TimeOut(Exception):
    pass


def function(number, frame):
    raise TimeOut("time is up")


class Handler:
    def __call__(self, number, frame):
        raise TimeOut("time is up")

    def method(self, number, frame):
        function(number, frame)


HANDLERS = [function, functools.partial(function), Handler(), Handler().method]


@pytest.fixture
def handled_by():
    before = signal.getsignal(signal.SIGALRM)
    yield functools.partial(signal.signal, signal.SIGALRM)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("handler", HANDLERS, ids=["function", "partial", "object", "method"])
def test_of_a_handler_or_not(handler, handled_by):
    handled_by(handler)
    for is_wrapped in (False, True):
        try:
            try:
                signal.raise_signal(signal.SIGALRM)
            except TimeOut as inner:
                if is_wrapped:
                    raise ValueError("something else came of it") from inner
                raise
        except (TimeOut, ValueError) as error:
            with pytest.raises(TimeOut, match="time is up"):
                pass_on(error)
    try:
        raise TimeOut("of somebody else")
    except TimeOut as error:
        pass_on(error)  # is not raised
    handled_by(signal.SIG_IGN)
    pass_on(ValueError())


@pytest.mark.parametrize("n", [1, 2, 3])
def test_a_compiled_function_does_not_answer_a_timeout(n, handled_by):
    """In the recording, in the run that is compared, in an operation that Python computes."""
    handled_by(function)
    calls = []

    def forward(x):
        calls.append(x)
        if len(calls) == n:
            signal.raise_signal(signal.SIGALRM)
        return 2.0 * x

    twice = ag.Op("twice", forward, lambda y, x: (2.0,))
    compiled = ag.compile(ag.value_and_grad(lambda x, k: twice(x) * k))
    with pytest.raises(TimeOut):
        _ = [compiled(x, 3) for x in (1.0, 2.0, 3.0, 4.0)]
    assert len(calls) == n
    assert compiled(5.0, 3) == (30.0, 6.0)
