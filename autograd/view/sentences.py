"""What each step of a computation is in one sentence, in English and in Korean.

Owns the sentences of records, and how a derivative and a number are written in them. A name takes
no Korean particle, whose form would depend on how the name is read aloud.
"""

from collections.abc import Sequence

from autograd.view.glossary import Language, term
from autograd.view.symbols import number_text, short_number

LONGEST = 110  # of a formula in a sentence; the record has the whole
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
        result = f"{name} = {short_number(data)}"
        if self._is_korean:
            return f"결과: {result}. {term('backpropagation', 'ko')} 시작: {by} = 1"
        return f"The result is {result}. Backpropagation starts with {by} = 1."

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
            f"{name}.grad += {short_number(partial)}*{number_in_formula(upstream, short=True)}"
            f" = {short_number(added)}"
            for name, partial, added in received[:MOST]
        ]
        more = len(received) - MOST
        passed = f"{by} = {short_number(upstream)}"
        if self._is_korean:
            parts += [f"… 외 {more}개"] if more > 0 else []
            parts += [f"전달되지 않음: {', '.join(passed_over[:MOST])}"] if passed_over else []
            gradient = term("gradient", "ko")
            return f"{shortened(formula)}의 입력에 {gradient} 전달, {passed}: " + (
                "; ".join(parts) or "받는 노드 없음"
            )
        parts += [f"... and {more} more"] if more > 0 else []
        parts += [f"none to {', '.join(passed_over[:MOST])}"] if passed_over else []
        said = "; ".join(parts) or "there is no Value among them"
        return f"Pass {passed} back to the inputs of {shortened(formula)}: {said}."

    def update(
        self, name: str, rule: str, before: float, after: float, change: tuple[float, float] | None
    ) -> str:
        """The optimiser changed a parameter; `change`: the rate and the gradient it went by."""
        if change is None:
            changed = f"{name} <- {rule}: {short_number(before)} -> {short_number(after)}"
        else:
            rate, gradient = change
            numbers = f"{short_number(before)} - {short_number(rate)}*"
            numbers += number_in_formula(gradient, short=True)
            changed = f"{name} <- {rule} = {numbers} = {short_number(after)}"
        return (
            f"{term('weight update', 'ko')}: {changed}" if self._is_korean else f"Update {changed}."
        )


def derivative_name(result: str, name: str) -> str:
    """What the derivative of one named number by another is called: dL/dw."""
    return f"d{_bracketed(result)}/d{_bracketed(name)}"


def number_in_formula(x: float, short: bool = False) -> str:
    """A number as a factor: in brackets where a sign would follow an operator."""
    text = short_number(x) if short else number_text(x)
    return f"({text})" if text.startswith("-") else text


def _bracketed(name: str) -> str:
    return name if name.replace("_", "a").isalnum() else f"({name})"


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a long formula with its middle left out: whole terms, where it has some.

    Args:
        text: the formula, or a name.
        longest: how many letters are left at most, but for the "..." in their place.
    """
    if len(text) <= longest:
        return text
    words, half = text.split(" "), longest // 2
    head, tail = _as_many(words, half), _as_many(words[::-1], half)[::-1]
    if not head or not tail:
        return f"{text[:half]} ... {text[-half:]}"
    if "+" in head[1:]:  # w1*x1 + w2*x2 + ... + wn*xn + b
        head = head[: _last(head, "+") + 1]
        tail = tail[tail.index("+") :] if "+" in tail else tail
    return " ".join([*head, "...", *tail])


def _as_many(words: Sequence[str], room: int) -> list[str]:
    """The first of `words`, as many as have room."""
    taken: list[str] = []
    for word in words:
        room -= len(word) + 1
        if room < 0:
            break
        taken.append(word)
    return taken


def _last(words: Sequence[str], word: str) -> int:
    return len(words) - 1 - words[::-1].index(word)
