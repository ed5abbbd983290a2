"""The learners' words: one term, one rendering in Korean.

Owns the glossary. Every Korean text of glassgrad (pictures, pages, README.ko.md) takes its terms
from here or is compared with it by a test.
"""

from typing import Literal

Language = Literal["en", "ko"]

TERMS = {
    "neuron": "뉴런",
    "perceptron": "퍼셉트론",
    "neural network": "신경망",
    "artificial neural network": "인공 신경망",
    "deep neural network": "심층 신경망",
    "synapse": "시냅스",
    "dendrite": "가지돌기",
    "axon": "축삭돌기",
    "input": "입력",
    "output": "출력",
    "weight": "가중치",
    "weight matrix": "가중치 행렬",
    "bias": "바이어스",
    "linear transformation": "선형 변환",
    "non-linearity": "비선형성",
    "activation function": "활성화 함수",
    "sigmoid": "시그모이드",
    "forward propagation": "순전파",
    "prediction": "예측값",
    "actual value": "실제값",
    "error": "오차",
    "loss": "손실",
    "loss function": "손실 함수",
    "cost function": "비용 함수",
    "mean squared error": "평균 제곱 오차",
    "cross-entropy": "교차 엔트로피",
    "backpropagation": "역전파",
    "differentiate": "미분하다",
    "gradient": "기울기",
    "gradient descent": "경사 하강법",
    "stochastic gradient descent": "확률적 경사 하강법",
    "mini-batch": "미니배치",
    "sample": "샘플",
    "learning rate": "학습률",
    "weight update": "가중치 업데이트",
    "convergence": "수렴",
    "input layer": "입력층",
    "hidden layer": "은닉층",
    "output layer": "출력층",
    "multi-layer perceptron": "다층 퍼셉트론",
    "feature": "특징",
    "representation learning": "표현 학습",
    "overfitting": "과적합",
    "linear regression": "선형 회귀",
    "normalise": "정규화",
    "convolutional network": "합성곱 신경망",
    "recurrent network": "순환 신경망",
    "self-attention": "자기 주의",
    "generative model": "생성 모델",
    "computation graph": "계산 그래프",
    "reverse topological order": "역위상 순서",
    "chain rule": "연쇄 법칙",
    "finite differences": "유한 차분",
    "node": "노드",
    "edge": "간선",
}

# Other renderings that are met in Korean texts, each with the term to write instead. Written
# as they must not stand in a text, blanks included.
OTHER_RENDERINGS = {
    "편향": "bias",
    "그래디언트": "gradient",
    "그라디언트": "gradient",
    "그레이디언트": "gradient",
    "경사하강": "gradient descent",
    "경사강하": "gradient descent",
    "경사 강하": "gradient descent",
    "기울기 하강": "gradient descent",
    "활성함수": "activation function",
    "활성 함수": "activation function",
    "활성화함수": "activation function",
    "손실함수": "loss function",
    "비용함수": "cost function",
    "코스트 함수": "cost function",
    "목적 함수": "cost function",
    "학습율": "learning rate",
    "러닝 레이트": "learning rate",
    "오류역전파": "backpropagation",
    "오차역전파": "backpropagation",
    "오차 역전파": "backpropagation",
    "역방향 전파": "backpropagation",
    "백프로퍼게이션": "backpropagation",
    "순방향 전파": "forward propagation",
    "전방향 전파": "forward propagation",
    "순방향전파": "forward propagation",
    "은닉 층": "hidden layer",
    "숨은층": "hidden layer",
    "히든층": "hidden layer",
    "히든 레이어": "hidden layer",
    "입력 층": "input layer",
    "출력 층": "output layer",
    "인풋": "input",
    "아웃풋": "output",
    "웨이트": "weight",
    "계산그래프": "computation graph",
    "연산 그래프": "computation graph",
    "연산그래프": "computation graph",
    "연쇄법칙": "chain rule",
    "체인 룰": "chain rule",
    "연쇄 규칙": "chain rule",
    "과대적합": "overfitting",
    "과대 적합": "overfitting",
    "오버피팅": "overfitting",
    "미니 배치": "mini-batch",
    "소배치": "mini-batch",
    "다층퍼셉트론": "multi-layer perceptron",
    "멀티레이어 퍼셉트론": "multi-layer perceptron",
    "크로스 엔트로피": "cross-entropy",
    "크로스엔트로피": "cross-entropy",
    "교차엔트로피": "cross-entropy",
    "평균제곱오차": "mean squared error",
    "평균 제곱오차": "mean squared error",
    "평균제곱 오차": "mean squared error",
    "선형회귀": "linear regression",
    "유한차분": "finite differences",
    "유한 차이": "finite differences",
    "역위상순서": "reverse topological order",
    "위상 역순": "reverse topological order",
    "역 위상": "reverse topological order",
    "엣지": "edge",
    "에지": "edge",
    "신경 세포": "neuron",
    "신경세포": "neuron",
    "인공신경망": "artificial neural network",
    "심층신경망": "deep neural network",
    "뉴럴 네트워크": "neural network",
    "뉴럴넷": "neural network",
    "표본": "sample",
    "가중치 갱신": "weight update",
    "매개변수 갱신": "weight update",
    "확률적경사": "stochastic gradient descent",
    "합성곱신경망": "convolutional network",
    "컨볼루션": "convolutional network",
    "순환신경망": "recurrent network",
    "셀프 어텐션": "self-attention",
    "자기주의": "self-attention",
}


def term(english: str, lang: Language = "en") -> str:
    """Return a term of the glossary in a language.

    Args:
        english: a key of `TERMS`.
        lang: "en" or "ko".

    Raises KeyError for a word that is not in the glossary, ValueError for another language.
    """
    if lang not in ("en", "ko"):
        raise ValueError(f"term: lang must be 'en' or 'ko', got {lang!r:.20}")
    korean = TERMS[english]
    return english if lang == "en" else korean


def other_renderings(text: str) -> list[str]:
    """Return what in a Korean `text` is not as the glossary has it, each with what to write."""
    return [
        f"{other}: {TERMS[english]}" for other, english in OTHER_RENDERINGS.items() if other in text
    ]
