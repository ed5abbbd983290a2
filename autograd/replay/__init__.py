"""Replaying: a recorded graph as a program at native speed, with the same bits."""

from autograd.replay.compiled import Compiled as Compiled, compile as compile
