"""What the tests of nn run under: a program for every batch, where fit would ask if it pays."""

import pytest

import nn.compiled


@pytest.fixture(autouse=True)
def programs_always_pay(monkeypatch):
    """The trainings of tests are short; `test_short_trainings_make_no_program` has real prices."""
    monkeypatch.setattr(nn.compiled, "PRICE_IN_BATCHES", 0.0)
    monkeypatch.setattr(nn.compiled, "PRICE_IN_SAMPLES", 0.0)
