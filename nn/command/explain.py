"""`glassgrad explain EXPRESSION NAME=NUMBER ...`: how a result, or a gradient, came about.

Owns the options of the command; what is said, `autograd.explain` decides.
"""

import argparse

from autograd.view import explain
from nn.command import expression


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of the command."""
    parser.description = (
        "Explain the last operation of an expression and its local derivatives; with --by, the "
        "paths whose contributions add up to the derivative by that name."
    )
    parser.epilog = expression.NAMELESS
    expression.arguments(parser)
    parser.add_argument("--by", metavar="NAME", help="explain the derivative by this name")
    parser.add_argument("--lang", choices=["ko", "en"], default="en", help="default: en")


def run(options: argparse.Namespace) -> int:
    """Print the explanation; return 0."""
    value, leaves = expression.evaluate(options.expression, expression.numbers_of(options.numbers))
    by = None if options.by is None else expression.leaf(options.by, "--by", leaves)
    print(explain(value, by=by, lang=options.lang))
    return 0
