"""A scene as DOT: how numbers, operations, constants, edges and folded boxes look.

Owns the ids of the parts of a picture, by which pages find them in the SVG. With i the place of a
Value in the topological order: `v{i}` the number, `v{i}op` its operation, `v{i}e{k}` the edge of
operand k into that, `v{i}out` the edge to the number, `v{i}c{k}` a constant, `v{i}p{k}` a product
of an opened dot; `b{j}` a folded box. Their classes: leaf, computed, operation, constant, box.
"""

import math
import re
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import graphviz

from autograd import ops
from autograd.value import Value
from autograd.view.colours import DARK, LIGHT, Shade, shade
from autograd.view.drawing import Drawing
from autograd.view.fold import OPENED_PAIRS, Folded, Scene
from autograd.view.groups import Box, Groups
from autograd.view.labels import box_label, inches, number_label
from autograd.view.text import number, quoted, symbol, tooltip

MOST_AT_ONCE = 200  # boxes, of which `dot` soon has a layout; some 400 may take it minutes
ORDINALS = {0: "1st", 1: "2nd", 2: "3rd"}
# Operations whose operands may change places; at the others each edge says which operand it is.
COMMUTATIVE = frozenset((
    "add", "mul", "dot", "sum", "mean", "prod", "max", "min", "logsumexp", "maximum", "minimum",
    "hypot", "logaddexp",
))  # fmt: skip


class Look(NamedTuple):
    """How a scene is drawn.

    Attributes:
        direction: LR, TB, RL or BT.
        derivatives: whether each edge shows its local derivative.
        dark: whether it is for a dark page.
        gradients: whether to show those that the Values hold; else "–" stands in their place.
        strong: the Values on paths that are highlighted.
    """

    direction: str = "LR"
    derivatives: bool = False
    dark: bool = False
    gradients: bool = True
    strong: Collection[Any] = frozenset()


