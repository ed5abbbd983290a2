"""What finite differences say of a claim, to the last bit: the checker's own numbers.

Owns the comparison with differences.json. A constant or a sign changed in the choice of the step
or in the error bars shows here; whether the method is good, test_gradcheck.py says.
"""

import json

import pytest

from tests.golden.differences import NUMBERS, as_texts, cases

CASES = list(cases())
EXPECTED = json.loads(NUMBERS.read_text(encoding="utf-8"))


def test_every_case_is_there_once():
    assert [case.name for case in CASES] == list(EXPECTED)


@pytest.mark.parametrize("function", sorted({case.name.partition(" at ")[0] for case in CASES}))
def test_the_answers_are_the_same_bits(function):
    for case in CASES:
        if case.name.startswith(f"{function} at "):
            assert as_texts(case.answer()) == EXPECTED[case.name], case.name
