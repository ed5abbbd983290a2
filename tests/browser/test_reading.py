"""training.html for every reader: languages, light and dark, keyboard, phone, paper."""

from itertools import pairwise

import pytest

import nn
from tests.browser.conftest import MAKERS, train
from tests.nn.test_page import ATTACKS, Names

HANGUL = "[...document.body.innerText].filter((sign) => sign >= '가' && sign <= '힣').length"

# Each text with its contrast against what is behind it, as WCAG 2 computes it.
CONTRASTS = """() => {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const pixel = (colors) => {
    context.clearRect(0, 0, 1, 1);
    for (const color of colors) { context.fillStyle = color; context.fillRect(0, 0, 1, 1); }
    return Array.from(context.getImageData(0, 0, 1, 1).data).slice(0, 3);
  };
  const light = (rgb) => rgb.map((c) => c / 255)
    .map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const found = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || node.closest('script, noscript, option')) continue;
    if (!node.getClientRects().length) continue;
    const style = getComputedStyle(node);
    const grounds = [];
    for (let one = node; one; one = one.parentElement) {
      grounds.unshift(getComputedStyle(one).backgroundColor);
    }
    const text = pixel([...grounds, node instanceof SVGElement ? style.fill : style.color]);
    const [a, b] = [light(text), light(pixel(grounds))].sort((x, y) => y - x);
    found.push([walker.currentNode.data.trim().slice(0, 30), (a + 0.05) / (b + 0.05)]);
  }
  return found;
}"""

# What a screen reader cannot name: buttons, fields and pictures without a name.
NAMELESS = """() => [...document.querySelectorAll(
  'button, input, [role=img], [role=group], section')]
  .filter((one) => !(one.getAttribute('aria-label') || one.innerText?.trim()
    || one.labels?.length || document.getElementById(one.getAttribute('aria-labelledby'))))
  .map((one) => one.outerHTML.slice(0, 80))"""


@pytest.fixture
def show(opened, histories):
    def show(name, more=None, **context_options):
        history, options = histories(name)
        return opened(history, page_options=options | (more or {}), **context_options)

    return show


# Languages.


def test_the_language_of_the_browser_decides(show):
    assert show("moons", locale="ko-KR").run("document.documentElement.lang") == "ko"
    assert show("moons", locale="de-DE").run("document.documentElement.lang") == "en"


def test_the_language_asked_for_wins(show):
    one = show("moons", {"lang": "ko"}, locale="en-US")
    assert one.run("document.documentElement.lang") == "ko"
    assert one.text("h1") == "신경망이 학습한 과정"
    assert one.run("document.title") == "신경망이 학습한 과정"


@pytest.mark.parametrize("name", MAKERS)
def test_the_switch_changes_every_text(show, name):
    one = show(name)
    assert one.run(HANGUL) == len("한국어")
    one.page.get_by_role("button", name="한국어").click()
    headings = one.page.locator("h2").all_inner_texts()
    assert all(any("가" <= sign <= "힣" for sign in text) for text in headings)
    assert "{" not in one.text("body")
    korean = one.text("body")
    for word in ("epoch", "Epoch", "layer", "weight", "sample", "Accuracy", "Loss"):
        assert word not in korean
    assert "바이어스" in korean
    one.page.get_by_role("button", name="English").click()
    assert one.run(HANGUL) == len("한국어")


def test_the_switch_keeps_the_epoch_and_the_neuron(show):
    one = show("moons").at(2)
    one.page.locator("#network .node[data-neuron='2.1']").click()
    one.page.get_by_role("button", name="한국어").click()
    assert one.text(".where").startswith("2 / 6")
    assert "뉴런 2" in one.text("#neuron h3")
    assert one.page.locator("button[lang=ko]").get_attribute("aria-pressed") == "true"


# Names from strangers.


@pytest.mark.parametrize("title", ATTACKS)
def test_a_title_is_shown_as_itself(opened, title):
    history = train(nn.MLP(2, [3], seed=1), nn.blobs(20, seed=1), "cross_entropy", epochs=1)
    one = opened(history, page_options={"title": title})
    assert one.run("document.querySelector('h1').textContent === PAGE.title")
    assert one.page.locator("h1").evaluate("(node) => node.querySelectorAll('*').length") == 1


def test_names_of_features_and_classes_are_shown_as_themselves(opened):
    history = train(nn.MLP(2, [3], seed=1), nn.blobs(30, seed=1), "cross_entropy", epochs=2)
    one = opened(history, page_options={"preparation": Names()})
    assert one.run("document.querySelectorAll('b, body script:not([type]) ~ script').length") == 0
    for selector in ("#plane .legend:first-child bdi", ".confusion thead th"):
        texts = f"[...document.querySelectorAll('{selector}')]"
        shown = "(one) => (one.title || one.textContent)"
        assert one.run(f"({texts}.map({shown}).join() === TASK.classes.join())")
    labels = "[...document.querySelectorAll('#plane .label')].map((one) => one.textContent)"
    assert one.run(f"{labels}.join() === FEATURES.map((one) => one.name).join()")
    one.page.locator("#network .node[data-neuron='1.0']").click()
    names = "[...document.querySelectorAll('#neuron tbody th')].map((one) => one.title)"
    assert one.run(f"{names}.join() === FEATURES.map((one) => one.name).join()")
    assert one.run("document.getElementById('neuron').innerHTML.includes('<b>')") is False


# Light and dark.


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", MAKERS)
def test_texts_stand_out_from_their_ground(show, name, scheme):
    one = show(name, color_scheme=scheme)
    found = one.run(CONTRASTS)
    assert len(found) > 40
    assert [(text, ratio) for text, ratio in found if ratio < 4.5] == []


