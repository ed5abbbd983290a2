"""The stepper's page as text: it asks nobody for anything, and every text gets in as itself."""

import hashlib
import json
import re
import sys
import zlib
from base64 import b64decode, b64encode
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

import autograd as ag
from autograd.view import page, widget
from autograd.view.page import STILL_STEPS, module, packed, stepper_page, still, style
from autograd.view.words import TEXTS, words
from tests.stepper_sample import chain, square

STATIC = Path(page.__file__).parent / "static"
HOSTILE = (
    "</script><script>alert(1)</script>",
    '<b>굵게</b> & "quotes" \'',
    "가중치 😀",
    "]->{{lang}}",
)
SVG = "{http://www.w3.org/2000/svg}"


class Parts(HTMLParser):
    """The elements of a page, each with its text."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append([tag, dict(attrs), ""])

    def handle_endtag(self, tag):
        self.found.append([f"/{tag}", {}, ""])

    def handle_data(self, data):
        if self.found:
            self.found[-1][2] += data

    def of(self, tag):
        return [(attributes, text) for name, attributes, text in self.found if name == tag]


def payload_in(text):
    (packed_text,) = [
        text for attributes, text in Parts(text).of("script") if attributes.get("id") == "payload"
    ]
    return json.loads(zlib.decompress(b64decode(packed_text)))


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_the_page_holds_the_payload_as_it_is(lang):
    payload = square(lang=lang)
    text = stepper_page(payload)
    assert payload_in(text) == payload
    assert f'<html lang="{lang}">' in text
    assert f"<title>{payload['title']}</title>" in text


def test_hostile_names_get_in_as_themselves_and_make_no_element():
    payload = square(names=HOSTILE)
    parts, plain = Parts(stepper_page(payload)), Parts(stepper_page(square()))
    assert [tag for tag, *_ in parts.found] == [tag for tag, *_ in plain.found]
    assert parts.of("title")[0][1] == payload["title"]
    assert payload_in(stepper_page(payload))["nodes"][0]["name"] == HOSTILE[0]


def test_half_a_surrogate_pair_does_not_stop_the_page():
    text = stepper_page(square(names=("\ud800", "x", "p", "L\udfff\x00")))
    assert text.encode("utf-8")
    assert payload_in(text)["nodes"][0]["name"] == "\ud800"


def test_numbers_that_json_does_not_know_survive():
    payload = square()
    payload["records"][3]["additions"][0] |= {"added": "nan", "after": "-inf", "before": "5e-324"}
    (found,) = payload_in(stepper_page(payload))["records"][3]["additions"]
    assert [float(found[key]) for key in ("after", "before")] == [float("-inf"), 5e-324]
    assert found["added"] == "nan"


def test_the_policy_lets_this_script_and_this_style_through_and_no_request():
    parts = Parts(stepper_page(square()))
    (policy,) = [
        one["content"]
        for one, _ in parts.of("meta")
        if one.get("http-equiv") == "Content-Security-Policy"
    ]
    directives = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    assert directives["default-src"] == "'none'"
    assert "unsafe" not in policy
    assert "http" not in policy
    for tag, name in (("script", "script-src"), ("style", "style-src")):
        text = [text for attributes, text in parts.of(tag) if attributes.get("id") != "payload"]
        digest = b64encode(hashlib.sha256(text[0].encode()).digest()).decode()
        assert directives[name] == f"'sha256-{digest}'"


def test_page_and_widget_run_the_same_module():
    assert module() in stepper_page(square())
    assert style() in stepper_page(square())
    assert module().rstrip().endswith("export default { render };")


def test_the_module_names_no_address_but_namespaces():
    found = set(re.findall(r"https?://[^\s\"']+", module() + style()))
    assert found == {"http://www.w3.org/2000/svg", "http://www.w3.org/1998/Math/MathML"}


def test_every_text_is_used_and_there_in_both_languages():
    used = set(re.findall(r"words\.(\w+)", module())) | set(re.findall(r'"(to_\w+)"', module()))
    used |= {"play", "pause"}
    python = "".join(
        path.read_text(encoding="utf-8") for path in Path(page.__file__).parent.glob("*.py")
    )
    used |= set(re.findall(r"(?:words|texts)[\"']?\]?\[[\"'](\w+)[\"']\]", python))
    phases = {"title", "forward", "loss", "result", "backward", "update"}
    assert used | phases == TEXTS.keys()
    assert words("ko").keys() == words("en").keys()
    for english, korean in TEXTS.values():
        assert sorted(re.findall(r"\{\w+\}", english)) == sorted(re.findall(r"\{\w+\}", korean))


def test_phases_are_named_as_learners_know_them():
    texts = words("ko")
    names = [texts[key] for key in ("forward", "loss", "backward", "update")]
    assert names == ["순전파", "손실 계산", "역전파", "가중치 업데이트"]


def test_words_are_there_in_english_and_korean_only():
    with pytest.raises(ValueError, match="'de'"):
        words("de")


def test_the_still_picture_shows_the_final_gradients_and_the_steps():
    parts = Parts(still(square()))
    ((image, _),) = parts.of("img")
    picture = b64decode(image["src"].removeprefix("data:image/svg+xml;base64,"))
    lines = {
        group.get("id"): [text.text for text in group.iter(f"{SVG}text")]
        for group in ElementTree.fromstring(picture).iter(f"{SVG}g")
    }
    assert lines["v0"] == ["w", "data -3", "grad -24"]
    assert lines["v1"] == ["x", "data 2", "grad 36"]
    assert lines["v3"] == ["L", "data 36", "grad 1"]
    assert parts.of("li")[0][1] == "p is -6.0."
    assert len(parts.of("li")) == 6


def test_the_still_picture_of_many_steps_says_how_many_more():
    payload = chain(300)
    text = still(payload)
    assert text.count("<li>") == STILL_STEPS
    assert "… 401 more" in text
    assert payload["notice"] in text
    assert "<img" not in text


def test_a_page_of_30000_records_is_of_a_sensible_size():
    payload = chain(15_000)
    assert len(payload["records"]) == 30_001
    assert len(packed(payload)) < 0.15 * len(json.dumps(payload))


class Steps:
    """A stepper as the widget knows it."""

    def __init__(self):
        self.index = 0

    def payload(self):
        return square()

    def observe(self, callback):
        self.callback = callback


@pytest.fixture
def no_anywidget(monkeypatch):
    widget._widget_class.cache_clear()
    monkeypatch.setitem(sys.modules, "anywidget", None)
    yield
    widget._widget_class.cache_clear()


def test_without_anywidget_one_line_says_what_to_install(no_anywidget):
    with pytest.raises(ModuleNotFoundError) as raised:
        widget.stepper_widget(Steps())
    assert str(raised.value) == (
        "the stepper's widget needs anywidget: "
        'pip install "glassgrad[notebook]"; `to_html()` needs nothing'
    )


def test_without_anywidget_a_notebook_shows_the_page(no_anywidget, monkeypatch):
    shown = []
    display = type(sys)("IPython.display")
    display.display = lambda bundle, raw: shown.append(bundle)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    widget.show(Steps())
    parts = Parts(shown[0]["text/html"])
    assert 'pip install "glassgrad[notebook]"' in parts.of("p")[0][1]
    ((frame, _),) = parts.of("iframe")
    assert frame["srcdoc"] == stepper_page(square())
    assert frame["sandbox"] == "allow-scripts"


def test_the_widget_shows_itself_in_a_few_words():
    """A notebook that was saved without the state of its widgets shows this text."""
    pytest.importorskip("anywidget")
    shown = widget.stepper_widget(Steps())
    shown.index = 2
    assert repr(shown) == "StepperWidget(index=2)"
    kind = type(shown)
    assert f"{kind.__module__}.{kind.__qualname__}" == "autograd.view.widget.StepperWidget"
    assert shown._repr_mimebundle_()[0]["text/plain"] == repr(shown)


def test_a_page_that_is_written_is_not_returned(tmp_path):
    """A notebook cell that ends in this line would show the whole page as text."""
    stepper = ag.step(ag.Value(3.0) * 2.0)
    assert stepper.to_html(tmp_path / "step.html") is None
    assert (tmp_path / "step.html").read_text(encoding="utf-8") == stepper.to_html()