class Sketch:
    """Writes the picture of what is `shown` of a scene."""

    def __init__(
        self,
        scene: Scene,
        shown: dict[Any, list[Any]],
        groups: Groups,
        names: Sequence[str],
        look: Look,
    ) -> None:
        self.scene, self.shown, self.groups, self.look = scene, shown, groups, look
        self.palette = DARK if look.dark else LIGHT
        self.is_sideways = look.direction in ("LR", "RL")
        root = scene.order[-1]
        self.has_gradients = look.gradients and root.grad != 0.0  # nan is not 0 either
        self.key: dict[Any, str] = {node: f"v{i}" for i, node in enumerate(scene.order)}
        self.names = dict(zip(scene.order, names, strict=True))
        sizes = (abs(part.grad) for part in shown if not isinstance(part, Folded))
        self.largest = max((x for x in sizes if math.isfinite(x)), default=0.0)
        self.clusters: dict[Box, Any] = {}
        self.edges: list[tuple[str, str, dict[str, str]]] = []
        self.drawing = Drawing(
            "computation graph",
            text=repr(root),
            filename="graph.gv",
            graph_attr={
                "rankdir": look.direction, "bgcolor": self.palette.page, "nodesep": "0.15",
                "fontname": "Helvetica", "fontsize": "11", "fontcolor": self.palette.faint_text,
                # How long `dot` looks for straight edges; 2 is a tenth of its time, hardly seen.
                **({"nslimit": "2"} if len(shown) > MOST_AT_ONCE else {}),
            },
            node_attr={
                "fontname": "Helvetica", "fontsize": "11", "fontcolor": self.palette.text,
                "color": self.palette.line, "style": "filled",
            },
            edge_attr={
                "fontname": "Helvetica", "fontsize": "9", "fontcolor": self.palette.text,
                "color": self.palette.line, "arrowsize": "0.6",
            },
        )  # fmt: skip

    def draw(self, hidden: int, more: str, caption: str) -> Drawing:
        """Draw all that is shown, a box for the `hidden` others (`more`: how), and the caption."""
        place = {node: i for i, node in enumerate(self.scene.order)}
        parts = [part for part in self.scene.parts() if part in self.shown]
        for part in parts:
            if isinstance(part, Folded):
                key = self.key[part] = f"b{len(self.drawing.boxes)}"
                inside = sorted(place[node] for node in (*part.nodes, *part.leaves))
                self.drawing.boxes[key] = tuple(inside)
        for part in parts:
            if isinstance(part, Folded):
                self._add_folded(part)
            else:
                self._add_value(part)
        if hidden:
            self._add_rest(hidden, more)
        # Opened boxes side by side stand so that `dot` puts the first one first: left, or on top.
        # (`render` turns them round for graphviz-pure.)
        turn = 1 if self.is_sideways else -1
        boxes = sorted(self.clusters, key=lambda box: (-box.level, turn * place[box.nodes[-1]]))
        for box in boxes:  # those inside before those around them
            self._page(box.outer).subgraph(self.clusters[box])
        # Sideways, the layout of opened boxes puts on top what it meets last, as their weights.
        edges = reversed(self.edges) if self.clusters and self.is_sideways else self.edges
        for tail, head, attributes in edges:
            self.drawing.edge(tail, head, **attributes)
        if caption:
            self.drawing.attr(label=quoted(caption, "l", 200), labelloc="b", labeljust="l")
        return self.drawing

    # Boxes

    def _page(self, box: Box | None) -> Any:
        """What the parts in an opened box are written to."""
        if box is None:
            return self.drawing
        if box not in self.clusters:
            cluster = self.clusters[box] = graphviz.Digraph(f"cluster_{len(self.clusters)}")
            cluster.attr(
                label=quoted(box.label), id=f"c{len(self.clusters) - 1}", style="rounded",
                color=self.palette.faint, labelloc="t", labeljust="l", tooltip=tooltip(box.path),
                **{"class": "opened"},
            )  # fmt: skip
            self._page(box.outer)
        return self.clusters[box]

    def _home(self, node: Any) -> Any:
        """What a Value and its operation are written to: the innermost of its opened boxes."""
        box = self.groups.home.get(node) if node.inputs else self.groups.home_of(node)
        while box is not None and (box not in self.scene.opened):
            box = box.outer
        return self._page(box)

    def _add_folded(self, box: Folded) -> None:
        """Draw a folded box and the edges into it."""
        key, operations, leaves = self.key[box], len(box.nodes), box.parameters
        lines = [_count(operations, "operation"), _count(leaves, "parameter")]
        lines += [_count(len(box.leaves) - leaves, "leaf", "leaves")]
        lines = [line for line in lines if line]
        said = [one.path for one in box.boxes[:4]] + ["..."] * (len(box.boxes) > 4)
        self._page(box.outer).node(
            key, box_label(box.title, lines), id=key, shape="box3d", margin="0.1,0.1",
            fillcolor=self.palette.box, tooltip=tooltip(", ".join(said) or "shared", *lines),
            **{"class": "box"},
        )  # fmt: skip
        for k, source in enumerate(self.shown[box]):
            uses = box.sources[source]
            self._flow(source, key, uses, f"{key}e{k}")

    def _add_value(self, node: Any) -> None:
        """Draw a Value, the operation that made it, and the edges into that."""
        key, page = self.key[node], self._home(node)
        operands: Sequence[Any] = self.shown[node]
        self._add_number(page, key, self._short_name(node), node, node.data)
        if not self.scene.is_full(node):
            for box in operands:  # the box that it is the result of
                self.edges.append((self.key[box], key, {"id": f"{key}out", **self._strength(node)}))
            return
        is_small = node.op is ops.dot and 2 <= len(node.inputs) <= 2 * OPENED_PAIRS + 1
        if is_small and len(operands) == 2 and self.scene.is_whole(node, operands):
            self._add_operation(page, key, symbol(ops.mul), node)  # one product and nothing to add
        elif is_small and self.scene.is_whole(node, operands):
            self._add_operation(page, key, "+", node)
            operands = self._add_products(page, node, operands)
        else:
            self._add_operation(page, key, symbol(node.op), node)
        self._join(page, node, operands, f"{key}op")

    def _add_number(self, page: Any, key: str, name: str, node: Any, data: float) -> None:
        """Draw a number: its name if it has one, its data, and the gradient of `node`."""
        surface = self.palette.computed if node.inputs else self.palette.leaf
        gradient, exact = "–", [f"data {data!r}"]
        how = Shade(surface, self.palette.text, self.palette.line, 1.0)
        if self.has_gradients:
            gradient = number(node.grad)
            exact.append(f"grad {node.grad!r}")
            how = shade(node.grad, self.largest, surface, self.palette)
        label = number_label(
            name, f"data {number(data)}", f"grad {gradient}", how.text,
            how.fill if self.has_gradients else "", not self.look.gradients,
        )  # fmt: skip
        page.node(
            key, label,
            id=key, shape="box", margin="0.03", fillcolor=surface, color=how.border,
            penwidth=f"{how.width:g}", tooltip=tooltip(*([name] if name else []), *exact),
            **{"class": "computed" if node.inputs else "leaf"},
        )  # fmt: skip

    def _add_products(self, page: Any, dot: Any, operands: Sequence[int]) -> Sequence[int]:
        """Draw the products w*x of a dot, and return its other operands: the bias."""
        pairs = len(dot.inputs) // 2
        for i in range(pairs):
            key = f"{self.key[dot]}p{i}"
            w, x = dot.inputs[i], dot.inputs[pairs + i]
            names = [self._name(one).split("\n")[0] for one in (w, x)]  # without what explains them
            name = "*".join(names) if all(names) else ""
            # No Value holds the product, so it is computed from the numbers in the boxes. What
            # flows back through a sum is the same for each term: its gradient is the dot's own.
            self._add_number(page, key, name, dot, _number_of(w) * _number_of(x))
            is_strong = self._is_strong(w) or self._is_strong(x)
            self._add_operation(page, key, symbol(ops.mul), dot, is_strong)
            self._join(page, dot, (i, pairs + i), f"{key}op")
            self._add_edge(key, f"{self.key[dot]}op", 1.0, f"{key}out", is_strong)
        return [k for k in operands if k == 2 * pairs]

    def _add_operation(
        self, page: Any, key: str, sign: str, node: Any, is_strong: bool = True
    ) -> None:
        """Draw the operation that made the number in the box `key`."""
        page.node(
            f"{key}op", quoted(sign), id=f"{key}op", shape="ellipse", margin="0.05",
            height="0.3", width="0.3", fillcolor=self.palette.operation, tooltip=tooltip(sign),
            ordering="in", **{"class": "operation"},
        )  # fmt: skip
        strength = self._strength(node) if is_strong else {}
        edge = {"id": f"{key}made" if "p" in key else f"{key}out", "tooltip": tooltip(sign)}
        self.edges.append((f"{key}op", key, {**edge, **strength}))

    def _add_constant(self, page: Any, key: str, x: Any) -> None:
        """Draw a constant, or of a slice, a number that lies outside of it."""
        name = "" if x.__class__ is float else self._short_name(x)
        shown = f"{name} = {number(_number_of(x))}" if name else number(_number_of(x))
        said = f"constant {x!r}" if x.__class__ is float else f"{name or 'a Value'} {x.data!r}"
        page.node(
            key, quoted(shown), id=key, shape="box", margin="0.05", height="0.2",
            width=inches(shown), fillcolor=self.palette.constant, color=self.palette.faint,
            tooltip=tooltip(said), **{"class": "constant"},
        )  # fmt: skip

    def _add_rest(self, hidden: int, more: str) -> None:
        """Draw one box for the `hidden` others, joined to what they lead to."""
        faint = {"style": "solid", "color": self.palette.faint}
        self.drawing.node(
            "rest", f"… {hidden:,} more", shape="box", fontcolor=self.palette.faint_text,
            tooltip=tooltip(f"draw: {more}"), **faint,
        )  # fmt: skip
        for part, kept in self.shown.items():
            if not self.scene.is_whole(part, kept):
                operation = "op" if self.scene.is_full(part) else ""
                self.edges.append(("rest", f"{self.key[part]}{operation}", faint))

    # Edges

    def _join(self, page: Any, node: Any, operands: Sequence[int], operation: str) -> None:
        """Draw the edges from operands of `node`, and those of them that are constants."""
        numbered = len(node.inputs) > 1 and node.op.name not in COMMUTATIVE
        from_box: dict[Folded, list[tuple[Any, int]]] = {}
        for k in operands:
            x, edge = node.inputs[k], f"{self.key[node]}e{k}"
            place: dict[str, str] = {}
            if numbered and not self.look.derivatives:  # whose numbers these would be taken for
                # The layout keeps room for a label, as it does not for a headlabel.
                place = {"label": f" {ORDINALS.get(k, f'{k + 1}th')} "}
            which = f"operand {k + 1}; " if numbered else ""
            if not self.scene.is_included(x):
                key = f"{self.key[node]}c{k}"
                self._add_constant(page, key, x)
                said = "constant" if x.__class__ is float else "outside of what is drawn"
                style = "dashed" if node.partials[k] is None else "solid"
                self.edges.append(
                    (key, operation,
                     {"id": edge, "style": style, "color": self.palette.faint,
                      "tooltip": which + said, **place})
                )  # fmt: skip
            elif isinstance(source := self.scene.source(x), Folded):
                from_box.setdefault(source, []).append((node, k))
            else:
                is_strong = self._is_strong(x) and self._is_strong(node)
                tail = self.key[x]
                partial = node.partials[k]
                self._add_edge(tail, operation, partial, edge, is_strong, which, **place)
        for source, uses in from_box.items():
            self._flow(source, operation, uses, f"{self.key[node]}e{uses[0][1]}")

    def _flow(self, source: Any, head: str, uses: list[tuple[Any, int]], edge: str) -> None:
        """Draw one edge for all that flows from a part to another, at least one of them a box."""
        values = {node.inputs[k] for node, k in uses}
        is_dead = all(node.partials[k] is None for node, k in uses)
        is_strong = any(self._is_strong(n) and self._is_strong(n.inputs[k]) for n, k in uses)
        attributes = {"label": f"×{len(values)}"} if len(values) > 1 else {}
        said = "no gradient flows along this edge" if is_dead else _count(len(values), "Value")
        self.edges.append(
            (self.key[source], head,
             {"id": edge, "style": "dashed" if is_dead else "solid", "tooltip": said, **attributes,
              **(self._bold() if is_strong else {})})
        )  # fmt: skip

    def _add_edge(
        self, tail: str, head: str, partial: float | None, edge: str, is_strong: bool,
        which: str = "", **more: str,
    ) -> None:  # fmt: skip
        """Draw an edge along which a gradient flows, or, dashed, one along which none does."""
        if partial is None:
            said, style = "no gradient flows along this edge", "dashed"
        else:
            said, style = f"local derivative {partial!r}", "solid"
            if self.look.derivatives:
                more["label"] = f" {number(partial)} "
        if is_strong and partial is not None:
            more |= self._bold()
        self.edges.append(
            (tail, head, {"id": edge, "style": style, "tooltip": tooltip(which + said), **more})
        )

    def _is_strong(self, x: Any) -> bool:
        return x.__class__ is not float and x in self.look.strong

    def _strength(self, node: Any) -> dict[str, str]:
        """The attributes of the edge from an operation to its Value."""
        return self._bold() if self._is_strong(node) else {}

    def _bold(self) -> dict[str, str]:
        return {"penwidth": "3", "color": self.palette.strong}

    def _short_name(self, node: Any) -> str:
        """The name of a Value; of layer1.neuron2.w1 in the box of that neuron only w1."""
        name: str = self.names[node]
        short = re.fullmatch(r"layer\d+\.neuron\d+\.([wb]\d*)", name)
        if short is None or node.label or self._home(node) is self.drawing:
            return name
        return name.rpartition(".")[2]

    def _name(self, x: Any) -> str:
        return "" if x.__class__ is float else self.names[x]


def _count(n: int, one: str, many: str | None = None) -> str:
    """12 operations, 1 operation, or nothing for none."""
    return "" if not n else f"{n:,} {one if n == 1 else many or one + 's'}"


def _number_of(x: Value | float) -> float:
    return x if isinstance(x, float) else x.data
