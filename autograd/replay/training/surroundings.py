"""Surroundings: what a cost depends on beside its graph, as the owner of a training can see it.

Owns what a `Descent` asks of it; that of `fit` is in `nn.training.replay.surroundings`.
"""

from collections.abc import Hashable
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol


class Surroundings(Protocol):
    """What a cost depends on beside the numbers of its graph, as far as that can be seen."""

    def key(self) -> Hashable:
        """What it is now: a program is one for the same key."""

    def kept(self) -> AbstractContextManager[None]:
        """A block after which it is as before.

        Raises ValueError, when the block ends, if that was not so by itself.
        """


class NoSurroundings:
    """Those of a cost that is a function of its graph alone."""

    def key(self) -> Hashable:
        return None

    def kept(self) -> AbstractContextManager[None]:
        return nullcontext()
