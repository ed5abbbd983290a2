"""Replaying: a recorded graph as a program at native speed, with the same bits."""

from autograd.containers import Shape as Shape
from autograd.replay.compiled import Compiled as Compiled, compile as compile
from autograd.replay.descent import Descent as Descent, Done as Done

__all__ = ["Compiled", "Descent", "Done", "Shape", "compile"]
