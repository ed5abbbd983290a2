"""The stepper as JSON: what the page and the widget show.

Owns the form in which records leave Python. A number is its repr as text, so that nan, inf, -0.0
and the last digit arrive.
"""

import subprocess
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from autograd.view.graph import picture
from autograd.view.listing import find
from autograd.view.records import Record
from autograd.view.render import RendererNotFound
from autograd.view.sketch import Look
from autograd.view.words import words

if TYPE_CHECKING:
    from autograd.view.stepper import Stepper

MOST_DRAWN = 150  # nodes and constants of the picture; of a larger graph its parts are folded


def payload_of(stepper: "Stepper") -> dict[str, Any]:
    """Return all that is shown of a stepper: dicts, lists, texts, whole numbers and None."""
    texts = words(stepper.lang)
    image, boxes, notice = _image_of(stepper)
    start = stepper.data_at(stepper.phases["loss"][1])
    return {
        "title": texts["title"].format(name=stepper.names[-1]),
        "lang": stepper.lang,
        "picture": image,
        "notice": notice,
        "nodes": [
            {
                "id": f"v{i}", "name": name, "op": node.op.name if node.op else None,
                "data": repr(number), "leaf": node.op is None,
            }
            for i, (node, name, number) in enumerate(
                zip(stepper.nodes, stepper.names, start, strict=True)
            )
        ],
        "records": [_record(record, stepper) for record in stepper.records],
        "phases": [
            {"key": key, "name": stepper.title_of(key), "first": first, "last": last}
            for key, (first, last) in stepper.phases.items()
        ],
        "code": [
            {"title": PurePath(block.file).name, "first": block.first, "lines": list(block.lines)}
            for block in stepper.code
        ],
        "boxes": boxes,
        "words": texts,
    }  # fmt: skip


def _record(record: Record, stepper: "Stepper") -> dict[str, Any]:
    place = find(stepper.code, record.line) if record.line else None
    return {
        "index": record.index,
        "phase": record.phase,
        "node": record.node,
        "name": record.name,
        "op": record.op,
        "inputs": [
            {"node": one.node, "name": one.name, "data": repr(one.data)} for one in record.inputs
        ],
        "data": repr(record.data),
        "gradient": None if record.gradient is None else repr(record.gradient),
        "formula": record.formula,
        "latex": record.latex,
        "numbers": record.numbers,
        "additions": [
            {
                "node": one.node, "operand": one.operand, "partial": repr(one.partial),
                "rule": one.rule,
                "upstream": repr(one.upstream), "added": repr(one.added),
                "before": repr(one.before), "after": repr(one.after),
            }
            for one in record.additions
        ],
        "line": None if place is None else list(place),
        "message": record.message,
    }  # fmt: skip


def _image_of(
    stepper: "Stepper",
) -> tuple[str | None, dict[str, list[int]], str | None]:
    """The graph as SVG, the nodes in each folded box, and why there is no picture."""
    names = list(zip(stepper.names, stepper.nodes, strict=True))
    # The gradients in it are those of each step, not what the Values hold.
    look = Look(gradients=False)
    drawing = picture(stepper.nodes, names, MOST_DRAWN, look=look, with_caption=False)
    try:
        image = drawing.svg()
    except (RendererNotFound, OSError, subprocess.SubprocessError) as problem:
        return None, {}, " ".join(str(problem).split())
    return image, {box: list(inside) for box, inside in drawing.boxes.items()}, None
