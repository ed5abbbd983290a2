"""One term, one rendering: the glossary itself, and every Korean text held against it."""

import re
from pathlib import Path

import pytest

from autograd.view import TERMS, term
from autograd.view.glossary import OTHER_RENDERINGS, other_renderings

ROOT = Path(__file__).resolve().parents[1]
HANGUL = re.compile(r"[가-힣]")
# Where Korean texts for readers stand; the glossary itself holds the renderings to avoid.
TEXTS = sorted(
    path
    for folder in ("autograd", "nn", "notebooks")
    for path in (ROOT / folder).rglob("*")
    if path.suffix in {".py", ".js", ".html", ".css", ".ipynb", ".md", ".json"}
    and path.name != "glossary.py"
    and HANGUL.search(path.read_text(encoding="utf-8"))
) + sorted(ROOT.glob("*.ko.md"))
# The one mention that the glossary allows: 바이어스 (편향).
ALLOWED = "바이어스(편향"


def test_there_are_texts_to_check():
    assert any(path.name == "README.ko.md" for path in TEXTS)
    assert any("nn" in path.parts for path in TEXTS)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_texts_use_the_glossary(path):
    text = path.read_text(encoding="utf-8")
    assert text.count(ALLOWED) <= 1
    assert other_renderings(text.replace(ALLOWED, "바이어스(")) == []


def test_another_rendering_is_noticed():
    assert other_renderings("경사하강법으로 편향을 갱신합니다") == [
        "편향: 바이어스",
        "경사하강: 경사 하강법",
    ]
    assert other_renderings("경사 하강법으로 바이어스를 업데이트합니다") == []


def test_the_glossary_does_not_contradict_itself():
    assert set(OTHER_RENDERINGS.values()) <= TERMS.keys()
    assert [other_renderings(korean) for korean in TERMS.values()] == [[]] * len(TERMS)
    assert all(HANGUL.search(korean) for korean in TERMS.values())


def test_term():
    assert term("hidden layer", "ko") == "은닉층"
    assert term("hidden layer") == "hidden layer"
    with pytest.raises(KeyError):
        term("layer of gold")
    with pytest.raises(ValueError, match="'en' or 'ko'"):
        term("neuron", "fr")
