"""The command line of glassgrad.

`main` is the command; each of its words has a file: `train`, `predict`, `draw`, `step`, `explain`,
`check`, `conformance`, `lessons`, `doctor`. What several of them need: `options` reads single
words, `expression` whole computations, `output` says where a result goes, `measures` how good it
is. Of a training alone: `settings` and `recipes` before it, `parts` of its data, `report` and
`artifacts` after it.
"""
