"""Checkpoints: a training that went on is bit for bit one that never stopped; bad files.

The twin of every training here is stopped after some batch by a callback, captured, and resumed
with a fresh model and optimiser.
"""

import json
import random
import re
import struct
from array import array

import pytest

from nn import MLP, SGD, fit, load, moons, save
from nn.callbacks import Callback, EarlyStopping
from nn.checkpoint import Checkpoint, read_checkpoint
from nn.safetensors import from_bytes, pack

X, LABELS = moons(22, noise=0.2, seed=5)
Y = [2 * label - 1 for label in LABELS]
CASES = {
    "plain": {"lr": 0.05},
    "gradient descent": {"lr": 0.05, "batch_size": None},
    "one sample": {"lr": 0.02, "batch_size": 1},
    "momentum": {"lr": 0.03, "momentum": 0.9, "dampening": 0.1, "weight_decay": 1e-3},
    "validation": {"lr": 0.05, "validation": 0.3},
    "own validation": {"lr": 0.05, "validation": (X[:5], Y[:5])},
    "early stopping": {"lr": 0.3, "validation": 0.3, "early_stopping": 2, "momentum": 0.9},
    "schedule": {"schedule": lambda epoch: 0.1 / epoch, "momentum": 0.5},
    "penalties": {"lr": 0.05, "l1": 1e-3, "l2": 1e-2},
}


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


@pytest.mark.parametrize("through", ["history", "file"])
@pytest.mark.parametrize("case", CASES)
def test_resumed_after_any_batch_it_gives_the_same_bits(case, through, tmp_path):
    arguments = CASES[case]
    counter = StopAfter(0)
    expected = outcome(*train(**arguments, callbacks=[counter]))
    n_batches = -counter.n_batches
    assert n_batches >= 4
    for k in range(1, n_batches, 7 if case == "one sample" else 1):
        path = tmp_path / f"{k}.ckpt"
        _, history = train(**arguments, callbacks=[StopAfter(k)], checkpoint=path)
        assert history.stopped == "callback"
        # The seed is not used again: the random state is that of the checkpoint.
        start = history if through == "history" else path
        assert outcome(*train(**arguments, seed=99, resume=start)) == expected


@pytest.mark.parametrize("kind", ["global", "source"])
def test_resumed_with_another_source_of_random_numbers(kind):
    def seed():
        if kind == "source":
            return random.Random(8)
        random.seed(8)
        return None

    before = random.getstate()
    try:
        expected = outcome(*train(seed=seed(), lr=0.05, validation=0.2))
        for k in (2, 5):
            _, part = train(seed=seed(), lr=0.05, validation=0.2, callbacks=[StopAfter(k)])
            random.seed(12345)
            source = None if kind == "global" else random.Random(1)
            assert outcome(*train(seed=source, lr=0.05, validation=0.2, resume=part)) == expected
    finally:
        random.setstate(before)


def test_a_source_without_state_trains_and_resumes():
    _, history = train(seed=random.SystemRandom(), lr=0.05, epochs=2)
    assert history.checkpoint.random is None
    assert len(train(seed=random.SystemRandom(), lr=0.05, epochs=3, resume=history)[1]) == 3


def test_stopped_many_times_also_through_files(tmp_path):
    arguments = {**CASES["validation"], "momentum": 0.9, "epochs": 6}
    expected = outcome(*train(**arguments))
    path, start = tmp_path / "run", None
    for _ in range(40):
        model, history = train(**arguments, callbacks=[StopAfter(2)], checkpoint=path, resume=start)
        if not history.stopped:
            break
        start = path
    assert outcome(model, history) == expected


def test_some_epochs_and_then_more_are_as_many_at_once():
    arguments = CASES["momentum"]
    _, first = train(epochs=3, **arguments)
    assert outcome(*train(epochs=7, resume=first, **arguments)) == outcome(
        *train(epochs=7, **arguments)
    )
    model, same = train(epochs=2, resume=first, **arguments)  # all of it is done already
    assert outcome(model, same)["rows"] == first.rows
    assert model.state_dict() == train(epochs=3, **arguments)[0].state_dict()


