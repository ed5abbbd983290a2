"""The computation graph of a Value as a picture: which boxes there are, and how they are joined.

Owns `draw`. It goes in two steps: `_nearest` chooses what is shown, and `_Sketch` writes it as DOT,
node by node in topological order, so that the same graph always gives the same source.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from autograd import ops
from autograd.backward import topological_order
from autograd.value import Value
from autograd.view.drawing import Drawing
from autograd.view.text import names_of, number, plain, symbol, tooltip

# A dot of at most this many pairs is drawn as its products and their sum.
OPENED_PAIRS = 4

LEAF, COMPUTED, CONSTANT, OPERATION = "#e3eefb", "#ffffff", "#f0f0f0", "#fdf0d5"
LINE, FAINT, GRADIENT = "#4a5563", "#8a8f98", "#a8321f"


def draw(
    value: Value,
    *,
    direction: str = "LR",
    names: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
    limit: int | None = 100,
) -> Drawing:
    """Draw the graph of operations that made `value`.

    Each Value is a box with its name, its number (data) and its gradient (grad), leaves in blue;
    each operation an ellipse; each constant a small grey box. A dashed edge carries no gradient. A
    `dot` of up to four pairs is opened into its products and their sum. Gradients show "–" until
    `backward()` has run from `value`: as long as `value.grad` is 0, which that call makes 1. In an
    SVG, pointing at a box shows every digit, pointing at an edge the local derivative.

    Args:
        value: the result.
        direction: from the inputs to the result: LR (left to right), TB (top to bottom), RL, BT.
        names: names for Values without a label: `names=locals()`, or pairs of name and Value such
            as `names=model.named_parameters()`. An item of a list `ws` is called ws[0]; names that
            begin with "_" are passed over.
        limit: how many Values and constants to draw, those nearest to `value`; one last box says
            how many more there are. None draws all.

    Raises TypeError for anything but a Value, ValueError for another direction or limit.
    """
    if not isinstance(value, Value):
        raise TypeError(f"draw: expected a Value, got {type(value).__name__}; draw one result")
    if direction not in ("LR", "TB", "RL", "BT"):
        raise ValueError(f"draw: direction must be 'LR', 'TB', 'RL' or 'BT', got {direction!r}")
    if limit is not None and limit < 1:
        raise ValueError(f"draw: limit must be at least 1, or None for all, got {limit!r}")
    order = topological_order(value)
    shown = _nearest(value, limit)
    sketch = _Sketch(value, direction, {} if names is None else names_of(names))
    for node in order:
        if node in shown:
            sketch.add(node, shown[node])
    hidden = _count_boxes((node, _operands(node)) for node in order) - _count_boxes(shown.items())
    if hidden:
        sketch.add_rest(hidden, [n for n, kept in shown.items() if len(kept) < len(_operands(n))])
    return sketch.drawing


def _operands(node: Value) -> Sequence[int]:
    """The positions of the inputs that are drawn, in the order in which a limit keeps them.

    A dot keeps its bias, then w1 and x1, w2 and x2, ...; a bias of 0.0 that is no Value is none.
    """
    if node.op is not ops.dot:
        return range(len(node.inputs))
    pairs, bias = len(node.inputs) // 2, node.inputs[-1]
    kept = [] if bias.__class__ is float and bias == 0.0 else [2 * pairs]
    for i in range(pairs):
        kept += (i, pairs + i)
    return kept


def _nearest(root: Value, limit: int | None) -> dict[Value, Sequence[int]]:
    """The Values to draw, breadth first from `root`, each with the operands it is joined to."""
    shown: dict[Value, Sequence[int]] = {}
    seen = {root}
    queue = deque([root])
    boxes = 1
    while queue:
        node = queue.popleft()
        kept = []
        for k in _operands(node):
            x = node.inputs[k]
            is_constant = x.__class__ is float
            if is_constant or x not in seen:
                if boxes == limit:
                    continue
                boxes += 1
                if not is_constant:
                    seen.add(x)
                    queue.append(x)
            kept.append(k)
        shown[node] = kept
    return shown


def _count_boxes(joined: Iterable[tuple[Value, Sequence[int]]]) -> int:
    """How many boxes Values and their constants take."""
    return sum(1 + sum(node.inputs[k].__class__ is float for k in ks) for node, ks in joined)


class _Sketch:
    """Writes the picture of what `root` was made from, node by node, each after its operands."""

    def __init__(self, root: Value, direction: str, names: Mapping[Value, str]) -> None:
        self.root = root
        self.names = names
        self.has_gradients = root.grad != 0.0  # nan is not 0 either
        self.ids: dict[Value, str] = {}
        self.drawing = Drawing(
            "computation graph",
            text=repr(root),
            filename="graph.gv",
            graph_attr={"rankdir": direction, "bgcolor": "#ffffff", "nodesep": "0.15"},
            node_attr={"fontname": "Helvetica", "fontsize": "11", "color": LINE, "style": "filled"},
            edge_attr={"color": LINE, "arrowsize": "0.6"},
        )

    def add(self, node: Value, operands: Sequence[int]) -> None:
        """Draw `node`, the operation that made it, and the edges from its `operands`."""
        key = self.ids[node] = f"v{len(self.ids)}"
        fill = LEAF if node.op is None else COMPUTED
        self._add_box(key, self._name(node), node.data, node.grad, fill)
        if node.op is None:
            return
        is_small = node.op is ops.dot and 2 <= len(node.inputs) <= 2 * OPENED_PAIRS + 1
        if is_small and len(operands) == len(_operands(node)):
            self._add_operation(key, "+")
            operands = self._add_products(node, operands)
        else:
            self._add_operation(key, symbol(node.op))
        for k in operands:
            self._join(node, k, f"{key}op")

    def add_rest(self, hidden: int, parents: Iterable[Value]) -> None:
        """Draw one box for the `hidden` others, joined to the `parents` that they lead to."""
        self.drawing.node(
            "rest", f"… {hidden:,} more", shape="box", style="dashed", fontcolor=FAINT, color=FAINT
        )
        for node in parents:
            self.drawing.edge("rest", f"{self.ids[node]}op", style="dashed", color=FAINT)

    def _add_products(self, dot: Value, operands: Sequence[int]) -> Sequence[int]:
        """Draw the products w*x of a dot, and return its other operands: the bias."""
        pairs = len(dot.inputs) // 2
        for i in range(pairs):
            key = f"{self.ids[dot]}p{i}"
            w, x = dot.inputs[i], dot.inputs[pairs + i]
            name = f"{self._name(w)}*{self._name(x)}" if self._name(w) and self._name(x) else ""
            # No Value holds the product, so it is computed from the numbers in the boxes. What
            # flows back through a sum is the same for each term: its gradient is the dot's own.
            self._add_box(key, name, _number_of(w) * _number_of(x), dot.grad, COMPUTED)
            self._add_operation(key, symbol(ops.mul))
            self._join(dot, i, f"{key}op")
            self._join(dot, pairs + i, f"{key}op")
            self._add_edge(key, f"{self.ids[dot]}op", 1.0)
        return [k for k in operands if k == 2 * pairs]

    def _add_box(self, key: str, name: str, data: float, grad: float, fill: str) -> None:
        """Draw a number: its name if it has one, its data and its gradient."""
        gradient = number(grad) if self.has_gradients else "–"
        exact = [f"data {data!r}", f"grad {grad!r}"][: 2 if self.has_gradients else 1]
        title = f'<TR><TD COLSPAN="2"><B>{plain(name)}</B></TD></TR>' if name else ""
        self.drawing.node(
            key,
            '<<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="2">'
            f"{title}<TR><TD>data {number(data)}</TD>"
            f'<TD><FONT COLOR="{GRADIENT}">grad {gradient}</FONT></TD></TR></TABLE>>',
            shape="box",
            margin="0.03",
            fillcolor=fill,
            penwidth="2" if key == self.ids.get(self.root) else "1",
            tooltip=tooltip(*([name] if name else []), *exact),
        )

    def _add_operation(self, key: str, sign: str) -> None:
        """Draw the operation that made the number in the box `key`."""
        self.drawing.node(
            f"{key}op", f"<{plain(sign)}>", shape="ellipse", margin="0.05", height="0.3",
            width="0.3", fillcolor=OPERATION, tooltip=tooltip(sign), ordering="in",
        )  # fmt: skip
        self.drawing.edge(f"{key}op", key, tooltip=tooltip(sign))

    def _join(self, node: Value, k: int, operation: str) -> None:
        """Draw the edge from the operand at `k` of `node`, and that operand if it is a constant."""
        x = node.inputs[k]
        if x.__class__ is not float:
            self._add_edge(self.ids[x], operation, node.partials[k])
            return
        key = f"{self.ids[node]}c{k}"
        self.drawing.node(
            key, f"<{number(x)}>", shape="box", margin="0.05", height="0.2", width="0.2",
            fillcolor=CONSTANT, color=FAINT, tooltip=tooltip(f"constant {x!r}"),
        )  # fmt: skip
        self.drawing.edge(key, operation, color=FAINT, tooltip="constant")

    def _add_edge(self, tail: str, head: str, partial: float | None) -> None:
        """Draw an edge along which a gradient flows, or, dashed, one along which none does."""
        if partial is None:
            said, style = "no gradient flows along this edge", "dashed"
        else:
            said, style = f"local derivative {partial!r}", "solid"
        self.drawing.edge(tail, head, style=style, tooltip=tooltip(said))

    def _name(self, x: Any) -> str:
        if x.__class__ is float:
            return ""
        return str(x.label) or self.names.get(x, "")


def _number_of(x: Any) -> float:
    return x if x.__class__ is float else x.data
