"""`glassgrad draw`: a trained network, or an expression, as a picture.

Owns the way from a drawing to a file: the format by its suffix, and what is said where it cannot
be drawn. What is drawn is decided by `subject`.
"""

import argparse
import re
import subprocess
from pathlib import Path

from autograd.files import write_atomically
from autograd.view import Drawing, RendererNotFound, draw
from nn.command import expression, options as read
from nn.command.options import CommandError
from nn.command.output import check_file
from nn.graph import draw_network
from nn.serialize import load_prepared

FORMATS = ("svg", "png", "pdf")
TABLES = (".csv", ".tsv", ".txt")
SOURCES = ("gv", "dot")  # the graph in DOT, which needs no renderer


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of the command."""
    parser.description = (
        "Draw a trained network: its layers, and its weights by sign and size. Or draw the "
        "computation graph of an expression, with the number and the gradient of each node."
    )
    expression.arguments(parser, "MODEL|EXPRESSION")
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        type=read.path,
        help=f"{', '.join(f'.{suffix}' for suffix in FORMATS)} (pdf needs Graphviz's dot), or .gv "
        "for the graph in DOT; default: network.svg for a model, graph.svg for an expression",
    )
    parser.add_argument("--lang", choices=["ko", "en"], help="of a model's words; default: both")
    graph = parser.add_argument_group("for an expression")
    graph.add_argument("--direction", choices=["LR", "TB"], help="left to right or top to bottom")
    graph.add_argument("--by", metavar="NAME", help="only what the derivative by it runs through")
    graph.add_argument("--derivatives", action="store_true", help="the local ones, at the edges")
    graph.add_argument("--dark", action="store_true", help="for a dark page")


def run(options: argparse.Namespace) -> int:
    """Draw, write the file and name it; return 0."""
    check_subject(options.expression, options.numbers)
    of_expression = is_expression(options.expression, options.numbers)
    path = Path(options.out or ("graph.svg" if of_expression else "network.svg"))
    suffix = path.suffix[1:].lower()
    if suffix not in (*FORMATS, *SOURCES):
        raise CommandError(
            f"-o {options.out}: unknown kind of picture; let the name end in "
            f"{', '.join(f'.{known}' for known in FORMATS)} or .gv"
        )
    check_file(path, "-o", *([] if of_expression else [Path(options.expression)]))
    drawing = computation(options) if of_expression else network(options)
    write_atomically(path, rendered(drawing, suffix))
    print(f"wrote {path}")
    return 0


def check_subject(text: str, numbers: list[str]) -> None:
    """Raise CommandError for what is neither a model nor an expression, but looks like one."""
    if not text.strip():
        raise CommandError(
            "nothing to draw; give the model.safetensors of a training, or an expression: "
            '"tanh(w*x)" w=-3 x=2'
        )
    if text.endswith(".safetensors") and numbers:
        raise CommandError(
            f"{text} is a model, which has its own numbers; leave {' '.join(numbers):.60} out"
        )
    if text.lower().endswith(TABLES):
        raise CommandError(
            f"{text} is a table, not a model; train a network on it: glassgrad train {text}, then "
            "draw the model.safetensors that it writes"
        )


def is_expression(text: str, numbers: list[str]) -> bool:
    """Whether `text` is an expression, not the name of a model file."""
    if numbers or (_is_number(text) and not Path(text).exists()):
        return True
    is_name = text.endswith(".safetensors") or re.fullmatch(r"[\w.:/\\-]*", text)
    return not is_name and not Path(text).exists()


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def computation(options: argparse.Namespace) -> Drawing:
    """Return the computation graph of the expression, after its backpropagation."""
    if options.lang is not None:
        raise CommandError("--lang is for a model; the graph of an expression has no words")
    value, leaves = expression.evaluate(options.expression, expression.numbers_of(options.numbers))
    by = None if options.by is None else expression.leaf(options.by, "--by", leaves)
    value.backward()
    return draw(
        value,
        direction=options.direction or "LR",
        by=by,
        derivatives=options.derivatives,
        dark=options.dark,
    )


def network(options: argparse.Namespace) -> Drawing:
    """Return the network that a model file holds."""
    for name in ("direction", "by", "derivatives", "dark"):
        if getattr(options, name):
            raise CommandError(f"--{name} is for an expression; leave it out for a model")
    model, preparation = load_prepared(options.expression)
    try:
        return draw_network(
            model,
            options.lang,
            inputs=None if preparation is None else preparation.input_names,
            outputs=None if preparation is None else preparation.output_names,
        )
    except (TypeError, ValueError) as error:
        raise CommandError(f"{options.expression}: {error}") from None


def rendered(drawing: Drawing, suffix: str) -> bytes:
    """Return a drawing as the contents of a file; CommandError where it cannot be drawn."""
    if suffix in SOURCES:
        return str(drawing.source).encode()
    try:
        return bytes(drawing.pipe(suffix))
    except (RendererNotFound, ValueError) as error:
        raise CommandError(str(error)) from None
    except subprocess.CalledProcessError as error:
        words = " ".join(str(error.stderr or error).split())
        raise CommandError(f"the renderer failed: {words:.300}") from None
