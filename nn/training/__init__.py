"""Training: gradient descent on the parameters of a model, from `fit` to a checkpoint.

In order: `arguments` checks what `fit` is given, `fit` is the loop, `cost` what it minimises,
`state` what changes meanwhile; `callbacks`, `progress` and `interrupt` have their turn between
batches; `history` and `checkpoint` are what is left. `replay` runs the same steps as programs.
"""
