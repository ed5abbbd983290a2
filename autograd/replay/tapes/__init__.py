"""Tapes: a recorded graph as a list of instructions, and what is found in it before translation.

In order: `tape` numbers the graph, `finding` and `dividing` look for the samples of a batch
(`samples`, `additions`), `straighten` rewrites it as plain arithmetic.
"""
