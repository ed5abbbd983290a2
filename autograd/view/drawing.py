"""Drawing: a graph in DOT that shows itself, as a file or in a notebook.

Owns how a picture gets out; what is in it, `graph.py` decides.
"""

import html
import math
import os
import re
import subprocess
from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import graphviz

from autograd.files import write_atomically
from autograd.view.render import render

_MIME_TYPES = {"image/png": "png", "image/jpeg": "jpeg"}

FORMATS = ("svg", "png", "pdf")
WIDEST_FITTED = 1_100  # points; a wider picture keeps its size, and its page scrolls
NARROWEST_FITTED = 400  # no page is narrower
LEAST_FITTED = 0.6  # of its size: smaller it cannot be read, and the page scrolls

Name = str | os.PathLike[str]


class Drawing(graphviz.Digraph):  # type: ignore[misc]  # graphviz is untyped
    """A `graphviz.Digraph` drawn by the system's `dot`, or else by the graphviz-pure wheel.

    In a notebook it is a picture, or text where there is nothing to draw with. `.source` is the
    DOT; nodes and attributes can be added as to any Digraph.

    Args:
        text: what a notebook shows when the picture cannot be made.
        options: as for `graphviz.Digraph`; the format is svg where none is given.

    Attributes:
        boxes: for each folded box the indices of the nodes in it, in topological order.

    What draws raises RendererNotFound, with the line that says what to install, where there is no
    program to draw with.
    """

    def __init__(self, name: str | None = None, text: str = "", **options: Any) -> None:
        super().__init__(name, **{"format": "svg"} | options)
        self.text = text
        self.boxes: dict[str, tuple[int, ...]] = {}

    def __repr__(self) -> str:
        return f"<Drawing of {self.text or self.name}: .save('graph.svg'), .svg(), .png(), .source>"

    def svg(self) -> str:
        """The picture as SVG."""
        return str(self.pipe("svg", encoding="utf-8"))

    def png(self) -> bytes:
        """The picture as PNG."""
        return bytes(self.pipe("png"))

    def save(
        self,
        filename: Name | None = None,
        directory: Name | None = None,
        *,
        skip_existing: bool | None = False,
    ) -> str:
        """Write the picture in the format of the suffix (.svg, .png, .pdf) and return its path.

        A name that ends in .gv or .dot, or has no suffix, gets the DOT source; folders that are
        not there are made; both as in graphviz. Raises ValueError for another suffix.
        """
        suffix = Path(filename or self.filename).suffix.lower()
        if suffix in ("", ".gv", ".dot"):
            return str(super().save(filename, directory=directory, skip_existing=skip_existing))
        if suffix[1:] not in FORMATS:
            raise ValueError(
                f"save: {filename}: unknown kind of picture; let the name end in "
                f"{', '.join(f'.{known}' for known in FORMATS)} or .gv (pipe({suffix[1:]!r}) gives "
                "what else the program writes)"
            )
        return self._write(suffix[1:], self._path(filename or self.filename, directory))

    def render(
        self,
        filename: Name | None = None,
        directory: Name | None = None,
        view: bool = False,
        cleanup: bool = False,
        format: str | None = None,
        *,
        outfile: Name | None = None,
        quiet_view: bool = False,
        **options: Any,
    ) -> str:
        """Write the source and the picture of it and return the picture's path, as in graphviz.

        Args:
            filename: of the source; the picture's name is that and the format.
            directory: where both are written.
            view: whether to open the picture with the system's viewer.
            cleanup: whether to delete the source afterwards.
            format: svg, png, pdf; default: outfile's suffix, else this drawing's own format.
            outfile: the picture's path instead.
            quiet_view: as view, with nothing from the viewer on stderr.
            options: as for `pipe`.
        """
        if outfile is not None:
            picture = self._path(outfile, directory)
            format = format or picture.suffix[1:].lower()
            source = Path(
                super().save(filename or Path(outfile).with_suffix(".gv"), directory=directory)
            )
        else:
            format = format or self.format
            source = Path(super().save(filename, directory=directory))
            picture = source.with_name(f"{source.name}.{format}")
        self._write(format, picture, **options)
        if cleanup:
            source.unlink()
        if view or quiet_view:
            graphviz.view(picture, quiet=quiet_view)
        return str(picture)

    def pipe(
        self,
        format: str | None = None,
        *,
        renderer: str | None = None,
        formatter: str | None = None,
        neato_no_op: bool | int | None = None,
        quiet: bool = True,
        engine: str | None = None,
        encoding: str | None = None,
    ) -> Any:
        """The picture as bytes, or as text where an encoding is given; as in graphviz.

        Args:
            format: svg, png, pdf; default: this drawing's own format.
            renderer, formatter, neato_no_op: passed to the program, as in graphviz.
            quiet: taken for graphviz's sake; warnings are never printed. (A label in Korean would
                get one for each letter whose width the program has to guess.)
            engine: the layout: dot, neato, ...; default: this drawing's own.
            encoding: utf-8 for svg.
        """
        output = ":".join(part for part in (format or self.format, renderer, formatter) if part)
        no_op = [f"-n{int(neato_no_op)}"] if neato_no_op else []
        picture = render(self.source, output, engine or self.engine, *no_op)
        return picture if encoding is None else picture.decode(encoding)

    def _repr_mimebundle_(
        self,
        include: Iterable[str] | None = None,
        exclude: Iterable[str] | None = None,
        **_: Any,
    ) -> dict[str, str | bytes]:
        wanted = {"image/svg+xml", "text/html"} if include is None else set(include)
        wanted -= set(exclude or ())
        bundle: dict[str, str | bytes] = {}
        try:
            for mime_type in wanted & _MIME_TYPES.keys():
                bundle[mime_type] = self.pipe(_MIME_TYPES[mime_type])
            if "image/svg+xml" in wanted:
                svg = bundle["image/svg+xml"] = _fitted(self.pipe("svg", encoding="utf-8"))
                if "text/html" in wanted and NARROWEST_FITTED < _width(svg) <= WIDEST_FITTED:
                    bundle["text/html"] = _image(svg, self.text)
        except (RuntimeError, ValueError, OSError, subprocess.SubprocessError) as problem:
            return {"text/plain": f"{self.text or repr(self)}\n({problem})"}
        return bundle

    def _path(self, filename: Name, directory: Name | None) -> Path:
        return Path(directory or self.directory or "", filename)

    def _write(self, format: str, path: Path, **options: Any) -> str:
        picture = self.pipe(format, **options)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, picture)
        return str(path)


def _fitted(svg: str) -> str:
    """A picture that shrinks to the width of its page, unless it would become too small to read."""
    if _width(svg) > WIDEST_FITTED:
        return svg
    return svg.replace("<svg ", '<svg style="max-width: 100%; height: auto" ', 1)


def _width(svg: str) -> float:
    """In points; infinity for a size of the user's own, which stays as it is."""
    found = re.search(r'<svg [^>]*?width="(\d+)pt"', svg)
    return int(found[1]) if found else math.inf


def _image(svg: str, text: str) -> str:
    """The same in HTML: notebooks show SVG as an image, which its own style does not shrink."""
    content = b64encode(svg.encode()).decode()
    least = round(LEAST_FITTED * _width(svg))
    style = f"max-width: 100%; min-width: {least}pt; height: auto"
    source = f"data:image/svg+xml;base64,{content}"
    return f'<img alt="{html.escape(text)}" style="{style}" src="{source}">'
