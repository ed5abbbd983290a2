"""Where things stand on training.html: names, numbers and signs have room, words their place."""

from itertools import pairwise
from random import Random

import pytest

import nn
from tests.browser.conftest import invented, train

# How many lines each element has.
LINES = """(selector) => [...document.querySelectorAll(selector)].map((one) => {
  const range = document.createRange();
  range.selectNodeContents(one);
  return new Set([...range.getClientRects()].map((box) => Math.round(box.bottom))).size;
})"""
BOX = "(selector) => document.querySelector(selector).getBoundingClientRect().toJSON()"
TEXTS = "(selector) => [...document.querySelectorAll(selector)].map((one) => one.innerText)"

FEATURES = [
    f"{of} {name}"
    for of in ("mean", "worst")
    for name in ("radius", "concavity", "concave points", "compactness", "fractal dimension")
]
KOREAN = ["꽃받침 길이 (cm)", "꽃받침 너비 (cm)", "꽃받침의아주긴길이", "꽃받침의아주긴너비"]


def named(opened, names, **context_options):
    """The page of a training whose features have these names."""
    source = Random(1)
    y = [i % 3 for i in range(30)]
    rows = [[source.gauss(k, 1) for _ in names] for k in y]
    problem = nn.Problem("named", tuple(names), rows, [f"c{k}" for k in y], "kind", "classify")
    preparation = nn.Preparation.of(problem)
    model = nn.MLP(len(names), [4, 3], seed=1)
    history = train(model, preparation.data(problem), "cross_entropy", epochs=2)
    return opened(history, page_options={"preparation": preparation}, **context_options)


# The confusion matrix


@pytest.mark.parametrize("width", [1280, 400])
def test_no_number_of_a_table_of_many_classes_is_broken(show, width):
    one = show("many", viewport={"width": width, "height": 900})
    assert set(one.run(LINES, ".confusion td:not(.corner)")) == {1}
    assert set(one.run(LINES, ".confusion th")) == {1}
    assert one.run(TEXTS, ".confusion thead th") == [str(i) for i in range(23)]
    card, scroll = one.run(BOX, "#confusion"), one.run(BOX, "#confusion .scroll")
    assert card["left"] < scroll["left"] < scroll["right"] < card["right"]


def test_a_table_of_many_classes_has_the_whole_row(show):
    one = show("many")
    card, row = one.run(BOX, "#confusion"), one.run(BOX, ".cards")
    assert (card["left"], card["width"]) == (row["left"], row["width"])
    assert one.page.locator("#confusion [tabindex]").count() == 0  # nothing to scroll
    assert one.run(BOX, ".confusion")["width"] > 0.9 * row["width"]


def test_a_table_that_needs_more_scrolls_beside_the_names_of_its_rows(show):
    one = show("many", viewport={"width": 400, "height": 900})
    box = one.page.get_by_role("region", name="Which classes it confuses").locator(".scroll")
    box.focus()
    assert one.run("(box) => document.activeElement.classList.contains('scroll')")
    before = one.run(BOX, ".confusion tbody th")["left"]
    one.run("document.querySelector('.scroll').scrollLeft = 150")
    assert one.run("document.querySelector('.scroll').scrollLeft") == 150
    assert one.run(BOX, ".confusion tbody th")["left"] == pytest.approx(before, abs=5)


@pytest.mark.parametrize("n_classes", [2, 6, 9])
def test_no_large_number_is_broken_or_runs_out_of_its_cell(opened, n_classes):
    data = [[1.0, 2.0, 3.0]] * 1200, [0] * 1199 + [n_classes - 1]
    model = nn.MLP(3, [n_classes], seed=1)
    one = opened(invented(model, data, 1, "cross_entropy"), viewport={"width": 320, "height": 900})
    assert "1,199" in one.text(".confusion")
    assert set(one.run(LINES, ".confusion tbody td")) == {1}
    wider = (
        "[...document.querySelectorAll('.confusion td')].some((c) => c.scrollWidth > c.clientWidth)"
    )
    assert one.run(wider) is False
    assert one.run("document.documentElement.scrollWidth") <= 320


# Names


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("names", [FEATURES, KOREAN])
def test_names_in_the_network_differ_and_lie_in_their_card(opened, names, width):
    one = named(opened, names, viewport={"width": width, "height": 900})
    shown = one.run(TEXTS, "#network .name.before")
    assert len(set(shown)) == len(names)
    card = one.run(BOX, "#network .body")
    found = one.run(
        "[...document.querySelectorAll('#network .name')].map((one) =>"
        " one.getBoundingClientRect().toJSON())"
    )
    assert min(box["left"] for box in found) >= card["left"] - 1
    before = found[: len(names)]
    assert all(a["bottom"] <= b["top"] + 1 for a, b in pairwise(before))


