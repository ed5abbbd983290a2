"""Data to learn from: made-up, real, and the user's own.

In order: `samples` is what a data set is, `toy` is drawn, `real` measured, `problem` adds the names
of everything, `catalogue` has all of them by name. The user's own: `table` reads a CSV file,
`cells` one cell of it, `columns` finds the target and the task, `encodings` make a column numbers,
`preparation` all of a table.
"""

from nn.data.catalogue import DATA_SETS, problem_of
from nn.data.columns import problem_from, read_csv
from nn.data.preparation import Preparation
from nn.data.problem import Problem
from nn.data.real import breast_cancer, diabetes, digits, iris, wine
from nn.data.samples import DataSet, samples_of, split
from nn.data.table import Table, read_table
from nn.data.toy import blobs, circles, linear, moons, sine, spirals, xor

__all__ = [
    "DATA_SETS",
    "DataSet",
    "Preparation",
    "Problem",
    "Table",
    "blobs",
    "breast_cancer",
    "circles",
    "diabetes",
    "digits",
    "iris",
    "linear",
    "moons",
    "problem_from",
    "problem_of",
    "read_csv",
    "read_table",
    "samples_of",
    "sine",
    "spirals",
    "split",
    "wine",
    "xor",
]
