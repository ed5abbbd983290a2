"""History: its rows and CSV, the snapshots it keeps, copies, and the page."""

import copy
import pickle
import sys
from array import array
from itertools import pairwise
from types import ModuleType

import pytest

from nn import MLP, Module, fit, moons, mse_loss
from nn.training.history import MAX_SNAPSHOTS, History

X, Y = moons(8, seed=1)


def train(epochs, **arguments):
    model = MLP(2, [2, 1], seed=1)
    arguments = {"lr": 0.05, "batch_size": None, "verbose": False, "seed": 0, **arguments}
    return model, fit(model, (X, Y), "mse", epochs=epochs, **arguments)


def test_history(tmp_path):
    history = History()
    assert history.to_csv() == ""
    assert history["loss"] == []
    history.append(loss=0.5, accuracy=0.25)
    history.append(loss=1 / 3, accuracy=1.0)
    assert history["loss"] == [0.5, 1 / 3]
    assert history["epoch"] == [1, 2]
    assert list(history) == history.rows
    assert history.to_csv() == "epoch,loss,accuracy\n1,0.5,0.25\n2,0.3333333333333333,1.0\n"
    history.save(tmp_path / "history.csv")
    assert (tmp_path / "history.csv").read_bytes() == history.to_csv().encode()
    with pytest.raises(ValueError, match="this epoch has epoch, loss; those before have"):
        history.append(loss=0.1)
    with pytest.raises(KeyError, match="no 'los'; there are epoch, loss, accuracy"):
        history["los"]
    assert repr(history) == "History(2 epochs; the last: epoch=2, loss=0.3333, accuracy=1)"


def test_many_epochs_at_once_are_the_same_as_one_by_one():
    together, one_by_one = History(), History()
    for history in (together, one_by_one):
        history.append(loss=2.0, accuracy=0.5)
    together.extend(loss=[1.5, 1.25], accuracy=[0.75, 1.0])
    one_by_one.append(loss=1.5, accuracy=0.75)
    one_by_one.append(loss=1.25, accuracy=1.0)
    assert together.rows == one_by_one.rows
    assert [[*row] for row in together.rows] == [["epoch", "loss", "accuracy"]] * 3
    with pytest.raises(ValueError, match="this epoch has epoch, loss; those before have"):
        together.extend(loss=[1.0])


def test_what_fit_leaves_in_it():
    model, history = train(3, validation=0.25)
    assert history.model is model
    assert history.loss_name == "mse"
    assert history.stopped == ""
    assert history.best_epoch is None
    kept, trained = history.validation, history.data
    assert len(kept[0]) == len(kept[1]) == 2
    assert len(trained[0]) == len(trained[1]) == 6
    assert sorted(kept[0] + trained[0]) == sorted(X)
    pairs = [*zip(*kept, strict=True), *zip(*trained, strict=True)]
    assert all(Y[X.index(row)] == target for row, target in pairs)
    assert list(history.rows[0]) == ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"]
    assert train(1)[1].validation is None


@pytest.mark.parametrize(
    ("loss", "name"), [(mse_loss, "mse"), ("l1", "l1"), ("cross_entropy", "cross_entropy")]
)
def test_the_name_of_the_loss(loss, name):
    model = MLP(2, [2 if name == "cross_entropy" else 1], seed=0)
    assert fit(model, (X, Y), loss, lr=0.1, epochs=1, verbose=False).loss_name == name


def test_the_name_of_ones_own_loss():
    def squares(outputs, targets):
        return mse_loss(outputs, targets)

    model = MLP(2, [1], seed=0)
    assert fit(model, (X, Y), squares, lr=0.1, epochs=1, verbose=False).loss_name == "squares"


def test_what_a_model_keeps_of_a_call_is_no_parameter():
    class Keeping(Module):
        def __init__(self):
            self.inner = MLP(2, [1], seed=0)

        def __call__(self, inputs):
            self.hidden = self.inner(inputs)
            return self.hidden * 2.0

    model = Keeping()
    history = fit(model, (X, Y), "mse", lr=1e-3, epochs=2, validation=0.25, verbose=False)
    assert [len(weights) for weights in history.snapshots.values()] == [3, 3, 3]


