"""The stepper's page in a real browser: keys, clicks, numbers, themes, and what is said aloud."""

import re

import pytest

import autograd as ag
import nn
from autograd.view.page import stepper_page
from autograd.view.payload import payload_of
from tests.browser.conftest import Opened
from tests.stepper_sample import chain, payload, record, square

BOX = "[...document.querySelectorAll('.picture [id=\"{0}\"] text')].map(one => one.textContent)"
MARKED = (
    """(name) => [...document.querySelectorAll(`.picture g.${name}`)].map(({id}) => id).sort()"""
)
DIGITS = re.compile(r"\.(\d+)")
HOSTILE = ("</script><script>alert(1)</script>", '<b>x</b> & "q" \'', "가중치 😀", "L]->{{x}}")


@pytest.fixture
def stepped(browser, tmp_path, pictures):
    """Opens a stepper's page offline; afterwards it has complained of nothing and asked nobody."""
    opened = []

    def open_page(contents, **options):
        path = tmp_path / f"stepper{len(opened)}.html"
        path.write_text(stepper_page(contents), encoding="utf-8")
        settings = {"locale": "en-US", "viewport": {"width": 1280, "height": 900}} | options
        context = browser.new_context(offline=True, **settings)
        one = Opened(context.new_page())
        one.page.on("console", lambda message: one.complaints.append(message.text))
        one.page.on("pageerror", lambda error: one.complaints.append(str(error)))
        one.page.on("request", lambda request: one.requests.append(request.url))
        one.page.goto(path.as_uri())
        one.page.locator(".glassgrad").wait_for()
        opened.append((one, context, path))
        return one

    yield open_page
    for one, context, path in opened:
        assert one.complaints == []
        assert {url for url in one.requests if not url.startswith("data:")} == {path.as_uri()}
        one.page.screenshot(path=pictures / f"{path.parent.name}-{path.stem}.png", full_page=True)
        context.close()


def press(one, *keys):
    for key in keys:
        one.page.keyboard.press(key)


def count(one):
    return one.text(".count")


def test_numbers_appear_as_they_are_computed_and_gradients_as_they_are_reached(stepped):
    one = stepped(square())
    box = lambda name: one.run(BOX.format(name))  # noqa: E731
    assert [box(f"v{i}") for i in range(4)] == [
        ["w", "data -3", "grad –"], ["x", "data 2", "grad –"],
        ["p", "data -6", "grad –"], ["L", "data", "grad –"],
    ]  # fmt: skip
    press(one, "ArrowRight")
    assert box("v3") == ["L", "data 36", "grad –"]
    press(one, "ArrowRight")
    assert box("v3") == ["L", "data 36", "grad 1"]
    press(one, "ArrowRight")
    assert [box("v2"), box("v0")] == [["p", "data -6", "grad -12"], ["w", "data -3", "grad –"]]
    press(one, "ArrowRight")
    assert [box("v0"), box("v1")] == [["w", "data -3", "grad -24"], ["x", "data 2", "grad 36"]]
    press(one, "ArrowRight")
    assert box("v0") == ["w", "data -0.6", "grad -24"]
    press(one, "Home")
    assert [box("v0"), box("v3")] == [["w", "data -3", "grad –"], ["L", "data", "grad –"]]


def test_the_current_node_and_its_edges_are_marked(stepped):
    one = stepped(square())
    assert one.run(MARKED, "now") == ["v2", "v2e0", "v2e1", "v2op", "v2out"]
    assert one.run(MARKED, "later") == ["v3"]
    press(one, *["ArrowRight"] * 4)
    assert one.run(MARKED, "backward") == ["v2e0", "v2e1", "v2op", "v2out"]
    assert one.run(MARKED, "receives") == ["v0", "v1"]
    press(one, "End")
    assert one.run(MARKED, "now") == ["v0"]
    assert one.run(MARKED, "backward") == []


