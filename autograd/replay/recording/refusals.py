"""Refusals: why a compiled function runs as it stands, and what to do about it.

Owns the words, which stand after "it runs uncompiled:" in a warning, and in a report; and those for
the lines of code at which a function asks which way to go, or cannot go on.
"""

from collections import Counter

from autograd.origin import Line, raising_line

MOST_LINES = 3  # named
LONGEST = 60  # characters of a line

OTHER_NUMBERS = (
    "among its arguments are numbers that do not compute as Python's floats and ints do, such as "
    "float32, decimals, or arrays of a class of their own; give float64 or int64"
)
CHANGES_ARGUMENTS = (
    "it changes a list, dict or array that is an argument, of which it gets a copy; return it "
    "instead"
)

RETURNS_OBJECTS = (
    "beside numbers it returns something that is another thing at each call, such as an object, a "
    "set or an iterator that holds Values; return numbers in lists, tuples, dicts or arrays"
)

# Why a single call runs the function, where there are programs, or will be.
HAS_NONE = "for there is no program for such arguments"
WAITS = "until another program is worth making"
NAN = "for nan, whose edges eager mode knows"
RAISED = "for an operation of one's own raised"
LISTENED_TO = "inside of a block such as detect_anomaly"
TOO_MANY_LAYOUTS = "for arguments of too many layouts"
MADE_ROOM = "for their program had to make room for others"


def what_was_raised(error: Exception) -> str:
    """An error by its class, the beginning of its text, and the line that raised it."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text:.{2 * LONGEST}}{raised_at(error)}"


def no_int(error: Exception) -> str:
    """A recording has raised this, and the function itself does not."""
    return (
        "it does with an int, or a number it is not differentiated by, what can only be done with "
        "an int itself or that number, such as isinstance(n, int) or numpy.exp(x); compute that "
        "outside and give the result as an argument"
        f"; it raised {what_was_raised(error)}"
    )


def in_another_thread(line: Line | None) -> str:
    """It computes in a thread of which the recording is not told, at this line if that is known."""
    at = "" if line is None else f", at {_shown(line)}"
    return (
        f"it computes in another thread{at}, whose comparisons a program does not see; compute in "
        "the thread that calls the function"
    )


def raised_at(error: Exception) -> str:
    """The line of the user's code that raised an error, after its text."""
    line = raising_line(error)
    return "" if line is None else f" at {_shown(line)}"


def mistranslated(mode: str) -> str:
    """Machine code that does not give what its tape gives, interpreted."""
    if mode == "exact":
        return (
            "its machine code does not give the numbers of its program, which is a mistake of "
            'glassgrad\'s own: please report the function; backend="python" runs it'
        )
    return (
        "in fast mode its numbers are off by more than a millionth of the largest: large ones "
        "cancel each other in it, whose last digits fast mode rounds otherwise, or it is a mistake "
        'of glassgrad\'s own; take mode="exact"'
    )


def returns_number(kind: type) -> str:
    """A number in a result that is none of Python's: the program has a float or an int there."""
    return (
        f"it returns a number of class {kind.__name__}, where a program gives a float or an int; "
        "return float(n) or int(n), or add the numbers of an array by ag.sum"
    )


_COMPARING = "comparisons (if, max, min, sorted)"
_IN_TRAINING = (
    f"{_COMPARING}, list indices or, where model or loss differentiate themselves, dead edges of "
    'relu and maximum (for which alone compiled="fast" has one program)'
)
_TO_CHOOSE = (
    "choose by where(x > 0, a, b), maximum(), minimum(), clip() or take(rows, k) (the first is a "
    "if x > 0 else b, without a way of its own; x is a number: where arrays are compared, each "
    "element asks, but not in a list or under vmap)"
)
_SECOND_ORDER = (
    "; nothing but its second derivatives asks: which edges of relu, maximum or where are dead. "
    'mode="fast" has one program for that'
)


def asked_at(lines: "Counter[Line]") -> str:
    """The lines at which a function asked which way to go, those that asked most often first."""
    asking = [line for line, _ in lines.most_common(MOST_LINES)]
    more = [f"{len(lines) - len(asking)} more"] if len(lines) > len(asking) else []
    return ", ".join([*map(_shown, asking), *more])


def _shown(line: Line) -> str:
    return f"{line.place} `{line.text:.{LONGEST}}`" if line.text else line.place


def too_many_ways(most: int, lines: "Counter[Line]") -> str:
    """More than so many ways for arguments of one layout, asked for at these lines."""
    return (
        f"it took more than {most} ways through its {_COMPARING}, ints that are list indices or "
        "lengths, and numbers that it took out by .data or as text; "
        f"{_TO_CHOOSE}, and detach() instead of reading .data, so that one program serves all "
        f"numbers{_there(lines) or _SECOND_ORDER}"
    )


def too_many_ways_of_batches(most: int, most_numbers: int, lines: "Counter[Line]") -> str:
    """More than so many ways for the batches of a training, and for rows of tables so large."""
    return (
        f"the model and its loss took more than {most} ways through the data, by {_IN_TRAINING}, "
        f"or by indices with which take() reads a table of more than {most_numbers} numbers; "
        f"{_TO_CHOOSE}, so that one program serves all batches{_there(lines)}"
    )


def _there(lines: "Counter[Line]") -> str:
    return f"; the ways part at {asked_at(lines)}" if lines else ""


def too_many_ways_to_pay(n_batches: float, what: str, lines: "Counter[Line]") -> str:
    """Programs that would serve so few of a training's batches that eager mode is quicker."""
    pays = f"would pay from {n_batches:,.0f} batches on" if n_batches < 1e9 else "never pays"
    return (
        f"its {what} take different ways through the model or the loss, by {_IN_TRAINING}, so that "
        f"a program serves few batches and {pays}; {_TO_CHOOSE}, so that one program serves all"
        f"{_there(lines)}"
    )


def too_much_to_look_at(how_often: str) -> str:
    """What may have been changed by callbacks takes longer to look through than programs save."""
    seldom = "let callbacks look on at the end of an epoch, or " if how_often == "batch" else ""
    return (
        f"model and loss reach so much, such as a long list, that to look through it after each "
        f"{how_often}, for what a callback or the model itself may have changed, takes longer than "
        f"programs save; {seldom}keep what the loss does not need where it does not reach it"
    )


def too_many_layouts(most: int) -> str:
    """More than so many layouts of arguments."""
    return (
        f"runs uncompiled for further ones: it was called with more than {most} layouts of "
        "arguments; what is no number, such as a word, a length, True or an object, is part of the "
        "layout"
    )


def compares_by_identity(lines: "Counter[Line]") -> str:
    """Two results that are compared by == are no numbers, as they are where nobody compiles."""
    return (
        f"asks by == or != at {asked_at(lines)} whether two Values are one and the same, which two "
        "results never are; floats would be equal there if they are the same number. Write "
        "a - b == 0.0 for that, or compare with a number"
    )
