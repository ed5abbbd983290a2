"""Machine code around training steps: batches in turn, orders of epochs, means of costs."""
