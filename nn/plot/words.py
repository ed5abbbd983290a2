"""The words of plots, in English and in Korean.

Owns these texts. Terms come from the glossary.
"""

from autograd.view import term


def _term(english: str) -> tuple[str, str]:
    return english, term(english, "ko")


def _both(english: str, korean: str) -> tuple[str, str]:
    return english, korean


_NEURONS = f"{term('hidden layer', 'ko')} {term('neuron', 'ko')}"
_WEIGHT = term("weight", "ko")

TEXTS = {
    # the curves of a training
    "curves": ("Training", "학습 곡선"),
    "loss": _term("loss"),
    "logarithmic": ("log scale", "로그 눈금"),
    "accuracy": ("accuracy", "정확도"),
    "running": ("training, while it learns", "학습(미니배치마다 잰 값)"),
    "validation": ("validation", "검증"),
    "best_epoch": ("best epoch: {epoch}", "가장 좋은 에포크: {epoch}"),
    "epoch": ("epoch", "에포크"),
    # classes
    "boundary": ("Decision boundary", "결정 경계"),
    "class": ("class {name}", "클래스 {name}"),
    "training": ("training", "학습"),
    "test": ("test", "테스트"),
    "predicted_class": ("predicted class", "예측한 클래스"),
    "actual_class": ("actual class", "실제 클래스"),
    "confusion": (
        "Confusion matrix: {right} of {total} right ({percent})",
        "혼동 행렬: {total}개 중 {right}개 정답 ({percent})",
    ),
    # numbers
    "prediction": _term("prediction"),
    "target_predicted": ("{target}, prediction", f"{{target}}, {term('prediction', 'ko')}"),
    "target_actual": ("{target}, actual value", f"{{target}}, {term('actual value', 'ko')}"),
    "diagonal": (
        "predicted = actual",
        f"{term('prediction', 'ko')} = {term('actual value', 'ko')}",
    ),
    "regression": ("Regression: R² = {r}", "회귀: R² = {r}"),
    "regression_test": (
        "Regression: R² = {r} of the test samples",
        f"회귀: 테스트 {term('sample', 'ko')}의 R² = {{r}}",
    ),
    "one_value": ("undefined (one value)", "정의되지 않음(값이 하나)"),
    "samples": ("samples", term("sample", "ko")),
    "training_samples": ("training samples", f"학습 {term('sample', 'ko')}"),
    "test_samples": ("test samples", f"테스트 {term('sample', 'ko')}"),
    # activation functions
    "derivative": ("derivative dy/dz", "도함수 dy/dz"),
    # neurons
    "maps": _both(
        "What the hidden neurons respond to ({right} to the right, {up} upwards{hatched})",
        f"{_NEURONS}이 반응하는 입력 (오른쪽: {{right}}, 위쪽: {{up}}{{hatched}})",
    ),
    "hatched": _both("; hatched: below 0", ", 빗금: 0보다 작은 곳"),
    "responses": (
        "What the hidden neurons respond to: their outputs over {name}",
        f"{_NEURONS}이 반응하는 입력: {{name}}에 따른 출력",
    ),
    "images": _both(
        "Weights of the hidden neurons as images of {side} x {side} pixels; "
        "a dash marks those below 0",
        f"{_NEURONS}의 {_WEIGHT}를 {{side}} x {{side}} 픽셀 이미지로 그린 것. "
        "가로줄은 0보다 작은 곳",
    ),
    "bars": (
        "Weights of the hidden neurons, from {low} to {high}",
        f"{_NEURONS}의 {_WEIGHT}, {{low}}에서 {{high}}까지",
    ),
    "largest_bars": _both(
        "Weights of the hidden neurons, from {low} to {high}; the {shown} of {total} inputs with "
        "the largest",
        f"{_NEURONS}의 {_WEIGHT}, {{low}}에서 {{high}}까지. 입력 {{total}}개 중 {_WEIGHT}가 큰 "
        "{shown}개",
    ),
    "layer": ("hidden layer ({function})", f"{term('hidden layer', 'ko')} ({{function}})"),
    "layer_n": (
        "hidden layer {n} ({function})",
        f"{term('hidden layer', 'ko')} {{n}} ({{function}})",
    ),
    "shown_of": ("{shown} of {total}", "{total}개 중 {shown}개"),
    "output": _term("output"),
    "weight": _term("weight"),
    "always": ("always", "항상"),
}
