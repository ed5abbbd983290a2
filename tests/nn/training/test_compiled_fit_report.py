"""`history.compiled`: what fit(compiled=True) made of a training.

Owns that it tells who ran the batches, and why programs did not.
"""

import pytest

import autograd as ag
import nn
from tests.nn.training.both_modes import LABELS, NUMBERS, ROWS, mlp

SETTINGS = {"lr": 0.02, "batch_size": 4, "seed": 3, "verbose": False}


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """Programs cost nothing: each size of batch has one from the second batch on."""
    for name in ("PRICE_IN_BATCHES", "PRICE_IN_SAMPLES"):
        monkeypatch.setattr(f"nn.training.replay.worth.{name}", 0.0)


@pytest.mark.parametrize("mode", [True, "fast"])
def test_it_tells_who_ran_the_batches(mode):
    history = nn.fit(mlp(), (ROWS, NUMBERS), "mse", epochs=12, compiled=mode, **SETTINGS)
    report = history.compiled
    assert (report.mode, report.n_steps, report.n_eager) == (
        "exact" if mode is True else mode, 12 * 5 - 1, 1,
    )  # fmt: skip
    assert {one.layout for one in report.programs} == {"batch of 4", "batch of 1"}
    (of_four,) = [one for one in report.programs if one.layout == "batch of 4"]
    assert of_four.nodes > of_four.samples * 10
    assert of_four.seconds > 0.0
    assert report.notes == []
    lines = str(report).splitlines()
    assert lines[0] == f"compiled training, {report.mode}: 59 of 60 batches by programs"
    assert lines[1].startswith(f"  (batch of {report.programs[0].layout[-1]}): ")


def test_a_training_in_eager_mode_has_none():
    assert nn.fit(mlp(), (ROWS, NUMBERS), "mse", epochs=2, **SETTINGS).compiled is None


def test_too_few_batches_say_how_many_would_pay(monkeypatch):
    monkeypatch.setattr("nn.training.replay.worth.PRICE_IN_BATCHES", 1000.0)
    report = nn.fit(mlp(), (ROWS, NUMBERS), "mse", epochs=3, compiled=True, **SETTINGS).compiled
    assert (report.n_steps, report.n_eager, report.programs) == (0, 15, [])
    assert report.notes == [
        f"batches of {size}: a program pays from about 1,000 of them on" for size in (4, 1)
    ]
    assert str(report).splitlines() == [
        "compiled training, exact: 0 of 15 batches by programs", *[f"  {x}" for x in report.notes],
    ]  # fmt: skip


def test_a_refusal_stands_there_too():
    def noisy(outputs, targets):
        print("a batch")
        return nn.mse_loss(outputs, targets)

    data = ROWS, NUMBERS
    with pytest.warns(RuntimeWarning, match="fit: trained uncompiled") as told:
        report = nn.fit(mlp(), data, noisy, epochs=3, compiled=True, **SETTINGS).compiled
    assert report.notes == [str(told[0].message).removeprefix("fit: trained uncompiled: ")]
    assert report.n_steps == 0


def test_what_a_resumed_training_ran_is_its_own():
    data = ROWS, NUMBERS
    first = nn.fit(mlp(), data, "mse", epochs=4, compiled=True, **SETTINGS)
    model = mlp()
    then = nn.fit(model, data, "mse", epochs=6, compiled=True, resume=first, **SETTINGS)
    report = then.compiled
    assert report.n_steps + report.n_eager == 2 * 5


def test_it_is_there_after_an_error_and_after_a_stop():
    def stop(training):
        training.stop = training.epoch == 5

    options = {**SETTINGS, "callbacks": [stop], "compiled": True}
    history = nn.fit(mlp(1), (ROWS, LABELS), "mse", epochs=9, **options)
    assert history.compiled.n_steps + history.compiled.n_eager == 25


def test_guards_of_a_step_are_counted():
    def signed(outputs, targets):
        return ag.mean([y if y > -9.0 else -y for y in outputs])

    options = {**SETTINGS, "compiled": True}
    report = nn.fit(mlp(1), (ROWS, NUMBERS), signed, epochs=9, **options).compiled
    assert max(one.guards for one in report.programs) >= 4
