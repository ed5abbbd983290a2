"""The renderer: which program turns DOT into a picture, and how it is run.

Owns the choice (the system's `dot`, else the program of the `graphviz-pure` wheel), the words said
when there is none, and those said when it lacks letters.
"""

import functools
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import graphviz

PURE = "graphviz-pure"  # the program of the wheel of this name
REMEDY = 'pip install "glassgrad[render]"'
PIXELS = ("png", "jpeg", "jpg")  # formats in which the program, not the viewer, draws the letters
NOWHERE = "\ue000"  # for private use: no font has it, so it is drawn as a box
MOST_LETTERS = 100  # that are tried
PATIENCE = 10.0  # seconds, after which somebody who waits is told for what
CLUSTER = re.compile(r"(\t*)subgraph cluster_\d+ \{\n")

_has_said = False  # that letters are missing; once is enough


class RendererNotFound(graphviz.ExecutableNotFound):  # type: ignore[misc]  # graphviz is untyped
    """There is no program to draw with; the message is the one line that says what to install."""

    def __init__(self) -> None:
        RuntimeError.__init__(
            self, f"drawing needs Graphviz: {REMEDY}, or install Graphviz so that `dot` is on PATH"
        )


def find_renderer() -> Path | None:
    """The program to draw with: the system's `dot`, else graphviz-pure's; None without either."""
    dot = shutil.which("dot")
    return Path(dot) if dot is not None else _graphviz_pure()


def _graphviz_pure() -> Path | None:
    """The program that the graphviz-pure wheel installed, wherever pip put it.

    The wheel holds no Python module to ask, and its folder need not be on PATH (an environment
    that was not activated); its list of installed files names the program.
    """
    try:
        files = metadata.files(PURE)
    except metadata.PackageNotFoundError:
        return None
    for file in files or ():
        program = Path(str(file.locate()))
        if program.stem == PURE and program.suffix in ("", ".exe") and program.is_file():
            return program.resolve()
    return None


def render(source: str, format: str = "svg", engine: str = "dot", *options: str) -> bytes:
    """The picture that `source`, a graph in DOT, describes.

    Args:
        source: the graph.
        format: svg, png, pdf or another of Graphviz's output formats.
        engine: the layout: dot, neato, ...
        options: further arguments for the program.

    What `dot` fails to draw, graphviz-pure draws where it is installed.

    Raises RendererNotFound without a program, ValueError for a format that the program does not
    write, and graphviz.CalledProcessError with the program's own words when it fails.
    """
    program = find_renderer()
    if program is None:
        raise RendererNotFound
    result = _run(program, source, f"-K{engine}", f"-T{format}", *options)
    other = _graphviz_pure()
    if result.returncode != 0 and other not in (None, program):
        # Some graphs are the death of `dot` (2.43: "in routesplines, cannot find NORMAL edge").
        again = _run(other, source, f"-K{engine}", f"-T{format}", *options)
        if again.returncode == 0:
            program, result = other, again
    if result.returncode != 0:
        problem = result.stderr.decode("utf-8", "replace")
        if "not recognized" in problem and "Format" in problem:
            raise ValueError(f"{program.stem} does not write {format}: {_other_format(program)}")
        raise graphviz.CalledProcessError(result.returncode, result.args, result.stdout, problem)
    if format.partition(":")[0] in PIXELS and program.stem == PURE:
        _mention_boxes(program, source)
    return result.stdout


def _run(program: Path, source: str, *options: str) -> "subprocess.CompletedProcess[bytes]":
    """What a program says of a graph."""
    text = (_turned(source) if program.stem == PURE else source).encode("utf-8")
    command = [str(program), *options]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # Windows would flash a console
    ) as process:
        try:
            try:
                output, problems = process.communicate(text, PATIENCE)
            except subprocess.TimeoutExpired:
                print(
                    f"{program.stem} still lays out the graph; one of hundreds of boxes may take "
                    "minutes. Ctrl-C ends it; limit=200, depth= or by= draw less",
                    file=sys.stderr,
                )
                output, problems = process.communicate()
        except BaseException:  # Ctrl-C: the program is not to go on without us
            process.kill()
            raise
    return subprocess.CompletedProcess(command, process.returncode, output, problems)


def _turned(source: str) -> str:
    """The same graph with clusters that follow each other in the opposite order.

    Side by side, graphviz-pure puts them the other way round than `dot` does.
    """
    outside: list[str] = []  # a page, the clusters met last on it, and its end, from outside in
    pages: list[tuple[list[str], list[list[str]], str]] = [(outside, [], "")]
    for line in source.splitlines(keepends=True):
        lines, clusters, end = pages[-1]
        head = CLUSTER.fullmatch(line)
        if head is not None:
            cluster = [line]
            clusters.append(cluster)
            pages.append((cluster, [], f"{head[1]}}}\n"))
            continue
        while clusters:
            lines += clusters.pop()
        lines.append(line)
        if line == end:
            pages.pop()
    return "".join(outside)


def _mention_boxes(program: Path, source: str) -> None:
    """Say on stderr, the first time, that graphviz-pure draws letters of `source` as boxes.

    It has letters of its own, Latin, Greek and Cyrillic, and uses no font of the system. Which it
    has is found out by drawing them: a letter that looks like one that nobody has is a box.
    """
    global _has_said
    shown = re.sub(r'tooltip="(?:\\.|[^"\\])*"', "", source)
    letters = [c for c in dict.fromkeys(shown) if not c.isascii() and not c.isspace()]
    if _has_said or not any(_is_box(program, c) for c in letters[:MOST_LETTERS]):
        return
    _has_said = True
    print(
        "graphviz-pure draws letters that it lacks (Korean, emoji, ...) as boxes in PNG: save the "
        "picture as SVG, or install Graphviz, whose `dot` uses the fonts of the system (a model's "
        'picture has no Korean if drawn with lang="en")',
        file=sys.stderr,
    )


@functools.cache
def _is_box(program: Path, letter: str) -> bool:
    if letter == NOWHERE:
        return True
    boxes = [
        subprocess.run(
            [str(program), "-Kdot", "-Tpng"],
            input=f'graph {{ x [label="{c}", fixedsize=true] }}'.encode(),
            capture_output=True,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            check=False,
        ).stdout
        for c in (letter, NOWHERE)
    ]
    return boxes[0] == boxes[1] != b""


def _other_format(program: Path) -> str:
    if program.stem == PURE:
        return "save as svg or png, or install Graphviz, whose `dot` writes pdf too"
    return "save as svg, png or pdf"