@pytest.mark.parametrize(
    ("names", "room", "lines", "expected"),
    [
        (["short", "also short"], "also short", 1, [["short"], ["also short"]]),
        (["mean radius"], "radius", 2, [["mean", "radius"]]),
        (["mean concave points"], "mean conc…", 2, [["mean conc…", "points"]]),
        (["mean concave points"], "mean c…points", 1, [["mean c…points"]]),
        (["province=ab", "province=ba"], "prov…=ab", 1, [["prov…=ab"], ["prov…=ba"]]),
        (["꽃받침길이", "꽃받침너비"], "꽃…길이", 2, [["꽃받…이"], ["꽃받…비"]]),
        (["beginning a two", "beginning b two"], "…a two", 1, [["…a two"], ["…b two"]]),
        (["10", "11"], "1", 1, [["10"], ["11"]]),  # a cut would be no narrower
    ],
)
def test_a_name_is_broken_between_words_or_cut_where_it_differs(show, names, room, lines, expected):
    found = show("moons").run(
        "([names, room, lines]) => fitted(names, measure(room, 12) + 0.5, 12, lines)",
        [names, room, lines],
    )
    assert found == expected


def test_names_that_every_cut_makes_alike_get_their_numbers(show):
    names = [f"a long beginning {what} and a long end" for what in ("one", "two")]
    found = show("moons").run("(names) => fitted(names, measure('long name', 12), 12)", names)
    assert [one[0][:2] for one in found] == ["1:", "2:"]


@pytest.mark.parametrize("width", [1280, 600, 400])
def test_no_word_is_broken_in_the_weights_of_a_neuron(opened, width):
    one = named(opened, FEATURES, viewport={"width": width, "height": 900})
    words = one.run(
        """() => [...document.querySelectorAll('#neuron th')].flatMap((one) => {
          const node = document.createTreeWalker(one, NodeFilter.SHOW_TEXT).nextNode();
          return [...node.data.matchAll(/\\S+/g)].map(({ 0: word, index }) => {
            const range = document.createRange();
            range.setStart(node, index);
            range.setEnd(node, index + word.length);
            return [word, new Set([...range.getClientRects()].map((box) => box.top)).size];
          });
        })"""
    )
    assert len(words) > 2 * len(FEATURES) - 1
    assert [word for word, lines in words if lines > 1] == []


# The curves


def test_the_sign_of_the_best_epoch_lies_above_its_curves(show):
    one = show("iris")
    signs = one.page.locator(".plot .best-sign")
    assert signs.count() == 2
    for i in range(2):
        top, bottom, above, below = one.run(
            """(i) => {
              const sign = document.querySelectorAll('.plot .best-sign')[i];
              const { top, bottom } = sign.getBoundingClientRect();
              const plot = sign.closest('svg');
              const frame = plot.querySelector('.frame').getBoundingClientRect();
              return [top, bottom, plot.getBoundingClientRect().top, frame.top];
            }""",
            i,
        )
        assert above <= top
        assert bottom <= below


# Which samples, which weights


def test_each_way_of_drawing_weights_is_explained_where_it_is(show):
    groups = show("digits").run(
        "[...document.querySelectorAll('#neurons .body > div')].map((one) => one.innerText)"
    )
    assert "8×8 image" in groups[0]
    assert "to the right" not in groups[0]
    assert "to the right positive" in groups[1]
    captions = "[...document.querySelectorAll('#neurons > .caption')].map((one) => one.innerText)"
    assert "to the right" not in " ".join(show("digits").run(captions))
    assert "to the right positive" in " ".join(show("iris").run(captions))


def test_two_accuracies_of_the_same_samples_are_told_apart(opened):
    history = train(nn.MLP(2, [4, 3], seed=1), nn.blobs(60, seed=2), "cross_entropy", lr=0.05)
    one = opened(history)
    for k in (1, 3):
        one.at(k)
        running = one.text(".figures div:nth-child(2) strong")
        assert one.text(".figures div:nth-child(2) span") == "Training accuracy"
        assert f"the training accuracy above ({running}) was measured during the epoch" in one.text(
            "#confusion"
        )
    assert one.text(".running") == (
        "Training loss and accuracy: measured during the epoch, while the weights change."
    )
    one.at(0)
    assert "during the epoch" not in one.text("#confusion")  # nothing was measured yet
    assert one.text(".final small >> nth=0").endswith(f"of 60; weights after epoch {len(history)}")


def test_what_is_measured_after_the_epoch_is_told_too(show):
    assert show("iris").text(".running").endswith("change. The others: after the epoch.")
    assert show("diabetes").text(".running").endswith("change. The others: after the epoch.")
    assert "above" not in show("iris").text("#confusion")
