"""Checkpoint files: what is in them, when they are written, and every bad one."""

import json
import math
import random
import struct
from array import array

import pytest

from nn import MLP, fit, load, moons, save
from nn.safetensors import from_bytes, pack
from nn.training.callbacks import EarlyStopping
from nn.training.checkpoint import Checkpoint, read_checkpoint
from tests.nn.training.resumable import StopAfter, train


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
    assert type(checkpoint.measured.rows[0]["epoch"]) is int


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
    ("snapshots", [0, 1]),
    ("snapshots", [1, 2, 3]),
    ("snapshots", []),
    ("plan", {}),
    ("plan", dict.fromkeys(["parameters", "others", "trained", "samples", "batch_size"], 0)),
    ("plan", dict.fromkeys(["parameters", "others", "trained", "samples", "batch_size"], 0.5)),
    ("plan", []),
    ("plan", {"samples": 22}),
]


def shaped(tensors):
    """Each array as `pack` takes it: its shape, and its numbers."""
    return {
        key: (
            [len(rows), *([len(rows[0])] if isinstance(rows[0], list) else [])],
            [n for row in rows for n in (row if isinstance(row, list) else [row])],
        )
        for key, rows in tensors.items()
    }


@pytest.mark.parametrize("is_amid", [True, False])
def test_the_snapshot_of_the_last_epoch_may_lack_amid_the_next_one_alone(
    is_amid, content, tmp_path
):
    """A program that runs many epochs may stop at a batch; between two epochs all are kept."""
    metadata, tensors = from_bytes(content)
    state = json.loads(metadata["training"])
    assert (state["epoch"], state["snapshots"]) == (2, [0, 1, 2])
    assert state["position"] > 0
    state["snapshots"] = [0, 1]
    if not is_amid:
        state |= {"position": 0, "order": [], "n_right": 0}
    tensors["snapshots"] = tensors["snapshots"][:2]
    arrays = shaped(tensors)
    path = tmp_path / "checkpoint"
    path.write_bytes(pack({**metadata, "training": json.dumps(state)}, arrays))
    if is_amid:
        assert [*read_checkpoint(path).snapshots] == [0, 1]
    else:
        with pytest.raises(ValueError, match="snapshots does not fit the rest"):
            read_checkpoint(path)


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_hostile_entry_is_one_clear_error(name, value, content, tmp_path):
    metadata, tensors = from_bytes(content)
    state = json.loads(metadata["training"])
    assert name in state
    arrays = shaped(tensors)
    assert read(pack(metadata, arrays)).epoch == 2  # the rest is right
    text = json.dumps({**state, name: value})
    (tmp_path / "bad").write_bytes(pack({**metadata, "training": text}, arrays))
    with pytest.raises(ValueError, match="no whole checkpoint: damaged: ") as caught:
        train(lr=0.1, resume=tmp_path / "bad")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", ["weights", "snapshots", "best", "measures"])
def test_a_tensor_that_is_missing_or_of_another_size(name, content):
    metadata, _ = from_bytes(content)
    whole = read(content)
    arrays = {
        "weights": ([17], whole.weights),
        "snapshots": ([3, 17], [n for row in whole.snapshots.values() for n in row]),
        "best": ([17], whole.best.weights),
        "measures": ([8], [x for row in whole.measured.rows for x in [*row.values()][1:]]),
    }
    assert read(pack(metadata, arrays)) == whole
    for bad in ({}, {name: ([3], [0.0] * 3)}, {name: ([17, 1], [0.0] * 17)}):
        others = {key: array for key, array in arrays.items() if key != name}
        with pytest.raises(ValueError, match="damaged: "):
            read(pack(metadata, {**others, **bad}))


def of_format_1(content):
    """A file as it was before: with the measures as rows among the other entries."""
    metadata, tensors = from_bytes(content)
    state = json.loads(metadata["training"]) | {"rows": read(content).measured.rows}
    metadata |= {"format": "glassgrad training 1"}
    arrays = {key: array for key, array in shaped(tensors).items() if key != "measures"}
    return lambda **changed: pack(metadata | {"training": json.dumps({**state, **changed})}, arrays)


def test_a_file_of_format_1_is_read(content):
    before, now = read(of_format_1(content)()), read(content)
    assert before == now
    assert before.measured.rows == now.measured.rows


ROWS = [[], [{"epoch": 1}, {"epoch": 2}], [5, 6], None, "ab"]


@pytest.mark.parametrize("rows", ROWS)
def test_hostile_rows_of_format_1_are_one_clear_error(rows, content):
    with pytest.raises(ValueError, match=r"^damaged: "):
        read(of_format_1(content)(rows=rows))


def test_a_long_training_is_read_back(tmp_path):
    """Its measures are numbers in the file; as JSON they were more than a header may have."""
    X, y = moons(8, seed=0)
    given = X, [2.0 * label - 1.0 for label in y]
    options = {"lr": 1e-3, "batch_size": None, "compiled": True, "verbose": False}
    path = tmp_path / "run"
    fit(MLP(2, [1], seed=0), given, "mse", epochs=2_000_000, checkpoint=path, **options)
    assert path.stat().st_size < 50_000_000
    again = fit(MLP(2, [1], seed=0), given, "mse", epochs=2_000_100, resume=path, **options)
    assert len(again) == 2_000_100
    assert again.measured.last()["epoch"] == 2_000_100


def test_writing_takes_a_tenth_of_the_time_at_most(tmp_path, monkeypatch):
    import nn.training.checkpoint

    now = 0.0

    def slow(path, data):
        nonlocal now
        now += 60.0  # seconds

    clock = type("Clock", (), {"monotonic": staticmethod(lambda: now)})
    monkeypatch.setattr(nn.training.checkpoint, "time", clock)
    monkeypatch.setattr(nn.training.checkpoint, "write_atomically", slow)
    _, history = train(epochs=2, lr=0.01)
    file = nn.training.checkpoint.CheckpointFile(tmp_path / "run", history.checkpoint)
    begin, waits = now, []
    for _ in range(2):
        while now == begin:
            file.save_if_due(lambda: history.checkpoint)
            if now == begin:
                now = begin = now + 10.0
                waits.append(10.0)
        begin = now
    assert 2 * 590.0 <= sum(waits) <= 2 * 610.0


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
    import nn.training.checkpoint

    writes, epochs = [], []

    def count(path, data):
        writes.append(read(data).epoch)

    monkeypatch.setattr(nn.training.checkpoint, "write_atomically", count)
    train(epochs=50, lr=0.01, checkpoint=tmp_path / "run")
    assert writes[0] == 0
    assert writes[-1] == 50
    assert len(writes) <= 4
    writes.clear()
    monkeypatch.setattr(nn.training.checkpoint, "SECONDS", 0.0)
    monkeypatch.setattr(nn.training.checkpoint, "SHARE", math.inf)
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
    import nn.training.checkpoint

    write, path, models = nn.training.checkpoint.write_atomically, tmp_path / "run", []

    def fill(path, data):
        if read(data).epoch == 3:
            raise OSError(28, "No space left on device", str(path))
        write(path, data)

    def keep(training):
        models[:] = [training.model.state_dict(), training.history]

    monkeypatch.setattr(nn.training.checkpoint, "write_atomically", fill)
    monkeypatch.setattr(nn.training.checkpoint, "SECONDS", 0.0)
    monkeypatch.setattr(nn.training.checkpoint, "SHARE", math.inf)
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
    assert again.measured == history.measured