def test_formula_numbers_additions_code_and_sentence_move_together(stepped):
    one = stepped(square())
    assert one.run("document.querySelector('.formula math').textContent") == "w·x"
    assert one.text(".numbers code") == "-3*2 = -6"
    assert one.text(".line[aria-current]").split() == ["8", "p", "=", "w", "*", "x"]
    assert not one.page.locator(".additions").is_visible()
    press(one, *["ArrowRight"] * 4)
    rows = one.page.locator(".additions tbody tr").all_inner_texts()
    assert [row.split() for row in rows] == [
        "w 2 × -12 = -24 0 → -24".split(),
        "x -3 × -12 = 36 0 → 36".split(),
    ]
    assert one.text(".message") == "p is -6.0."
    assert one.text(".place") == "Backpropagation · Step 5 of 6"
    press(one, "End")
    assert one.run("!!document.querySelector('.formula mfrac')")
    assert one.page.locator(".line[aria-current]").count() == 0
    assert one.text(".result .number >> nth=0") == "-0.6"
    one.page.get_by_label("All digits").check()
    assert one.text(".result .number >> nth=0") == "-0.6000000000000001"


def test_keys_work_where_nothing_has_the_focus_and_the_phases_follow(stepped):
    one = stepped(square(lang="ko"), locale="ko-KR")
    current = lambda: one.text(".phase[aria-current] .phase-name")  # noqa: E731
    names = one.page.locator(".phase-name").all_inner_texts()
    assert names == ["순전파", "손실 계산", "역전파", "가중치 업데이트"]
    assert (count(one), current()) == ("1 / 6", "순전파")
    for key, place, phase in (
        ("n", "2 / 6", 1), ("n", "4 / 6", 2), ("n", "6 / 6", 3), ("ArrowRight", "6 / 6", 3),
        ("ArrowLeft", "5 / 6", 2), ("p", "4 / 6", 2), ("p", "2 / 6", 1), ("End", "6 / 6", 3),
        ("Home", "1 / 6", 0),
    ):  # fmt: skip
        press(one, key)
        assert (count(one), current()) == (place, names[phase]), key
    one.page.locator(".phase >> nth=2").click()
    assert count(one) == "4 / 6"


def test_buttons_and_the_slider_move_and_keep_the_focus(stepped):
    one = stepped(square())
    for name, place in (
        ("next", "2 / 6"),
        ("last", "6 / 6"),
        ("previous", "5 / 6"),
        ("first", "1 / 6"),
    ):
        one.page.locator(f".buttons .{name}").click()
        assert count(one) == place
        assert one.run("document.activeElement.className") == name
    slider = one.page.locator("input[type=range]")
    slider.fill("3")
    assert count(one) == "4 / 6"
    assert slider.get_attribute("aria-valuetext") == "Step 4 of 6"
    slider.focus()
    press(one, "ArrowRight")
    assert count(one) == "5 / 6"
    one.page.locator(".buttons .next").focus()
    press(one, "Space")
    assert count(one) == "6 / 6"


def test_a_click_on_a_node_jumps_to_its_steps_one_after_another(stepped):
    one = stepped(square())
    places = []
    for name in ("v3", "v3op", "v0", "v0", "v0"):
        one.page.locator(f'.picture [id="{name}"]').click()
        places.append(count(one))
    assert places == ["2 / 6", "3 / 6", "5 / 6", "6 / 6", "5 / 6"]


def test_space_plays_to_the_end_and_pauses_and_the_steps_are_said_when_it_rests(stepped):
    one = stepped(square())
    live = "document.querySelector('.message').getAttribute('aria-live')"
    press(one, "Space")
    one.wait("document.querySelector('.count').textContent.startsWith('2')")
    assert one.run(live) == "off"
    press(one, "Space")
    assert one.run(live) == "polite"
    assert one.page.locator(".buttons .play").get_attribute("aria-label") == "Play"
    resting = count(one)
    one.page.wait_for_timeout(1200)
    assert count(one) == resting
    press(one, "Space")
    one.wait("document.querySelector('.count').textContent === '6 / 6'")
    one.wait(f"{live} === 'polite'")