def test_snapshots_are_the_parameters_after_each_epoch():
    seen = []

    def look(training):
        seen.append(array("d", [p.data for p in training.model.parameters()]))

    model, history = train(5, callbacks=[look])
    start = MLP(2, [2, 1], seed=1)
    assert history.snapshots[0] == array("d", [p.data for p in start.parameters()])
    assert [history.snapshots[epoch] for epoch in range(1, 6)] == seen
    assert list(history.snapshots) == [0, 1, 2, 3, 4, 5]
    assert history.snapshots[5] == array("d", [p.data for p in model.parameters()])
    assert len(set(map(bytes, history.snapshots.values()))) == 6


@pytest.mark.parametrize("epochs", [1, 99, 100, 101, 200, 201, 1000, 1001, 5432])
def test_of_a_long_training_about_a_hundred_evenly_spread(epochs):
    history = History()
    for epoch in range(epochs + 1):
        history.add_snapshot(epoch, array("d", [epoch]))
    kept = list(history.snapshots)
    assert kept[0] == 0
    assert kept[-1] == epochs
    assert kept == sorted(kept)
    assert min(epochs + 1, MAX_SNAPSHOTS // 2) <= len(kept) <= MAX_SNAPSHOTS + 2
    steps = {b - a for a, b in pairwise(kept[:-1])}
    assert len(steps) <= 1
    assert all(row == array("d", [epoch]) for epoch, row in history.snapshots.items())


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_a_copy_is_whole_and_its_own(copied):
    model, history = train(4, validation=0.25, momentum=0.9)
    other = copied(history)
    assert other.rows == history.rows
    assert other.snapshots == history.snapshots
    assert other.checkpoint == history.checkpoint
    assert other.data == history.data
    assert other.model is not model
    assert other.model.state_dict() == model.state_dict()
    other.model.parameters()[0].data = 9.0
    other.rows[0]["loss"] = 9.0
    assert model.parameters()[0].data != 9.0
    assert history.rows[0]["loss"] != 9.0
    again = fit(
        MLP(2, [2, 1]),
        (X, Y),
        "mse",
        lr=0.05,
        momentum=0.9,
        epochs=6,
        batch_size=None,
        validation=0.25,
        verbose=False,
        resume=copied(history),
    )
    assert again.rows == train(6, validation=0.25, momentum=0.9)[1].rows


def test_numbers_survive_csv():
    _, history = train(20)
    lines = history.to_csv().splitlines()
    assert lines[0] == "epoch,loss,accuracy"
    assert [float(line.split(",")[1]) for line in lines[1:]] == history["loss"]
    assert lines[1].startswith("1,")


def test_to_html_hands_all_to_the_page_and_writes_it(tmp_path, monkeypatch):
    calls = []

    def training_page(history, **arguments):
        calls.append((history, arguments))
        return "<p>페이지</p>"

    module = ModuleType("nn.page.build")
    module.training_page = training_page
    monkeypatch.setitem(sys.modules, "nn.page.build", module)
    _, history = train(1)
    assert history.to_html() == "<p>페이지</p>"
    arguments = {"test": (X, Y), "preparation": None, "title": "달", "lang": "ko"}
    # None, so that a notebook cell that ends in this line does not show the whole page as text.
    assert history.to_html(tmp_path / "training.html", **arguments) is None
    assert (tmp_path / "training.html").read_text(encoding="utf-8") == "<p>페이지</p>"
    assert calls[1] == (history, arguments)
    with pytest.raises(OSError, match="there is no such folder"):
        history.to_html(tmp_path / "no" / "training.html")


def test_to_html_is_one_page(tmp_path):
    _, history = train(2)
    page = history.to_html(test=(X, Y), title="moons", lang="en")
    assert page.startswith("<!")
    history.to_html(tmp_path / "training.html", test=(X, Y), title="moons", lang="en")
    assert (tmp_path / "training.html").read_text(encoding="utf-8") == page
    assert "moons" in page
