"""Recording: a function run once on fresh Values, with everything a program must know of the run.

Owns `record`, and which leaves the function met. The graph alone does not tell what a program
needs: what was asked of its numbers (guards), which results lost their history (detach, no_grad).
`modes` tells `Notes` that, by the interface `Recorder` in `listening.py`.
"""

import gc
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from autograd import modes
from autograd.backward import topological_order
from autograd.containers import Shape, flatten
from autograd.origin import Line
from autograd.replay.handlers import pass_on
from autograd.replay.recording.arguments import is_other_array
from autograd.replay.recording.conditions import Condition, Held, Question
from autograd.replay.recording.in_arrays import begin
from autograd.replay.recording.notes import How, Notes, NotReplayable, WantsBools
from autograd.replay.recording.plain_numbers import Whole
from autograd.replay.recording.traced import Traced
from autograd.replay.recording.trial import is_number
from autograd.value import Value

_Found = TypeVar("_Found")


class Recording(NamedTuple):
    """What one run of a function left.

    Attributes:
        leaves: the leaves it met and did not make, such as a model's parameters.
        constants: the leaves that it made itself, which nobody else can reach, and the inner nodes
            of graphs that were there before; their numbers.
        outputs: what it returned, taken apart: Values, numbers, and whatever else stands there.
        shape: the container of the outputs.
        wholes: the places of the outputs that are whole numbers.
        asked: what a program must find answered as before, in order.
        held: what it computes, as far as anybody can see: see `Answers`.
        lines: of the function's code: those that asked, and how often each did.
        identities: those that asked by == whether two Values are one.
        own: the nodes made by operations of the user's own that nothing of this needs.
        why_not: why no program may stand for it, since it computed in another thread; "" if it did
            not.
        owns_nan: whether what a program computes is nan only where the function's own result is.
        is_doubtful: whether it asked about a nan that eager mode may not have: of a derivative with
            an edge that is absent there.
        is_unlike: whether it asked about numbers that do not compare as floats do.
        compares: whether it made a condition by an operation, as rules do.
        computes: whether something stood for a bool: the function may have done with it what it
            would not have done with a bool.
        is_near: whether sums of second derivatives have edges that eager mode leaves out, and so
            other last digits.
        order: all nodes, as `tape_of` wants them; None if it is not known yet what is asked.
    """

    leaves: list[Value]
    constants: dict[Value, float]
    outputs: list[Any]
    shape: Shape
    wholes: set[int]
    asked: list[Question]
    held: list[Held]
    lines: "Counter[Line]"
    identities: "Counter[Line]"
    own: list[Value]
    why_not: str
    owns_nan: bool
    is_doubtful: bool
    is_unlike: bool
    compares: bool
    computes: bool
    is_near: bool
    order: list[Value] | None

    @property
    def fixed(self) -> dict[int, Any]:
        """What stands in the result and is no number, by its place."""
        return {i: x for i, x in enumerate(self.outputs) if not is_number(x)}

    @property
    def parts_ways(self) -> bool:
        """Whether other numbers may take another way, of which none is nan."""
        return any(asked.a is not asked.b for asked in self.asked)


def record(
    f: Callable[..., Any],
    args: Sequence[Any],
    kwargs: dict[str, Any],
    inputs: Sequence[Value],
    how: How,
    shared: Sequence[Value] = (),
) -> Recording:
    """Run `f` on `args`, in which the leaves `inputs` stand where numbers will, and note all.

    All of these are made for this, but for those that are `shared`, as a model's weights: other
    threads may do with them what has nothing to do with this run.

    Raises what `f` raises, or WantsBools from that; and ValueError where it changes a Value in
    place, which a program would do once and never again, or takes a number out that it may not.
    """
    notes = Notes(how, record.__code__, {*map(id, inputs)} - {*map(id, shared)})
    begin()

    def call() -> Any:
        result = f(*args, **kwargs)
        if notes.refusal is not None:  # which the function has caught
            raise notes.refusal
        notes.mend()
        return result

    try:
        result = modes.recorded_by(notes, call, is_transform=True)
        outputs, shape = flatten(result, whole=is_other_array)
        del result
        if notes.computes and any(map(_is_condition, _keys(shape))):
            raise TypeError("a key of the result stands for a bool")
        shape = _with_plain_keys(shape)
    except NotReplayable:
        raise
    except Exception as error:
        pass_on(error)
        if notes.computes:  # with a bool it may be able to do what it did
            raise WantsBools from error
        raise
    outputs = [x.decide() if isinstance(x, Condition) else x for x in outputs]
    notes.let_go()
    wholes = {i for i, x in enumerate(outputs) if isinstance(x, Whole)}
    outputs = [x.as_value if isinstance(x, Traced) else x for x in outputs]
    questions = notes.questions + [question for question, _ in notes.held]
    own = _not_among(notes.own, outputs, questions)
    leaves, constants, order = _met(outputs, own, notes, questions, inputs)
    del questions
    notes.look_for_others(order)
    return Recording(
        leaves=leaves,
        constants=constants,
        outputs=outputs,
        shape=shape,
        wholes=wholes,
        asked=notes.questions,
        held=notes.held,
        lines=notes.lines,
        identities=notes.identities,
        own=own,
        why_not=notes.why_not,
        owns_nan=not notes.may_be_nan,
        is_doubtful=notes.is_doubtful,
        is_unlike=notes.is_unlike,
        compares=notes.compares,
        computes=notes.computes,
        is_near=notes.is_near,
        order=order if not notes.held else None,
    )


