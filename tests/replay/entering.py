"""How tests see whether a call of a compiled function enters Python.

Owns counting the functions that a call enters, and functions past their comparison.
"""

import sys

import autograd as ag


def functions_called(compiled, *args):
    """How many functions of Python a call enters, and its result."""
    entered = []

    def note(frame, event, arg):
        if event == "call":
            entered.append(frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        result = compiled(*args)
    finally:
        sys.setprofile(before)
    return entered, result


def proven(f, *calls):
    """A compiled function, past the comparison."""
    compiled = ag.compile(f)
    for call in calls:
        compiled(*call)
    return compiled
