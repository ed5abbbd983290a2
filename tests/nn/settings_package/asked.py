"""Settings that a module gives when it is asked for them, and has not."""

_factor = 1.0


def __getattr__(name):
    if name == "factor":
        return _factor
    raise AttributeError(name)
