"""Compiled training: the steps of `fit` as programs, with the same bits.

In order: `worth` says whether a program pays, `steps` runs the batches, `course` which of them
in one call, `forward` those that are only looked at; `surroundings`, `reach` and `put_back` see to
it that recording leaves the user's objects as they were.
"""
