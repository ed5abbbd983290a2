"""`python -m notebooks.build [NN ...]`: the lessons' sources made into notebooks.

Owns the form of `source/NN_slug.md` and what becomes of it: `en/NN_slug.ipynb` and
`ko/NN_slug.ipynb`, without outputs, the same bytes from the same source. A source is

    ::: en              text of an English reader, one cell of Markdown
    :::
    ::: ko              the same for a Korean reader; the two always together, in this order
    :::
    ```python           one cell of code: the same in both languages but for what stands in
    ```                 «English|Korean», in a comment, a printed word or an argument `lang`
    ::: en solution     the hidden answer of an exercise, its code in fences inside the block
    :::
    ::: ko solution
    :::
"""

import ast
import json
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
LANGUAGES = ("en", "ko")
EITHER = re.compile(r"«([^«»|]*)\|([^«»|]*)»")  # words of code in English and in Korean
# What the reader clicks on to see an answer.
ANSWER = {"en": "Answer", "ko": "답"}
OPENING = re.compile(r"::: (en|ko)( solution)?")
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


class LessonError(ValueError):
    """A source that is not in the form; its words are `file:line: what; the remedy`."""

    def __init__(self, path: Path, line: int, words: str) -> None:
        super().__init__(f"{path.parent.name}/{path.name}:{line}: {words}")


@dataclass(frozen=True)
class Code:
    """A cell of code, as it stands in the source."""

    line: int
    text: str

    def in_language(self, lang: str) -> str:
        """Return the code for a reader of "en" or "ko"."""
        return chosen(self.text, lang)


@dataclass(frozen=True)
class Text:
    """A cell of Markdown in both languages; `is_answer`: hidden until the reader asks for it."""

    line: int
    en: str
    ko: str
    is_answer: bool

    def in_language(self, lang: str) -> str:
        """Return the text of "en" or "ko"."""
        return chosen(self.en if lang == "en" else self.ko, lang)


@dataclass(frozen=True)
class Block:
    """One `:::` block as it stands in the source."""

    line: int
    lang: str
    text: str
    is_answer: bool


def sources() -> list[Path]:
    """Return the sources in the order of the lessons."""
    return sorted((FOLDER / "source").glob("*.md"))


def read(path: Path) -> list[Code | Text]:
    """Return the cells of a source; raise LessonError where it is malformed."""
    if not re.fullmatch(r"\d\d_[a-z0-9_]+\.md", path.name):
        raise LessonError(path, 1, "a lesson's file is named NN_slug.md; rename it")
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise LessonError(path, 1, f"not UTF-8 ({error.reason}); save it as UTF-8") from None
    cells = list(_paired(path, list(_pieces(path, lines))))
    first = cells[0] if cells else None
    if not isinstance(first, Text) or not all(
        re.match(r"# \S", first.in_language(lang)) for lang in LANGUAGES
    ):
        raise LessonError(path, 1, "a lesson opens with `# title` in `::: en` and `::: ko`; add it")
    return cells


def _pieces(path: Path, lines: list[str]) -> Iterator[Code | Block]:
    """The cells of code and the blocks of text, as they follow one another."""
    at = 0
    while at < len(lines):
        line, start = lines[at].rstrip(), at + 1
        if not line:
            at += 1
        elif line == "```python":
            text, at = _until(path, lines, at, "```")
            yield Code(start, _checked(path, start, text))
        elif opening := OPENING.fullmatch(line):
            text, at = _until(path, lines, at, ":::")
            yield Block(start, opening[1], text, opening[2] is not None)
        else:
            words = f"{line[:30]!r} stands outside a block; "
            raise LessonError(
                path, start, words + "put it between `::: en` or `::: ko` and `:::`, or ```python"
            )


def _until(path: Path, lines: list[str], at: int, end: str) -> tuple[str, int]:
    """The text after line `at` up to the line `end`, and where it goes on after that."""
    fence = 0  # the line of the fence that is open inside a block of text
    for stop in range(at + 1, len(lines)):
        line = lines[stop].rstrip()
        if line == end and not fence:
            text = "\n".join(part.rstrip() for part in lines[at + 1 : stop]).strip("\n")
            if not text:
                raise LessonError(path, at + 1, "nothing stands inside; write it or delete it")
            return text, stop + 1
        if end == ":::" and line.startswith("```"):
            fence = 0 if fence else stop + 1
        elif not fence and (OPENING.fullmatch(line) or (end == ":::" and line.startswith(":::"))):
            break
    if fence:
        raise LessonError(path, fence, "this fence is not closed; add a line '```' after its code")
    raise LessonError(path, at + 1, f"'{lines[at].rstrip()}' is not closed; add a line '{end}'")