def test_dark_is_dark_and_follows_the_reader(show):
    one = show("moons", color_scheme="light")
    ground = "getComputedStyle(document.body).backgroundColor"
    picture = "document.querySelector('#neurons canvas').toDataURL()"
    light = one.run(ground), one.run(picture)
    one.page.emulate_media(color_scheme="dark")
    one.page.wait_for_timeout(100)
    dark = one.run(ground), one.run(picture)
    assert all(int(c) < 40 for c in dark[0].removeprefix("rgb(").removesuffix(")").split(","))
    assert light[0] != dark[0]
    assert light[1] != dark[1]


# Keyboard and screen reader.


@pytest.mark.parametrize("name", MAKERS)
def test_everything_has_a_name(show, name):
    one = show(name)
    assert one.run(NAMELESS) == []
    ids = one.run("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    levels = one.run("[...document.querySelectorAll('h1,h2,h3')].map((one) => +one.tagName[1])")
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert one.page.get_by_role("slider", name="Epoch").count() == 1
    assert one.page.get_by_role("status").count() == 1
    assert one.page.locator("canvas:not([aria-hidden])").count() == 0


def test_the_tab_key_goes_through_the_page_in_order_and_is_seen(show):
    one = show("moons")
    seen = []
    for _ in range(7):
        one.page.keyboard.press("Tab")
        seen.append(
            one.run(
                "document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.id || document.activeElement.textContent"
            )
        )
        outline = one.run("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none"
    assert seen[:4] == ["한국어", "English", "Play", "epoch"]
    assert seen[4] == "Hidden layer 1, neuron 1"  # one stop for the whole network
    assert seen[5] == "Hidden layer 1, neuron 1"  # the first of the tiles
    assert seen[6] == "Hidden layer 1, neuron 2"


def test_arrow_keys_go_from_neuron_to_neuron(show):
    one = show("moons")
    one.page.locator("#network .node[data-neuron='1.0']").focus()
    names = []
    for key in ("ArrowDown", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp"):
        one.page.keyboard.press(key)
        names.append(one.text("#neuron h3"))
    assert names == [
        "Hidden layer 1, neuron 2",
        "Hidden layer 2, neuron 2",
        "output ŷ",
        "output ŷ",
        "Hidden layer 2, neuron 1",
        "Hidden layer 2, neuron 1",
    ]
    assert one.text(".where").startswith("6 / 6")


def test_pointing_at_a_neuron_shows_it_for_as_long_as_one_points(show):
    one = show("moons")
    before = one.text("#neuron h3")
    one.page.locator("#network .node[data-neuron='2.3']").hover()
    assert one.text("#neuron h3") == "Hidden layer 2, neuron 4"
    one.page.locator("h1").hover()
    assert one.text("#neuron h3") == before


def test_color_is_never_the_only_sign(show):
    one = show("spirals")
    outlines = one.run(
        "[0, 1, 2].map((c) => document.querySelector(`#plane .solid.class-${c}`).getAttribute('d'))"
    )
    assert len(set(outlines)) == 3
    dashes = "getComputedStyle(document.querySelector('.stage path.{}')).strokeDasharray"
    assert one.run(dashes.format("positive")) == "none"
    assert one.run(dashes.format("negative")) != "none"
    hollow = one.page.locator("#plane .hollow").count()
    assert hollow == 18 + 1  # the test samples, and their sign in the legend


# Phone and paper.


@pytest.mark.parametrize("width", [320, 390, 768, 1000])
@pytest.mark.parametrize("name", MAKERS)
def test_nothing_is_wider_than_the_screen(show, name, width):
    one = show(
        name, {"lang": "ko" if width == 390 else "en"}, viewport={"width": width, "height": 800}
    )
    assert one.run("document.documentElement.scrollWidth") <= width
    small = one.run(
        "[...document.querySelectorAll('button, input')].filter((one) =>"
        " one.getBoundingClientRect().height < 24).length"
    )
    assert small == 0


def test_the_page_fits_itself_to_a_new_width(show):
    one = show("spirals")
    one.page.set_viewport_size({"width": 400, "height": 800})
    # The style narrows a picture at once; the page draws all of them anew in the next frame.
    one.wait("document.querySelector('#plane .plot').viewBox.baseVal.width < 400")
    one.wait("document.documentElement.scrollWidth <= 400")


@pytest.mark.parametrize("name", ["moons", "iris", "digits", "many"])
def test_it_can_be_printed(show, name):
    one = show(name, color_scheme="dark")
    assert one.page.pdf(format="A4").startswith(b"%PDF")
    assert one.run("document.documentElement.className") == ""
    one.page.emulate_media(media="print")
    one.run("window.dispatchEvent(new Event('beforeprint'))")
    assert not one.page.locator(".play").is_visible()
    assert one.run("getComputedStyle(document.querySelector('.card')).backgroundColor") == (
        "rgb(255, 255, 255)"
    )
    widths = one.run(
        "[...document.querySelectorAll('.card *')].map((one) => one.getBoundingClientRect())"
        ".filter((box) => box.width).map((box) => box.right)"
    )
    edge = one.run("document.querySelector('.card').getBoundingClientRect().right")
    assert max(widths) <= edge
    one.run("window.dispatchEvent(new Event('afterprint'))")


def test_without_javascript_it_says_so(show):
    one = show("moons", java_script_enabled=False)
    assert "switched off" in one.page.locator("noscript").inner_text()
