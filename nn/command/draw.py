"""`glassgrad draw MODEL`: a trained network as a picture.

Owns the way from a drawing to a file: the format by its suffix, and what is said where it cannot
be drawn. What is drawn is decided by `subject`.
"""

import argparse
import subprocess
from pathlib import Path

from autograd.view import Drawing, RendererNotFound
from nn.command import options as read
from nn.command.options import CommandError
from nn.command.output import check_file, write
from nn.graph import draw_network
from nn.serialize import load_prepared

FORMATS = ("svg", "png", "pdf")
SOURCES = ("gv", "dot")  # the graph in DOT, which needs no renderer


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of the command."""
    parser.description = "Draw a trained network: its layers, and its weights by sign and size."
    parser.add_argument("model", metavar="MODEL", type=read.path, help="model.safetensors")
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        type=read.path,
        default="network.svg",
        help=f"{', '.join(f'.{suffix}' for suffix in FORMATS)}, or .gv for the graph in DOT; "
        "default: network.svg",
    )
    parser.add_argument("--lang", choices=["ko", "en"], help="of the words; default: both")


def run(options: argparse.Namespace) -> int:
    """Draw, write the file and name it; return 0."""
    path = Path(options.out)
    suffix = path.suffix[1:].lower()
    if suffix not in (*FORMATS, *SOURCES):
        raise CommandError(
            f"-o {options.out}: unknown kind of picture; let the name end in "
            f"{', '.join(f'.{known}' for known in FORMATS)} or .gv"
        )
    check_file(path, "-o", Path(options.model))
    write(path, rendered(subject(options), suffix))
    print(f"wrote {path}")
    return 0


def subject(options: argparse.Namespace) -> Drawing:
    """Return the drawing of what the arguments name."""
    model, preparation = load_prepared(options.model)
    try:
        return draw_network(
            model,
            options.lang,
            inputs=None if preparation is None else preparation.input_names,
            outputs=None if preparation is None else preparation.output_names,
        )
    except (TypeError, ValueError) as error:
        raise CommandError(f"{options.model}: {error}") from None


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
