"""Data to learn from: made-up, real, and the user's own."""

from nn.data.real import digits
from nn.data.samples import DataSet, samples_of, split
from nn.data.toy import moons

__all__ = ["DataSet", "digits", "moons", "samples_of", "split"]
