"""Machine code around training steps: batches in turn, orders of epochs, means of costs.

In order: `driver` runs batch after batch, each from the rows of `choice`, between two `states`, as
long as the numbers are finite, and has `right` count the right answers; `shuffle` draws the orders
of the samples from the words of `twister`, the random generator; `totals` adds up the costs.
"""
