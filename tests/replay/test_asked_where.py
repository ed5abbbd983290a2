"""Which lines of a function part its ways, as report, warnings and trainings tell.

Owns the check that a line is named, and that it is the user's.
"""

import inspect
import math
import re
import statistics

import numpy
import pytest

import autograd as ag
import nn
from tests.nn.training.both_modes import Counting


def place_of(function, text):
    """File and number of the one line of `function` that has `text`, as a message names it."""
    lines, first = inspect.getsourcelines(function)
    (number,) = [first + i for i, line in enumerate(lines) if text in line]
    return f"{__file__}:{number} `{lines[number - first].strip():.60}`"


def halved(x):
    n = 0
    while x > 1.0:
        x = x / 2.0
        n += 1
    return larger(x, 0.75) + n


def larger(a, b):
    return max(a, b)


@pytest.mark.parametrize("backend", ["llvm", "python"])
def test_the_report_names_the_lines_that_ask_those_that_ask_most_first(backend):
    compiled = ag.compile(halved, backend=backend)
    for x in (9.0, 0.5, 0.9):
        compiled(x)
    often, once = place_of(halved, "while"), place_of(larger, "max")
    assert f"(float): asks which way to go at {often}, {once}" in compiled.report().notes
    assert str(compiled.report()).endswith(f"\n  (float): asks which way to go at {often}, {once}")


def test_a_function_that_asks_nothing_names_no_line():
    def straight(x):
        return ag.maximum(x, 0.0) * x

    compiled = ag.compile(straight)
    compiled(1.0)
    assert compiled.report().notes == []


def test_only_lines_of_the_function_are_named_not_the_one_that_called_it():
    compiled = ag.compile(max)  # which is C, and has none
    assert [compiled(1.0, 2.0), compiled(2.0, 1.0)] == [2.0, 2.0]
    assert compiled.report().paths[0].guards == 1
    assert compiled.report().notes == []


def test_a_number_that_is_taken_out_names_its_line():
    def rounded(x):
        return x * round(x.data, 1)

    compiled = ag.compile(rounded)
    compiled(0.25)
    where = place_of(rounded, "round(")
    assert compiled.report().notes == [f"(float): asks which way to go at {where}"]


def test_pythons_own_library_is_passed_over():
    def middle(a, b, c):
        return statistics.median([a, b, c]) * a

    compiled = ag.compile(middle)
    compiled(1.0, 2.0, 3.0)
    (note,) = compiled.report().notes
    assert note.endswith(f" at {place_of(middle, 'median')}")


def test_more_lines_than_three_are_counted():
    def many(x):
        if x > 1.0:
            x = x + 1.0
        if x > 2.0:
            x = x + 1.0
        if x > 3.0:
            x = x + 1.0
        return x if x > 4.0 else -x

    compiled = ag.compile(many)
    compiled(0.5)
    (note,) = compiled.report().notes
    assert note.endswith("`if x > 3.0:`, 1 more")


def test_the_warning_of_too_many_ways_names_the_line():
    compiled = ag.compile(halved)
    for k in range(32):
        compiled(2.0**k)
    with pytest.warns(RuntimeWarning, match="more than 32 ways") as told:
        compiled(2.0**32)
    assert f"; the ways part at {place_of(halved, 'while')}" in str(told[0].message)
    assert place_of(halved, "while") in str(compiled.report())


def picked(scores, labels):
    total = 0.0
    for row, label in zip(scores, labels, strict=True):
        total = total - ag.log_softmax(row)[label]
    return total / len(labels)


def test_a_training_of_many_ways_names_the_line_before_it_makes_a_program():
    with pytest.warns(RuntimeWarning, match="uncompiled") as told:
        train(picked, 8, epochs=40)
    assert f"; the ways part at {place_of(picked, 'log_softmax')}" in str(told[0].message)


def larger_part(scores, labels):
    return ag.mean([max(a, b) if a > -9.0 else b for (a, b), _ in zip(scores, labels, strict=True)])


