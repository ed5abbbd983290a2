"""Training: gradient descent on the parameters of a model, from `nn.fit` to a checkpoint.

In order: `arguments` checks what is given, `fit` is the loop, `cost` what it minimises, `state`
what changes meanwhile, `random_sources` the states of random numbers among it; `callbacks`,
`progress` and `interrupt` have their turn between batches; `measured` keeps the numbers of each
epoch, `history` and `checkpoint` are what is left, with the `own_state` of a user's optimiser.
`replay` runs the same steps as programs.
"""
