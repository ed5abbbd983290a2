"""Training: many batches of a training by programs, in one call.

In order: `table` holds the samples as one array, `orders` draws the order of each epoch, `step`
records what is done with a batch, `surroundings` is what that depends on beside its graph, `ways`
finds out how samples differ in it, `leaves` moves the numbers of parameters to programs and back,
`proof` compares these with eager mode, `running` runs many batches in one call, `done` and `totals`
read what they leave, `descent` decides which program runs a batch, `legend` says what a program's
numbers are.
"""
