"""`glassgrad conformance ENGINE`: how anyone's scalar autograd engine does on the kit's properties.

Owns the options of the command; what is asked of an engine, `autograd.check` decides.
"""

import argparse
import json
from pathlib import Path

from autograd.check import check_engine
from autograd.files import write_atomically
from nn.command import options as read
from nn.command.output import check_file


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of the command."""
    parser.description = (
        "Run an engine of your own through the conformance kit: a file, which is loaded and run, "
        "or an installed module. Exit code 0: everything it offers passes; 1: something fails."
    )
    parser.add_argument("engine", metavar="ENGINE", type=read.path, help="./engine.py, or a module")
    parser.add_argument("--value", default="Value", metavar="NAME", help="its class of numbers")
    for name, what in (("data", "number"), ("grad", "gradient"), ("backward", "differentiation")):
        parser.add_argument(f"--{name}", default=name, metavar="NAME", help=f"its {what}")
    parser.add_argument(
        "--op",
        action="append",
        default=[],
        type=_mapping,
        metavar="OURS=YOURS",
        help="what it calls an operation: --op tanh=tanh_; may be repeated",
    )
    parser.add_argument(
        "--resets", action="store_true", help="its backward starts from zero gradients each time"
    )
    parser.add_argument(
        "--tolerance",
        type=read.factor(positive=True),
        default=1e-9,
        help="the relative error allowed; default: 1e-9; in single precision take 1e-4",
    )
    parser.add_argument(
        "--seconds",
        type=read.factor(positive=True),
        default=10.0,
        help="what a property may take; default: 10",
    )
    parser.add_argument(
        "--only", action="append", metavar="PROPERTY", help="run this property; may be repeated"
    )
    parser.add_argument("--json", metavar="FILE", type=read.path, help="write the score as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the score; return 0 if everything offered passes, else 1."""
    if options.json is not None:
        check_file(Path(options.json), "--json", Path(options.engine))
    report = check_engine(
        options.engine,
        value=options.value,
        data=options.data,
        grad=options.grad,
        backward=options.backward,
        operations=dict(options.op),
        resets=options.resets,
        tolerance=options.tolerance,
        seconds=options.seconds,
        only=options.only,
    )
    print(report)
    if options.json is not None:
        text = json.dumps(report.as_dict(), indent=2, ensure_ascii=False)
        write_atomically(Path(options.json), f"{text}\n".encode())
    return 0 if report else 1


def _mapping(text: str) -> tuple[str, str]:
    ours, _, yours = text.partition("=")
    if not ours or not yours:
        raise argparse.ArgumentTypeError(f"expected OURS=YOURS, such as tanh=tanh_; got {text!r}")
    return ours, yours
