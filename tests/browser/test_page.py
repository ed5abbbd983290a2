"""training.html in a real browser: nothing fails, everything moves, the numbers are Python's."""

import math
import re
from itertools import pairwise

import pytest

import nn
from tests.browser.conftest import MAKERS, invented, train

# Of the largest output: weights in 32 bits (6e-8) and activation functions as straight lines
# between points 0.02 apart, through a few layers.
TOLERANCE = 1e-3

LOOK = """() => Object.fromEntries([...document.querySelectorAll('.card')].map((card) => [
  card.id,
  [card.innerHTML, ...[...card.querySelectorAll('canvas')].map((one) => one.toDataURL())].join()
]))"""
CARDS = {
    "moons": ["plane", "confusion", "network", "curves", "neurons"],
    "spirals": ["plane", "confusion", "network", "curves", "neurons"],
    "iris": ["scores", "confusion", "network", "curves", "neurons"],
    "sine": ["curve", "network", "curves", "neurons"],
    "diabetes": ["answers", "network", "curves", "neurons"],
    "neuron": ["plane", "confusion", "network", "curves", "neurons"],
    "softmax": ["plane", "confusion", "network", "curves", "neurons"],
    "digits": ["scores", "confusion", "network", "curves", "neurons"],
    "many": ["scores", "network", "confusion", "curves", "neurons"],
}


def snapshots(history, epochs):
    """The model at each of the epochs, one after another in the same object."""
    model = history.model
    now = [parameter.data for parameter in model.parameters()]
    try:
        for epoch in epochs:
            for parameter, number in zip(model.parameters(), history.snapshots[epoch], strict=True):
                parameter.data = number
            yield model
    finally:
        for parameter, number in zip(model.parameters(), now, strict=True):
            parameter.data = number


