"""Measured: numbers side by side, and rows of those that somebody has looked at.

Owns that nobody can tell when they were made, what a Ctrl-C leaves, and how much memory they take.
"""

import copy
import dis
import pickle
import random
import sys
import threading
import tracemalloc

import pytest

from nn import MLP, fit, moons
from nn.training.history import History
from nn.training.measured import Measured

NAMES = ["loss", "accuracy", "val_loss"]


def numbers(n, draw):
    return {name: [draw.gauss(0.0, 1.0) for _ in range(n)] for name in NAMES}


LOOKS = [
    lambda m: None, lambda m: m.rows, lambda m: m.of("loss"), lambda m: m.last(), len,
    lambda m: m.copy().rows, lambda m: m.of("epoch"), lambda m: m == m.copy(),
]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_looking_changes_nothing(seed):
    draw = random.Random(seed)
    measured, rows = Measured(), []
    for _ in range(12):
        given = numbers(draw.choice([0, 1, 1, 2, 30]), draw)
        order = draw.sample(NAMES, 3)  # by name, in whatever order
        measured.extend({name: given[name] for name in order} if rows else given)
        for row in zip(*given.values(), strict=True):
            rows.append({"epoch": len(rows) + 1, **dict(zip(NAMES, row, strict=True))})
        draw.choice(LOOKS)(measured)
        assert len(measured) == len(rows)
        assert measured.last() == (rows[-1] if rows else {})
        for name in ["epoch", *NAMES]:
            assert measured.of(name) == [row[name] for row in rows]
        for one in (measured.copy(), copy.deepcopy(measured), pickle.loads(pickle.dumps(measured))):
            assert one == measured
            assert one.rows == rows
    assert measured.rows == rows
    assert [[*row] for row in measured.rows] == [["epoch", *NAMES]] * len(rows)
    assert all(type(row["epoch"]) is int for row in measured.rows)


def test_a_row_that_is_changed_stays_so():
    measured = Measured()
    measured.extend({"loss": [3.0, 2.0]})
    measured.rows[0]["loss"] = 9.0
    other = measured.copy()
    measured.extend({"loss": [1.0]})
    other.rows[1]["loss"] = 7.0
    assert measured.of("loss") == [9.0, 2.0, 1.0]
    assert measured.last() == {"epoch": 3, "loss": 1.0}
    measured.rows[2]["loss"] = 0.5
    assert measured.last() == {"epoch": 3, "loss": 0.5}
    measured.last()["loss"] = 8.0
    assert measured.of("loss") == [9.0, 2.0, 0.5]
    assert other.of("loss") == [9.0, 7.0]
    assert measured != other
    assert measured != 1


def others(**changed):
    return {**{name: [1.0] for name in NAMES}, **changed}


@pytest.mark.parametrize(
    ("given", "error", "said"),
    [
        (
            {"loss": [1.0]},
            ValueError,
            "this epoch has epoch, loss; those before have epoch, loss, a",
        ),
        (others(more=[1.0]), ValueError, "val_loss, more; those before"),
        (others(loss=[1.0, 2.0]), ValueError, "accuracy has numbers of 1 of 2 epochs"),
        (others(loss=["a"]), TypeError, "loss must be a number in every epoch"),
        (others(val_loss=[10**400]), TypeError, "val_loss must be a number in every epoch"),
        (others(loss=1.0), TypeError, "loss must be a number in every epoch"),
    ],
)
def test_what_does_not_fit_adds_nothing(given, error, said):
    measured = Measured()
    measured.extend(numbers(3, random.Random(0)))
    before = measured.copy()
    with pytest.raises(error, match=f"History: .*{said}"):
        measured.extend(given)
    assert measured == before


def test_a_history_without_measures():
    history = History()
    assert (len(history), history.rows, history.measured.names) == (0, [], [])
    assert history["anything"] == []
    assert not history.spans_decades("loss")
    assert repr(history) == "History(0 epochs)"


def test_who_has_the_rows_may_change_them():
    history = History()
    history.extend(loss=[5.0, 4.0, 3.0, 2.0])
    del history.rows[:2]
    assert (len(history), history["epoch"], history["loss"]) == (2, [3, 4], [3.0, 2.0])
    assert history.to_csv() == "epoch,loss\n3,3.0\n4,2.0\n"
    history.rows = history.rows[1:]
    assert history.rows == [{"epoch": 4, "loss": 2.0}]
    history.rows.append({"epoch": 5, "loss": 1.0})
    assert (len(history), history.measured.last()["loss"]) == (2, 1.0)
    history.rows[0]["mine"] = 7.0
    assert history.measured.names == ["epoch", "loss", "mine"]
    with pytest.raises(ValueError, match="those before have epoch, loss, mine"):
        history.append(loss=0.5)
    history.rows.clear()
    assert (len(history), history.to_csv(), history.measured.last()) == (0, "", {})
    history.append(other=1.0)
    assert history.rows == [{"epoch": 1, "other": 1.0}]


def test_an_epochs_number_is_told_whole():
    history = History()
    history.extend(loss=[0.25] * 61_156)
    assert repr(history) == "History(61156 epochs; the last: epoch=61156, loss=0.25)"


