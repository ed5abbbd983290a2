"""`glassgrad draw`: the picture of a model file."""

import xml.etree.ElementTree as ElementTree

import pytest

import nn
from nn.command.main import main
from tests.nn.command.running import PNG, names_in, run


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.safetensors"
    nn.save(nn.MLP(2, [3, 1], seed=0), path)
    return path


def test_the_network_becomes_an_svg_in_the_current_folder(model, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["draw", str(model)]) == 0
    assert capsys.readouterr().out == "wrote network.svg\n"
    assert ElementTree.parse("network.svg").getroot().tag.endswith("svg")


def test_the_suffix_decides_on_the_format(model, tmp_path):
    for name, start in (("a.png", PNG), ("a.PNG", PNG), ("a.gv", b"digraph"), ("a.svg", b"<?xml")):
        assert main(["draw", str(model), "-o", str(tmp_path / name)]) == 0
        content = (tmp_path / name).read_bytes()
        assert content.lstrip().startswith(start) or b"digraph" in content[:80]


def test_the_words_are_in_the_language_asked_for(model, tmp_path):
    texts = {}
    for lang in ("ko", "en"):
        path = tmp_path / f"{lang}.svg"
        assert main(["draw", str(model), "--lang", lang, "--out", str(path)]) == 0
        texts[lang] = path.read_text(encoding="utf-8")
    assert "은닉층" in texts["ko"]
    assert "은닉층" not in texts["en"]
    assert "idden layer" in texts["en"]


def test_without_a_renderer_one_line_says_what_to_install(model, tmp_path):
    code = (
        "import shutil\nfrom importlib import metadata\nshutil.which = lambda *_, **__: None\n"
        "def none(name): raise metadata.PackageNotFoundError(name)\nmetadata.files = none"
    )
    result = run("draw", model, cwd=tmp_path, code=code)
    assert result.returncode == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert 'pip install "glassgrad[render]"' in result.stderr
    assert names_in(tmp_path) == {"model.safetensors"}
    assert run("draw", model, "-o", "n.gv", cwd=tmp_path, code=code).returncode == 0
