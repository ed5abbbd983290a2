"""The picture of a network as DOT: circles, edges, names and legend.

Owns how a weight looks. Its sign is the colour of its edge and whether that is dashed; its size is
the width of the edge and the strength of its colour: no sign is made by colour alone. Colours have
six digits, mixed with white, because not every renderer knows transparency.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from autograd.view import Drawing, quoted, room, tooltip
from nn.graph.layout import CIRCLE, COLUMN, LINE, ROW, TITLE, Column, title_of
from nn.graph.words import Language, layer_names, lines, words
from nn.layers import Neuron

POSITIVE, NEGATIVE, NEITHER = "#0072b2", "#d55e00", "#8a8f98"  # blue, vermillion (Okabe, Ito), grey
INPUT, HIDDEN, OUTPUT = "#e3eefb", "#ffffff", "#fdf0d5"
INK, FAINT = "#000000", "#4a5563"
THINNEST, THICKEST, THICK = 0.5, 4.5, 3.0  # widths of an edge, in points; THICK where dense
DENSE = 100  # edges between two columns
PALEST = 0.35  # how strong the colour of the smallest weight is; that of the largest is 1
GAP = 6.0  # between a circle and a name, in points
SAMPLE = 46.0  # the length of an edge in the legend, in points
LARGE, SMALL = "11", "9"  # sizes of letters


@dataclass(frozen=True)
class ShownLayer:
    """A layer to draw."""

    neurons: Sequence[Neuron]
    activation: str | None  # the name of the function that they share; None if they differ

    @property
    def n_inputs(self) -> int:
        """The number of inputs of each neuron."""
        return len(self.neurons[0].weights)


class Sketch:
    """Writes the picture of `layers`, whose neurons stand where `columns` says."""

    def __init__(
        self, layers: Sequence[ShownLayer], columns: Sequence[Column], lang: Language | None
    ) -> None:
        self.layers = layers
        self.columns = columns
        self.lang = lang
        self.names = layer_names(len(layers), lang)
        sizes = [abs(w.data) for layer in layers for n in layer.neurons for w in n.weights]
        self.largest = max(filter(math.isfinite, sizes), default=0.0)
        dense = any(len(a.shown) * len(b.shown) > DENSE for a, b in pairwise(columns))
        self.thickest = THICK if dense else THICKEST

    def drawing(
        self,
        text: str,
        title: str | None,
        inputs: Sequence[str] | None,
        outputs: Sequence[str] | None,
    ) -> Drawing:
        """Return the picture.

        Args:
            text: what a notebook shows where nothing can be drawn.
            title: a line above it.
            inputs, outputs: their names; None: x1, x2, ... and ŷ1, ŷ2, ...
        """
        self._drawing = Drawing(
            "network",
            text=text,
            filename="network.gv",
            engine="neato",
            graph_attr={"bgcolor": "#ffffff", "outputorder": "edgesfirst", "fontname": "Helvetica"},
            node_attr={"fontname": "Helvetica", "fontsize": LARGE, "color": INK},
            edge_attr={"dir": "none"},
        )
        if title is not None:
            self._drawing.attr(**title_of(title, self.columns[-1].x + COLUMN))
        self._add_inputs(inputs)
        for depth in range(1, len(self.columns)):
            self._add_layer(depth)
        self._add_outputs(outputs)
        for depth in range(len(self.columns)):
            self._add_title(depth)
        self._add_weights()
        self._add_legend()
        return self._drawing

    # Circles and the words beside them

    def _add_inputs(self, names: Sequence[str] | None) -> None:
        column = self.columns[0]
        symbols = [f"x{i + 1}" for i in range(column.size)]
        names = symbols if names is None else [*names]
        for i, y in zip(column.shown, column.heights, strict=True):
            self._add_circle(0, i, y, symbols[i], INPUT, names[i])
        if names != symbols:
            width = max(room(names[i]) for i in column.shown)
            x = column.x - CIRCLE / 2 - GAP - width / 2
            for i, y in zip(column.shown, column.heights, strict=True):
                self._add_text(f"x{i}", x, y, names[i], width, "r", names[i])

    def _add_layer(self, depth: int) -> None:
        column, layer = self.columns[depth], self.layers[depth - 1]
        fill = OUTPUT if depth == len(self.layers) else HIDDEN
        for i, y in zip(column.shown, column.heights, strict=True):
            bias = layer.neurons[i].bias.data
            self._add_circle(
                depth, i, y, _short(bias), fill, f"{self._place(depth, i)}; b = {bias!r}"
            )

    def _add_outputs(self, names: Sequence[str] | None) -> None:
        column = self.columns[-1]
        if names is None:
            names = ["ŷ"] if column.size == 1 else [f"ŷ{i + 1}" for i in range(column.size)]
        width = max(room(names[i]) for i in column.shown)
        x = column.x + CIRCLE / 2 + GAP + width / 2
        for i, y in zip(column.shown, column.heights, strict=True):
            self._add_text(f"y{i}", x, y, names[i], width, "l", names[i])

    def _add_title(self, depth: int) -> None:
        """Write the name of the layer above its column, and what is left out of it inside."""
        column = self.columns[depth]
        title = [*self.names[depth]]
        if depth:
            name = self.layers[depth - 1].activation
            title += lines("several", self.lang) if name is None else [name]
        top = max(self.columns, key=lambda column: column.size).heights[0]
        self._add_text(f"layer{depth}", column.x, top + TITLE, "\n".join(title), COLUMN)
        if column.fold is not None:
            more = "\n".join(lines("more", self.lang, n=f"{column.hidden:,}"))
            # In white, to cover the edges that pass there.
            self._add_text(f"more{depth}", column.x, column.fold, more, room(more), fill=HIDDEN)

    def _place(self, depth: int, i: int) -> str:
        """What a neuron is called, for one who points at it."""
        return words("neuron", self.lang, layer=" · ".join(self.names[depth]), n=str(i + 1))

    def _add_circle(self, depth: int, i: int, y: float, inside: str, fill: str, tip: str) -> None:
        self._drawing.node(
            _key(depth, i), quoted(inside), shape="circle", fixedsize="true", style="filled",
            width=_inches(CIRCLE), fillcolor=fill, fontsize=SMALL, tooltip=tooltip(tip),
            pos=_position(self.columns[depth].x, y),
        )  # fmt: skip

    def _add_text(
        self,
        key: str,
        x: float,
        y: float,
        text: str,
        width: float,
        align: str = "n",
        tip: str = "",
        *,
        color: str = INK,
        fill: str = "none",
    ) -> None:
        """Write `text` around (x, y), in a box of that width, aligned as by `quoted`."""
        self._drawing.node(
            f"{key}text", quoted(text, align), shape="none", fixedsize="true", margin="0",
            width=_inches(width), height=_inches((text.count("\n") + 1) * LINE),
            fontcolor=color, style="filled", fillcolor=fill, tooltip=tooltip(tip or " "),
            pos=_position(x, y),
        )  # fmt: skip

    # Weights

    def _add_weights(self) -> None:
        """Draw the weights between neurons that are shown, the largest last and so on top."""
        weights = [
            (layer.neurons[j].weights[i].data, depth, i, j)
            for depth, layer in enumerate(self.layers, 1)
            for j in self.columns[depth].shown
            for i in self.columns[depth - 1].shown
        ]
        self._n_weights = len(weights)
        self._n_signed = sum(w > 0.0 or w < 0.0 for w, *_ in weights)
        for w, depth, i, j in sorted(weights, key=lambda weight: self._strength(weight[0])):
            source = f"x{i + 1}" if depth == 1 else self._place(depth - 1, i)
            said = f"{source} → {self._place(depth, j)}; w = {w!r}"
            self._add_edge(_key(depth - 1, i), _key(depth, j), w, said)

    def _add_edge(self, tail: str, head: str, w: float, said: str) -> None:
        if w > 0.0 or w < 0.0:
            strength = self._strength(w)
            color, style = (POSITIVE, "solid") if w > 0.0 else (NEGATIVE, "dashed")
            color = _towards_white(color, PALEST + (1.0 - PALEST) * strength)
            width = THINNEST + (self.thickest - THINNEST) * strength
        else:
            color, style, width = NEITHER, "dotted", 1.0
        self._drawing.edge(
            tail, head, style=style, color=color, penwidth=f"{width:.2f}", tooltip=tooltip(said)
        )

    def _strength(self, w: float) -> float:
        """|w| as a part of the largest one; 1.0 for an infinite weight, 0.0 for nan."""
        if math.isnan(w) or w == 0.0:
            return 0.0
        return min(abs(w) / self.largest, 1.0) if self.largest else 1.0

    # The legend

    def _add_legend(self) -> None:
        """Explain colour, line and width below the columns, an example of each on a line."""
        x = self.columns[0].x - CIRCLE / 2
        y = min(column.heights[-1] for column in self.columns) - CIRCLE / 2 - ROW / 2
        samples = []
        if self.largest:
            samples = [
                (self.largest, words("positive", self.lang)),
                (-self.largest, words("negative", self.lang)),
                (self.largest, f"|w| = {self.largest:.3g}, {words('largest', self.lang)}"),
                (self.largest / 10.0, f"|w| = {self.largest / 10.0:.3g}"),
            ]
        if self._n_weights > self._n_signed:
            samples.append((0.0, words("zero", self.lang)))
        notes = lines("bias", self.lang)
        if any(column.hidden for column in self.columns):
            sizes = [column.size for column in self.columns]
            total = sum(n * m for n, m in pairwise(sizes))
            notes += lines("drawn", self.lang, shown=f"{self._n_weights:,}", all=f"{total:,}")
        for i, (w, said) in enumerate(samples):
            for end, place in (("a", x), ("b", x + SAMPLE)):
                self._drawing.node(
                    f"sample{i}{end}", "", shape="point", style="invis", width="0", height="0",
                    pos=_position(place, y),
                )  # fmt: skip
            self._add_edge(f"sample{i}a", f"sample{i}b", w, said)
            self._add_line(f"sample{i}", x + SAMPLE + GAP, y, said)
            y -= LINE
        for i, said in enumerate(notes):
            self._add_line(f"note{i}", x, y, said)
            y -= LINE

    def _add_line(self, key: str, left: float, y: float, text: str) -> None:
        width = room(text)
        self._add_text(key, left + width / 2, y, text, width, "l", color=FAINT)


def _key(depth: int, i: int) -> str:
    return f"n{depth}_{i}"


def _position(x: float, y: float) -> str:
    return f"{_inches(x)},{_inches(y)}!"


def _inches(points: float) -> str:
    return f"{points / 72.0:.4f}"


def _short(bias: float) -> str:
    """A bias in at most six letters, so that it fits into its circle."""
    if bias == 0.0 or not math.isfinite(bias):
        return f"{abs(bias) if bias == 0.0 else bias:g}"
    for places, below in ((2, 9.995), (1, 99.95), (0, 9999.5)):
        if 0.005 <= abs(bias) < below:
            return f"{bias:+.{places}f}"
    return f"{bias:+.0e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def _towards_white(color: str, strength: float) -> str:
    """`color` mixed with white: 1.0 leaves it, 0.0 is white."""
    parts = [int(color[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - (255 - part) * strength):02x}" for part in parts)
