"""The local rule of an operation in words, in English and in Korean.

Owns the sentences. An operation without a sentence of its own, such as one of the user's, has the
one that holds for all.
"""

from autograd.op import Op
from autograd.view.glossary import Language

_CHOICE = (
    "Only the operand that was chosen gets the gradient, unchanged; the others get none.",
    "선택된 피연산자만 기울기를 그대로 받고, 나머지는 받지 않습니다.",
)
RULES = {
    "add": (
        "A sum passes its gradient on to each operand unchanged.",
        "덧셈은 기울기를 각 피연산자에 그대로 전달합니다.",
    ),
    "sub": (
        ("A difference passes its gradient on to the first operand unchanged, to the second with "
        "the opposite sign."),
        "뺄셈은 기울기를 첫째 피연산자에는 그대로, 둘째 피연산자에는 부호를 바꾸어 전달합니다.",
    ),
    "mul": (
        "In a product each factor gets the gradient times the other factor.",
        "곱셈에서는 각 인수가 기울기에 다른 인수를 곱한 값을 받습니다.",
    ),
    "div": (
        ("In a quotient a / b the numerator gets the gradient divided by b, the denominator the "
        "gradient times -a / b**2."),
        ("나눗셈 a / b에서 분자는 기울기를 b로 나눈 값을, 분모는 기울기에 -a / b**2를 곱한 값을 "
        "받습니다."),
    ),
    "neg": (
        "A change of sign changes the sign of the gradient.",
        "부호를 바꾸면 기울기의 부호도 바뀝니다.",
    ),
    "power": (
        "In a power x**n with a fixed n the base gets the gradient times n * x**(n - 1).",
        "n이 고정된 거듭제곱 x**n에서 밑은 기울기에 n * x**(n - 1)을 곱한 값을 받습니다.",
    ),
    "dot": (
        ("In a weighted sum each weight gets the gradient times its input, each input the gradient "
        "times its weight, and the bias the gradient unchanged."),
        ("가중합에서 가중치는 기울기에 입력을 곱한 값을, 입력은 기울기에 가중치를 곱한 값을, "
        "바이어스는 기울기를 그대로 받습니다."),
    ),
    "sum": (
        "A sum passes its gradient on to each operand unchanged.",
        "합은 기울기를 각 피연산자에 그대로 전달합니다.",
    ),
    "mean": (
        "A mean of n operands passes a share of 1/n of its gradient on to each.",
        "n개의 평균은 각 피연산자에 기울기의 1/n을 전달합니다.",
    ),
    "prod": (
        "In a product each factor gets the gradient times all other factors.",
        "곱에서는 각 인수가 기울기에 나머지 인수를 모두 곱한 값을 받습니다.",
    ),
    "max": _CHOICE,
    "min": _CHOICE,
    "maximum": _CHOICE,
    "minimum": _CHOICE,
    "where": _CHOICE,
    "relu": (
        ("relu passes the gradient on unchanged where its input is positive, and not at all where "
        "it is negative."),
        "relu는 입력이 양수이면 기울기를 그대로 전달하고, 음수이면 전달하지 않습니다.",
    ),
    "abs": (
        "An absolute value passes the gradient on with the sign of its input.",
        "절댓값은 입력의 부호를 붙여 기울기를 전달합니다.",
    ),
    "tanh": (
        ("tanh passes the gradient on times 1 minus the square of its output: whole near 0, almost "
        "nothing where it is saturated."),
        ("tanh는 기울기에 1에서 출력의 제곱을 뺀 값을 곱해 전달합니다. 0 근처에서는 거의 그대로 "
        "전달하고, 포화된 곳에서는 거의 전달하지 않습니다."),
    ),
    "sigmoid": (
        "A sigmoid s passes the gradient on times s * (1 - s), which is at most 1/4.",
        "시그모이드 s는 기울기에 s * (1 - s)를 곱해 전달합니다. 이 값은 1/4을 넘지 않습니다.",
    ),
    "exp": (
        "exp is its own derivative: it passes the gradient on times its output.",
        "exp의 도함수는 자기 자신이므로, 기울기에 출력을 곱해 전달합니다.",
    ),
    "log": (
        "A logarithm passes the gradient on divided by its input.",
        "로그는 기울기를 입력으로 나누어 전달합니다.",
    ),
    "sqrt": (
        "A square root passes the gradient on divided by twice its output.",
        "제곱근은 기울기를 출력의 두 배로 나누어 전달합니다.",
    ),
    "sin": (
        "sin passes the gradient on times the cosine of its input.",
        "sin은 기울기에 입력의 코사인을 곱해 전달합니다.",
    ),
    "cos": (
        "cos passes the gradient on times minus the sine of its input.",
        "cos은 기울기에 입력의 사인을 곱하고 부호를 바꾸어 전달합니다.",
    ),
    "nll": (
        ("nll(k, x0, x1, ...) is -log(softmax(x)[k]): each x gets the gradient times its softmax, "
        "the one counted by k times its softmax minus 1."),
        ("nll(k, x0, x1, ...)는 -log(softmax(x)[k])입니다. 각 x는 기울기에 자신의 소프트맥스 값을, "
        "k가 가리키는 x는 그 값에서 1을 뺀 값을 곱해 받습니다."),
    ),
    "take": (
        "take(k, x0, x1, ...) is the x counted by k, which alone gets the gradient, unchanged.",
        "take(k, x0, x1, ...)는 k가 가리키는 x입니다. 그 x만 기울기를 그대로 받습니다.",
    ),
    "softplus": (
        "softplus passes the gradient on times the sigmoid of its input.",
        "softplus는 기울기에 입력의 시그모이드를 곱해 전달합니다.",
    ),
}  # fmt: skip
ANY = (
    "Each operand gets the gradient times the local derivative by that operand.",
    "각 피연산자는 기울기에 그 피연산자에 대한 국소 미분값을 곱한 값을 받습니다.",
)


def rule_of(op: Op, lang: Language) -> str:
    """Return how an operation passes a gradient on, as a sentence."""
    return RULES.get(op.name, ANY)[lang == "ko"]
