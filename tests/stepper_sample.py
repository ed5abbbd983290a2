"""Payloads of a stepper made by hand, for the page's own tests: hostile names, many records."""

from autograd.view.render import render
from autograd.view.text import plain
from autograd.view.words import words


def record(index, phase, node, name, data, **more):
    return {
        "index": index, "phase": phase, "node": node, "name": name, "op": None, "inputs": [],
        "data": data, "gradient": None, "formula": "", "latex": "", "numbers": "",
        "additions": [], "line": None, "message": f"{name} is {data}.",
    } | more  # fmt: skip


def operand(node, name, data):
    return {"node": node, "name": name, "data": data}


def addition(node, operand, partial, upstream, added, before, after):
    return {
        "node": node, "operand": operand, "partial": partial, "rule": "", "upstream": upstream,
        "added": added, "before": before, "after": after,
    }  # fmt: skip


def payload(
    records, nodes, *, lang="en", title="L", picture=None, notice=None, code=(), boxes=None
):
    texts = words(lang)
    spans = {}
    for one in records:
        first, _ = spans.get(one["phase"], (one["index"], 0))
        spans[one["phase"]] = first, one["index"]
    return {
        "title": texts["title"].format(name=title), "lang": lang, "picture": picture,
        "notice": notice, "nodes": nodes, "records": records,
        "phases": [
            {"key": key, "name": texts[key], "first": first, "last": last}
            for key, (first, last) in spans.items()
        ],
        "code": list(code), "boxes": boxes or {}, "words": texts,
    }  # fmt: skip


def square(names=("w", "x", "p", "L"), lang="en"):
    """L = (w*x)**2 with w = -3, x = 2, and a weight update with the learning rate 0.1."""
    w, x, p, loss = names
    nodes = [
        {"id": f"v{i}", "name": name, "op": op, "data": data, "leaf": op is None}
        for i, (name, op, data) in enumerate(
            [(w, None, "-3.0"), (x, None, "2.0"), (p, "mul", "-6.0"), (loss, "power", "36.0")]
        )
    ]
    product = [operand(0, w, "-3.0"), operand(1, x, "2.0")]
    power = [operand(2, p, "-6.0"), operand(None, "2", "2.0")]
    made = {"op": "mul", "inputs": product, "latex": r"w \cdot x", "line": [0, 1]}
    raised = {"op": "power", "inputs": power, "formula": "p**2", "latex": "p^{2}", "line": [0, 2]}
    made |= {"formula": f"{w}*{x}", "numbers": "-3.0*2.0 = -6.0"}
    records = [
        record(0, "forward", 2, p, "-6.0", **made),
        record(1, "loss", 3, loss, "36.0", **raised, numbers="(-6.0)**2 = 36.0"),
        record(2, "loss", 3, loss, "36.0", gradient="1.0"),
        record(
            3, "backward", 3, loss, "36.0", gradient="1.0", **raised,
            additions=[addition(2, 0, "-12.0", "1.0", "-12.0", "0.0", "-12.0")],
        ),
        record(
            4, "backward", 2, p, "-6.0", gradient="-12.0", **made,
            additions=[
                addition(0, 0, "2.0", "-12.0", "-24.0", "0.0", "-24.0"),
                addition(1, 1, "-3.0", "-12.0", "36.0", "0.0", "36.0"),
            ],
        ),
        record(
            5, "update", 0, w, "-0.6000000000000001", gradient="-24.0",
            formula=f"{w} - lr*dL/d{w}",
            latex=r"w \leftarrow w - \alpha \frac{\partial L}{\partial w}",
        ),
    ]  # fmt: skip
    code = [
        {"title": "loss.py", "first": 7, "lines": ["def f(w, x):", "    p = w * x", "    L = p**2"]}
    ]
    picture = picture_of(nodes, {2: [0, 1], 3: [2]})
    return payload(records, nodes, lang=lang, title=loss, picture=picture, code=code)


def picture_of(nodes, operands):
    """The SVG of such a graph, with the ids that the page reads."""
    lines = ["digraph { rankdir=LR node [shape=box fontsize=11]"]
    for i, node in enumerate(nodes):
        text = plain(node["name"])
        data = node["data"].removesuffix(".0")
        kind = "leaf" if node["leaf"] else "computed"
        lines.append(f'n{i} [id="v{i}" class={kind} label=<{text}<BR/>data {data}<BR/>grad –>]')
    for i, inputs in operands.items():
        lines.append(f'n{i}op [id="v{i}op" class=operation shape=ellipse label="{nodes[i]["op"]}"]')
        lines.append(f'n{i}op -> n{i} [id="v{i}out"]')
        lines += [f'n{x} -> n{i}op [id="v{i}e{k}"]' for k, x in enumerate(inputs)]
    return render("\n".join([*lines, "}"]), "svg").decode()


def chain(length):
    """x*1.01*1.01*…: `length` products, so about twice as many records; no picture."""
    nodes = [{"id": "v0", "name": "x", "op": None, "data": "1.0", "leaf": True}]
    data = 1.0
    records = []
    for i in range(1, length + 1):
        before, data = data, data * 1.01
        names = nodes[-1]["name"], f"y{i}"
        nodes.append(
            {"id": f"v{i}", "name": names[1], "op": "mul", "data": repr(data), "leaf": False}
        )
        records.append(
            record(
                i - 1, "forward", i, names[1], repr(data), op="mul",
                inputs=[operand(i - 1, names[0], repr(before)), operand(None, "1.01", "1.01")],
                formula=f"{names[0]}*1.01", latex=rf"\mathit{{{names[0]}}} \cdot 1.01",
                numbers=f"{before!r}*1.01 = {data!r}",
            )
        )  # fmt: skip
    records.append(record(length, "loss", length, f"y{length}", repr(data), gradient="1.0"))
    gradient = 1.0
    for i in range(length, 0, -1):
        passed = gradient * 1.01
        of = addition(i - 1, 0, "1.01", repr(gradient), repr(passed), "0.0", repr(passed))
        forward = records[i - 1]
        records.append(
            forward
            | {
                "index": len(records), "phase": "backward", "gradient": repr(gradient),
                "additions": [of],
            }
        )  # fmt: skip
        gradient = passed
    return payload(records, nodes, title=f"y{length}", notice="Too many nodes for a picture.")


class Steps:
    """A stepper as the widget knows it."""

    def __init__(self):
        self._index, self.callbacks = 0, []

    index = property(lambda self: self._index)

    @index.setter
    def index(self, value):
        self._index = value
        for c in self.callbacks:
            c(value)

    def payload(self):
        return square()

    def observe(self, callback):
        self.callbacks.append(callback)

    def _ipython_display_(self):
        from autograd.view.widget import show

        show(self)
