"""training.html as text: what it carries, what it counts, and that any name stays a name."""

import base64
import hashlib
import math
import re
from array import array
from pathlib import Path
from random import Random
from threading import Lock

import pytest

import autograd as ag
import nn
from nn.activations import ACTIVATIONS
from nn.data.encodings import ClassTarget
from nn.page.build import SCRIPTS, training_page
from nn.page.network import flat_network
from nn.page.words import TEXTS
from tests.nn.pages import Elements, blobs, classified, contents, numbers, recorded, trained

STATIC = Path(nn.__file__).parent / "page" / "static"
ATTACKS = [
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "<b>bold</b> & \"double\" 'single' `back`",
    "line\u2028paragraph\u2029end",
    "너비 (cm)",
    "🙂 👩‍👩‍👧",
    "half \ud83d a pair",
    "${1+1} {{data}} {name} \\u003c",
    "nul \x00 and bell \x07",
]


# A page stands alone.


def test_a_page_asks_no_network_for_anything():
    page = training_page(classified())
    elements = Elements(page)
    assert [tag for tag, *_ in elements.found if tag in ("img", "iframe", "object", "form")] == []
    assert [attributes for attributes, _ in elements.of("script") if "src" in attributes] == []
    assert [attributes["href"] for attributes, _ in elements.of("link")] == ["data:,"]
    addresses = set(re.findall(r"\bhttps?://[^\s\"'`]*", page))
    assert addresses == {"http://www.w3.org/2000/svg"}  # the name of SVG, which nothing opens
    assert "@import" not in page
    assert "url(" not in page.replace("url(#", "")
    assert not re.search(r"\beval\(|new Function|innerHTML|outerHTML|document\.write", page)


