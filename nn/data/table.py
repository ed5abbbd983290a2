"""Tables: reading a user's CSV file into column names and cells.

Owns encodings, separators, quotes and line numbers; what the cells mean is not decided here. Every
refusal is a ValueError in one line that names the file, the line as an editor counts it, and the
remedy; the file itself is read as the exporting programs (Excel, pandas, R) write it.
"""

import codecs
import csv
import errno
import io
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from nn.data.cells import is_number, label_of

MAX_BYTES = 100_000_000  # far above what a scalar engine could learn from; ends /dev/zero too
SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs"}
CP949 = 'encoding="cp949" (--encoding cp949)'

_MARKS = {  # byte order marks; UTF-32's begins with UTF-16's
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_WIDE = ("utf-16", "utf-32")
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # .xlsx and .ods are zip files; .xls is OLE
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f]")
_NEWLINE = re.compile(rb"\r\n|\r|\n")


@dataclass(frozen=True)
class Table:
    """The cells of a file below the names of its columns, all as texts.

    `names` are as `nn.data.cells.label_of` writes them, cells in the form NFC without blanks around
    them. `lines[i]` is the line of the file on which `rows[i]` begins.
    """

    source: str
    names: tuple[str, ...]
    rows: list[list[str]]
    lines: list[int]
    notes: tuple[str, ...] = ()


def read_table(path: str | os.PathLike[str], encoding: str = "utf-8-sig") -> Table:
    """Read a CSV file whose first line names the columns.

    Args:
        path: the file. Columns are separated by commas, semicolons or tabs, whichever divides the
            first line most; quotes are doubled inside quotes. Blank lines are skipped.
        encoding: one of Python's; a byte order mark in the file decides against it.

    Raises ValueError, in one line, for a file that is no such table, and OSError.
    """
    source = os.fspath(path)
    try:
        text, notes = _decode(_read(Path(path)), encoding)
        return _parse(text, str(source), notes)
    except ValueError as error:
        raise ValueError(f"{source}: {error}") from None


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, "is a folder; name a CSV file", str(path))
    with path.open("rb") as file:
        content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"larger than {MAX_BYTES // 10**6} MB; take a part of the rows")
    return content


def _decode(content: bytes, encoding: str) -> tuple[str, list[str]]:
    """The text of a file and what was guessed, or ValueError."""
    if content.startswith(_WORKBOOKS):
        raise ValueError(
            "this is a workbook of a spreadsheet program (or another archive), not a CSV file; "
            'in Excel choose Save As, "CSV UTF-8"'
        )
    try:
        with suppress(UnicodeError):  # an encoding all the same
            bytes(4).decode(encoding)
    except (LookupError, TypeError, ValueError):
        raise ValueError(
            f"unknown encoding {encoding!r:.40}; give one such as utf-8, cp949, utf-16 or latin-1"
        ) from None
    notes = []
    mark = next((mark for mark in _MARKS if content.startswith(mark)), None)
    if mark is not None and mark != codecs.BOM_UTF8:
        encoding = _MARKS[mark]
        notes.append(f"encoding: {encoding.upper()}, by the byte order mark of the file")
    elif mark is not None:
        encoding = _MARKS[mark]
    try:
        text = content.decode(encoding)
    except UnicodeError as error:
        raise ValueError(_undecodable(content, encoding, error)) from None
    if codecs.lookup(encoding).name.startswith(_WIDE) and content and b"\0" not in content:
        raise ValueError(_undecodable(content, encoding))  # its line ends alone would have zeros
    if found := _CONTROL.search(text):
        line = len(re.findall(r"\r\n|\r|\n", text[: found.start()])) + 1
        raise ValueError(
            f"line {line} holds the control character U+{ord(found[0]):04X}: this is no text "
            'file, or its encoding is another; save it as "CSV UTF-8"'
        )
    text = text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    if not text.strip("".join(SEPARATORS) + " \r\n"):
        raise ValueError("the file is empty; the first line must name the columns")
    return text, notes


