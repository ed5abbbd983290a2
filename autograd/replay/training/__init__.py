"""Training: many batches of a training by programs, in one call.

In order: `table` holds the samples as one array, `orders` draws the order of each epoch, `step`
records what is done with a batch, `legend` is the words of its text, `surroundings` is what that
depends on beside its graph, `ways` finds out how samples differ in it, `leaves` moves the numbers
of parameters to programs and back, `proof` compares these with eager mode, `done` and `totals` read
what many batches leave, `running` runs these in one call, `descent` decides by which program.
"""