def test_the_policy_lets_its_own_script_and_style_through_and_nothing_else():
    elements = Elements(training_page(classified()))
    (policy,) = [
        attributes["content"]
        for attributes, _ in elements.of("meta")
        if attributes.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    (script,) = [text for attributes, text in elements.of("script") if not attributes]
    ((_, style),) = elements.of("style")
    for name, text in (("script-src", script), ("style-src", style)):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[name] == f"'sha256-{digest}'"


@pytest.mark.parametrize("lang", [None, "ko", "en"])
def test_the_language_of_a_page(lang):
    page = training_page(classified(), lang=lang)
    assert contents(page)["lang"] == lang
    ((attributes, _),) = Elements(page).of("html")
    assert attributes["lang"] == (lang or "en")


def test_another_language_is_refused():
    with pytest.raises(ValueError, match='lang must be "ko", "en" or None'):
        training_page(classified(), lang="fr")


def test_a_preparation_of_other_data_is_refused():
    preparation = nn.Preparation.of(nn.problem_of("sine", seed=1))
    with pytest.raises(ValueError, match="makes 1 inputs, but the model was trained on 2"):
        training_page(classified(), preparation=preparation)


# Names are names.


@pytest.mark.parametrize("name", ATTACKS)
def test_a_title_stays_a_title(name):
    page = training_page(classified(), title=name)
    page.encode("utf-8")
    assert contents(page)["title"] == name
    assert page.lower().count("<script") == 2
    assert page.lower().count("</script") == 2
    elements = Elements(page)
    assert len(elements.of("title")) == 1
    assert not elements.of("b")


class Names:
    """A preparation whose names are any texts, as no CSV file would let them through."""

    class Target(ClassTarget):
        def __post_init__(self):
            """Let any text be a name."""

    class Column:
        mean, deviation = 2.0, 0.5

        def __init__(self, name):
            self.name = name

    target = Target(ATTACKS[0], (ATTACKS[0], ATTACKS[5], ATTACKS[6]), "index")
    columns = (Column(ATTACKS[2]), Column(ATTACKS[8]))
    input_names = (ATTACKS[2], ATTACKS[8])
    n_inputs = 2


def test_names_of_features_and_classes_stay_names():
    page = training_page(classified(), preparation=Names())
    page.encode("utf-8")
    known = contents(page)
    assert [feature["name"] for feature in known["features"]] == [ATTACKS[2], ATTACKS[8]]
    assert [(one["mean"], one["deviation"]) for one in known["features"]] == [(2.0, 0.5)] * 2
    assert tuple(known["task"]["classes"]) == Names.target.classes
    assert page.lower().count("</script") == 2


def test_a_name_of_a_function_stays_a_name():
    def activation(z):
        return ag.tanh(z)

    activation.__name__ = "</script><b>"
    history = trained(nn.MLP(2, [3, 3], activation=activation, seed=1), blobs(3), "cross_entropy")
    page = training_page(history)
    assert contents(page)["facts"]["activations"] == ["</script><b>", "identity"]
    assert page.lower().count("</script") == 2


# What cannot be numbers, what is missing.


def test_nan_and_infinity_do_not_break_it():
    history = classified()
    history.rows[1]["loss"] = math.nan
    history.rows[2]["loss"] = math.inf
    history.snapshots[1][0] = math.nan
    history.snapshots[1][3] = math.inf
    history.snapshots[2][5] = 1e300  # too large for 32 bits
    known = contents(training_page(history))
    losses = numbers(known["curves"]["measures"]["loss"])
    assert math.isnan(losses[1])
    assert losses[2] == math.inf
    weights = numbers(known["network"]["weights"])
    assert any(map(math.isnan, weights))
    assert math.inf in weights


def test_a_history_of_curves_alone():
    history = nn.History()
    history.append(loss=1.0)
    history.append(loss=0.5)
    known = contents(training_page(history))
    assert known["network"] is None
    assert known["epochs"] == []
    assert numbers(known["curves"]["measures"]["loss"]) == [1.0, 0.5]


def test_an_empty_history():
    assert contents(training_page(nn.History()))["curves"]["total"] == 0


class Squares(nn.Module):
    """A model of the user's own."""

    def __init__(self):
        self.inner = nn.MLP(2, [3], seed=1)

    def __call__(self, inputs):
        return self.inner([x * x for x in inputs])


def test_a_module_of_ones_own_shows_its_predictions():
    history = trained(Squares(), blobs(3), "cross_entropy")
    known = contents(training_page(history))
    assert known["network"] is None
    assert known["facts"]["right"][0] == round(30 * nn.accuracy(history.model, blobs(3)))
    assert known["outcome"]["right"][-1] == known["facts"]["right"][0]


def test_a_model_that_cannot_be_copied_shows_its_curves():
    model = Squares()
    model.lock = Lock()
    known = contents(training_page(trained(model, blobs(3), "cross_entropy")))
    assert known["task"] is None
    assert known["outcome"] is None
    assert known["curves"]["total"] == 3


class Doubled(nn.MLP):
    """An MLP that computes in a way of its own."""

    def __call__(self, inputs):
        return [2 * output for output in super().__call__(inputs)]


@pytest.mark.parametrize("model", [Squares(), Doubled(2, [3], seed=1), None, 3])
def test_only_what_computes_as_a_network_is_drawn_as_one(model):
    assert flat_network(model) is None


def test_targets_that_fit_no_reading():
    def loss(outputs, targets):
        return ag.mean([output[0] * output[0] for output in outputs])

    X, _ = blobs()
    history = trained(nn.MLP(2, [3], seed=1), (X, ["a", 7] * 15), loss)
    known = contents(training_page(history))
    assert known["task"] is None
    assert known["network"] is not None


# Forward propagation: the bits of nn.predict.


def own(z):
    return ag.tanh(z) + 0.1 * z * z


@pytest.mark.parametrize("activation", [*ACTIVATIONS, own])
def test_forward_propagation_has_the_bits_of_predict(activation):
    if activation == "softmax":
        model = nn.MLP(3, [5, 4], "tanh", "softmax", seed=2)
    else:
        model = nn.MLP(3, [5, 4], activation, activation, seed=2)
    source = Random(1)
    X = [[source.gauss(0, 2) for _ in range(3)] for _ in range(20)] + [[1e200, -1e200, 0.0]]
    numbers_now = [parameter.data for parameter in model.parameters()]
    found = flat_network(model).outputs(numbers_now, X)
    expected = nn.predict(model, X)
    assert [array("d", row).tobytes() for row in found] == [
        array("d", row).tobytes() for row in expected
    ]


@pytest.mark.parametrize("model", [nn.Neuron(2, "tanh", seed=1), nn.Layer(2, 1, "sigmoid", seed=1)])
def test_forward_propagation_of_a_neuron_and_a_layer(model):
    X = [[0.5, -1.0], [2.0, 3.0]]
    expected = [output if isinstance(output, list) else [output] for output in nn.predict(model, X)]
    parameters = [parameter.data for parameter in model.parameters()]
    assert flat_network(model).outputs(parameters, X) == expected


def test_a_shared_weight_counts_wherever_it_is_used():
    model = nn.MLP(2, [2, 1], seed=1)
    model.layers[0].neurons[1].weights[0] = model.layers[0].neurons[0].weights[0]
    parameters = [parameter.data for parameter in model.parameters()]
    flat = flat_network(model)
    assert len(parameters) == 8
    assert flat.n_numbers == 9
    assert [row[0] for row in flat.outputs(parameters, [[1.0, 2.0]])] == nn.predict(
        model, [[1.0, 2.0]]
    )


# Sizes.


def test_a_long_training_keeps_its_first_last_and_best_epoch():
    history = recorded(nn.MLP(2, [4, 3], seed=1), blobs(3), 1000)
    history.best_epoch = 777  # not among the snapshots: its weights are the model's
    known = contents(training_page(history))
    assert len(known["epochs"]) <= 62
    assert {0, 777, 1000} <= set(known["epochs"])
    assert known["epochs"] == sorted(known["epochs"])
    assert known["kept"] == 777
    assert set(known["epochs"]) - {0} <= set(numbers(known["curves"]["measures"]["epoch"]))


def test_a_large_network_gets_fewer_epochs():
    history = recorded(nn.MLP(100, [100, 2], seed=1), ([[0.1] * 100, [0.2] * 100], [0, 1]), 50)
    known = contents(training_page(history))
    assert len(known["epochs"]) == 18  # of 10,302 weights and biases each
    assert {0, 50} <= set(known["epochs"])


def test_many_samples_are_shown_in_part_and_it_says_so():
    source = Random(1)
    X = [[source.random(), source.random()] for _ in range(1437)]
    y = [int(a > b) for a, b in X]
    known = contents(training_page(recorded(nn.MLP(2, [2], seed=1), (X, y), 2)))
    (shown,) = known["sets"]
    assert (shown["shown"], shown["total"]) == (500, 1437)
    assert len(numbers(shown["inputs"])) == 1000
    assert known["outcome"]["counted"] == 1437
    assert len(numbers(known["outcome"]["scores"])) == 3 * 500


def test_curves_of_a_very_long_training_are_thinned():
    history = nn.History()
    for _ in range(5000):
        history.append(loss=0.5)
    known = contents(training_page(history))["curves"]
    assert known["total"] == 5000
    assert known["shown"] == len(numbers(known["measures"]["loss"])) == 2000


def test_a_page_of_the_digits_stays_small():
    source = Random(1)
    X = [[source.random() for _ in range(64)] for _ in range(40)]
    y = [i % 10 for i in range(40)]
    page = training_page(recorded(nn.MLP(64, [32, 10], seed=1), (X, y), 30))
    assert len(page.encode()) < 1_500_000


# The texts and the parts of the page.


def test_both_languages_fill_in_the_same_values():
    for key, text in TEXTS.items():
        places = [sorted(set(re.findall(r"\{(\w+)\}", one))) for one in text]
        assert places[0] == places[1], key


def scripts():
    return {path.stem: path.read_text(encoding="utf-8") for path in STATIC.glob("*.js")}


def test_every_script_is_in_the_page_and_says_what_it_owns():
    assert sorted(scripts()) == sorted(SCRIPTS)
    for name, text in scripts().items():
        assert text.startswith("// "), name
        assert text.count("\n") < 300, name


def test_each_text_is_used_and_there_is_one_for_each_use():
    code = "\n".join(scripts().values())
    written = set(re.findall(r"[\"'`]([a-z][\w ]*)[\"'`]", code))
    prefixes = tuple(re.findall(r"`(\w+_)\$\{", code))
    unused = [key for key in TEXTS if key not in written and not key.startswith(prefixes)]
    assert set(unused) <= {"no_script", "training"}  # of the frame; of a set
    assert set(re.findall(r"say\(\"(\w+)\"", code)) <= TEXTS.keys()
