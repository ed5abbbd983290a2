"""The list of mutants that compute the same: each is of code that is there, and says why.

Owns what can be held without mutmut, whose run (`make mutants`, docs/mutants.md) takes too long for
every change: that compares the list with the mutants that survive.
"""

import tomllib
from pathlib import Path

import pytest

from tests.mutants.plan import PLAN

ROOT = Path(__file__).parents[1]
LISTED = tomllib.loads((ROOT / "tests/mutants/equivalent.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", PLAN)
def test_listed_mutants_are_of_code_that_is_there(file):
    code = " ".join((ROOT / file).read_text(encoding="utf-8").split())
    for entry in LISTED["mutant"]:
        if entry["file"] == file:
            assert " ".join(entry["before"].split()) in code, entry
            assert entry["before"] != entry["after"]


def test_every_entry_is_of_a_mutated_file_and_has_a_reason():
    for entry in LISTED["mutant"]:
        assert entry["file"] in PLAN
        assert len(entry["reason"].split()) > 3, entry


def test_the_tests_that_mutants_are_tried_on_are_there():
    for stages in PLAN.values():
        for argument in " ".join(stages).split():
            if argument.startswith("tests/"):
                name, _, function = argument.partition("::")
                assert function in (ROOT / name).read_text(encoding="utf-8")
