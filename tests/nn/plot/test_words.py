"""The language of plots: Korean to the last word, or English and one remark. Nothing is cut."""

import re

import pytest
from matplotlib.text import Text

import nn
from nn.command.main import main
from nn.plot.words import TEXTS
from tests.nn.command.running import flowers, quick, write_csv
from tests.nn.plot.figures import check_png

# What stands in a Korean plot as it is: names of functions, of inputs and of mathematics.
AS_IT_IS = re.compile(r"(?<![A-Za-z])(tanh|relu|cross_entropy|x\d*|y|z|dy|dz|f|R)(?![A-Za-z])")
CLASSES = [[0.0, 0.0], [1.0, 2.0], [2.0, 1.0], [3.0, 3.0]], [0, 1, 1, 0]
NUMBERS = [[0.0], [1.0], [2.0]], [0.0, 1.0, 4.0]


def history():
    model = nn.MLP(2, [2, 2], seed=0)
    return nn.fit(
        model, CLASSES, "cross_entropy", lr=0.1, epochs=3, seed=0, validation=CLASSES,
        early_stopping=2, verbose=False,
    )  # fmt: skip


def plots(lang):
    plane = nn.MLP(2, [2, 3, 2], activation="tanh", seed=0)
    return [
        nn.plot.loss_curve(history(), lang=lang),
        nn.plot.decision_boundary(plane, CLASSES, test=CLASSES, lang=lang),
        nn.plot.confusion_matrix(plane, CLASSES, lang=lang),
        nn.plot.regression(nn.MLP(1, [2, 1], seed=0), NUMBERS, test=NUMBERS, lang=lang),
        nn.plot.regression(nn.MLP(2, [1], seed=0), (CLASSES[0], [1.0] * 4), lang=lang),
        nn.plot.activation_functions(lang=lang),
        nn.plot.activation_function_plot("tanh", lang=lang),
        nn.plot.hidden_neurons(plane, CLASSES, lang=lang),
        nn.plot.hidden_neurons(nn.MLP(1, [2, 1], seed=0), NUMBERS, lang=lang),
        nn.plot.hidden_neurons(nn.MLP(64, [33, 2], seed=0), ([[0.0] * 64], [0]), lang=lang),
        nn.plot.hidden_neurons(nn.MLP(50, [2, 2], seed=0), ([[0.0] * 50], [0]), lang=lang),
    ]


def texts_of(figure):
    return [text.get_text() for text in figure.findobj(Text)]


@pytest.mark.usefixtures("a_font")
def test_a_korean_plot_has_no_english_word():
    for figure in plots("ko"):
        for text in texts_of(figure):
            if not text.startswith("$") and text not in nn.ACTIVATIONS:
                assert not re.search("[A-Za-z]", AS_IT_IS.sub("", text)), text


@pytest.mark.usefixtures("no_font")
def test_without_a_font_it_is_english_and_that_is_said_once(capsys):
    assert [*map(texts_of, plots("ko"))] == [*map(texts_of, plots("en"))]
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert said.startswith("no installed font has Korean letters, so plots are in English: install")


def test_both_languages_name_the_same_parts():
    for english, korean in TEXTS.values():
        assert set(re.findall(r"\{(\w+)\}", english)) == set(re.findall(r"\{(\w+)\}", korean))


def test_another_language_is_refused():
    with pytest.raises(ValueError, match="loss_curve: lang must be 'en' or 'ko', got 'fr'"):
        nn.plot.loss_curve(history(), lang="fr")


@pytest.mark.parametrize("height", [0.2, 1.0, 5.0])
def test_nothing_of_a_decision_boundary_is_cut(height):
    X, y = CLASSES
    model = nn.MLP(2, [2, 2], seed=0)
    figure = nn.plot.decision_boundary(model, ([[x1, height * x2] for x1, x2 in X], y))
    for _ in range(2):  # when it is drawn again, it is laid out again
        check_png(figure)
        box, (right, top) = figure.get_tightbbox(), figure.get_size_inches()
        assert 0.0 <= box.x0 < box.x1 <= right
        assert 0.0 <= box.y0 < box.y1 <= top


def trained(tmp_path, monkeypatch, *more):
    """Titles and names of axes of the plots of a training, and graph.svg."""
    seen = []
    monkeypatch.setattr(nn.plot, "to_png", lambda figure: seen.extend(texts_of(figure)) or b"")
    assert main([*quick("moons", "--out", str(tmp_path)), *more]) == 0
    return seen, (tmp_path / "graph.svg").read_text(encoding="utf-8")


@pytest.mark.usefixtures("a_font")
def test_the_command_speaks_korean_in_every_picture(tmp_path, monkeypatch, capsys):
    seen, graph = trained(tmp_path, monkeypatch, "--lang", "ko")
    assert {"학습 곡선", "결정 경계", "은닉층 (relu)"} <= set(seen)
    assert not {"Training", "Decision boundary", "hidden layer (relu)"} & set(seen)
    assert "첫 은닉층의 뉴런 1" in graph
    assert "no installed font" not in capsys.readouterr().err


@pytest.mark.usefixtures("no_font")
def test_the_command_says_once_why_its_plots_are_english(tmp_path, monkeypatch, capsys):
    seen, _ = trained(tmp_path, monkeypatch, "--lang", "ko")
    assert {"Training", "Decision boundary", "hidden layer (relu)"} <= set(seen)
    assert capsys.readouterr().err.count("so plots are in English") == 1


@pytest.mark.usefixtures("no_font")
@pytest.mark.parametrize("lang", ["ko", "en"])
def test_that_names_cannot_be_written_is_said_once(tmp_path, capsys, lang):
    table = write_csv(tmp_path / "table.csv", flowers())
    assert main([*quick(table, "--ignore", "번호", "--out", tmp_path / "out"), "--lang", lang]) == 0
    assert capsys.readouterr().err.count("no installed font has the letters") == 1
