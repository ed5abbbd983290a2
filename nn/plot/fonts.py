"""Fonts of plots: a letter that the font lacks is drawn in another installed font that has it.

Owns which font that is, and the one line that is said when no installed font has a letter, or those
of Korean. Nothing global changes, unless `use_korean_font` is asked to: the figure names its fonts
itself, and a font that matplotlib's list lacks because it is newer than the list is added to it.
"""

import functools
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from nn.extras import is_installed

# What the systems have for Korean; any other font that has the letters comes after these.
PREFERRED = (
    "Malgun Gothic",  # Windows
    "Apple SD Gothic Neo",  # macOS
    "AppleGothic",
    "NanumGothic",  # Debian and Ubuntu: fonts-nanum; also Google Colab
    "NanumBarunGothic",
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "Noto Sans CJK JP",  # the name of all of Noto Sans CJK in one file
    "Source Han Sans K",
    "UnDotum",
    "Baekmuk Gulim",
)
KOREAN = "가각뷁힣ㄱㅏ"
LAST = "DejaVu Sans"  # comes with matplotlib; has the minus sign that Korean fonts may lack
NOWHERE = "□"  # stands for a letter that no font has
REMEDY = "install one, for Korean on Debian or Ubuntu: apt-get install fonts-nanum"
NO_KOREAN = f"no installed font has Korean letters, so {{}}: {REMEDY}"

_has_said = _has_said_no_korean = False


def korean_font() -> str | None:
    """Return the name of the font in which plots write Korean; None without one.

    Without matplotlib there is none.
    """
    try:
        own = [name for name, font in _current_fonts() if all(_has(font, c) for c in KOREAN)]
    except ModuleNotFoundError:
        return None
    if own:
        return own[0]
    names, missing = _fonts_for(frozenset(KOREAN))
    return None if missing else names[0]


def fallbacks(text: str) -> tuple[list[str], str]:
    """Return the fonts to add so that `text` can be drawn, and the letters that none has."""
    lacking = _lacking(text)
    if not lacking:
        return [], ""
    names, missing = _fonts_for(frozenset(lacking))
    return list(names), missing


def notice(text: str) -> str | None:
    """Return the line to say if no installed font has the letters of `text`, else None."""
    _, missing = fallbacks(text)
    if not missing:
        return None
    return (
        f"no installed font has the letters {missing[:8]!r}, so plots show {NOWHERE!r} instead: "
        f"{REMEDY}"
    )


def no_korean() -> str | None:
    """Return the line to say if plots cannot be in Korean, else None; also without matplotlib.

    Words of ours as boxes would tell nobody anything; in English they do.
    """
    if korean_font() or not is_installed("matplotlib"):
        return None
    return NO_KOREAN.format("plots are in English")


def first_notice(text: str) -> str | None:
    """Return the same, but for the first such text in this process only.

    Whoever trains asks before, so that it is known before the pictures are made.
    """
    global _has_said
    line = None if _has_said else notice(text)
    _has_said = _has_said or line is not None
    return line


def say_once(text: str) -> None:
    """Say on stderr that letters of `text` cannot be drawn, if so, once in this process."""
    if line := first_notice(text):
        print(line, file=sys.stderr)


def say_no_korean_once() -> bool:
    """Say on stderr that plots cannot be in Korean, and not again; return whether it is so."""
    global _has_said_no_korean
    line = no_korean()
    if line and not _has_said_no_korean:
        _has_said_no_korean = True
        print(line, file=sys.stderr)
    return line is not None


def use_korean_font() -> None:
    """Let figures that are not of nn.plot write Korean, too, where an installed font can.

    It adds a font to matplotlib's settings of this process. Without such a font it says so, in
    place of a warning for each letter.
    """
    import warnings

    from matplotlib import rcParams

    name = korean_font()
    if name and name not in rcParams["font.family"]:
        rcParams["font.family"] = [*rcParams["font.family"], name]
    elif not name:
        print(NO_KOREAN.format(f"figures show {NOWHERE!r} instead"), file=sys.stderr)
        warnings.filterwarnings("ignore", r"Glyph \d+ .* missing from", UserWarning)


def _lacking(text: str) -> str:
    """The letters of `text` that the fonts of matplotlib's settings do not have."""
    letters = [c for c in dict.fromkeys(text) if c.isprintable() and not c.isspace()]
    if all(c.isascii() for c in letters):
        return ""
    fonts = [font for _, font in _current_fonts()]
    return "".join(c for c in letters if not any(_has(font, c) for font in fonts))


def _current_fonts() -> list[tuple[str, Any]]:
    """Name and font of each family in matplotlib's settings, and of the last one."""
    from matplotlib import rcParams
    from matplotlib.font_manager import FontProperties, findfont, get_font

    paths = [
        str(findfont(FontProperties(family=[name]))) for name in (*rcParams["font.family"], LAST)
    ]
    return [(font.family_name, font) for font in map(get_font, paths)]


@functools.cache
def _fonts_for(letters: frozenset[str]) -> tuple[tuple[str, ...], str]:
    """Names of as few fonts as have the `letters`, and the letters that none has."""
    partial: list[tuple[str, str, set[str]]] = []
    for name, path in _candidates():
        found = {c for c in letters if _has(_opened(path), c)}
        if found == letters:
            return (_registered(name, path),), ""
        if found:
            partial.append((name, path, found))
    remaining, names = set(letters), []
    while any(found & remaining for *_, found in partial):
        name, path, found = max(partial, key=lambda font: len(font[2] & remaining))
        names.append(_registered(name, path))
        remaining -= found
    return tuple(names), "".join(sorted(remaining))


def _candidates() -> Iterator[tuple[str, str]]:
    """Name and path of the upright fonts of normal weight, the preferred ones first."""
    from matplotlib.font_manager import findSystemFonts, fontManager

    known = [
        (entry.name, entry.fname)
        for entry in fontManager.ttflist
        if entry.style == "normal" and entry.weight in (400, "normal", "regular", "book")
    ]
    yield from _in_order(known)
    # The list is of an earlier day: a font installed since is on the disk only.
    paths = {entry.fname for entry in fontManager.ttflist}
    new = [path for path in map(str, findSystemFonts()) if path not in paths]
    yield from _in_order((_name_if_regular(path), path) for path in new)


def _in_order(fonts: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The preferred fonts as they are listed, then the others; without those that only pretend."""
    rank = {name: i for i, name in enumerate(PREFERRED)}
    # A "Last Resort" font has every letter, each as a box.
    real = [
        font for font in fonts if font[0] and "lastresort" not in font[0].replace(" ", "").lower()
    ]
    return sorted(real, key=lambda font: (rank.get(font[0], len(rank)), font))


@functools.cache
def _opened(path: str) -> Any:
    """The font in a file; None if it cannot be read, as some fonts of colour pictures cannot."""
    from matplotlib.ft2font import FT2Font

    try:
        return FT2Font(path)
    except (OSError, RuntimeError):
        return None


def _name_if_regular(path: str) -> str:
    font = _opened(path)
    return font.family_name if font and font.style_name in ("Regular", "Book", "Normal") else ""


def _has(font: Any, letter: str) -> bool:
    return font is not None and font.get_char_index(ord(letter)) != 0


def _registered(name: str, path: str) -> str:
    """`name`, once matplotlib finds the font by it."""
    from matplotlib.font_manager import fontManager

    if all(entry.fname != path for entry in fontManager.ttflist):
        fontManager.addfont(path)
    return name