def test_the_first_history_stays_as_it_was():
    _, first = train(epochs=2, lr=0.05)
    before = outcome(train(epochs=2, lr=0.05)[0], first)
    _, second = train(epochs=4, lr=0.05, resume=first)
    assert outcome(train(epochs=2, lr=0.05)[0], first) == before
    assert len(second) == 4


def test_with_the_same_optimizer_object():
    def run(epochs, model, optimizer, **arguments):
        return fit(model, (X, Y), "hinge", optimizer, epochs, 6, 3, verbose=False, **arguments)

    model = MLP(2, [4, 1], seed=1)
    whole = run(4, model, SGD(model.parameters(), lr=0.05, momentum=0.9))
    other = MLP(2, [4, 1], seed=1)
    optimizer = SGD(other.parameters(), lr=0.05, momentum=0.9)
    part = run(4, other, optimizer, callbacks=[StopAfter(6)])
    resumed = run(4, other, optimizer, resume=part)
    assert outcome(other, resumed) == outcome(model, whole)


def test_a_learning_rate_set_by_a_callback_is_kept_unless_another_is_given():
    def halve(training):
        training.optimizer.lr /= 2

    whole = outcome(*train(lr=0.1, callbacks=[halve]))
    _, part = train(lr=0.1, callbacks=[halve], epochs=2)
    assert part.checkpoint.lr == 0.025
    assert outcome(*train(lr=0.1, callbacks=[halve], resume=part)) == whole
    assert train(lr=0.2, epochs=3, resume=part)[1].checkpoint.lr == 0.2


def test_parameters_of_the_loss_belong_to_it():
    from autograd import Value

    def run(**arguments):
        model, scale = MLP(2, [3, 1], activation="tanh", seed=1), Value(1.0)

        def loss(outputs, targets):
            errors = [scale * y - t for y, t in zip(outputs, targets, strict=True)]
            return sum((e * e for e in errors), start=Value(0.0)) / len(errors)

        optimizer = SGD([*model.parameters(), scale], lr=0.05, momentum=0.9)
        history = fit(model, (X, Y), loss, optimizer, 3, 8, 0, verbose=False, **arguments)
        return outcome(model, history), scale.data, history

    *expected, whole = run()
    assert len(whole.snapshots[3]) == 13
    assert len(whole.checkpoint.weights) == 14
    assert list(run(resume=run(callbacks=[StopAfter(4)])[2])[:2]) == expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": (5, 1)}, "parameters was 17, is 21"),
        ({"data": (X[:-1], Y[:-1])}, "samples was 22, is 21"),
        ({"data": (X[::-1], Y[::-1])}, "the data has other numbers"),
        ({"data": (X, [-y for y in Y])}, "the data has other numbers"),
        ({"batch_size": 5}, "batch_size was 6, is 5"),
        ({"loss": "mse"}, "loss was hinge, is mse"),
        ({"l2": 0.5}, "l2 was 0.0, is 0.5"),
        ({"validation": 0.2}, "validation was None, is 0.2"),
        ({"schedule": lambda epoch: 0.1}, "measures was loss, accuracy, is loss, accuracy, lr"),
    ],
)
def test_a_checkpoint_of_another_training_is_refused(change, message):
    _, history = train(epochs=1, lr=0.1)
    with pytest.raises(ValueError, match=re.escape(message)) as caught:
        train(**{"epochs": 2, "lr": 0.1, "resume": history, **change})
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


def test_another_activation_is_another_training():
    _, history = train(epochs=1, lr=0.1)
    with pytest.raises(ValueError, match="of another training: model was"):
        fit(MLP(2, [4, 1]), (X, Y), "hinge", lr=0.1, batch_size=6, verbose=False, resume=history)


# Files


def read(content):
    return Checkpoint.of(*from_bytes(content))


