"""JSON from strangers: what a model file holds as text.

Owns how it is read: as data, and refused where a name stands twice, of which readers disagree on
the meaning, or where it is nested deeper than Python can follow.
"""

import json
from typing import Any


def parse(text: str) -> Any:
    """Return what `text` holds, or raise ValueError."""
    try:
        return json.loads(text, object_pairs_hook=_without_repeats)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)
