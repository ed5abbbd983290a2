"""Settings that a callback changes."""

factor = 1.0
