"""The texts of the stepper's page and widget, in English and in Korean.

Owns every word that these two faces show of themselves; what a step says comes with its record. The
terms are the glossary's. `{name}` is filled in by static/texts.js or by `str.format`.
"""

from autograd.view.glossary import Language, term


def _term(english: str) -> tuple[str, str]:
    """A term as a heading: in English with a capital letter."""
    return term(english).capitalize(), term(english, "ko")


TEXTS = {
    "title": ("Step by step through {name}", "{name}: 한 단계씩 보기"),
    # the four phases, as learners know them
    "forward": _term("forward propagation"),
    "loss": ("Loss calculation", f"{term('loss', 'ko')} 계산"),
    "result": ("Result", "결과"),  # in place of the loss, where nothing of one was computed
    "backward": _term("backpropagation"),
    "update": _term("weight update"),
    "phases": ("Phases", "학습 과정"),
    # the player
    "player": ("Player", "재생"),
    "to_first": ("First step", "처음 단계"),
    "to_previous": ("One step back", "한 단계 뒤로"),
    "play": ("Play", "재생"),
    "pause": ("Pause", "멈춤"),
    "to_next": ("One step forward", "한 단계 앞으로"),
    "to_last": ("Last step", "마지막 단계"),
    "step": ("Step", "단계"),
    "step_of": ("Step {step} of {total}", "{total}단계 중 {step}단계"),
    "keys": (
        "Keys: ← → one step, Home End first and last, space plays, p n previous and next phase.",
        "키: ← → 한 단계씩, Home End 처음과 마지막, 스페이스 재생, p n 이전과 다음 과정.",
    ),
    "terminal_keys": (
        "Keys: right, left one step; n, p next and previous phase; Home, End; c stop where; q quit",
        "키: 오른쪽 왼쪽 한 단계씩, n p 다음과 이전 과정, Home End, c 멈출 곳까지, q 끝내기",
    ),
    "terminal_marks": (
        "> the node of this step, . what it is made from, - no number yet",
        "> 이 단계의 노드, . 그 노드를 만든 피연산자, - 아직 없는 수",
    ),
    # the picture
    "picture": _term("computation graph"),
    "picture_hint": (
        "Click a node to jump to its step. Numbers appear as they are computed.",
        "노드를 누르면 그 노드의 단계로 갑니다. 수는 계산되는 대로 나타납니다.",
    ),
    "no_picture": ("There is no picture of this graph.", "이 그래프의 그림은 없습니다."),
    # this step
    "numbers": ("With numbers", "수를 넣으면"),
    "name": ("Name", "이름"),
    "data": ("Value (data)", "값(data)"),
    "gradient": (
        f"{term('gradient').capitalize()} (grad)",
        f"{term('gradient', 'ko')}(grad)",
    ),
    # what backpropagation adds to whose gradient
    "additions": ("Added to the gradients", f"{term('gradient', 'ko')}에 더하는 값"),
    "of": ("Gradient of", f"{term('gradient', 'ko')}를 받는 노드"),
    "before": ("Before", "더하기 전"),
    "added": ("Added", "더하는 값"),
    "after": ("After", "더한 후"),
    "partial": ("Local derivative", "국소 미분값"),
    "upstream": ("Gradient of {name}", "{name}의 기울기"),
    # the code
    "code_of": ("Code: {title}", "코드: {title}"),
    # where to stop
    "breaks": ("Set where to stop", "멈출 곳 정하기"),
    "break_gradient": ("|gradient| >", "|기울기| >"),
    "break_nan": ("a number is nan", "수가 nan인 곳"),
    "break_op": ("the operation is", "연산이"),
    "no_op": ("–", "–"),
    "run": ("Run until there", "그곳까지 실행"),
    "found": ("Stopped: {reasons}.", "멈췄습니다: {reasons}."),
    "reason_gradient": ("|gradient| of {name} is {number}", "{name}의 |기울기|가 {number}입니다"),
    "reason_nan": ("a number is nan", "수가 nan입니다"),
    "reason_op": ("the operation is {op}", "연산이 {op}입니다"),
    "not_found": ("No further step does that.", "그런 단계가 더는 없습니다."),
    "no_stop": (
        "No stop is set, and no number is nan. Set one: --break-op tanh, or interact(op='tanh').",
        "멈출 곳을 정하지 않았고 nan도 없습니다. --break-op tanh나 interact(op='tanh')로 정합니다.",
    ),
    "no_break": ("Choose first where to stop.", "멈출 곳을 먼저 고르세요."),
    "all_digits": ("All digits", "모든 자릿수"),
    # without a script, without a kernel
    "still_note": (
        "To step through it, run this cell again.",
        "한 단계씩 보려면 이 셀을 다시 실행하세요.",
    ),
    "still_steps": ("The {total} steps", "전체 {total}단계"),
    "still_more": ("… {more} more", "… {more}단계 더"),
    "no_script": (
        "This page needs JavaScript to be stepped through.",
        "한 단계씩 보려면 JavaScript가 필요합니다.",
    ),
    "too_old": (
        "This browser is too old to open the steps: it has no DecompressionStream.",
        "브라우저가 오래되어 단계를 열 수 없습니다. DecompressionStream이 없습니다.",
    ),
    "not_installed": (
        "To step from Python too, install the widget: {remedy} — here is the page.",
        "Python에서도 단계를 움직이려면 위젯을 설치하세요: {remedy} — 아래는 HTML 페이지입니다.",
    ),
}


def words(lang: Language = "en") -> dict[str, str]:
    """Return the texts of the page and the widget, by key.

    Args:
        lang: "en" or "ko".

    Raises ValueError for another language.
    """
    if lang not in ("en", "ko"):
        raise ValueError(f"words: lang must be 'en' or 'ko', got {lang!r:.20}")
    return {key: texts[lang == "ko"] for key, texts in TEXTS.items()}
