"""Surroundings of a training: what a model and its loss compute with beside its parameters.

Owns telling whether it has changed, and putting it back after a run of the model that is not to
count: what that run has set, drawn and printed.
"""

import logging
import random
import sys
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast

from autograd.replay import awaited_by_fork, pass_on
from nn.training.random_sources import Draws, drawing, explains, numpy_sources, watched
from nn.training.replay.reach import ModelKey

_one_at_a_time = awaited_by_fork(threading.RLock())


class ModelSurroundings:
    """What `fit` can see of what a cost depends on.

    Args:
        roots: the model, and the cost, whose loss may be a module or hold some.
    """

    def __init__(self, *roots: Any) -> None:
        self._roots = roots

    def key(self) -> ModelKey:
        """All of it, but for the numbers of Values and the state of sources of random numbers."""
        return ModelKey(self._roots)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """A block after which all of it, and the random numbers to come, are as before.

        Raises ValueError before the block if there are iterators, which cannot be put back; and
        when it ends, if it drew random numbers, changed something or printed. What it printed is
        not shown. One thread at a time is in such a block: sys.stdout and the loggers are the whole
        process's.
        """
        with _one_at_a_time, watched() as draws, self._kept(draws):
            yield

    @contextmanager
    def _kept(self, draws: Draws) -> Iterator[None]:
        before = ModelKey(self._roots, is_kept=True)
        if before.iterators:  # they cannot be put back
            kind = type(before.iterators[0]).__name__
            raise ValueError(f"the model or the loss holds an iterator, a {kind}")
        leaves = before.leaves()
        numbers = [leaf.data for leaf in leaves]
        gradients = [leaf.grad for leaf in leaves]
        sources = [random, *before.sources, *numpy_sources()]
        with drawing:
            states = [source.getstate() for source in sources]
        heard = _Heard()
        out, err, handle = sys.stdout, sys.stderr, logging.Logger.handle
        sys.stdout = cast(TextIO, _Listener(out, heard))
        sys.stderr = cast(TextIO, _Listener(err, heard))
        logging.Logger.handle = heard.instead_of(handle)  # type: ignore[method-assign]
        changed = "is stopped"  # by an error
        try:
            yield
            changed = ""
            with drawing:
                now, drawn = [source.getstate() for source in sources], [*draws]
            if not all(explains(drawn, *both) for both in zip(states, now, strict=True)):
                changed = "draws random numbers"
            elif before != self.key():
                changed = "changes attributes or variables"
            elif [leaf.data.hex() for leaf in leaves] != [number.hex() for number in numbers]:
                changed = "assigns .data"
            elif heard.anything:
                changed = "prints, logs or warns"
        finally:
            heard.is_over = True  # somebody may have kept a stream
            sys.stdout, sys.stderr = out, err
            logging.Logger.handle = handle  # type: ignore[method-assign]
            if heard.anything:  # a warning is to be shown that nobody has seen
                with warnings.catch_warnings():
                    pass
            for source, state in zip(sources, states, strict=True):
                if source.getstate() != state:
                    source.setstate(state)
            for clear in before.caches if changed else ():
                clear()
            for put_back in before.put_back:
                try:
                    put_back()
                except Exception as error:  # noqa: BLE001 - of the user's classes
                    pass_on(error)
                    changed = f"changes what cannot be put back ({type(error).__name__}: {error})"
            for leaf, number, gradient in zip(leaves, numbers, gradients, strict=True):
                if leaf.data.hex() != number.hex():
                    leaf.data = number
                if leaf.grad is not gradient:  # a run that is compared adds to it
                    leaf.grad = gradient
        if changed:
            raise ValueError(
                f"the model or the loss {changed}, which a program would do once and never again"
            )


class _Heard:
    """Whether this thread has printed or logged anything."""

    def __init__(self) -> None:
        self._thread = threading.get_ident()
        self.anything = self.is_over = False

    def hears(self) -> bool:
        """Whether it is this thread that says something, and as long as it is listened to."""
        is_ours = threading.get_ident() == self._thread and not self.is_over
        self.anything |= is_ours
        return is_ours

    def instead_of(self, handle: Any) -> Any:
        """What handles the records of loggers meanwhile."""

        def handle_others(logger: Any, record: Any) -> None:
            if not self.hears():
                handle(logger, record)

        return handle_others


class _Listener:
    """Stands for sys.stdout or sys.stderr: it keeps to itself what this thread prints."""

    def __init__(self, out: Any, heard: _Heard) -> None:
        self._out, self._heard = out, heard

    def write(self, text: str) -> int:
        return len(text) if self._heard.hears() else int(self._out.write(text))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._out, name)
