"""What hypothesis calls when it is imported: `st.from_type(Value)` then draws Values.

The strategies themselves are imported when the first Value is drawn.
"""

from importlib import import_module

from autograd.value import Value


def register() -> None:
    """Tell hypothesis how Values are made."""
    from hypothesis import strategies as st

    st.register_type_strategy(
        Value, st.deferred(lambda: import_module("autograd.check.strategies").values())
    )
