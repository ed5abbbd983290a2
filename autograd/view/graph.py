"""The computation graph of a Value as a picture: what is asked for, and what is drawn of it.

Owns `draw`. The way is straight: `groups` finds the boxes, `picture` chooses which are opened,
`fold` makes the scene, `sketch` writes it as DOT. The same graph always gives the same source.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Any

from autograd.backward import topological_order
from autograd.naming import Names, known_names
from autograd.value import Value
from autograd.view.drawing import Drawing
from autograd.view.fold import Folded, Scene
from autograd.view.groups import Box, Groups
from autograd.view.sketch import MOST_AT_ONCE, Look, Sketch

Values = Value | Iterable[Value]

PLAIN = Look()


def draw(
    value: Value,
    *,
    direction: str = "LR",
    names: Names = None,
    limit: int | None = 100,
    depth: int | None = None,
    open: str | Iterable[str] = (),
    by: Value | None = None,
    highlight: Values = (),
    derivatives: bool = False,
    dark: bool = False,
) -> Drawing:
    """Draw the graph of operations that made `value`.

    Each Value is a box with its name, its number (data) and its gradient (grad), leaves in green;
    each operation an ellipse; each constant a small grey box. The gradient is blue where it is
    positive and vermillion where it is negative, stronger and with a wider border the larger it is.
    A dashed edge carries no gradient, as that of a constant. Where it matters which operand comes
    first, 1st and 2nd stand at the edges. A `dot` of up to four pairs is opened into its products
    and their sum. Gradients show "–" until `backward()` has run from `value`: as long as
    `value.grad` is 0, which that call makes 1. In an SVG, pointing at a box shows every digit,
    pointing at an edge the local derivative.

    What a neuron, a layer, a model, a loss, a `boxed` function and a `with scope(...)` computed is
    a box that can be folded. Folded boxes of one kind side by side become one, `neuron ×16`. A
    large graph is drawn folded, and its caption says how to open it.

    Args:
        value: the result.
        direction: from the inputs to the result: LR (left to right), TB (top to bottom), RL, BT.
        names: names for Values without a label: `names=locals()`, or pairs of name and Value such
            as `names=model.named_parameters()`. An item of a list `ws` is called ws[0]; names that
            begin with "_" are passed over.
        limit: how many Values, constants and folded boxes to draw, those nearest to `value`; one
            last box says how many more there are. None draws all; the renderer may take minutes
            from some hundreds on.
        depth: how many levels of boxes are opened: 0 folds all. Where they do not all fit in
            `limit`, of boxes side by side only the first is opened, and none that has no room.
            None opens as many levels as fit; with `open`, none.
        open: names of boxes to open besides: "attention", "layer 2", "MLP/layer 2/neuron 3".
        by: a Value: draw only what the derivative of `value` by it runs through.
        highlight: one or more Values whose paths to `value` are drawn stronger.
        derivatives: whether to write the local derivative at each edge, and nothing else there.
        dark: whether to draw for a dark page.

    Raises TypeError for anything but Values; ValueError for another direction, limit or depth, a
    name that no box has, and a Value that is not in the graph.
    """
    strong = [highlight] if isinstance(highlight, Value) else list(highlight)
    _check(value, direction, limit, depth, [*strong, *([] if by is None else [by])])
    order = topological_order(value)
    known = set(order)
    for name, given in (("by", [] if by is None else [by]), ("highlight", strong)):
        if not known.issuperset(given):
            raise ValueError(f"draw: {name}: give Values that `value` was made from")
    look = Look(direction, derivatives, dark, strong=_live(order, strong))
    names_to_open = [open] if isinstance(open, str) else list(open)
    return picture(order, names, limit, depth, names_to_open, by, strong, look)


def picture(
    order: Sequence[Any],
    names: Names = None,
    limit: int | None = 100,
    depth: int | None = None,
    to_open: Sequence[str] = (),
    by: Value | None = None,
    pinned: Sequence[Value] = (),
    look: Look = PLAIN,
    with_caption: bool = True,
) -> Drawing:
    """Return the drawing of a topological order; for the arguments see `draw`.

    Args:
        pinned: Values that are drawn in any case, not folded.
        look: how it is drawn.
        with_caption: whether a line below says what is folded.
    """
    groups = Groups(order)
    included = None if by is None else _live(order, [by]) | {order[-1]}
    pinned = [*pinned, *([] if by is None else [by])]
    forced = _named(groups, to_open)
    for node in pinned:
        forced |= set(groups.around(node)) if node is not order[-1] else set()

    def scene_of(opened: set[Box]) -> Scene:
        return Scene(order, groups, opened, included, pinned)

    def fits(opened: set[Box]) -> bool:
        return limit is None or scene_of(opened).size() <= limit

    def levels(n: int) -> set[Box]:
        return {box for box in groups.boxes if box.level < n} | forced

    if depth is None and to_open:
        depth = 0
    deepest = max((box.level for box in groups.boxes), default=-1) + 1
    if depth is not None:
        opened = levels(depth)
        if not fits(opened):
            opened = _part_of(opened, forced, fits)
    elif limit is None:
        opened, depth = levels(deepest), deepest
    else:  # the most levels that fit, found by bisection: more levels are more boxes
        low, high = 0, deepest
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if fits(levels(middle)) else (low, middle - 1)
        opened, depth = levels(low), low
    scene = scene_of(opened)
    shown = scene.nearest(limit)
    called = known_names(order, names)
    hidden = scene.hidden(shown)
    folded = [part for part in shown if isinstance(part, Folded) and part.boxes][::-1]
    boxes = [one.boxes[0] for one in folded if one.boxes[0].level >= depth]
    further = {(box.kind, len(box.nodes)): box for box in boxes}.values()  # one of those alike
    is_further = any(fits({*opened, box}) for box in further if with_caption)
    more = "limit=None draws all"
    if limit is not None and limit < MOST_AT_ONCE < scene.size():
        more = f"limit={MOST_AT_ONCE} draws more, limit=None all"
    lines = _caption(folded, depth + 1 if is_further else None, hidden, more)
    if included is not None and by not in included:
        name = next(name for name, node in zip(called, order, strict=True) if node is by)
        lines.append(f"no gradient flows to {name or repr(by)}: the derivative by it is 0")
    caption = "\n".join(lines) if with_caption else ""
    return Sketch(scene, shown, groups, called, look).draw(hidden, more, caption)


def _check(
    value: Any, direction: str, limit: int | None, depth: int | None, others: list[Any]
) -> None:
    if not isinstance(value, Value):
        remedy = (
            "a function has a graph once it was called on Values: draw(f(Value(1.0)))"
            if callable(value)
            else "draw one result"
        )
        raise TypeError(f"draw: expected a Value, got {type(value).__name__}; {remedy}")
    for other in others:
        if not isinstance(other, Value):
            kind = type(other).__name__
            raise TypeError(f"draw: by and highlight take Values of the graph, got {kind}")
    if direction not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"draw: direction must be 'LR', 'TB', 'RL' or 'BT', got {direction!r}")
    for name, count in (("limit", limit), ("depth", depth)):
        if count is not None and not isinstance(count, int):
            raise TypeError(f"draw: {name} must be an int or None, got {count!r:.40}")
    if limit is not None and limit < 1:
        raise ValueError(f"draw: limit must be at least 1, or None for all, got {limit!r}")
    if depth is not None and depth < 0:
        raise ValueError(f"draw: depth must be at least 0, or None for what fits, got {depth!r}")


def _live(order: Sequence[Any], sources: Collection[Any]) -> set[Any]:
    """The nodes on the paths by which a gradient flows from the last node to one of `sources`."""
    from_source = set(sources)
    for node in order if from_source else ():
        if any(x in from_source for x in _operands_with_gradient(node)):
            from_source.add(node)
    found = {order[-1]} & from_source
    for node in reversed(order) if found else ():
        if node in found:
            found.update(x for x in _operands_with_gradient(node) if x in from_source)
    return found


def _operands_with_gradient(node: Any) -> Iterator[Any]:
    for k, x in enumerate(node.inputs):
        if x.__class__ is not float and node.partials[k] is not None:
            yield x


def _named(groups: Groups, names: Sequence[str]) -> set[Box]:
    """The boxes that are called so, and those around them; ValueError for a name of none."""
    found: set[Box] = set()
    for name in names:
        wanted = str(name).casefold()
        called = [
            box for box in groups.boxes
            if wanted in (box.kind.casefold(), box.label.casefold(), box.path.casefold())
        ]  # fmt: skip
        if not called:
            there = list(dict.fromkeys(box.label for box in groups.boxes))
            some = ", ".join(there[:8]) + (", ..." if len(there) > 8 else "")
            raise ValueError(
                f"draw: open: no box is called {name!r}; "
                + (f"there are {some}" if there else "this graph has no boxes")
            )
        for box in called:
            found.update(box.chain())
    return found


def _part_of(wanted: set[Box], forced: set[Box], fits: Callable[[set[Box]], bool]) -> set[Box]:
    """As many of the boxes `wanted` as fit, from the outermost: of those alike all, or the first.

    Args:
        wanted: boxes to open, each with those around it.
        forced: those of them that are opened in any case.
        fits: whether there is room for all that is drawn if these are opened.
    """
    alike: dict[tuple[Box | None, str], list[Box]] = {}
    for box in sorted(wanted - forced, key=lambda box: (box.level, len(box.path), box.path)):
        alike.setdefault((box.outer, box.kind), []).append(box)
    opened = set(forced)
    too_large = set[tuple[str, int]]()  # kinds and sizes of which not even one has room any more
    for (outer, kind), boxes in alike.items():
        size = len(boxes[0].nodes)
        if (kind, size) in too_large or not (outer is None or outer in opened):
            continue
        for some in (boxes, boxes[:1]):
            if fits(opened.union(some)):
                opened.update(some)
                break
        else:
            too_large.add((kind, size))
    return opened


def _caption(folded: Sequence[Folded], depth: int | None, hidden: int, more: str) -> list[str]:
    """What is not seen, and how to see it (`more`); `depth` opens more, unless it is None."""
    lines = []
    if folded:
        titles = list(dict.fromkeys(one.title for one in folded))
        some = ", ".join(titles[:3]) + (", ..." if len(titles) > 3 else "")
        example = folded[0].boxes[0].label
        lines.append(f"folded: {some}")
        if depth is None:
            lines.append(f"open={example!r} opens one box")
        else:
            lines.append(f"depth={depth} opens a level, open={example!r} one box")
    if hidden:
        lines.append(f"{hidden:,} not drawn: {more}")
    return lines
