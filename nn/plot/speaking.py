"""Which language a plot speaks: Korean where an installed font has its letters, else English.

Owns that choice, with one line that says why. The texts are loaded with the first plot: `nn` is to
be had without anything that draws.
"""

from collections.abc import Callable
from typing import Literal

from nn.plot.fonts import say_no_korean_once

Language = Literal["en", "ko"]
Say = Callable[..., str]  # a key of the texts, and its numbers and names -> the text


def speaker(lang: Language, who: str) -> Say:
    """Return what says the texts of plots in a language.

    Args:
        lang: "en" or "ko"; where no font can write Korean it is English, which is said once.
        who: the function that plots, for its errors.

    Raises ValueError for another language.
    """
    if lang not in ("en", "ko"):
        raise ValueError(f"{who}: lang must be 'en' or 'ko', got {lang!r:.20}")
    from nn.plot.words import TEXTS

    at = 1 if lang == "ko" and not say_no_korean_once() else 0
    return lambda key, **parts: TEXTS[key][at].format(**parts)
