"""The files that a training leaves in its folder.

Owns their names, what each needs, and the order in which they are written: first what was learned,
then the pictures of it.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from autograd.files import write_atomically
from nn.command.parts import Parts
from nn.data import Preparation
from nn.data.encodings import NumberColumn
from nn.evaluate import predict
from nn.extras import is_installed, remedy
from nn.graph import can_draw, draw_network, draw_neuron
from nn.layers import MLP
from nn.serialize import to_bytes
from nn.training.history import History


class Artifacts:
    """The files of one training, each made when it is written."""

    def __init__(
        self,
        folder: Path,
        model: MLP,
        preparation: Preparation,
        parts: Parts,
        lang: str | None,
    ) -> None:
        self.folder, self.model, self.preparation, self.parts = folder, model, preparation, parts
        self.lang: Any = lang
        self.plot_lang: Any = lang or "en"
        self.training = preparation.data(parts.training)
        self.test = preparation.data(parts.test) if parts.test else None
        pictures = {"plot": ["loss.png", *self._plots()], "render": ["network.svg", "graph.svg"]}
        there = {"plot": is_installed("matplotlib"), "render": can_draw()}
        self.lacking = {extra: names for extra, names in pictures.items() if not there[extra]}

    def missing(self) -> Iterator[str]:
        """Yield a line for each extra that is not installed: which pictures it would give."""
        for extra, names in self.lacking.items():
            yield remedy(extra, f"these pictures will be missing: {', '.join(names)}")
        if "plot" not in self.lacking:
            from nn.plot.fonts import first_notice, no_korean

            if self.plot_lang == "ko" and (line := no_korean()):
                self.plot_lang = "en"  # it is said here, before a long training
                yield line
            problem = self.parts.training
            texts = (problem.target, *self.preparation.input_names, *problem.classes)
            if line := first_notice("".join(texts)):
                yield line

    def write(self, history: History) -> Iterator[str]:
        """Write each file that can be had and yield its name. Raises OSError."""
        lacking = {name for names in self.lacking.values() for name in names}
        if not len(history):  # interrupted in the first epoch: there is nothing to plot over epochs
            lacking |= {"loss.png", "training.html"}
        for name, content in self._contents(history).items():
            if name not in lacking:
                write_atomically(self.folder / name, content())
                yield name

    def subject_of_graph(self, lang: str = "en") -> str:
        """Return what graph.svg shows: which neuron, on which sample; in "ko" or "en"."""
        names = self.parts.unseen.features
        cells = self.parts.unseen.rows[self._sample()]
        shown = ", ".join(
            f"{name} = {cell if isinstance(cell, str) else f'{cell:.4g}'}"
            for name, cell in zip(names[:4], cells, strict=False)
        )
        shown += ", ..." * (len(names) > 4)
        hidden, test = bool(self.model.layers[1:]), bool(self.parts.test)
        if lang == "ko":
            layer = "첫 은닉층" if hidden else "출력층"
            part = "테스트" if test else "학습"
            return f"{layer}의 뉴런 1, 출력이 가장 큰 {part} 샘플에서 ({shown})"
        layer = "first hidden" if hidden else "output"
        part = "test" if test else "training"
        return (
            f"neuron 1 of the {layer} layer, on the {part} sample it answers most strongly "
            f"({shown})"
        )

    @property
    def draws_graph(self) -> bool:
        """Whether graph.svg is written."""
        return "render" not in self.lacking

    def _plots(self) -> dict[str, Callable[[], Any]]:
        """The pictures beside the loss: file name -> what makes the figure."""
        from nn import plot

        model, prepared, problem = self.model, self.preparation, self.parts.training
        data, test, lang = self.training, self.test, self.plot_lang
        plots: dict[str, Callable[[], Any]] = {}
        if problem.task == "regress":
            plots["regression.png"] = lambda: plot.regression(model, data, prepared, test, lang)
        elif prepared.n_inputs == 2:
            plots["boundary.png"] = lambda: plot.decision_boundary(
                model, data, prepared, test, lang
            )
        else:
            plots["confusion.png"] = lambda: plot.confusion_matrix(
                model, test or data, preparation=prepared, lang=lang
            )
        if model.layers[1:]:
            plots["neurons.png"] = lambda: plot.hidden_neurons(model, data, prepared, lang)
        return plots

    def _contents(self, history: History) -> dict[str, Callable[[], bytes]]:
        from nn.plot import loss_curve, to_png

        def png(make: Callable[[], Any]) -> Callable[[], bytes]:
            return lambda: to_png(make())

        prepared = self.preparation
        return {
            "model.safetensors": lambda: to_bytes(self.model, prepared),
            "history.csv": lambda: history.to_csv().encode(),
            "training.html": lambda: history.to_html(
                test=self.test, preparation=prepared, lang=self.lang
            ).encode(),
            "network.svg": lambda: (
                draw_network(
                    self.model,
                    self.lang,
                    inputs=prepared.input_names,
                    outputs=prepared.output_names,
                )
                .svg()
                .encode()
            ),
            "graph.svg": lambda: self._graph().svg().encode(),
            "loss.png": png(lambda: loss_curve(history, self.plot_lang)),
            **{name: png(make) for name, make in self._plots().items()},
        }

    def _graph(self) -> Any:
        X, _ = self.test or self.training
        neuron = self.model.layers[0].neurons[0]
        lang = self.lang or "en"
        scaled = "표준화한 값" if lang == "ko" else "standardised"
        names = [
            f"{name} ({scaled})" if _is_scaled(column) else name
            for column in self.preparation.columns
            for name in column.input_names
        ]
        return draw_neuron(neuron, X[self._sample()], self.subject_of_graph(lang), names)

    def _sample(self) -> int:
        """The sample the first neuron answers most: there a relu lets gradients pass."""
        X, _ = self.test or self.training
        outputs = predict(self.model.layers[0].neurons[0], X)
        return outputs.index(max(outputs))


def _is_scaled(column: object) -> bool:
    return isinstance(column, NumberColumn) and (column.mean, column.deviation) != (0.0, 1.0)