def chosen(text: str, lang: str) -> str:
    """Return `text` with the words of "en" or "ko" where it has them in both."""
    return EITHER.sub(lambda both: both[1 + LANGUAGES.index(lang)], text)


def _checked(path: Path, start: int, code: str) -> str:
    """The code, once it is known to be Python in both languages."""
    for lang in LANGUAGES:
        words_of_one = chosen(code, lang)
        for number, line in enumerate(words_of_one.splitlines(), 1):
            if "«" in line or "»" in line:
                words = "words of code in two languages are written «English|Korean»; mend them"
                raise LessonError(path, start + number, words)
        try:
            ast.parse(words_of_one)
        except SyntaxError as error:
            at = start + (error.lineno or 1)
            words = f"not Python: {error.msg}; mend it (commands such as %time are not for lessons)"
            raise LessonError(path, at, words) from None
    return code


def _paired(path: Path, pieces: list[Code | Block]) -> Iterator[Code | Text]:
    """The cells: each English block joined with the Korean one that follows it."""
    at = 0
    while at < len(pieces):
        piece = pieces[at]
        at += 1
        if isinstance(piece, Code):
            yield piece
            continue
        other = pieces[at] if at < len(pieces) else None
        kind = " solution" * piece.is_answer
        if piece.lang != "en":
            words = f"`::: ko{kind}` without `::: en{kind}` before it; write the two together"
            raise LessonError(path, piece.line, words)
        if not isinstance(other, Block) or other.lang != "ko" or other.is_answer != piece.is_answer:
            words = f"`::: en{kind}` without `::: ko{kind}` after it; write the two together"
            raise LessonError(path, piece.line, words)
        at += 1
        if fenced(piece.text) != fenced(other.text):
            words = "the code in this block is not that of the English one; make the two equal"
            raise LessonError(path, other.line, words)
        for block in (piece, other):
            for code in fenced(block.text):
                _checked(path, block.line, code)
        yield Text(piece.line, piece.text, other.text, piece.is_answer)


def fenced(text: str) -> list[str]:
    """Return the Python code that stands in fences inside a text."""
    return re.findall(r"^```python\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)


def notebook(cells: Sequence[Code | Text], lang: str) -> dict[str, Any]:
    """Return the notebook of "en" or "ko" in format 4.5, without outputs."""
    return {
        "cells": [
            {"id": f"cell-{number:02}", "metadata": {}, **_cell(cell, lang)}
            for number, cell in enumerate(cells, 1)
        ],
        "metadata": METADATA,
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _cell(cell: Code | Text, lang: str) -> dict[str, Any]:
    if isinstance(cell, Code):
        code = cell.in_language(lang).splitlines(keepends=True)
        return {"cell_type": "code", "execution_count": None, "outputs": [], "source": code}
    text = cell.in_language(lang)
    if cell.is_answer:  # the blank lines make what is between them Markdown again
        text = f"<details>\n<summary>{ANSWER[lang]}</summary>\n\n{text}\n\n</details>"
    return {"cell_type": "markdown", "source": text.splitlines(keepends=True)}


def built(path: Path) -> dict[Path, str]:
    """Return the files that a source makes, each with its content; raise LessonError."""
    cells = read(path)
    return {
        FOLDER / lang / f"{path.stem}.ipynb": json.dumps(
            notebook(cells, lang), ensure_ascii=False, indent=1, sort_keys=True
        )
        + "\n"
        for lang in LANGUAGES
    }


def main(arguments: Sequence[str]) -> int:
    """Build the lessons whose names start with one of `arguments`, or all; return the exit code."""
    chosen = [path for path in sources() if not arguments or path.name.startswith(tuple(arguments))]
    if not chosen:
        names = " or ".join(arguments)
        print(
            f"notebooks/source: no lesson starts with {names}; name one such as 03", file=sys.stderr
        )
        return 2
    try:
        files = {file: text for path in chosen for file, text in built(path).items()}
    except LessonError as error:
        print(error, file=sys.stderr)
        return 2
    for file, text in files.items():
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="\n")
            print(f"wrote {file.parent.name}/{file.name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