def test_a_run_stops_where_a_condition_holds(stepped):
    one = stepped(square())
    one.page.locator("summary").click()
    run = one.page.get_by_role("button", name="Run until there")
    run.click()
    assert one.text(".answer") == "Choose first where to stop."
    one.page.get_by_label("|gradient| >").fill("20")
    press(one, "Home", "n")  # keys of the field: they do not move the stepper
    assert count(one) == "1 / 6"
    run.click()
    assert (count(one), one.text(".answer")) == ("5 / 6", "Stopped: |gradient| of w is -24.")
    one.page.get_by_label("|gradient| >").fill("1000")
    run.click()
    assert (count(one), one.text(".answer")) == ("5 / 6", "No further step does that.")
    one.page.get_by_label("the operation is").select_option("power")
    one.page.locator(".buttons .first").click()
    run.click()
    assert (count(one), one.text(".answer")) == ("2 / 6", "Stopped: the operation is power.")


def test_a_run_stops_at_nan(stepped):
    nodes = [{"id": "v0", "name": "x", "op": None, "data": "1.0", "leaf": True}]
    nodes += [
        {"id": f"v{i}", "name": f"y{i}", "op": "log", "data": "nan", "leaf": False} for i in (1, 2)
    ]
    records = [
        record(i, "forward", i + 1, f"y{i + 1}", data) for i, data in enumerate(("inf", "nan"))
    ]
    one = stepped(payload(records, nodes, notice="No <picture>."))
    assert one.text(".notice") == "No <picture>."
    assert one.text(".result .number >> nth=0") == "inf"
    one.page.locator("summary").click()
    one.page.get_by_label("a number is nan").check()
    one.page.get_by_role("button", name="Run until there").click()
    assert (count(one), one.text(".result .number >> nth=0")) == ("2 / 2", "nan")


def test_hostile_names_are_shown_as_they_are(stepped):
    one = stepped(square(names=HOSTILE))
    assert one.text("h2") == f"Step by step through {HOSTILE[3]}"
    assert one.page.locator(".operands th[scope=row]").all_inner_texts() == list(HOSTILE[:3])
    assert one.run(BOX.format("v0"))[0] == HOSTILE[0]
    assert one.run(BOX.format("v2"))[0] == HOSTILE[2]
    assert one.run("document.querySelectorAll('.glassgrad b, .glassgrad script').length") == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_follow_the_system(stepped, scheme):
    one = stepped(square(), color_scheme=scheme)
    assert one.page.locator(".glassgrad").get_attribute("data-theme") == scheme
    # Okabe-Ito colours on both grounds; the text of a box against the box itself.
    contrast = """() => {
      const light = (color) => color.match(/[\\d.]+/g).slice(0, 3).map((c) => c / 255)
        .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
        .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
      const of = (ink, ground) => {
        const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
        return (a + 0.05) / (b + 0.05);
      };
      const look = (node) => getComputedStyle(node);
      const found = ['v0', 'v2', 'v3'].map((id) => {
        const part = document.querySelector(`.picture [id="${id}"]`);
        return of(look(part.querySelector('text')).fill, look(part.querySelector('polygon')).fill);
      });
      const card = look(document.querySelector('.card')).backgroundColor;
      for (const name of ['.hint', '.message', '.place']) {
        found.push(of(look(document.querySelector(name)).color, card));
      }
      return found;
    }"""
    assert min(one.run(contrast)) >= 4.5


def test_a_phone_shows_everything_without_sideways_scrolling(stepped):
    one = stepped(square(), viewport={"width": 360, "height": 740}, has_touch=True)
    assert one.run("document.documentElement.scrollWidth <= 360")
    sizes = one.run("[...document.querySelectorAll('.buttons button')].map((b) => b.offsetHeight)")
    assert min(sizes) >= 44
    # What is computed, then what receives a gradient, comes into sight of the picture's own frame.
    for _, what in zip(range(4), ["now", "now", "receives", "receives"], strict=True):
        press(one, "ArrowRight")
        one.wait(f"""() => {{
          const frame = document.querySelector('.picture').getBoundingClientRect();
          const numbers = [...document.querySelectorAll('.picture .node.{what}:not(.operation)')];
          return numbers.length > 0 && numbers.every((number) => {{
            const at = number.getBoundingClientRect();
            return at.left >= frame.left && at.right <= frame.right;
          }});
        }}""")
    assert one.run("document.documentElement.scrollWidth <= 360")