def test_two_threads_that_look_while_a_third_adds():
    history, n, errors = History(), 6000, []
    before = sys.getswitchinterval()

    def look():
        try:
            while len(history) < n:
                rows = [*history.rows]
                assert [row["epoch"] for row in rows] == [*range(1, len(rows) + 1)]
                lines = history.to_csv().splitlines()[1:]
                assert all(line.count(",") == 2 for line in lines)
        except BaseException as error:  # noqa: BLE001 - raised where it is awaited
            errors.append(error)

    threads = [threading.Thread(target=look) for _ in range(2)]
    sys.setswitchinterval(1e-6)
    try:
        for thread in threads:
            thread.start()
        for k in range(n):
            history.append(loss=float(k), accuracy=0.5)
            if k % 7 == 0:
                assert history.rows[-1]["loss"] == k
    finally:
        sys.setswitchinterval(before)
        for thread in threads:
            thread.join()
    assert not errors
    assert [row["loss"] for row in history.rows] == [*range(n)]
    assert history["epoch"] == [*range(1, n + 1)]


AFTER = {"CALL", "CALL_FUNCTION_EX", "CALL_KW", "RESUME", "JUMP_BACKWARD"}  # signals are handled


def interrupted_at(number, call):
    """Call it, interrupted at the n-th place where a signal is handled; whether it came so far."""
    n, last = 0, {}

    def local(frame, event, argument):
        nonlocal n
        if event != "opcode":
            return local
        code = frame.f_code.co_code
        if dis.opname[last.get(frame, 0)] in AFTER:
            n += 1
            if n == number:
                raise KeyboardInterrupt
        last[frame] = code[frame.f_lasti]
        return local

    def trace(frame, event, argument):
        if frame.f_code.co_filename != sys.modules[Measured.__module__].__file__:
            return None
        frame.f_trace = local  # before f_trace_opcodes: Python 3.13
        frame.f_trace_opcodes = True
        return local

    before = sys.gettrace()
    sys._getframe().f_trace_opcodes = True  # Python 3.12 looks for it once, in settrace
    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(before)
    return False


CALLS = [
    lambda m: m.extend({"loss": [1.0], "accuracy": [0.0]}), lambda m: m.rows, Measured.last,
]  # fmt: skip


@pytest.mark.parametrize("call", CALLS)
def test_ctrl_c_leaves_whole_epochs(call):
    for number in range(1, 2000):
        measured = Measured()
        measured.extend({"loss": [3.0], "accuracy": [0.25]})
        assert len(measured.rows) == 1
        measured.extend({"loss": [2.0], "accuracy": [0.5]})
        was_interrupted = interrupted_at(number, lambda measured=measured: call(measured))
        losses = measured.of("loss")
        assert losses in ([3.0, 2.0], [3.0, 2.0, 1.0])
        assert measured.of("accuracy") == [0.25, 0.5, 0.0][: len(losses)]
        assert measured.of("epoch") == [1, 2, 3][: len(losses)]
        assert [row["loss"] for row in measured.rows] == losses
        if not was_interrupted:
            break
    assert number > 5


def test_ctrl_c_in_the_first_epochs_loses_none_of_those_that_follow():
    for number in range(1, 2000):
        measured = Measured()
        first = {"loss": [2.0], "accuracy": [0.5]}
        was_interrupted = interrupted_at(number, lambda m=measured, first=first: m.extend(first))
        n = len(measured)
        measured.extend({"loss": [1.0], "accuracy": [0.75]})
        assert measured.of("loss") == [2.0, 1.0][-1 - n :]
        assert measured.of("accuracy") == [0.5, 0.75][-1 - n :]
        if not was_interrupted:
            break
    assert number > 5


def test_a_million_epochs_take_a_few_bytes_each():
    """Those of a compiled training that nobody looks at, its checkpoint among them."""
    X, y = moons(8, seed=0)
    given = X, [2.0 * label - 1.0 for label in y]
    fit(MLP(2, [1], seed=0), given, "mse", lr=1e-3, epochs=300, batch_size=None, compiled=True,
        verbose=False)  # fmt: skip
    tracemalloc.start()
    try:
        model = MLP(2, [1], seed=0)
        history = fit(model, given, "mse", lr=1e-3, epochs=300_000, batch_size=None, compiled=True,
                      verbose=False)  # fmt: skip
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(history) == len(history["loss"]) == 300_000
    assert kept / 300_000 < 60.0  # twice two numbers; a dict for each took 400 bytes


def test_an_epoch_with_other_measures_leaves_those_before_what_they_are():
    """Whoever has the list of rows may have renamed one."""
    measured = Measured()
    measured.extend({"loss": (2.0, 1.0)})
    rows = measured.rows
    rows[0] = {"epoch": 1, "cost": 2.0}
    measured.extend({"cost": (0.5,)})
    rows[0] = {"epoch": 1, "loss": 2.0}
    measured.extend({"loss": (0.25, 0.125)})
    assert measured.rows[1:] == [
        {"epoch": 2, "loss": 1.0},
        {"epoch": 3, "cost": 0.5},
        {"epoch": 4, "loss": 0.25},
        {"epoch": 5, "loss": 0.125},
    ]
