"""The backend that writes programs as LLVM instructions, by llvmlite (the extra `compile`).

In order: `program` is what its callers see, `assembly` the whole module of it. What that is written
with: `memory` says where each number lives, `builder` puts instructions down, `rows` writes a row
of the table, `code` a function, `loops` counts and copies, a `fence` keeps the order. What is
written: `packs` is what runs once, eight at a time where it is alike, in the order of `scheduling`,
if that is `fewer` instructions; `rolled` what repeats, `samples` what runs for each sample,
`alongside` long sums meanwhile, `reassociation` those of a fast program; `guards` are the
comparisons, `outputs` the results. Around it: `machine` is the processor and turns a module into
code, `remembered` keeps that of training steps; `training` runs one step after another, `cpython`
takes Python's objects in and gives them back.
"""
