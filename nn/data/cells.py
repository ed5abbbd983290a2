"""Cells of a table: when one is missing, when it is a number, and how a text is compared.

Owns the one reading of a cell, the same when a table is learned from and when it is predicted from.
"""

import re
import unicodedata

# In any case of letters. `#N/A` is what Excel shows for a lookup that found nothing.
FILL_IN = "write a value there, or leave the row out"
MISSING = frozenset({"", "na", "n/a", "#n/a", "nan", "null", "none", "?", "-"})

LARGEST = 1e150  # of larger numbers there is no square, and no mean squared error
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_INFINITE = frozenset({"inf", "infinity", "∞"})
_GROUPED = re.compile(r"([+-]?[1-9][0-9]{0,2})((?:,[0-9]{3})+)(\.[0-9]*)?")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+")
_DECORATION = re.compile(r"^[₩$€£¥]\s*|\s*[%₩$€£¥원]$")
_CONTROL = frozenset({"Cc", "Cs", "Zl", "Zp"})  # would break a line of output, or cannot be written


def is_missing(cell: str) -> bool:
    """Return whether `cell` stands for no value: empty, NA, N/A, NaN, null, None, ?, -."""
    return cell.strip().casefold() in MISSING


def is_number(cell: str) -> bool:
    """Return whether `cell` is written as a plain number: ASCII digits, point, exponent.

    Python's `float` reads more (1_000, full-width digits, infinity), which in a table is as likely
    a code or a mistake; and 1,234 is another number in another country.
    """
    return _NUMBER.fullmatch(cell) is not None


def number_in(cell: str) -> float:
    """Return the number that `cell` holds; ValueError in a few words that complete "it ..."."""
    is_plain = is_number(cell)
    if is_plain and abs(number := float(cell)) <= LARGEST:
        return number
    if is_missing(cell):
        raise ValueError(f"is missing ({cell!r:.20}); {FILL_IN}")
    if is_plain or cell.lstrip("+-").casefold() in _INFINITE:
        raise ValueError(f"is {cell!r:.40}, infinite or too large to be squared")
    if found := plain_notations(cell):
        plain = f"{found[0]:.40}"
        if len(found) > 1:
            plain += f" (or {found[1]:.40} where the comma is a decimal comma)"
        raise ValueError(
            f"is {cell!r:.40}, not a plain number: write {plain}, without thousands "
            "separators, units and percent signs, and with a decimal point"
        )
    raise ValueError(f"is {cell!r:.40}, not a number")


def plain_notations(cell: str) -> list[str]:
    """Return `cell` rewritten as a plain number, if it is one in another notation.

    Other notations are 1,234 and 1,5, a percent sign, a currency, full-width digits. 1,234 alone
    may be either of two numbers.
    """
    text = unicodedata.normalize("NFKC", cell).replace("\N{MINUS SIGN}", "-").strip()
    text = _DECORATION.sub("", text)
    found = []
    if grouped := _GROUPED.fullmatch(text):
        found.append(grouped[1] + grouped[2].replace(",", "") + (grouped[3] or ""))
    if _DECIMAL_COMMA.fullmatch(text):
        found.append(text.replace(",", "."))
    return [one for one in found or [text] if one != cell and is_number(one)]


def label_of(text: str) -> str:
    """Return `text` as names, categories and classes are compared and kept.

    In the composed form NFC (macOS writes Korean decomposed), blanks and line breaks inside it
    as one blank, none around it.
    """
    return " ".join(unicodedata.normalize("NFC", text).split())


def number_label(number: float) -> str:
    """Return the class that a number names: 1, 1.0 and 1e0 are all "1"."""
    return str(int(number)) if number.is_integer() else repr(number)


def check_label(label: object, what: str) -> None:
    """Raise ValueError unless `label` is a text as `label_of` returns it, fit for a line."""
    if not isinstance(label, str):
        raise ValueError(f"{what} must be a text, got {label!r:.40}")
    if not label or label != label_of(label):
        raise ValueError(f"{what} must be a text without blanks around it, got {label!r:.40}")
    if any(unicodedata.category(character) in _CONTROL for character in label):
        raise ValueError(f"{what} must be a text without control characters, got {label!r:.40}")