@pytest.mark.parametrize("name", MAKERS)
def test_every_part_is_there_and_moves_with_the_slider(show, name):
    one = show(name)
    last = one.run("EPOCHS.length - 1")
    looks = [one.at(k).run(LOOK) for k in (0, last // 2, last)]
    assert list(looks[0]) == CARDS[name]
    for part in CARDS[name]:
        assert looks[0][part] != looks[-1][part], part
        assert looks[0][part] != looks[1][part], part
    assert one.at(0).text(".where").startswith("0 / ")


def test_the_keyboard_moves_the_slider(show):
    one = show("moons")
    one.page.locator("#epoch").focus()
    for key, epoch in (("Home", 0), ("ArrowRight", 1), ("ArrowRight", 2), ("ArrowLeft", 1)):
        one.page.keyboard.press(key)
        assert one.text(".where").startswith(f"{epoch} / 6")
    one.page.keyboard.press("End")
    assert one.text(".where") == "6 / 6 (the final network)"
    assert (
        one.page.locator("#epoch").get_attribute("aria-valuetext") == "Epoch 6, the final network"
    )


def test_arrow_keys_work_where_nothing_has_the_focus(show):
    one = show("moons")
    one.page.keyboard.press("ArrowLeft")
    assert one.text(".where").startswith("5 / 6")


def test_the_mouse_moves_the_slider(show):
    one = show("moons")
    box = one.page.locator("#epoch").bounding_box()
    one.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    assert one.text(".where").startswith("3 / 6")


def test_play_goes_from_the_first_epoch_to_the_last_and_stops(show):
    one = show("moons")
    button = one.page.get_by_role("button", name="Play")
    button.click()
    one.page.get_by_role("button", name="Pause").wait_for()
    one.wait("thePlayer.epoch() === EPOCHS.length - 1")
    button.wait_for()
    button.click()
    one.wait("thePlayer.epoch() === 2")
    one.page.get_by_role("button", name="Pause").click()
    here = one.run("thePlayer.epoch()")
    one.page.wait_for_timeout(1000)
    assert one.run("thePlayer.epoch()") == here


def test_with_reduced_motion_it_plays_one_epoch_a_second(show):
    one = show("moons", reduced_motion="reduce")
    one.page.get_by_role("button", name="Play").click()
    one.page.wait_for_timeout(700)
    assert one.run("thePlayer.epoch()") == 0
    one.wait("thePlayer.epoch() === 1")
    assert (
        one.run("getComputedStyle(document.querySelector('.stage path')).transitionDuration")
        == "0s"
    )


def test_the_epoch_is_spoken_when_the_slider_rests(show):
    one = show("iris").at(1)
    one.wait("document.getElementById('said').textContent")
    assert re.fullmatch(
        r"Epoch 1\. Training loss [\d.]+, Validation loss [\d.]+, Training accuracy [\d.]+ %, "
        r"Validation accuracy [\d.]+ %, Test accuracy [\d.]+ %",
        one.page.locator("#said").text_content(),
    )


# Numbers.


@pytest.mark.parametrize(
    "name", ["moons", "spirals", "neuron", "softmax", "sine", "iris", "digits"]
)
def test_forward_propagation_in_the_page_is_that_of_predict(show, histories, name):
    history, _ = histories(name)
    one = show(name)
    rows = history.data[0][:25]
    columns = [list(column) for column in zip(*rows, strict=True)]
    epochs = one.run("EPOCHS")
    for k, model in enumerate(snapshots(history, epochs)):
        expected = nn.predict(model, rows)
        found = one.run(
            "([k, columns, n]) => propagate(k, columns.map((c) => Float64Array.from(c)), n)"
            ".at(-1).map((row) => Array.from(row))",
            [k, columns, len(rows)],
        )
        listed = [output if isinstance(output, list) else [output] for output in expected]
        scale = max(1.0, *(abs(y) for row in listed for y in row))
        for i, row in enumerate(listed):
            assert [outputs[i] for outputs in found] == pytest.approx(row, abs=TOLERANCE * scale)


@pytest.mark.parametrize("name", ["moons", "spirals", "neuron", "softmax"])
def test_the_map_of_the_plane_is_what_predict_decides(show, histories, name):
    history, _ = histories(name)
    one = show(name)
    last = one.run("EPOCHS.length - 1")
    columns, winners, margins = one.run(
        "(k) => { const grid = gridOf(30, 30); const outputs = propagate(k, grid, 900).at(-1);"
        "const { winners, fields } = decide(outputs, 900);"
        "const margins = Array.from(winners, (_, p) =>"
        " Math.min(...fields.map((f) => Math.abs(f[p]))));"
        "return [grid.map((c) => Array.from(c)), Array.from(winners), margins]; }",
        last,
    )
    (model,) = snapshots(history, [one.run("EPOCHS.at(-1)")])
    outputs = nn.predict(model, [list(row) for row in zip(*columns, strict=True)])
    border = one.run("TASK.border")
    expected = [
        output.index(max(output)) if isinstance(output, list) else int(output > border)
        for output in outputs
    ]
    clear = [p for p in range(900) if margins[p] > 2 * TOLERANCE]
    assert len(clear) > 800
    assert [winners[p] for p in clear] == [expected[p] for p in clear]
    assert len(set(winners)) > 1


@pytest.mark.parametrize("name", ["moons", "spirals", "iris", "digits", "many"])
def test_the_confusion_matrix_is_that_of_predict_at_every_epoch(show, histories, name):
    history, options = histories(name)
    X, y = options["test"]
    one = show(name)
    epochs = one.run("EPOCHS")
    for k, model in enumerate(snapshots(history, epochs)):
        n = one.run("TASK.classes.length")
        expected = [[0] * n for _ in range(n)]
        for output, target in zip(nn.predict(model, X), y, strict=True):
            if isinstance(output, list):
                expected[target][output.index(max(output))] += 1
            else:
                expected[target > 0][output > 0] += 1
        one.at(k)
        rows = one.page.locator(".confusion tbody tr").all()
        found = [
            [int(cell.replace("·", "0")) for cell in row.locator("td").all_inner_texts()]
            for row in rows
        ]
        assert found == expected
        right = sum(expected[i][i] for i in range(n))
        assert one.text(".sum").startswith(f"{right} of {len(y)} test samples right")


def test_predictions_of_numbers_are_those_of_predict_in_their_own_units(show, histories):
    history, options = histories("diabetes")
    one = show("diabetes")
    preparation, (X, y) = options["preparation"], options["test"]
    expected = [preparation.answer(output) for output in nn.predict(history.model, X)]
    found = one.run("Array.from(numbers(OUTCOME.answers[1]).map(asAnswer))")[-len(X) :]
    assert found == pytest.approx(expected, rel=1e-5)
    actual = one.run("Array.from(numbers(OUTCOME.actual[1]).map(asAnswer))")
    assert actual == pytest.approx([preparation.answer(target) for target in y], rel=1e-5)


def test_the_slider_starts_at_the_network_that_was_kept(show, histories):
    history, options = histories("iris")
    one = show("iris")
    assert one.text(".where").startswith(f"{history.best_epoch} / {len(history)}")
    accuracy = nn.accuracy(history.model, options["test"])
    assert one.text(".final strong >> nth=0") == f"{100 * accuracy:.1f} %".replace("100.0", "100")


def test_weights_of_a_neuron_are_shown(show, histories):
    history, _ = histories("moons")
    one = show("moons")
    one.page.locator("#network .node[data-neuron='2.3']").click()
    neuron = history.model.layers[1].neurons[3]
    shown = [
        float(text.replace("−", "-"))
        for text in one.page.locator("#neuron .number").all_inner_texts()
    ]
    assert shown == pytest.approx([weight.data for weight in neuron.weights], rel=1e-3)
    bias = one.text("#neuron dd >> nth=0").replace("−", "-")
    assert float(bias) == pytest.approx(neuron.bias.data, rel=1e-3)
    assert one.text("#neuron .formula") == "relu(w₁h₁ + … + wₙhₙ + b)"  # of the hidden outputs
    one.page.locator("#network .node[data-neuron='1.3']").click()
    assert one.text("#neuron .formula") == "relu(w₁x₁ + w₂x₂ + b)"


def test_the_error_of_each_epoch_is_that_of_its_weights_in_the_units_of_the_table(show, histories):
    history, options = histories("diabetes")
    one, preparation = show("diabetes"), options["preparation"]
    X, y = options["test"]
    for k, model in enumerate(snapshots(history, one.run("EPOCHS"))):
        error = preparation.target.deviation * math.sqrt(nn.mse_loss(nn.predict(model, X), y))
        shown = one.at(k).text(".figures div:last-child strong")
        assert float(shown) == pytest.approx(error, rel=1e-3)
    assert one.text(".figures div:last-child span") == "Test RMSE"


def test_the_settings_of_the_training_are_facts(show):
    facts = show("moons").text(".facts").split("\n")
    told = dict(zip(facts[::2], facts[1::2], strict=True))
    assert told["Weight update"].startswith("SGD")
    assert float(told["Learning rate α"]) > 0.0
    assert re.fullmatch(r"\d+ samples|all samples", told["Mini-batch"])


def test_neurons_of_a_layer_are_drawn_on_one_scale(opened):
    model = nn.MLP(2, [3, 1], activation="relu", seed=1)
    for neuron, size in zip(model.layers[0].neurons, (1.0, 0.01, 0.5), strict=True):
        neuron.weights[0].data, neuron.weights[1].data, neuron.bias.data = size, size, 0.0
    one = opened(train(model, nn.moons(20, seed=1), "mse", epochs=1, lr=1e-12))
    strongest = [
        one.run(f"""(() => {{
          const map = document.querySelector("#neurons .tile[data-neuron='1.{i}'] canvas");
          const {{ data }} = map.getContext("2d").getImageData(0, 0, map.width, map.height);
          return Math.max(...data.filter((_, k) => k % 4 === 3));
        }})()""")
        for i in range(3)
    ]
    assert strongest[0] == 230
    assert strongest[1] <= 3
    assert strongest[2] == pytest.approx(115, abs=1)
    assert "on one scale" in one.text("#neurons")


def test_large_numbers_and_long_names_have_room(opened):
    names = ("size in square metres", "kind=detached house", "kind=terraced house")
    rows = [[float(i), float(i % 2), float(i % 3)] for i in range(12)]
    targets = [1e5 * i + 0.5 for i in range(12)]
    problem = nn.Problem("own", names, rows, targets, "price in euro", "regress")
    preparation = nn.Preparation.of(problem)
    history = train(nn.MLP(3, [2, 1], seed=0), preparation.data(problem), "mse", epochs=1)
    one = opened(history, page_options={"preparation": preparation})
    label = one.run("""(() => {
      const [label] = document.querySelectorAll("#answers .label[transform]");
      const ticks = [...document.querySelectorAll("#answers .axes text[text-anchor=end]")];
      return [label.getBoundingClientRect().right,
        Math.min(...ticks.map((text) => text.getBoundingClientRect().left))];
    })()""")
    assert label[0] <= label[1]
    shown = one.page.locator("#network .name.before").all_inner_texts()
    assert len(set(shown)) == 3  # cut, and told apart
    assert [text.endswith("house") or "=" in text for text in shown[1:]] == [True, True]


def test_features_whose_names_begin_alike_are_told_apart(opened):
    names = ["꽃받침 길이", "꽃받침 너비", "petal length in cm", "petal length in inches"]
    rows = [[float(i == k) for k in range(4)] for i in range(4)]
    problem = nn.Problem("own", names, rows, [0.0, 1.0, 2.0, 3.0], "y", "regress")
    preparation = nn.Preparation.of(problem)
    history = train(nn.MLP(4, [2, 1], seed=0), preparation.data(problem), "mse", epochs=1)
    one = opened(history, page_options={"preparation": preparation})
    one.page.locator("#network .node[data-neuron='1.0']").click()
    assert one.page.locator("#neuron .weights th").all_inner_texts() == names
    assert one.run("document.querySelector('#neuron').scrollWidth <= neuron.clientWidth")


def test_wide_layers_are_folded_and_say_so(show):
    one = show("digits")
    assert one.page.locator("#network .fold").all_inner_texts() == ["⋮ 49 more", "⋮ 17 more"]
    assert one.page.locator("#network .node[data-neuron^='0.']").count() == 15
    assert one.page.locator("#neurons .tile[data-neuron^='1.']").count() == 32


def test_many_samples_are_said_to_be_shown_in_part(opened):
    X, y = nn.moons(1200, seed=1)
    one = opened(invented(nn.MLP(2, [2], seed=1), (X, y), 2, "cross_entropy"))
    assert "training: 500 of 1,200 shown" in one.text("#plane")
    assert one.page.locator("#plane .sign.solid:not(.choice)").count() == 500 + 3  # in the legend


def test_nan_weights_and_losses_do_not_break_it(opened):
    history = train(nn.MLP(2, [3, 1], seed=1), nn.moons(20, seed=1), "mse", epochs=3)
    history.snapshots[2][0] = float("nan")
    history.snapshots[2][4] = float("inf")
    history.rows[1]["loss"] = float("nan")
    history.rows[2]["loss"] = float("inf")
    one = opened(history)
    for k in range(4):
        one.at(k)
    assert "∞" in one.at(3).text(".figures")
    assert "nan" in one.at(2).text(".figures")


def test_epochs_that_are_left_out_are_counted_without_the_network_before_the_training(opened):
    one = opened(invented(nn.MLP(2, [2], seed=1), nn.moons(20, seed=1), 300, "cross_entropy"))
    n_shown = one.run("EPOCHS.filter((epoch) => epoch > 0).length")
    assert 1 < n_shown < 100
    assert f"{n_shown} of 300 epochs are in this page." in one.text("footer")
    all_of_them = opened(invented(nn.MLP(2, [2], seed=1), nn.moons(20, seed=1), 5, "cross_entropy"))
    assert "epochs are in this page" not in all_of_them.text("footer")


def test_a_training_that_has_not_learned_says_so(opened):
    history = train(nn.MLP(2, [3, 1], seed=1), nn.moons(20, seed=1), "mse", lr=1.0, epochs=3)
    good = train(nn.MLP(2, [3, 1], seed=1), nn.moons(20, seed=1), "mse", lr=0.05, epochs=3)
    assert "has not learned" in opened(history).text("#head .note")
    assert opened(good).page.locator("#head .note").count() == 0


def test_a_loss_of_what_was_scaled_says_so(show):
    assert "of the standardised" in show("sine").text("#head .finals")
    assert "standardised" not in show("moons").text("#head .finals")


def test_losses_that_span_decades_are_on_a_logarithmic_axis(opened):
    history = train(nn.MLP(2, [3, 1], seed=1), nn.moons(20, seed=1), "mse", epochs=4, lr=0.05)
    for row, loss in zip(history.rows, [1e6, 1e4, 1e2, 1.0], strict=True):
        row["loss"] = loss
    one = opened(history)
    marks = one.run("Array.from(document.querySelectorAll('#curves text'), (t) => t.textContent)")
    assert {"1e6", "1000", "1"} <= {*marks}
    heights = [
        one.at(k).run("Number(document.querySelector('#curves .now-0').getAttribute('cy'))")
        for k in (1, 2, 3, 4)
    ]
    falls = [b - a for a, b in pairwise(heights)]
    assert max(falls) - min(falls) < 1e-6 < min(falls)


class Squares(nn.Module):
    """A model of the user's own."""

    def __init__(self):
        self.inner = nn.MLP(2, [3], seed=1)

    def __call__(self, inputs):
        return self.inner([x * x for x in inputs])


def test_what_cannot_be_drawn_is_said(opened):
    one = opened(train(Squares(), nn.blobs(30, seed=1), "cross_entropy", epochs=2))
    assert list(one.run(LOOK)) == ["scores", "confusion", "curves"]
    assert "computes in a way of its own" in one.text("#head")
    history = nn.History()
    history.append(loss=1.0)
    history.append(loss=0.5)
    alone = opened(history)
    assert list(alone.run(LOOK)) == ["curves"]
    assert "holds no weights" in alone.text("#head")
    assert alone.at(0).text(".figures strong") == "1"
    assert opened(nn.History()).run(LOOK) == {}
