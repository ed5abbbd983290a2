"""What each step of a computation is in one sentence, in English and in Korean.

Owns the sentences of records, and how a derivative and a number are written in them. A name takes
no Korean particle, whose form would depend on how the name is read aloud.
"""

from collections.abc import Sequence

from autograd.view.glossary import Language, term
from autograd.view.symbols import number_text

LONGEST = 60  # of a formula in a sentence; the record has the whole
MOST = 4  # operands that a sentence names


class Sentences:
    """The sentences in one language.

    Args:
        lang: "en" or "ko"; ValueError for another.
    """

    def __init__(self, lang: Language) -> None:
        if lang not in ("en", "ko"):
            raise ValueError(f"step: lang must be 'en' or 'ko', got {lang!r:.20}")
        self._is_korean = lang == "ko"

    def compute(self, name: str, formula: str, numbers: str) -> str:
        """An operation ran."""
        computed = f"{name} = {shortened(formula)} = {shortened(numbers)}"
        return f"계산: {computed}" if self._is_korean else f"Compute {computed}."

    def start(self, name: str, data: float, by: str) -> str:
        """Backpropagation is about to start."""
        if self._is_korean:
            return f"결과: {name} = {_short(data)}. {term('backpropagation', 'ko')} 시작: {by} = 1"
        return f"The result is {name} = {_short(data)}. Backpropagation starts with {by} = 1."

    def pass_back(
        self,
        by: str,
        upstream: float,
        formula: str,
        received: Sequence[tuple[str, float, float]],
        passed_over: Sequence[str],
    ) -> str:
        """A node passed its gradient on.

        Args:
            by: what the gradient is called.
            upstream: the gradient.
            formula: of the operation.
            received: name, local derivative and what was added, for each operand with an edge.
            passed_over: the names of the operands without one.
        """
        parts = [
            f"{name} += {_short(partial)}*{number_in_formula(upstream, short=True)}"
            f" = {_short(added)}"
            for name, partial, added in received[:MOST]
        ]
        more = len(received) - MOST
        if self._is_korean:
            parts += [f"… 외 {more}개"] if more > 0 else []
            parts += [f"전달되지 않음: {', '.join(passed_over[:MOST])}"] if passed_over else []
            gradient = term("gradient", "ko")
            return f"{shortened(formula)}의 입력에 {gradient} 전달, {by} = {_short(upstream)}: " + (
                "; ".join(parts) or "받는 노드 없음"
            )
        parts += [f"... and {more} more"] if more > 0 else []
        parts += [f"none to {', '.join(passed_over[:MOST])}"] if passed_over else []
        said = "; ".join(parts) or "there is no Value among them"
        return f"Pass {by} = {_short(upstream)} back to the inputs of {shortened(formula)}: {said}."

    def update(self, name: str, rule: str, before: float, after: float) -> str:
        """The optimiser changed a parameter."""
        changed = f"{name} <- {rule}: {_short(before)} -> {_short(after)}"
        return (
            f"{term('weight update', 'ko')}: {changed}" if self._is_korean else f"Update {changed}."
        )


def derivative_name(result: str, name: str) -> str:
    """What the derivative of one named number by another is called: dL/dw."""
    return f"d{_bracketed(result)}/d{_bracketed(name)}"


def number_in_formula(x: float, short: bool = False) -> str:
    """A number as a factor: in brackets where a sign would follow an operator."""
    text = _short(x) if short else number_text(x)
    return f"({text})" if text.startswith("-") else text


def _bracketed(name: str) -> str:
    return name if name.replace("_", "a").isalnum() else f"({name})"


def _short(x: float) -> str:
    return f"{x:.6g}"


def shortened(text: str) -> str:
    """Return a long text with its middle left out."""
    half = LONGEST // 2
    return text if len(text) <= LONGEST else f"{text[:half]} ... {text[-half:]}"
