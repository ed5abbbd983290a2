"""Trusting: gradients checked against finite differences, and tests for anyone's own engine."""