def _undecodable(content: bytes, encoding: str, error: UnicodeError | None = None) -> str:
    """What to do about a file that is not in `encoding`."""
    place = ""
    if isinstance(error, UnicodeDecodeError) and b"\0" not in content[: error.start]:
        place = f" (line {len(_NEWLINE.findall(content[: error.start])) + 1})"
    known = {"utf-8-sig": "UTF-8", "utf-8": "UTF-8", "utf8": "UTF-8"}
    shown = known.get(encoding.lower(), f"{encoding:.40}")
    if shown == "UTF-8" and _decodes(content, "cp949"):
        return f"not UTF-8{place}; for a file saved by Korean Excel give {CP949}"
    if shown != "UTF-8" and _decodes(content, "utf-8"):
        return f"not {shown}{place}, but UTF-8: leave the encoding out"
    return f'not {shown}{place}; save it as "CSV UTF-8", or give the encoding it has'


def _decodes(content: bytes, encoding: str) -> bool:
    try:
        content.decode(encoding)
    except UnicodeError:
        return False
    return True


def _parse(text: str, source: str, notes: list[str]) -> Table:
    separator, records = _records(text)
    header_line, header = next(records)
    if separator != ",":
        notes.append(f"columns: separated by {SEPARATORS.get(separator, repr(separator))}")
    names = [label_of(name) for name in header]
    if names and all(is_number(name) for name in names if name):
        raise ValueError(
            f"line {header_line} must name the columns, but holds the numbers "
            f"{', '.join(names[:3]):.60}{', ...' if names[3:] else ''}; put names above them"
        )
    rows, lines = [], []
    for line, record in records:
        rows.append(record)
        lines.append(line)
    n_columns = _without_empty(names)
    for line, row in zip(lines, rows, strict=True):
        n_cells = max(_without_empty(row), min(n_columns, len(row)))
        if n_cells != n_columns:
            raise ValueError(
                f"line {line} has {n_cells} cell{'s' * (n_cells != 1)}, but line {header_line} "
                f"names {n_columns} columns; give each row {n_columns} cells (a cell that holds "
                "the separator stands in double quotes)"
            )
        del row[n_columns:]
    del names[n_columns:]
    for i, name in enumerate(names):
        if not name:
            raise ValueError(f"line {header_line}: column {i + 1} has no name; give it one")
        if name in names[:i]:
            raise ValueError(
                f"line {header_line}: columns {names.index(name) + 1} and {i + 1} are both named "
                f"{name!r:.40}; give each its own name"
            )
    if not rows:
        raise ValueError(f"there are no rows below the names in line {header_line}")
    return Table(source, tuple(names), rows, lines, tuple(notes))


def _without_empty(cells: list[str]) -> int:
    """How many cells there are up to the last that is not empty: Excel appends empty columns."""
    return max((i + 1 for i, cell in enumerate(cells) if cell), default=0)


def _records(text: str) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """The separator, and each record that is not blank with the line on which it begins."""
    if found := re.match(
        r"sep=([,;|\t])(\r\n|\r|\n)", text
    ):  # a first line that Excel itself obeys
        return found[1], _separated(text[found.end() :], found[1], 1)

    def n_fields(separator: str) -> int:
        try:
            return len(next(_separated(text, separator, 0))[1])
        except ValueError:
            return 0  # reported below, if no separator fares better

    separator = max(SEPARATORS, key=n_fields)  # the first of equal ones
    return separator, _separated(text, separator, 0)


def _separated(text: str, separator: str, lines_before: int) -> Iterator[tuple[int, list[str]]]:
    # newline="": lines end in LF, CRLF or CR, as editors count them, and stay as they are inside
    # quotes.
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )
    found_any = False
    while True:
        line = reader.line_num + lines_before + 1
        try:
            record = next(reader, None)
        except csv.Error as error:
            raise ValueError(f"line {line}: {_csv_problem(str(error))}") from None
        if record is None:
            break
        cells = [unicodedata.normalize("NFC", cell).strip() for cell in record]
        if any(cells):
            found_any = True
            yield line, cells
    if not found_any:
        raise ValueError("the file is empty; the first line must name the columns")


def _csv_problem(message: str) -> str:
    if "expected after" in message:
        return "text follows a closing quote; inside quotes write a quote as two"
    if "limit" in message:
        return (
            f"a cell is longer than {csv.field_size_limit()} characters; perhaps a double quote "
            "is opened there and never closed"
        )
    return "a double quote is opened there and never closed; inside quotes write a quote as two"
