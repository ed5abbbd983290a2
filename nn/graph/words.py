"""The words in the picture of a network, in English, in Korean, or in both.

Owns these texts; terms come from the glossary.
"""

from typing import Literal

from autograd.view import term

Language = Literal["en", "ko"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")


def lines(key: str, lang: Language | None, **numbers: str) -> list[str]:
    """Return the text `key` with its `numbers` filled in; lang=None: in each language."""
    return [_TEXTS[key][one].format(**numbers) for one in _chosen(lang)]


def words(key: str, lang: Language | None, **numbers: str) -> str:
    """Return the same on one line."""
    return " · ".join(lines(key, lang, **numbers))


def layer_names(n_layers: int, lang: Language | None) -> list[list[str]]:
    """Return for the inputs and each layer its name, a line for each language.

    Hidden layers are numbered where there are several.
    """
    kinds = ["input layer", *["hidden layer"] * (n_layers - 1), "output layer"]
    names = []
    for i, kind in enumerate(kinds):
        place = f" {i}" if kind == "hidden layer" and n_layers > 2 else ""
        names.append([term(kind, one) + place for one in _chosen(lang)])
    return names


def _chosen(lang: Language | None) -> tuple[Language, ...]:
    return LANGUAGES if lang is None else (lang,)


def _both(english: str, korean: str) -> dict[Language, str]:
    return {"en": english, "ko": korean}


_TEXTS = {
    "positive": _both("positive weight", f"양의 {term('weight', 'ko')}"),
    "negative": _both("negative weight", f"음의 {term('weight', 'ko')}"),
    "zero": _both("weight 0, or not a number", f"0이거나 수가 아닌 {term('weight', 'ko')}"),
    "largest": _both("the largest", "가장 큼"),
    "bias": _both("a number in a circle: the bias b", f"원 안의 수: {term('bias', 'ko')} b"),
    "more": _both("… {n} more", "… {n}개 더"),
    "drawn": _both(
        "{shown} of {all} weights drawn", f"{term('weight', 'ko')} {{all}}개 중 {{shown}}개를 그림"
    ),
    "neuron": _both("{layer}, neuron {n}", f"{{layer}}, {term('neuron', 'ko')} {{n}}"),
    "several": _both("several activation functions", f"여러 {term('activation function', 'ko')}"),
}
