"""The sentences of an explanation, in English and in Korean.

Owns every word of it; `{name}` and the like are filled in by told.py.
"""

# What is said, in English and in Korean; the head of a table is its columns.
SAID = {
    "leaf": (
        "{name} = {data!r} is a leaf: a number that was given, not computed.",
        "{name} = {data!r}: 계산하지 않고 주어진 수(리프)입니다.",
    ),
    "operands": ("operand | value | local derivative", "피연산자 | 값 | 국소 미분값"),
    "none": ("none", "없음"),
    "more": ("more", "개 더"),
    "derivative": ("The derivative by {by}: {name} = {gradient!r}", "미분: {name} = {gradient!r}"),
    "unused": (
        "{name} was not made from {by}, so no change of it changes {name}.",
        "계산에 쓰이지 않은 값: {by}. 이 값이 변해도 결과는 변하지 않습니다.",
    ),
    "cut": (
        "Every path is cut by an operation that passes no gradient on.",
        "모든 경로가 기울기를 전달하지 않는 연산에서 끊깁니다.",
    ),
    "one path": (
        "One path leads there; the local derivatives along it are multiplied:",
        "경로는 1개입니다. 경로를 따라 국소 미분값을 곱합니다(연쇄 법칙).",
    ),
    "paths": (
        "{many} paths lead there. Along each the local derivatives are multiplied; the sum:",
        "경로는 {many}개입니다. 경로마다 국소 미분값을 곱하고, 곱을 모두 더합니다(연쇄 법칙).",
    ),
    "more paths": (
        (
            "more than {many} paths lead there. Along each the local derivatives are multiplied; "
            "the sum:"
        ),
        "경로는 {many}개 이상입니다. 경로마다 국소 미분값을 곱하고, 곱을 모두 더합니다(연쇄 법칙).",
    ),
    "path": ("path | local derivatives | product", "경로 | 국소 미분값 | 곱"),
    "folded": (
        "folded by use | paths | local derivative * gradient | product",
        "처음 쓰인 곳별로 | 경로 수 | 국소 미분값 * 기울기 | 곱",
    ),
    "sum": ("sum", "합"),
    "operand": ("operand", "피연산자"),
    "other digits": (
        "backward() adds in another order, so that its last digits differ from this sum.",
        "backward()는 더하는 순서가 달라서 마지막 자릿수가 이 합과 다릅니다.",
    ),
    "why": (
        "Why in reverse topological order? Backpropagation in two orders:",
        "왜 역위상 순서일까요? 두 가지 순서로 역전파를 해 봅니다.",
    ),
    "naive, not done": (
        (
            "Naive, passing a gradient on as soon as something arrives: not done after {pushes:,} "
            "pushes; {name} was {gradient!r} then."
        ),
        (
            "단순한 순서(무언가 도착할 때마다 바로 전달): {pushes:,}번 전달해도 끝나지 않아 "
            "멈췄습니다. 그때 {name} = {gradient!r}"
        ),
    ),
    "naive": (
        (
            "Naive, passing a gradient on as soon as something arrives: {pushes:,} pushes, "
            "{name} = {gradient!r}"
        ),
        "단순한 순서(무언가 도착할 때마다 바로 전달): {pushes:,}번 전달, {name} = {gradient!r}",
    ),
    "reverse": (
        (
            "Reverse topological, each node waiting for all that it gets: {pushes:,} pushes, "
            "{name} = {gradient!r}"
        ),
        "역위상 순서(받을 것을 모두 받은 다음 전달): {pushes:,}번 전달, {name} = {gradient!r}",
    ),
    "pushes": ("push | adds | gradient then", "전달 | 더하는 값 | 그때의 기울기"),
    "more pushes": ("more", "번 더"),
    "same by chance": (
        "Here the numbers happen to be the same: {name} gets its gradient in several parts.",
        "여기서는 우연히 결과가 같습니다. 기울기를 여러 번에 나누어 받는 노드: {name}",
    ),
    "same": (
        "Here both give the same: no node on the way gets its gradient in several parts{itself}.",
        (
            "여기서는 결과가 같습니다. 경로 중간에 기울기를 여러 번에 나누어 받는 노드가 없기 "
            "때문입니다{itself}."
        ),
    ),
    "but itself": (
        "; {by}, where the paths end, does",
        "(경로가 끝나는 {by}만 여러 번에 나누어 받습니다)",
    ),
    "twice": (
        "The naive order passes the first part of a gradient on again with the second.",
        "단순한 순서에서는 먼저 전달한 기울기를 다음 기울기와 함께 한 번 더 전달합니다.",
    ),
}
