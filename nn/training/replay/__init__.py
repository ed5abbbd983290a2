"""Compiled training: the steps of `fit` as programs, with the same bits.

In order: `worth` says whether a program pays, `own_step` whether the user's own code runs in a
training, `steps` runs the batches, `course` which of them in one call, `target_classes` counts the
right ones, `forward` those that are only looked at; `surroundings`, `reach` with `ones_own`, and
`put_back` see to it that recording leaves the user's objects as they were; `report` tells what was
made.
"""
