"""Fixtures of the tests of trainings."""

import math

import pytest

from nn.training.replay import steps


@pytest.fixture(autouse=True)
def however_long_looking_takes(monkeypatch):
    """No training goes on uncompiled because a busy machine has looked through a model slowly."""
    monkeypatch.setattr(steps, "LEAST_LOOKING", math.inf)
