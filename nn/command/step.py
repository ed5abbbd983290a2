"""`glassgrad step EXPRESSION NAME=NUMBER ...`: a computation step by step.

Owns which face of the stepper is shown: keys in a terminal, plain text in a pipe, or a page.
"""

import argparse
from pathlib import Path

import nn
from autograd.files import write_atomically
from autograd.view import step
from nn.command import expression, options as read
from nn.command.options import CommandError
from nn.command.output import check_file

RATE = 0.1  # of the weight update, where --weights is given without --lr


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of the command."""
    parser.description = (
        "Step through an expression: forward propagation, backpropagation and, with --lr, the "
        "weight update. In a terminal keys move; in a pipe every step is printed."
    )
    parser.epilog = expression.NAMELESS
    expression.arguments(parser)
    parser.add_argument("--lang", choices=["ko", "en"], default="en", help="default: en")
    parser.add_argument("--html", metavar="FILE", type=read.path, help="write a page that steps")
    parser.add_argument(
        "--lr",
        metavar="RATE",
        type=read.factor(positive=True),
        help=f"the learning rate: the weight update is shown, too; default with --weights: {RATE}",
    )
    parser.add_argument(
        "--weights", metavar="NAME,...", help="what the weight update changes; default: all names"
    )
    stops = parser.add_argument_group("stop only where (key c in a terminal)")
    stops.add_argument(
        "--break-gradient", metavar="SIZE", type=read.factor(), help="|gradient| is above SIZE"
    )
    stops.add_argument("--break-nan", action="store_true", help="a number is nan")
    stops.add_argument("--break-op", metavar="NAME", help="this operation is at work, such as tanh")


def run(options: argparse.Namespace) -> int:
    """Step, or write the page; return 0."""
    value, leaves = expression.evaluate(options.expression, expression.numbers_of(options.numbers))
    optimizer = None
    if options.lr is not None or options.weights is not None:
        names = list(leaves) if options.weights is None else options.weights.split(",")
        weights = [expression.leaf(name, "--weights", leaves) for name in dict.fromkeys(names)]
        optimizer = nn.SGD(weights, lr=options.lr or RATE)
    stepper = step(value, optimizer=optimizer, lang=options.lang)
    known = dict.fromkeys(record.op for record in stepper.records if record.op)
    if options.break_op is not None and options.break_op not in known:
        raise CommandError(
            f"--break-op: no step is a {options.break_op!r:.40}; there are {', '.join(known)}"
        )
    stops = options.break_gradient is not None or options.break_nan or options.break_op is not None
    if options.html is None:
        stepper.interact(
            gradient_above=options.break_gradient, nan=options.break_nan, op=options.break_op
        )
        return 0
    if stops:
        raise CommandError("--html: the page has its own conditions; leave --break-... out")
    path = Path(options.html)
    check_file(path, "--html")
    write_atomically(path, stepper.to_html().encode())
    print(f"wrote {path}")
    return 0
