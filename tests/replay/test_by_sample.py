"""A compiled vmap whose samples take different ways: what its report tells of the inner function.

Owns the programs, the calls without one and the source of a function that goes sample by sample.
"""

from __future__ import annotations

import warnings
from itertools import count

import pytest

import autograd as ag
from autograd.replay.calls.layout import MOST_LAYOUTS
from tests.replay.eager import BACKENDS

both = pytest.mark.parametrize("backend", BACKENDS)
BATCH = [1.5, -2.0, 3.0]


def f(x):
    return x * x if x > 0.0 else -x


def drawing():
    draw = count(1)
    return lambda x: x * float(next(draw)) if x > 0.0 else -x


@both
def test_the_programs_of_the_inner_function_are_told(backend):
    compiled = ag.compile(ag.vmap(f), backend=backend)
    for _ in range(5):
        assert compiled(BATCH) == [2.25, 2.0, 9.0]
    report = compiled.report()
    assert [one.layout for one in report.paths] == ["list of 3; a sample: float"] * 2
    assert (report.n_eager, compiled.n_eager) == (0, 0)
    first, asks = report.notes
    assert first == "(list of 3): sample by sample, each on its own way"
    assert asks.startswith("(list of 3), a sample: (float): asks which way to go at ")
    assert "x > 0.0" in asks
    assert compiled.source.splitlines()[0].startswith("# x[0]: x")


@both
def test_an_inner_function_that_has_given_up_is_told(backend):
    compiled = ag.compile(ag.vmap(drawing()), backend=backend)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        for _ in range(50):
            compiled(BATCH)
    (warning,) = told
    assert "random numbers" in str(warning.message)
    report = compiled.report()
    assert report.paths == []
    assert report.n_eager == compiled.n_eager > 140  # nearly all of 150 samples
    by_sample, inner = report.notes
    assert by_sample == "(list of 3): sample by sample, each on its own way"
    assert inner.startswith("(list of 3), a sample: (float): runs as it stands: its program")
    assert f"{report.n_eager} calls ran the function as it stands" in str(report)
    with pytest.raises(ValueError, match=r"sample by sample.*runs as it stands"):
        _ = compiled.source


@both
def test_a_vmap_in_a_vmap(backend):
    compiled = ag.compile(ag.vmap(ag.vmap(drawing())), backend=backend)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for _ in range(10):
            compiled([BATCH, BATCH])
    report = compiled.report()
    assert report.n_eager == compiled.n_eager > 40
    kinds = ["(list of 2)", "(list of 2), a sample: (list of 3)"]
    assert report.notes[:2] == [f"{k}: sample by sample, each on its own way" for k in kinds]
    assert report.notes[2].startswith(f"{kinds[1]}, a sample: (float): runs as it stands")


def test_calls_are_still_counted_where_their_layout_had_to_go():
    compiled = ag.compile(ag.vmap(drawing()), backend="python")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for _ in range(10):
            compiled(BATCH)
        before = compiled.n_eager
        assert before > 20
        for n in range(4, 4 + MOST_LAYOUTS):
            compiled([1.0] * n)
    assert not any("(list of 3)" in note for note in compiled.report().notes)
    assert compiled.n_eager > before
