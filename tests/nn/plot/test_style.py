"""What all plots share: names shown as written, fonts that have the letters, nothing global."""

import subprocess
import sys
import warnings

import matplotlib as mpl
import matplotlib.figure
import pytest
from matplotlib.font_manager import FontProperties, fontManager

from nn import MLP, moons
from nn.plot import (
    confusion_matrix,
    decision_boundary,
    fonts,
    korean_font,
    loss_curve,
    to_png,
    use_korean_font,
)
from nn.plot.style import COLORS, class_color, class_marker, name_of
from nn.training.history import History
from tests.nn.plot.figures import Echo, check_png, path_of


def matrix_of(*names):
    X = [[float(i == k) for k in range(len(names))] for i in range(len(names))]
    return confusion_matrix(Echo(), (X, list(range(len(names)))), names)


def names_in(figure):
    to_png(figure)  # names at an axis are written anew when it is drawn
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


HOSTILE = ["$x$", "$\\frac{1}{", "a_b^c", "%s {} \\n", "<b>&amp;</b>", "]-> {", '"quoted"']


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_shown_as_it_was_written(name):
    assert names_in(matrix_of(name, "other")) == [name, "other"]


def test_a_name_is_one_line_of_letters():
    assert name_of("one\ntwo\tthree") == "one two three"
    assert name_of("\x00\x1b[31m\ud800") == "□□[31m□"
    assert name_of("x" * 100) == "x" * 23 + "…"
    assert name_of(3) == "3"


def test_korean_names_never_give_a_warning_and_always_a_picture():
    """With a Korean font on this machine or without."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        figure = matrix_of("붓꽃 − 하나", "뷁")
        check_png(figure)
    assert caught == []
    shown = names_in(figure)
    assert shown == (["붓꽃 − 하나", "뷁"] if korean_font() else ["□□ − □□", "□"])


@pytest.mark.usefixtures("no_font")
def test_without_a_font_letters_are_boxes_and_it_is_said_once(capsys):
    for _ in range(2):
        figure = matrix_of("가나 -1", "둘")
        assert names_in(figure) == ["□□ -1", "□"]
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "install one, for Korean on Debian or Ubuntu: apt-get install fonts-nanum" in said
    assert korean_font() is None
    assert fonts.notice("ABC − ±") is None
    assert fonts.notice("가") == fonts.notice("가가")


@pytest.mark.usefixtures("a_font")
def test_a_font_that_has_the_letters_is_named_by_the_figure_alone():
    families = list(mpl.rcParams["font.family"])
    figure = matrix_of("가나", "둘")
    assert figure.axes[0].get_yticklabels()[0].get_fontfamily() == [
        *families, "DejaVu Serif", "DejaVu Sans"
    ]  # fmt: skip
    assert mpl.rcParams["font.family"] == families
    assert korean_font() == "DejaVu Serif"
    assert fonts.notice("가") is None


@pytest.mark.usefixtures("a_font")
def test_figures_of_ones_own_write_korean_if_asked_to():
    with mpl.rc_context():
        families = list(mpl.rcParams["font.family"])
        for _ in range(2):
            use_korean_font()
            assert mpl.rcParams["font.family"] == [*families, "DejaVu Serif"]


@pytest.mark.usefixtures("no_font")
def test_without_a_font_one_line_is_said_in_place_of_many_warnings(capsys):
    figure = mpl.figure.Figure()
    figure.text(0.5, 0.5, "가나")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        use_korean_font()
        to_png(figure)
    assert caught == []
    assert capsys.readouterr().err.startswith("no installed font has Korean letters, so figures")


def test_latin_needs_no_other_font():
    assert fonts.fallbacks("loss − 1e−3 σ") == ([], "")


def test_letters_that_no_font_has_are_boxes(monkeypatch):
    monkeypatch.setattr(fonts, "_has_said", True)
    assert names_in(matrix_of("\U000e0041a\U0001fbff", "b"))[0].startswith("□a")


def test_several_fonts_where_one_does_not_have_all(monkeypatch):
    letters = {"First": "가나다", "Second": "라", "Third": "나라마"}
    monkeypatch.setattr(fonts, "_candidates", lambda: ((name, name) for name in letters))
    monkeypatch.setattr(fonts, "_opened", lambda path: path)
    monkeypatch.setattr(fonts, "_has", lambda font, c: c in letters.get(font, ""))
    monkeypatch.setattr(fonts, "_registered", lambda name, path: name)
    fonts._fonts_for.cache_clear()
    assert fonts._fonts_for(frozenset("가다")) == (("First",), "")
    assert fonts._fonts_for(frozenset("가다라")) == (("First", "Second"), "")
    assert fonts._fonts_for(frozenset("가나다라마바")) == (("First", "Third"), "바")
    fonts._fonts_for.cache_clear()


def test_a_font_newer_than_matplotlibs_list_is_found(monkeypatch):
    path = path_of("DejaVu Serif")
    older = [entry for entry in fontManager.ttflist if entry.fname != path]
    monkeypatch.setattr(fontManager, "ttflist", older)
    monkeypatch.setattr("matplotlib.font_manager.findSystemFonts", lambda: [path])
    assert list(fonts._candidates())[-1] == ("DejaVu Serif", path)
    assert fonts._registered("DejaVu Serif", path) == "DejaVu Serif"
    assert FontProperties(family=["DejaVu Serif"]).get_name() == "DejaVu Serif"
    assert any(entry.fname == path for entry in fontManager.ttflist)


def test_a_font_that_pretends_is_no_font():
    ordered = fonts._in_order(
        [("Zzz", "z"), ("Last Resort High-Efficiency", "l"), ("NanumGothic", "n")]
    )
    assert ordered == [("NanumGothic", "n"), ("Zzz", "z")]


def test_the_users_own_font_comes_first():
    with mpl.rc_context({"font.family": ["DejaVu Serif"]}):
        figure = matrix_of("a", "b")
    family = figure.axes[0].title.get_fontfamily()
    assert family[0] == "DejaVu Serif"
    assert family[-1] == "DejaVu Sans"  # which has the minus sign


def test_classes_differ_by_marker_and_colour():
    pairs = {(class_marker(i), class_color(i)) for i in range(64)}
    assert len(pairs) == 64
    assert len({class_marker(i) for i in range(8)}) == len(COLORS)


def test_nothing_global_changes():
    settings = dict(mpl.rcParams)
    had_pyplot = "matplotlib.pyplot" in sys.modules
    to_png(decision_boundary(MLP(2, [2], seed=0), moons(10, seed=1)))
    history = History()
    history.append(loss=0.5)
    to_png(loss_curve(history))
    assert dict(mpl.rcParams) == settings
    assert ("matplotlib.pyplot" in sys.modules) == had_pyplot


def test_without_matplotlib(monkeypatch):
    for name in [name for name in sys.modules if name.partition(".")[0] == "matplotlib"]:
        monkeypatch.setitem(sys.modules, name, None)
    history = History()
    history.append(loss=0.5)
    with pytest.raises(ModuleNotFoundError) as caught:
        loss_curve(history)
    assert str(caught.value).endswith('matplotlib.figure: pip install "glassgrad[plot]"')
    assert korean_font() is None


def test_a_notebook_shows_a_figure_without_pyplot():
    code = (
        "import sys, nn.plot\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "figure = nn.plot.activation_function_plot('tanh')\n"
        "shown, _ = InteractiveShell().display_formatter.format(figure)\n"
        "assert shown['image/png'][:4] == b'\\x89PNG', shown\n"
        "assert 'matplotlib.pyplot' not in sys.modules\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
