"""training.html taken apart again, and trainings that leave one.

Owns what the tests of the page share.
"""

import base64
import json
from array import array
from html.parser import HTMLParser
from random import Random

import nn


class Elements(HTMLParser):
    """The elements of a page with their attributes and texts."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.found.append([tag, dict(attributes), ""])

    def handle_endtag(self, tag):
        self.found.append(["/" + tag, {}, ""])

    def handle_data(self, data):
        if self.found:
            self.found[-1][2] += data

    def of(self, tag):
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


def contents(page):
    (data,) = [
        text
        for attributes, text in Elements(page).of("script")
        if attributes.get("type") == "application/json"
    ]

    def refuse(name):
        raise AssertionError(f"{name} is no JSON")

    return json.loads(data, parse_constant=refuse)


def numbers(text, kind="f"):
    return array(kind, base64.b64decode(text)).tolist()


def blobs(n_classes=2, n=30, seed=1):
    return nn.blobs(n, n_classes=n_classes, seed=seed)


def trained(model, data, loss, epochs=3, **settings):
    settings = {"lr": 0.05, "seed": 1, "verbose": False} | settings
    return nn.fit(model, data, loss, epochs=epochs, **settings)


def classified(**settings):
    return trained(nn.MLP(2, [4, 3], seed=1), blobs(3), "cross_entropy", **settings)


def recorded(model, data, n_epochs, loss="cross_entropy", seed=0):
    """A history with made-up weights: what a long training of a large network would leave."""
    history, source = nn.History(), Random(seed)
    history.model, history.data, history.loss_name = model, data, loss
    n = len(model.parameters())
    history.add_snapshot(0, array("d", [source.gauss(0, 0.3) for _ in range(n)]))
    for epoch in range(1, n_epochs + 1):
        history.append(loss=1 / epoch, accuracy=0.5)
        history.add_snapshot(epoch, array("d", [source.gauss(0, 0.3) for _ in range(n)]))
    return history
