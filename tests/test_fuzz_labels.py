"""Labels are text: whatever stands in one, pictures, words, pages and programs are whole.

Markup, DOT, control characters, surrogates, right-to-left marks and huge texts; the examples are
the same in every run.
"""

import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

import autograd as ag
from autograd import Value

FUZZ = settings(
    derandomize=True, max_examples=40, deadline=None, database=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
HOSTILE = [
    "<b>x</b>", '"]; evil [label="', "</script><script>alert(1)</script>",
    "<!--", "]]>", "\\N\\l\\G",
    "a|b{c}<d>", "\x00", "\x1b[31mred", "\ud800", "\udfff\ud800", "\u202eabc\u202c", "\ufffe",
    "\u2028",
    "&amp;&lt;&#0;", "\n\r\t", "{", "%s{0}$x", "`", "'''", '"""', "#", "\\", "lambda", "import os",
    "None", "ag", "Value", "y", "x" * 50_000, "\n" * 500, "가" * 300, "e\u0301" * 50, "  ", "1x",
    "__x__",
]  # fmt: skip
LABELS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(codec=None, exclude_categories=[]), max_size=30),
    st.lists(st.sampled_from(HOSTILE[:24]), min_size=2, max_size=3).map("".join),
)


def graph(first, second):
    x, w = Value(2.0, label=first), Value(-0.5, label=second)
    y = ag.tanh(x * w) + x
    y.label = first
    y.backward()
    return y


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append(tag)


def tags(page):
    parser = Tags()
    parser.feed(page)
    return parser.seen


def check(first, second):
    y, plain = graph(first, second), graph("a", "b")
    text = str(ag.explain(y))
    assert "1.2384" in text
    stepper = ag.step(y)
    assert stepper.text().strip()
    page = stepper.to_html()
    page.encode("utf-8")
    assert tags(page) == tags(ag.step(plain).to_html()), "a label became markup"
    json.dumps(stepper.payload())
    here = {}
    exec(ag.source(y), here)
    assert [v.data for v in here.values() if isinstance(v, Value)].count(y.data) >= 1
    for output in (text, stepper.text(), ag.source(y)):
        output.encode("utf-8")  # it can be printed and saved
        assert "\x1b" not in output
        assert "\x00" not in output


@FUZZ
@given(LABELS, LABELS)
def test_words_pages_and_programs(first, second):
    check(first, second)


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
def test_words_pages_and_programs_of_each_hostile_label(label):
    check(label, label)


@settings(FUZZ, max_examples=20)
@given(LABELS, LABELS)
def test_pictures(first, second):
    drawing = ag.draw(graph(first, second))
    drawing.source.encode("utf-8")
    theirs = [e.tag for e in ET.fromstring(ag.draw(graph("a", "b")).svg()).iter() if "}g" in e.tag]
    ours = [e.tag for e in ET.fromstring(drawing.svg()).iter() if "}g" in e.tag]
    assert ours == theirs, "a label became a node, an edge or markup"
