"""The stepper as a widget of a notebook: what the browser shows and `stepper.index` go together.

Owns the anywidget class, made when it is first needed, and what a notebook shows of a stepper: a
still picture for when no kernel runs, and the widget, which hides it. Without anywidget it is the
page, and a line that says what to install.
"""

import functools
import html
import secrets
from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol

from autograd.view.page import module, packed, stepper_page, still, style

REMEDY = 'pip install "glassgrad[notebook]"'
_NEEDED = ("anywidget", "ipywidgets", "traitlets")


class Steps(Protocol):
    """What a widget needs of a Stepper."""

    index: int

    def payload(self) -> dict[str, Any]:
        """Everything that is shown, as JSON."""

    def observe(self, callback: Callable[[int], None]) -> None:
        """Have `callback` called with each new index."""


def stepper_widget(stepper: Steps) -> Any:
    """Return an anywidget that shows `stepper` and moves with its `index`, both ways.

    Args:
        stepper: setting `stepper.index` moves the widget; a key or a click in the widget sets it.

    Raises ModuleNotFoundError without anywidget; the message says what to install.
    """
    return _joined(stepper, packed(stepper.payload()), "")


def show(stepper: Steps) -> None:
    """Show `stepper` in the notebook whose cell runs: a still picture, and the widget over it.

    Needs IPython, which every notebook has; a stepper's `_ipython_display_` calls this.
    """
    display = import_module("IPython.display").display
    payload = stepper.payload()
    text = repr(stepper)
    try:
        name = secrets.token_hex(8)
        widget = _joined(stepper, packed(payload), name)
    except ModuleNotFoundError as missing:
        if missing.name not in _NEEDED:
            raise
        display({"text/plain": text, "text/html": _page_in_a_frame(payload)}, raw=True)
        return
    note = f"<p><em>{html.escape(payload['words']['still_note'])}</em></p>"
    display(
        {
            "text/plain": text,
            "text/html": f'<div data-glassgrad-still="{name}">{still(payload)}{note}</div>',
        },
        raw=True,
    )
    display(widget)


def _joined(stepper: Steps, payload: bytes, name: str) -> Any:
    widget = _widget_class()(payload=payload, index=stepper.index, still=name)

    def follow_browser(change: Any) -> None:
        if stepper.index != change["new"]:
            stepper.index = change["new"]

    def follow_stepper(index: int) -> None:
        widget.index = index  # of an equal number traitlets tells nobody

    widget.observe(follow_browser, "index")
    stepper.observe(follow_stepper)
    return widget


@functools.cache
def _widget_class() -> Any:
    try:
        anywidget, traitlets = import_module("anywidget"), import_module("traitlets")
    except ModuleNotFoundError as missing:
        if missing.name not in _NEEDED:
            raise
        raise ModuleNotFoundError(
            f"the stepper's widget needs {missing.name}: {REMEDY}; `to_html()` needs nothing",
            name=missing.name,
        ) from None

    class StepperWidget(anywidget.AnyWidget):  # type: ignore[misc,name-defined]  # optional
        """A stepper in a notebook.

        Attributes:
            payload: of `Stepper.payload()`, packed.
            index: of the record that is shown.
            still: the name of the still picture that this widget hides.
        """

        __qualname__ = "StepperWidget"  # where it is made is nothing to a reader

        _esm = module()
        _css = style()
        payload = traitlets.Bytes().tag(sync=True)
        index = traitlets.Int().tag(sync=True)
        still = traitlets.Unicode().tag(sync=True)

        def __repr__(self) -> str:
            # All that a notebook shows of the widget where it was saved without its state.
            return f"StepperWidget(index={self.index})"

    return StepperWidget


def _page_in_a_frame(payload: dict[str, Any]) -> str:
    """The page inside a notebook, without rights over it, below the line that says what to do."""
    line = html.escape(payload["words"]["not_installed"].format(remedy=REMEDY))
    page = html.escape(stepper_page(payload))
    return (
        f"<p>{line}</p>"
        f'<iframe sandbox="allow-scripts" width="100%" height="760" srcdoc="{page}"></iframe>'
    )
