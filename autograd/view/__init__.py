"""Seeing: the computation graph of a number as a picture."""

from autograd.view.drawing import Drawing
from autograd.view.graph import draw
from autograd.view.render import RendererNotFound

__all__ = ["Drawing", "RendererNotFound", "draw"]
