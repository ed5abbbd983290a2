"""What the two packages offer to who completes a name with the Tab key."""

from types import ModuleType

import pytest

import autograd
import nn


@pytest.mark.parametrize("package", [autograd, nn], ids=lambda package: package.__name__)
def test_completion_offers_what_is_public_and_no_file_of_the_package(package):
    offered = [name for name in dir(package) if not name.startswith("_")]
    assert len(offered) == len(set(offered))
    assert set(package.__all__) <= set(offered)
    found = {name: getattr(package, name) for name in offered}
    assert {name for name, thing in found.items() if isinstance(thing, ModuleType)} <= {"plot"}


def test_completion_offers_what_is_named_as_a_builtin_and_what_is_imported_when_asked_for():
    assert {"sum", "abs", "max", "compile", "draw", "step"} <= set(dir(autograd))
    assert {"fit", "load", "load_prepared", "plot", "__doc__"} <= set(dir(nn))
