"""A small training that can be stopped after any batch, and all that it leaves.

Owns what the tests of resuming and of checkpoint files share.
"""

from nn import MLP, fit, moons
from nn.training.callbacks import Callback

X, LABELS = moons(22, noise=0.2, seed=5)
Y = [2 * label - 1 for label in LABELS]


class StopAfter(Callback):
    """Ends the training after so many batches."""

    def __init__(self, n_batches):
        self.n_batches = n_batches

    def on_batch_end(self, training):
        self.n_batches -= 1
        if self.n_batches == 0:
            training.stop = True


def train(epochs=4, seed=3, data=(X, Y), loss="hinge", sizes=(4, 1), **arguments):
    arguments.setdefault("batch_size", 6)
    model = MLP(2, list(sizes), activation="tanh", seed=1)
    history = fit(model, data, loss, epochs=epochs, seed=seed, verbose=False, **arguments)
    return model, history


def outcome(model, history):
    """All that a training leaves, for comparing bits."""
    state = history.checkpoint
    return {
        "model": model.state_dict(),
        "rows": history.rows,
        "snapshots": {epoch: row.tobytes() for epoch, row in history.snapshots.items()},
        "best": history.best_epoch,
        "stopped": history.stopped,
        "weights": state.weights.tobytes(),
        "velocities": state.velocities,
        "random": state.random,
        "lr": state.lr,
        "validation": history.validation,
    }