def test_a_local_derivative_stands_with_its_formula(stepped):
    x = ag.Value(0.88, "x")
    one = stepped(payload_of(ag.step(ag.tanh(x), names={"x": x})))
    press(one, "End")
    assert "1 - v1*v1 =\n0.500972" in one.text(".additions")
    # Between a function and what it is of there is room, which is no letter.
    assert one.run("document.querySelector('.formula math mspace') !== null")
    assert one.run("document.querySelector('.formula math').textContent") == "tanhx"


@pytest.mark.parametrize("width", [700, 1000, 1280, 1400])
def test_a_network_with_long_names_fits_its_boxes(stepped, width):
    model = nn.MLP(2, [3, 1], seed=0)
    loss = nn.mse_loss(model([0.5, -1.3]), 1.0)
    steps = ag.step(
        loss, optimizer=nn.SGD(model.parameters(), lr=0.1), names=model.named_parameters()
    )
    one = stepped(payload_of(steps), viewport={"width": width, "height": 900})
    for step in steps.records:
        texts = [one.text(".message"), one.text(".numbers code") if step.numbers else ""]
        assert all(len(digits) <= 9 for text in texts for digits in DIGITS.findall(text)), texts
        assert texts[0] == step.message
        assert one.run("""[...document.querySelectorAll('.formula, .scroll, .numbers')]
            .every((one) => one.scrollWidth <= one.clientWidth)""")
        press(one, "ArrowRight")
    one.page.get_by_label("All digits").check()
    assert one.text(".numbers code") == steps.records[-1].numbers


def test_the_focus_is_visible_and_reduced_motion_is_respected(stepped):
    one = stepped(square(), reduced_motion="reduce")
    press(one, "Tab", "Tab")
    assert one.run("getComputedStyle(document.activeElement).outlineWidth") == "3px"
    press(one, *["ArrowRight"] * 3)
    moving = "getComputedStyle(document.querySelector('.edge.backward path')).animationName"
    assert one.run(moving) == "none"
    other = stepped(square(), reduced_motion="no-preference")
    press(other, *["ArrowRight"] * 3)
    assert other.run(moving) == "glassgrad-flow"


def test_without_a_script_the_picture_and_the_steps_are_there(stepped, browser, tmp_path):
    path = tmp_path / "plain.html"
    path.write_text(stepper_page(square()), encoding="utf-8")
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto(path.as_uri())
    assert page.locator("main img").bounding_box()["width"] > 100
    page.locator("summary").click()
    assert page.locator("li:visible").count() == 6
    context.close()


CHANGED_BY = """async (key) => {
  let count = 0;
  const seen = (some) => some.forEach((one) => {
    count += 1 + one.addedNodes.length + one.removedNodes.length;
  });
  const observer = new MutationObserver(seen);
  const everything = { subtree: true, childList: true, attributes: true, characterData: true };
  observer.observe(document.body, everything);
  document.querySelector('.glassgrad').dispatchEvent(
    new KeyboardEvent('keydown', { key, bubbles: true }));
  seen(observer.takeRecords());
  observer.disconnect();
  return count;
}"""


def test_30000_records_are_no_more_work_to_step_through_than_300(stepped):
    """Elements of the page and changes by a key; `python -m tests.browser.opens` times them."""
    elements, changes = [], []
    for length in (150, 15_000):
        one = stepped(chain(length))
        elements.append(one.run("document.querySelectorAll('*').length"))
        changes.append([one.run(CHANGED_BY, key) for key in ("End", "ArrowLeft", "Home")])
        assert count(one) == f"1 / {2 * length + 1}"
    assert elements[1] == elements[0]
    for few, many in zip(*changes, strict=True):
        assert 0 < many <= few + 5  # a digit more may be a text more
