"""Seeing: the computation graph of a number as a picture, and the words that pictures use.

In order, a picture: `graph` is `draw`; `calls` and `groups` find the boxes, `fold` makes the scene,
`sketch` writes it as DOT with the `labels`, the `text` in them and the `colours`; `drawing` shows
it, and `render` runs the program for that. The stepper: `stepping` is `step`; `trace` makes the
`records`, `listing` the lines of code, `sentences` the words of each step, `stepper` moves through
them, `terminal`, `page` and `widget` show it, `payload` is what travels to a browser, `words` are
what stands there. An explanation: `explanation` is `explain`; `symbols` are formulas, `local` those
of an operation, `rules` its words, `paths` how a derivative adds up; `told` writes it with the
`explanation_words`, in `table` form where it lines up. All take their terms from `glossary`.
"""

from autograd.view.drawing import Drawing
from autograd.view.explanation import Explanation, explain
from autograd.view.glossary import TERMS, term
from autograd.view.graph import draw
from autograd.view.render import RendererNotFound
from autograd.view.stepper import Stepper
from autograd.view.stepping import step
from autograd.view.text import quoted, room, tooltip

__all__ = [
    "TERMS",
    "Drawing",
    "Explanation",
    "RendererNotFound",
    "Stepper",
    "draw",
    "explain",
    "quoted",
    "room",
    "step",
    "term",
    "tooltip",
]
