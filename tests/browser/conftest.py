"""These tests need Chromium: `make browser` runs them in an environment of its own."""

import os
import time
from array import array
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest

import nn
from nn.page.build import training_page

try:
    from playwright.sync_api import sync_playwright

    from tests.browser.jupyterlab import Lab, Server
except ModuleNotFoundError as missing:
    pytest.exit(f"tests/browser needs {missing.name}: run `make browser`", 2)

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def browser():
    if not Path(CHROMIUM).exists():
        pytest.exit(f"tests/browser needs {CHROMIUM}: run `make browser`", 2)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def pictures():
    """The folder of screenshots, to be looked at by eye; git ignores it."""
    folder = Path(__file__).parent / "output"
    folder.mkdir(exist_ok=True)
    return folder


@dataclass
class Opened:
    """A page in a browser that is offline, with what it complained about and asked for."""

    page: object
    complaints: list = field(default_factory=list)
    requests: list = field(default_factory=list)

    def at(self, k):
        """Move the slider to its k-th epoch, as a script would for a reader's hand."""
        self.page.locator("#epoch").fill(str(k))
        return self

    def run(self, code, argument=None):
        return self.page.evaluate(code, argument)

    def wait(self, condition, seconds=15.0):
        """Wait until an expression is true; the page's policy forbids it to wait for itself."""
        end = time.monotonic() + seconds
        while not self.run(condition):
            assert time.monotonic() < end, f"still not: {condition}"
            self.page.wait_for_timeout(20)

    def text(self, selector):
        return self.page.locator(selector).inner_text()


@pytest.fixture
def opened(browser, tmp_path):
    """Opens a page from a file; afterwards nothing may have gone wrong or left the page."""
    contexts, pages = [], []

    def open_page(history, *, page_options=None, **context_options):
        path = tmp_path / f"training{len(pages)}.html"
        path.write_text(training_page(history, **(page_options or {})), encoding="utf-8")
        options = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}}
        context = browser.new_context(offline=True, **options | context_options)
        contexts.append(context)
        one = Opened(context.new_page())
        one.page.on("console", lambda message: one.complaints.append(message.text))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.goto(path.as_uri())
        pages.append((one, path))
        return one

    yield open_page
    for one, path in pages:
        assert one.complaints == []
        assert {url for url in one.requests if not url.startswith("data:")} == {path.as_uri()}
    for context in contexts:
        context.close()


def train(model, data, loss, epochs=6, **settings):
    settings = {"lr": 0.1, "momentum": 0.9, "batch_size": 8, "seed": 1} | settings
    return nn.fit(model, data, loss, epochs=epochs, verbose=False, **settings)


def moons():
    training, test = nn.split(*nn.moons(60, seed=1), 0.25, 1)
    signed = [(X, [2 * label - 1 for label in y]) for X, y in (training, test)]
    model = nn.MLP(2, [6, 5, 1], seed=1, init="he")
    return train(model, signed[0], "hinge"), {"test": signed[1]}


def spirals():
    training, test = nn.split(*nn.spirals(90, seed=1), 0.2, 1)
    model = nn.MLP(2, [8, 3], activation="tanh", seed=1, init="xavier")
    return train(model, training, "cross_entropy"), {"test": test}


def iris():
    training, test = nn.problem_of("iris").split(0.2, 1)
    preparation = nn.Preparation.of(training)
    model = nn.MLP(4, [6, 3], activation="tanh", seed=1, init="xavier")
    history = train(
        model, preparation.data(training), "cross_entropy", validation=0.2, early_stopping=2, lr=0.3
    )
    return history, {"test": preparation.data(test), "preparation": preparation}


def sine():
    training, test = nn.problem_of("sine", seed=1).split(0.2, 1)
    preparation = nn.Preparation.of(training)
    model = nn.MLP(1, [6, 1], activation="tanh", seed=1, init="xavier")
    history = train(model, preparation.data(training), "mse", lr=0.05)
    return history, {"test": preparation.data(test), "preparation": preparation}


def diabetes():
    training, test = nn.problem_of("diabetes").split(0.2, 1)
    preparation = nn.Preparation.of(training)
    model = nn.MLP(10, [4, 1], seed=1, init="he")
    history = train(model, preparation.data(training), "mse", epochs=2, lr=0.01, batch_size=32)
    return history, {"test": preparation.data(test), "preparation": preparation}


def neuron():
    model = nn.Neuron(2, activation="sigmoid", seed=1)
    return train(model, nn.blobs(40, n_classes=2, seed=3), "binary_cross_entropy"), {}


def softmax():
    """Through a softmax layer and a step in the network itself, with made-up weights."""
    model = nn.MLP(2, [5, 4, 3], ["step", "softmax"], "softmax", seed=1)
    return invented(model, nn.blobs(30, seed=1), 3, "mse", seed=12), {}


def digits():
    """The shape of the digits' network, with made-up weights: training it takes a minute."""
    X, y = nn.digits()
    return invented(nn.MLP(64, [32, 10], seed=1), (X[:80], y[:80]), 4, "cross_entropy"), {
        "test": (X[80:120], y[80:120])
    }


def many():
    """More classes than a table in half the page has room for, with made-up weights."""
    source = Random(2)
    X = [[source.gauss(0, 1) for _ in range(3)] for _ in range(300)]
    y = [i % 23 for i in range(300)]
    return invented(nn.MLP(3, [5, 23], seed=1), (X[:200], y[:200]), 3, "cross_entropy"), {
        "test": (X[200:], y[200:])
    }


def invented(model, data, n_epochs, loss, seed=7):
    history, source = nn.History(), Random(seed)
    history.model, history.data, history.loss_name = model, data, loss
    for epoch in range(n_epochs + 1):
        if epoch:
            history.append(loss=1 / epoch, accuracy=1 - 0.5 / epoch)
        weights = [source.gauss(0, 1) for _ in model.parameters()]
        history.add_snapshot(epoch, array("d", weights))
    for parameter, weight in zip(model.parameters(), weights, strict=True):
        parameter.data = weight
    return history


MAKERS = {
    maker.__name__: maker
    for maker in (moons, spirals, iris, sine, diabetes, neuron, softmax, digits, many)
}


@pytest.fixture(scope="session")
def histories():
    """Each training once: name -> (history, options of its page)."""
    known = {}

    def get(name):
        if name not in known:
            known[name] = MAKERS[name]()
        return known[name]

    return get


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    server = Server(tmp_path_factory.mktemp("jupyter"))
    yield server
    server.close()


@pytest.fixture
def lab(browser, server, pictures):
    """Opens a notebook in JupyterLab by name."""
    contexts = []

    def open_lab(name, run=True, **options):
        settings = {"locale": "en-US", "viewport": {"width": 1400, "height": 1300}} | options
        context = browser.new_context(**settings)
        contexts.append(context)
        return Lab(context.new_page(), server, name, run)

    yield open_lab
    for context in contexts:
        context.close()


@pytest.fixture
def show(opened, histories):
    """Opens the page of a training by its name."""

    def show(name, **context_options):
        history, options = histories(name)
        return opened(history, page_options=options, **context_options)

    return show