@pytest.fixture
def content(tmp_path):
    arguments = {"validation": 0.3, "early_stopping": EarlyStopping(9), "momentum": 0.9}
    train(lr=0.1, **arguments, callbacks=[StopAfter(8)], checkpoint=tmp_path / "run")
    return (tmp_path / "run").read_bytes()


def test_a_file_is_the_checkpoint(content, tmp_path):
    checkpoint = read(content)
    assert checkpoint.to_bytes() == content
    assert checkpoint.epoch == 2
    assert checkpoint.position == 12
    assert checkpoint.best.measure == "val_loss"
    assert type(checkpoint.rows[0]["epoch"]) is int


def test_every_cut_and_every_changed_byte_is_one_clear_error_or_a_whole_checkpoint(
    content, tmp_path
):
    path, source = tmp_path / "bad", random.Random(4)
    cuts = [content[:n] for n in (0, 5, 8, 100, len(content) // 2, len(content) - 1)]
    damaged = []
    for _ in range(300):
        place = source.randrange(len(content))
        damaged.append(content[:place] + bytes([source.randrange(256)]) + content[place + 1 :])
    messages = []
    for bad in [*cuts, content + b"x", *damaged]:
        path.write_bytes(bad)
        try:
            read_checkpoint(path)  # a changed weight is another weight
        except ValueError as error:
            messages.append(str(error))
    assert len(messages) > len(cuts) + 30
    assert all(message.startswith(f"{path}: no whole checkpoint: ") for message in messages)
    assert not any("\n" in message for message in messages)


WRONG = [
    ("epoch", -1),
    ("epoch", 1.5),
    ("epoch", 10**30),
    ("position", 7),
    ("position", 600),
    ("position", True),
    ("order", [0] * 15),
    ("order", [[]]),
    ("order", "abc"),
    ("order", list(range(1, 16))),
    ("total", "1"),
    ("total", None),
    ("total", 10**400),
    ("n_right", 13),
    ("random", [3, [1, 2], None]),
    ("random", [3, ["x"] * 625, None]),
    ("random", [3, [2**70] * 625, None]),
    ("random", 5),
    ("lr", -1.0),
    ("given_lr", float("nan")),
    ("velocities", [0.0]),
    ("velocities", ["0"] * 17),
    ("held_out", list(range(22))),
    ("held_out", [99]),
    ("best", ["val_loss", 3, 0.5]),
    ("best", ["__class__", 1, 0.5]),
    ("best", []),
    ("rows", []),
    ("rows", [{"epoch": 1}, {"epoch": 2}]),
    ("rows", [5, 6]),
    ("snapshots", [0, 1]),
    ("snapshots", [1, 2, 3]),
    ("snapshots", []),
    ("plan", {}),
    ("plan", dict.fromkeys(["parameters", "others", "trained", "samples", "batch_size"], 0)),
    ("plan", dict.fromkeys(["parameters", "others", "trained", "samples", "batch_size"], 0.5)),
    ("plan", []),
    ("plan", {"samples": 22}),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_hostile_entry_is_one_clear_error(name, value, content, tmp_path):
    metadata, tensors = from_bytes(content)
    state = json.loads(metadata["training"])
    assert name in state
    arrays = {
        key: (
            [len(rows), *([len(rows[0])] if isinstance(rows[0], list) else [])],
            [n for row in rows for n in (row if isinstance(row, list) else [row])],
        )
        for key, rows in tensors.items()
    }
    assert read(pack(metadata, arrays)).epoch == 2  # the rest is right
    text = json.dumps({**state, name: value})
    (tmp_path / "bad").write_bytes(pack({**metadata, "training": text}, arrays))
    with pytest.raises(ValueError, match="no whole checkpoint: damaged: ") as caught:
        train(lr=0.1, resume=tmp_path / "bad")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["weights", "snapshots", "best"])
def test_a_tensor_that_is_missing_or_of_another_size(name, content):
    metadata, _ = from_bytes(content)
    whole = read(content)
    arrays = {
        "weights": ([17], whole.weights),
        "snapshots": ([3, 17], [n for row in whole.snapshots.values() for n in row]),
        "best": ([17], whole.best.weights),
    }
    assert read(pack(metadata, arrays)) == whole
    for bad in ({}, {name: ([3], [0.0] * 3)}, {name: ([17, 1], [0.0] * 17)}):
        others = {key: array for key, array in arrays.items() if key != name}
        with pytest.raises(ValueError, match="damaged: "):
            read(pack(metadata, {**others, **bad}))


def test_json_that_is_too_deep(content):
    metadata, _ = from_bytes(content)
    deep = {**metadata, "training": "[" * 100_000}
    with pytest.raises(ValueError, match="damaged"):
        read(pack(deep, {"weights": ([1], array("d", [0.0]))}))


def test_a_model_file_is_no_checkpoint_and_the_other_way_round(content, tmp_path):
    save(MLP(2, [4, 1], seed=1), tmp_path / "model")
    with pytest.raises(ValueError, match="it holds no training, it is a model file"):
        train(lr=0.1, resume=tmp_path / "model")
    (tmp_path / "run").write_bytes(content)
    with pytest.raises(ValueError, match="without the architecture"):
        load(tmp_path / "run")


def test_it_is_written_at_once_and_seldom(tmp_path, monkeypatch):
    import nn.checkpoint

    writes, epochs = [], []

    def count(path, data):
        writes.append(read(data).epoch)

    monkeypatch.setattr(nn.checkpoint, "write_atomically", count)
    train(epochs=50, lr=0.01, checkpoint=tmp_path / "run")
    assert writes[0] == 0
    assert writes[-1] == 50
    assert len(writes) <= 4
    writes.clear()
    monkeypatch.setattr(nn.checkpoint, "SECONDS", 0.0)
    train(epochs=5, lr=0.01, checkpoint=tmp_path / "run", callbacks=[epochs.append])
    assert writes == [0, 1, 2, 3, 4, 5, 5]


def test_a_folder_that_is_missing_is_told_before_the_training(tmp_path):
    seen = []
    with pytest.raises(OSError, match="there is no such folder"):
        train(lr=0.1, checkpoint=tmp_path / "no" / "run", callbacks=[seen.append])
    assert seen == []
    with pytest.raises(FileNotFoundError):
        train(lr=0.1, resume=tmp_path / "no")


def test_a_disk_that_fills_up_is_told_and_the_last_file_stays(tmp_path, monkeypatch):
    import nn.checkpoint

    write, path, models = nn.checkpoint.write_atomically, tmp_path / "run", []

    def fill(path, data):
        if read(data).epoch == 3:
            raise OSError(28, "No space left on device", str(path))
        write(path, data)

    def keep(training):
        models[:] = [training.model.state_dict(), training.history]

    monkeypatch.setattr(nn.checkpoint, "write_atomically", fill)
    monkeypatch.setattr(nn.checkpoint, "SECONDS", 0.0)
    with pytest.raises(OSError, match="No space left"):
        train(lr=0.1, epochs=5, checkpoint=path, callbacks=[keep])
    monkeypatch.undo()
    whole = train(lr=0.1, epochs=5)[1].rows
    assert read_checkpoint(path).epoch == 2
    assert models[1].checkpoint.epoch == 3
    for start in (path, models[1]):
        assert train(lr=0.1, epochs=5, resume=start)[1].rows == whole


@pytest.mark.parametrize("resume", [5, b"x", ["history"]])
def test_what_cannot_be_resumed(resume):
    with pytest.raises(TypeError, match="resume must be what fit returned, or the path"):
        train(lr=0.1, resume=resume)


def test_floats_survive_exactly():
    _, history = train(lr=0.1, epochs=1)
    weights = array("d", [-0.0, 5e-324, 1e308, 0.1] + [1 / 3] * 13)
    state = {**vars(history.checkpoint), "weights": weights}
    again = read(Checkpoint(**state).to_bytes())
    assert struct.pack("<17d", *again.weights) == struct.pack("<17d", *weights)
    assert again.rows == history.rows