def test_a_training_whose_programs_become_too_many_names_the_line(monkeypatch):
    monkeypatch.setattr("nn.training.replay.worth.Worth.pays", lambda *_: True)
    monkeypatch.setattr("nn.training.replay.worth.Worth.patience", lambda *_: 0.0)
    with pytest.warns(RuntimeWarning, match="more than 8 ways") as told:
        train(larger_part, 8)
    assert f"; the ways part at {place_of(larger_part, 'max')}" in str(told[0].message)


def train(loss, batch_size, epochs=3):
    X, y = nn.moons(64, seed=0)
    model = nn.MLP(2, [4, 2], seed=0)
    settings = {"epochs": epochs, "batch_size": batch_size, "lr": 0.1, "verbose": False}
    nn.fit(model, (X, y), loss, **settings, compiled=True)


def test_the_line_that_does_with_an_int_what_no_program_can_is_named():
    def scaled(x, n):
        return x * numpy.exp(n)

    compiled = ag.compile(scaled)
    with pytest.warns(RuntimeWarning, match="what can only be done with an int") as told:
        assert compiled(2.0, 0) == 2.0
    said = f" at {place_of(scaled, 'exp')}"
    assert str(told[0].message).endswith(said)
    assert "argument; it raised TypeError: " in str(told[0].message)
    assert str(compiled.report().notes[0]).endswith(said)


def read_out(scores, labels):
    return ag.mean([ag.tanh(row[0]) * row[1].data for row, _ in zip(scores, labels, strict=True)])


def test_the_line_of_a_loss_of_which_no_program_can_be_made_is_named():
    with pytest.warns(RuntimeWarning, match="a number is taken out of its graph") as told:
        train(read_out, 8, epochs=400)
    said = f" does not at {place_of(read_out, 'data')}"
    assert said in str(told[0].message)


def test_code_without_a_file_is_named_by_its_number():
    space = {}
    exec("def f(x):\n    return x if x > 0.0 else -x", space)
    compiled = ag.compile(space["f"])
    compiled(1.0)
    assert compiled.report().notes == ["(float): asks which way to go at <string>:2"]


def test_the_report_tells_why_calls_ran_the_function():
    def root(x):
        if x < 0.0:
            raise ValueError("no root of\n  a negative number")
        return ag.sqrt(x)

    compiled = ag.compile(root)
    with pytest.raises(ValueError, match="no root"):
        compiled(-1.0)
    where = place_of(root, "raise")
    said = f"(float): no program, for it raised ValueError: no root of a negative number at {where}"
    assert compiled.report().notes == [said]
    with pytest.raises(ValueError, match="no program, for it raised ValueError"):
        _ = compiled.source
    assert [compiled(4.0), compiled(9.0)] == [2.0, 3.0]
    assert compiled.report().notes == [f"(float): asks which way to go at {place_of(root, 'if x')}"]
    assert math.isnan(compiled(math.nan))
    with ag.detect_anomaly():
        compiled(16.0)
    said = "\n  1 call ran the function as it stands: 1 inside of a block such as detect_anomaly"
    assert str(compiled.report()).endswith(said)


def test_the_report_tells_which_layouts_wait_for_a_program():
    def chain(xs):
        h = 0.0
        for x in xs:
            h = ag.tanh(h * x + x)
        return h

    compiled = ag.compile(chain)
    compiled([0.5] * 4000)
    for n in (10, 11, 12, 13):
        compiled([0.5] * n)
    (note,) = compiled.report().notes
    assert re.fullmatch(
        r"\(list of 10\), \(list of 11\), \(list of 12\) and 1 more: another program of each is "
        r"made when calls that found none have taken \d+\.\d m?s, as long as one takes to make "
        r"in the mean \(\d+\.\d m?s to \d+\.\d m?s so far\); lists padded to one length share one",
        note,
    )
    assert str(compiled.report()).endswith(": 4 until another program is worth making")


def test_a_refusal_that_is_no_error_of_the_function_names_no_line_of_ours_or_pythons():
    X, y = nn.moons(64, seed=0)
    with pytest.warns(RuntimeWarning, match="changes attributes or variables") as told:
        nn.fit(
            Counting(), (X, y), "cross_entropy", epochs=400, lr=0.1, verbose=False, compiled=True
        )
    assert str(told[0].message).endswith("which a program would do once and never again")
