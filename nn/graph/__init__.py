"""Networks as graphs: one neuron's computation, and the layers of a network."""

from nn.graph.network import draw_network
from nn.graph.neuron import can_draw, draw_neuron

__all__ = ["can_draw", "draw_network", "draw_neuron"]
