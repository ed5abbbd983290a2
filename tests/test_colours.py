"""Colours of pictures: gradients by sign and size, and text that can be read on all of them."""

import pytest

from autograd import Value
from autograd.view import draw
from autograd.view.colours import DARK, LIGHT, shade


def luminance(colour):
    """Relative luminance, WCAG 2.2."""
    parts = (int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5))
    linear = (x / 12.92 if x <= 0.04045 else ((x + 0.055) / 1.055) ** 2.4 for x in parts)
    return sum(w * x for w, x in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one, other):
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


PALETTES = pytest.mark.parametrize("palette", [LIGHT, DARK])


@PALETTES
def test_text_can_be_read_on_every_surface(palette):
    surfaces = ("page", "leaf", "computed", "constant", "operation", "box")
    assert min(contrast(palette.text, getattr(palette, name)) for name in surfaces) >= 4.5
    assert contrast(palette.faint_text, palette.page) >= 4.5
    assert contrast(palette.line, palette.page) >= 3.0
    assert contrast(palette.strong, palette.page) >= 7.0


@PALETTES
@pytest.mark.parametrize("gradient", [1e-300, 0.01, 0.3, 0.7, 1.0, 0.0, float("inf"), float("nan")])
@pytest.mark.parametrize("sign", [1, -1])
def test_text_can_be_read_on_every_gradient(palette, gradient, sign):
    for surface in (palette.leaf, palette.computed):
        how = shade(sign * gradient, 1.0, surface, palette)
        assert contrast(how.text, how.fill) >= 4.5


@PALETTES
def test_a_larger_gradient_is_stronger_and_wider_and_the_sign_is_the_colour(palette):
    sizes = [0.0, 1e-9, 0.1, 0.5, 0.9, 1.0]
    for sign in (1, -1):
        widths = [shade(sign * x, 1.0, palette.computed, palette).width for x in sizes]
        assert widths == sorted(widths)
        assert widths[0] == 1.0 < widths[-1]
    up, down = (shade(x, 1.0, palette.computed, palette) for x in (0.5, -0.5))
    assert up.fill != down.fill
    assert up.border != down.border
    # Blue is positive, vermillion negative.
    assert int(up.border[5:], 16) > int(up.border[1:3], 16)
    assert int(down.border[1:3], 16) > int(down.border[5:], 16)


def test_dark_has_a_dark_page():
    source = draw(Value(1.0, "x") * 2.0, dark=True).source
    assert f'bgcolor="{DARK.page}"' in source
    assert LIGHT.computed not in source


@pytest.mark.parametrize("gradient", [float("nan"), float("inf"), -1e308, 5e-324])
def test_any_gradient_can_be_drawn(gradient):
    x = Value(1.0, "x")
    y = x * 1.0
    y.backward()
    x.grad = gradient
    assert f"grad {gradient:.4g}" in draw(y).svg().replace("&#160;", " ").replace("&#45;", "-")
