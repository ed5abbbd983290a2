"""Training: many batches of a training by programs, in one call.

In order: `table` holds the samples as one array, `orders` draws the order of each epoch, `step`
records what is done with a batch, `legend` is the words of its text, `surroundings` is what that
depends on beside its graph, `ways` finds out how samples differ in it, `proof` compares it with
eager mode, `descent` runs batch after batch, `done` and `totals` read what they leave, `leaves`
moves the numbers of parameters to programs and back.
"""
