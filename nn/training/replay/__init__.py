"""Compiled training: the steps of `fit` as programs, with the same bits.

In order: `worth` says whether a program pays, `own_step` what of a training is the user's own code,
`steps` runs the batches, `course` which of them in one call, `target_classes` counts which outputs
are right, `forward` those that are only looked at, `report` says what was made. `surroundings` sees
to it that recording leaves the user's objects as they were, by the key that `reach` makes of all
that is reached: `ones_own` says whose a thing is, `looked_up` what a function reads by name,
`holding` what a thing of each kind holds, `put_back` how a place is set to what it held.
"""
