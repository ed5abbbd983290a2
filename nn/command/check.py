"""`glassgrad check EXPRESSION NAME=NUMBER ...`: its gradients against finite differences.

Owns the options of the command; what is said, `autograd.gradcheck` decides.
"""

import argparse
from pathlib import Path

from autograd.check import gradcheck
from autograd.files import write_atomically
from autograd.view import draw
from nn.command import expression, options as read
from nn.command.draw import FORMATS, SOURCES, rendered
from nn.command.options import CommandError
from nn.command.output import check_file


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of the command."""
    parser.description = (
        "Check the gradients of an expression against finite differences, rule by rule. The exit "
        "code is 0 if they passed, 1 if not: a wrong rule, a kink, the edge of a domain, noise."
    )
    expression.arguments(parser)
    parser.add_argument(
        "--order", type=int, choices=[1, 2, 3], default=1, help="of derivative; default: 1"
    )
    parser.add_argument(
        "-o",
        "--out",
        metavar="FILE",
        type=read.path,
        help="draw the graph into this .svg, .png, .pdf (by Graphviz's dot) or .gv, the node "
        "concerned marked",
    )


def run(options: argparse.Namespace) -> int:
    """Print the verdict; return 0 if the gradients passed, else 1."""
    value, _ = expression.evaluate(options.expression, expression.numbers_of(options.numbers))
    path = None if options.out is None else Path(options.out)
    suffix = "" if path is None else path.suffix[1:].lower()
    if path is not None:
        if suffix not in (*FORMATS, *SOURCES):
            raise CommandError(
                f"-o {options.out}: unknown kind of picture; let the name end in "
                f"{', '.join(f'.{known}' for known in FORMATS)} or .gv"
            )
        check_file(path, "-o")
    verdict = gradcheck(value, order=options.order)
    print(verdict)
    if path is not None:
        value.backward()
        # A node of a derivative's graph is in no picture of this one.
        marked = () if verdict.node is None or verdict.order > 1 else verdict.node
        write_atomically(path, rendered(draw(value, highlight=marked, derivatives=True), suffix))
        print(f"wrote {path}")
    return 0 if verdict else 1
