"""What the tests of nn run under: programs for every batch, and fonts that a machine may have.

Owns these fixtures. Without them fit asks whether a program pays.
"""

import pytest

import nn.training.replay.worth
from nn.plot import fonts
from tests.nn.plot.figures import path_of


@pytest.fixture(autouse=True)
def programs_always_pay(monkeypatch):
    """The trainings of tests are short; `test_short_trainings_make_no_program` has real prices."""
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_BATCHES", 0.0)
    monkeypatch.setattr(nn.training.replay.worth, "PRICE_IN_SAMPLES", 0.0)
    nn.training.replay.worth.made_lately.clear()


@pytest.fixture
def no_font(monkeypatch):
    """A machine whose fonts have no letters but those of matplotlib's own."""
    monkeypatch.setattr(fonts, "_candidates", lambda: iter(()))
    monkeypatch.setattr(fonts, "_has_said", False)
    monkeypatch.setattr(fonts, "_has_said_no_korean", False)
    fonts._fonts_for.cache_clear()
    yield
    fonts._fonts_for.cache_clear()


@pytest.fixture
def a_font(monkeypatch):
    """A machine whose one other font pretends to have every Korean letter."""
    path = path_of("DejaVu Serif")
    monkeypatch.setattr(fonts, "_candidates", lambda: iter([("DejaVu Serif", path)]))
    monkeypatch.setattr(
        fonts, "_has", lambda font, c: c < "가" or font.family_name != "DejaVu Sans"
    )
    fonts._fonts_for.cache_clear()
    yield
    fonts._fonts_for.cache_clear()