def _keys(shape: Shape) -> Iterator[Any]:
    """What the items of a result are found by, in dicts."""
    for item in shape.items if shape.kind != "array" else ():
        yield from _keys(item)
    if isinstance(shape.kind, type) and issubclass(shape.kind, dict):
        yield from shape.keys


def _is_condition(key: Any) -> bool:
    """Whether one stands there, or in a tuple."""
    return isinstance(key, Condition) or (isinstance(key, tuple) and any(map(_is_condition, key)))


def _with_plain_keys(shape: Shape) -> Shape:
    """The same layout with ints and floats among its keys, in place of what stood for them.

    A program is one for these: a dict has asked for their hashes.
    """
    if not isinstance(shape.kind, type) or not shape.items:
        return shape
    items = tuple(map(_with_plain_keys, shape.items))
    keys = tuple(map(_plain_key, shape.keys)) if issubclass(shape.kind, dict) else shape.keys
    return shape._replace(items=items, keys=keys)


def _plain_key(key: Any) -> Any:
    if type(key) is tuple:
        return tuple(map(_plain_key, key))
    return key.number if isinstance(key, Traced) else key


def uncollected(call: Callable[[], _Found]) -> _Found:
    """What `call` returns, with no garbage collection: all that a recording makes is used."""
    was_enabled = gc.isenabled()
    try:
        gc.disable()
        return call()
    finally:
        if was_enabled:
            gc.enable()


def run(
    f: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any], is_inside: bool = True
) -> Any:
    """What `f` returns for fresh Values in eager mode, while a recording may be under way.

    Args:
        f, args, kwargs: the call.
        is_inside: whether transforms give Values, as inside of another one; else numbers.
    """
    if not modes.active:  # with nothing to look for each operation is quicker
        return modes.counted("transforms", lambda: f(*args, **kwargs), is_inside)
    return modes.recorded_by(None, lambda: f(*args, **kwargs), is_transform=is_inside)


def _not_among(own: list[Value], outputs: list[Any], asked: list[Question]) -> list[Value]:
    """Those of some nodes that outputs and questions do not need."""
    if not own:
        return []
    roots = [*outputs, *[x for _, a, b, _ in asked for x in (a, b)]]
    needed = set(topological_order(*[x for x in roots if isinstance(x, Value)]))
    return [node for node in own if node not in needed]


def _met(
    outputs: list[Any],
    own: list[Value],
    notes: Notes,
    questions: Sequence[Question],
    given: Sequence[Value],
) -> tuple[list[Value], dict[Value, float], list[Value]]:
    """The leaves that a function met, those that it made, which nobody else holds, and all nodes.

    A leaf that only the recorded graph refers to cannot be assigned by anybody: it is a constant.
    So is an inner node of a graph that was there before: its number was computed once, then.
    """
    asked_of = [x for _, a, b, _ in questions for x in (a, b)]
    roots = [x for x in asked_of + outputs + own if isinstance(x, Value)]
    bound = set(given)
    order = topological_order(*roots)
    before = _made_before(order, notes.made, bound)
    if before:
        order = topological_order(*roots, stop=before)
    met = [node for node in order if node.op is None and node not in bound]
    leaves: list[Value] = []
    constants: dict[Value, float] = {node: node._number for node in before}
    if not met:
        return leaves, constants, order
    uses = Counter([id(x) for node in order for x in node.inputs])
    uses.update([id(x) for x in outputs + asked_of if isinstance(x, Value)])
    uses.update(map(id, met))  # `order` refers to each once
    del roots, asked_of, bound
    for leaf, count in _references(met):
        if count > uses[id(leaf)]:
            leaves.append(leaf)
        else:
            constants[leaf] = leaf._number
    return leaves, constants, order


def _made_before(order: list[Value], made: set[int], given: set[Value]) -> list[Value]:
    """The inner nodes that no operation has made during the recording.

    What depends on an input of it has been made, by whatever: a copy of a graph is no operation.
    """
    before = [node for node in order if node.op is not None and id(node) not in made]
    if before:
        depends = set(given)
        for node in order:
            if not depends.isdisjoint(node.inputs):
                depends.add(node)
        before = [node for node in before if node not in depends]
    return before


def _references(met: list[Value]) -> list[tuple[Value, int]]:
    """For each Value of `met`, which is emptied, how many references there are from elsewhere."""
    met.append(Value(0.0))  # one that nobody refers to: what is counted on the way
    counts = []
    while met:
        leaf = met.pop()
        counts.append((leaf, sys.getrefcount(leaf)))
        del leaf
    own = counts[0][1]
    return [(leaf, count - own) for leaf, count in counts[:0:-1]]
