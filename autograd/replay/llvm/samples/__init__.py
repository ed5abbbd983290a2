"""What a program computes for each sample, eight samples at a time.

In order: `passes` is one way over all samples, `gather` brings before it side by side what differs
between them, `parts` is some of it, in loops over `strips` of a few blocks of samples: `stages`
says how many loops, `sums` adds up after them, `abreast` has neurons in lanes in place of samples.
`against` is the sums that run the other way. What is left out: `condense` brings those samples
together that a gate lets through, `screen` passes over those that can have no loss, as far as their
inputs are `unchanged`, by what is `kept` of each and the bound of its `drift`, most of it in
`eights`.
"""
