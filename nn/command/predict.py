"""`glassgrad predict MODEL FILE.csv`: what a trained network says of the rows of a table.

Owns the columns that are added to the table and where it goes. The model file is all it needs.
"""

import argparse
import csv
import io
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from autograd.files import write_atomically
from nn.command import options as read
from nn.command.measures import describe_classes, describe_numbers
from nn.command.options import CommandError
from nn.command.output import check_file
from nn.command.settings import is_trained_on
from nn.data import Preparation, Table, read_table
from nn.data.cells import number_in
from nn.evaluate import predict
from nn.module import Module
from nn.serialize import load_prepared

FLATTERED = (
    "Note: the network was trained on a table named {name}. If it is this one, the network has "
    "seen most of these rows with their answers, and looks better than it is; how good it is on "
    'rows it never saw, glassgrad train printed in the line "test ...".'
)


def arguments(parser: argparse.ArgumentParser) -> None:
    """Describe the options of the command."""
    parser.description = (
        "Predict each row of a CSV file. It needs the columns the model was trained on, in any "
        "order; others are ignored. Prints the table with the prediction and, where the model has "
        "them, the probabilities of the classes; if it has the actual values too, how good the "
        "predictions are, on stderr (of rows that it was trained on that says little)."
    )
    parser.add_argument("model", metavar="MODEL", type=read.path, help="model.safetensors")
    parser.add_argument("file", metavar="FILE.csv", type=read.path, help="the rows to predict")
    parser.add_argument("--encoding", metavar="E", help="of FILE.csv; default: utf-8")
    parser.add_argument(
        "--out", metavar="FILE", type=read.path, help="write there, in UTF-8 that Excel recognises"
    )


def run(options: argparse.Namespace) -> int:
    """Predict, write or print the table, and report; return 0."""
    if options.out is not None:
        check_file(Path(options.out), "--out", Path(options.file), Path(options.model))
    if Path(options.model).suffix == ".csv" and Path(options.file).suffix == ".safetensors":
        raise CommandError(
            f"the model comes first: glassgrad predict {options.file} {options.model}"
        )
    model, preparation = load_prepared(options.model)
    table = read_table(options.file, "utf-8-sig" if options.encoding is None else options.encoding)
    inputs = _inputs(model, preparation, table)
    try:
        outputs = predict(model, inputs)
        added = _columns(outputs, preparation)
    except ValueError as error:
        raise CommandError(f"{options.model}: {error}") from None
    text = _csv(table, added)
    if options.out is None:
        _print(text)
    else:
        write_atomically(Path(options.out), b"\xef\xbb\xbf" + text.encode())
        print(f"wrote {len(table.rows)} predictions to {options.out}")
    if preparation is not None and (actual := preparation.actual(table)) is not None:
        answers = [preparation.answer(output) for output in outputs]
        describe: Any = describe_classes if isinstance(answers[0], str) else describe_numbers
        name = Path(options.file).name
        sys.stdout.flush()
        print(f"{preparation.target.name}: {describe(answers, actual)}", file=sys.stderr)
        if is_trained_on(Path(options.model), name):
            print(FLATTERED.format(name=name), file=sys.stderr)
    return 0


def _inputs(model: Module, preparation: Preparation | None, table: Table) -> list[list[float]]:
    """The inputs of the network for each row, or ValueError naming line and column."""
    if preparation is not None:
        return preparation.inputs(table)
    # A model that was saved from Python without a preparation: the columns are its inputs.
    n_inputs = getattr(model, "n_inputs", len(table.names))
    if len(table.names) != n_inputs:
        raise CommandError(
            f"{table.source}: this model was saved without the names of its columns and has "
            f"{n_inputs} inputs; give a table of just {n_inputs} columns of numbers, in the order "
            f"of its inputs, not {len(table.names)}"
        )
    rows = []
    for line, row in zip(table.lines, table.rows, strict=True):
        inputs = []
        for name, cell in zip(table.names, row, strict=True):
            try:
                inputs.append(number_in(cell))
            except ValueError as error:
                where = f"{table.source}: line {line}, column {name!r:.40}"
                raise CommandError(f"{where}: the value {error}") from None
        rows.append(inputs)
    return rows


def _columns(
    outputs: Sequence[Any], preparation: Preparation | None
) -> Iterator[tuple[str, list[str]]]:
    """The columns to add: the name and the cells of each."""
    if preparation is None:
        if not isinstance(outputs[0], list):
            return iter([("output", [repr(output) for output in outputs])])
        columns = zip(*outputs, strict=True)
        return iter([(f"output {i}", list(map(repr, c))) for i, c in enumerate(columns, 1)])
    answers = [preparation.answer(output) for output in outputs]
    added = [("prediction", [a if isinstance(a, str) else f"{a:.10g}" for a in answers])]
    rows = [preparation.probabilities(output) for output in outputs]
    if rows[0] is not None:
        classes = preparation.target.classes  # type: ignore[union-attr]
        for name, column in zip(classes, zip(*rows, strict=True), strict=True):
            added.append((f"probability {name}", [f"{p:.6f}" for p in column]))
    return iter(added)


def _csv(table: Table, added: Iterator[tuple[str, list[str]]]) -> str:
    """The table with the columns added; a name that is there already gets a number."""
    names = list(table.names)
    rows = [list(row) for row in table.rows]
    for name, cells in added:
        fresh, n = name, 2
        while fresh in names:
            fresh, n = f"{name} {n}", n + 1
        names.append(fresh)
        for row, cell in zip(rows, cells, strict=True):
            row.append(cell)
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([names, *rows])
    return text.getvalue()


def _print(text: str) -> None:
    """Print a table: in the terminal's encoding, but into a file or program in UTF-8."""
    if (
        not sys.stdout.isatty()
        and "PYTHONIOENCODING" not in os.environ
        and hasattr(sys.stdout, "reconfigure")
    ):
        sys.stdout.reconfigure(encoding="utf-8")
    print(text, end="")
