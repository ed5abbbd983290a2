"""How tests see whether a call of a compiled function enters Python, and how they break into one.

Owns counting the functions that a call enters, functions past their comparison, and finalisers that
are called in the middle of a call.
"""

import gc
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


class Finaliser:
    """It is in a cycle: the garbage collector calls `act` at the next object that is made."""

    def __init__(self, act):
        self.act, self.me = act, self

    def __del__(self):
        self.act()


def called_meanwhile(compiled, argument, act):
    """The result of a call, in the middle of which the garbage collector calls `act`."""
    before = gc.get_threshold()
    gc.collect()
    gc.disable()
    Finaliser(act)
    gc.set_threshold(1)
    gc.enable()
    found = compiled(argument)  # nothing is made between: the first object is one of the result
    gc.disable()
    gc.set_threshold(*before)
    gc.enable()
    return found
