"""Which program draws the pictures, and what is done for each.

Owns the renderer: the system's `dot` or graphviz-pure, and the words where there is none.
"""

import os
import re
import shutil
from importlib import metadata
from pathlib import Path

import graphviz
import pytest

from autograd import Value
from autograd.view import RendererNotFound, draw, render as renderer
from autograd.view.render import find_renderer
from tests import edge_labels
from tests.side_by_side import DIRECTIONS, assert_in_order, drawings


@pytest.fixture
def no_renderer(monkeypatch, tmp_path):
    """A machine with neither `dot` nor graphviz-pure."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(metadata, "files", _no_package)


def _no_package(name):
    raise metadata.PackageNotFoundError(name)


# Which program draws


def test_the_wheels_program_is_found_without_path(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    program = find_renderer()
    assert program.stem == "graphviz-pure"
    assert draw(Value(1.0)).svg().rstrip().endswith("</svg>")


def test_the_systems_dot_comes_first(monkeypatch, tmp_path):
    pure = _graphviz_pure_program()
    dot = tmp_path / "dot"
    dot.write_text(f'#!/bin/sh\necho "$@" > "{tmp_path}/called"\nexec "{pure}" "$@"\n')
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert find_renderer() == dot
    assert "<svg" in draw(Value(1.0)).svg()
    assert (tmp_path / "called").read_text().split() == ["-Kdot", "-Tsvg"]


@pytest.mark.parametrize("end", ["kill -SEGV $$", "echo 'cannot find NORMAL edge' >&2; exit 1"])
def test_where_dot_dies_of_a_graph_the_wheels_program_draws_it(end, monkeypatch, tmp_path):
    dot = tmp_path / "dot"
    dot.write_text(f"#!/bin/sh\n{end}\n")
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    assert find_renderer() == dot
    drawing = draw(Value(1.0) + 2.0)
    assert "<svg" in drawing.svg()
    assert drawing.png().startswith(b"\x89PNG")
    monkeypatch.setattr(metadata, "files", _no_package)
    with pytest.raises(graphviz.CalledProcessError):
        drawing.svg()


def test_who_waits_for_a_layout_is_told_for_what(monkeypatch, tmp_path, capsys):
    pure = _graphviz_pure_program()
    dot = tmp_path / "dot"
    dot.write_text(f'#!/bin/sh\nsleep 0.5\nexec "{pure}" "$@"\n')
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(renderer, "PATIENCE", 0.05)
    assert "<svg" in draw(Value(1.0)).svg()
    told = capsys.readouterr().err
    assert told.startswith("dot still lays out the graph;")
    assert "limit=200" in told
    monkeypatch.setattr(renderer, "PATIENCE", 60.0)
    draw(Value(1.0)).svg()
    assert capsys.readouterr().err == ""


def test_ctrl_c_ends_the_renderer_too(monkeypatch, tmp_path):
    dot = tmp_path / "dot"
    dot.write_text(f'#!/bin/sh\necho $$ > "{tmp_path}/process"\nexec sleep 60\n')
    dot.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(renderer, "PATIENCE", 0.5)

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("builtins.print", interrupted)
    with pytest.raises(KeyboardInterrupt):
        draw(Value(1.0)).svg()
    process = int((tmp_path / "process").read_text())
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)


# In which order boxes stand side by side


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_graphviz_pure_puts_the_first_neuron_first(direction, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for drawing, n_open in drawings(direction):
        assert_in_order(drawing, n_open, direction)


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_graphviz_pure_puts_each_label_by_its_edge(direction, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    for drawing in edge_labels.drawings(direction):
        edge_labels.assert_readable(drawing)


@pytest.mark.parametrize(("direction", "ordered"), [("LR", [1, 2, 3]), ("TB", [3, 2, 1])])
def test_the_source_is_written_for_dot(direction, ordered):
    """What `dot` makes of it, tests/browser looks at."""
    found = re.findall(r'label="neuron (\d)"', next(drawings(direction))[0].source)
    assert [int(number) for number in found[:3]] == ordered


def test_clusters_are_turned_at_each_level():
    inner = "".join(f"\t\tsubgraph cluster_{k} {{\n\t\t\tx{k}\n\t\t}}\n" for k in (3, 4))
    outer = f"\tsubgraph cluster_1 {{\n\t\ta\n{inner}\t}}\n"
    other = "\tsubgraph cluster_2 {\n\t\tb\n\t}\n"
    found = renderer._turned(f"digraph {{\n\tc\n{outer}{other}\ta -> b\n}}\n")
    words = re.findall(r"cluster_\d|\bx\d\b|[abc] -> [abc]|\b[abc]\b", found)
    assert words == [
        "c", "cluster_2", "b", "cluster_1", "a", "cluster_4", "x4", "cluster_3", "x3", "a -> b",
    ]  # fmt: skip
    for drawing, _ in drawings("LR"):
        assert renderer._turned(renderer._turned(drawing.source)) == drawing.source


def _graphviz_pure_program():
    (file,) = [f for f in metadata.files("graphviz-pure") if f.stem == "graphviz-pure"]
    return Path(file.locate()).resolve()


# Letters that graphviz-pure lacks


@pytest.fixture
def unsaid(monkeypatch):
    """A process with no system `dot` that has not yet said that letters are missing."""
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(renderer, "_has_said", False)


@pytest.mark.usefixtures("unsaid")
@pytest.mark.parametrize("label", ["뉴런", "神経", "😀"])
def test_letters_drawn_as_boxes_are_mentioned_once(capsys, tmp_path, label):
    drawing = draw(Value(1.0, label=label))
    drawing.svg()
    assert capsys.readouterr().err == ""  # a browser has the letters
    drawing.save(tmp_path / "graph.png")
    drawing.png()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "save the picture as SVG, or install Graphviz" in said


@pytest.mark.usefixtures("unsaid")
def test_other_letters_are_not_mentioned(capsys):
    draw(Value(1.0, label="é σ Ω ы − – … → ≤ ∑ \xa0 \u3000")).png()
    drawing = draw(Value(1.0, label="x" * 50 + "뉴런"))  # in the tooltip only
    assert "뉴런" in drawing.source
    drawing.png()
    assert capsys.readouterr().err == ""


@pytest.mark.usefixtures("unsaid")
def test_the_systems_dot_has_the_fonts_of_the_system(monkeypatch, tmp_path, capsys):
    dot = tmp_path / "dot"
    dot.write_text(f'#!/bin/sh\nexec "{_graphviz_pure_program()}" "$@"\n')
    dot.chmod(0o755)
    monkeypatch.setattr(shutil, "which", lambda name: str(dot))
    draw(Value(1.0, label="뉴런")).png()
    assert capsys.readouterr().err == ""


def test_pdf_needs_the_systems_dot_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(ValueError, match="does not write pdf: save as svg or png, or install"):
        draw(Value(1.0)).save(tmp_path / "graph.pdf")
    assert not (tmp_path / "graph.pdf").exists()


@pytest.mark.usefixtures("no_renderer")
def test_without_a_program_the_error_says_what_to_install(tmp_path):
    with pytest.raises(RendererNotFound) as caught:
        draw(Value(1.0)).save(tmp_path / "graph.svg")
    assert str(caught.value) == (
        'drawing needs Graphviz: pip install "glassgrad[render]", '
        "or install Graphviz so that `dot` is on PATH"
    )
    assert isinstance(caught.value, graphviz.ExecutableNotFound)


@pytest.mark.usefixtures("no_renderer")
def test_without_a_program_a_notebook_shows_text():
    x = Value(1.5, label="x")
    (kind, text), *others = x._repr_mimebundle_().items()
    assert kind == "text/plain"
    assert text.startswith(repr(x))
    assert 'pip install "glassgrad[render]"' in text
    assert not others
