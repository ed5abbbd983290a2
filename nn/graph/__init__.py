"""Networks as graphs: one neuron's computation, and the layers of a network.

In order: `neuron` draws the computation of one, `network` the layers; `layout` says where things
stand there, `sketch` how they look, `words` what is written.
"""

from nn.graph.network import draw_network
from nn.graph.neuron import can_draw, draw_neuron

__all__ = ["can_draw", "draw_network", "draw_neuron"]
