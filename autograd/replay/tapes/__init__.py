"""Tapes: a recorded graph as a list of instructions, and what is found in it before translation.

In order: `tape` numbers the graph, and `straighten` rewrites it as plain arithmetic. `samples` is
what a batch divided into its samples is: `additions` sees the sums, `owning` of which sample each
instruction is, `dividing` the whole tape, and `finding` begins all that. Where samples are of
several `kinds`, `union` makes one program for all: `alignment` and `ordering` tell what they have
in common, `assembling` writes the new tape. `neutral` takes multiplications by 1 out of a sample's
program, `gates` finds what it computes in vain, `screening` how that is known before. `rolling`
looks for what is done again and again, `rounds` is what each round of it reads, `repeating` whether
a text has loops. `phases` tells the phases of a training step apart.
"""
