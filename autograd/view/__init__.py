"""Seeing: the computation graph of a number as a picture, and the words that pictures use."""

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
