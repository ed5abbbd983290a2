"""EngineConformance: the kit as a test class.

Owns what a user's test class may say about an engine, and one test method for each property.
"""

import sys
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from autograd.check.conformance.engine import Engine
from autograd.check.conformance.functions import PROPERTIES
from autograd.check.conformance.judge import (
    FAILED,
    NOT_OFFERED,
    Result,
    TimeLimitError,
    judge,
    time_limit,
)
from autograd.check.conformance.properties import Property


class EngineConformance:
    """Tests for a scalar autograd engine, one for each property.

        class TestMine(EngineConformance):
            Value = MyValue

    Attributes:
        Value: the class of its numbers.
        make: makes a leaf of a number, where `Value(2.0)` does not:
            `make = staticmethod(lambda x: MyValue(x, requires_grad=True))`.
        data, grad: the names of the attributes.
        backward: the name of the method, or `staticmethod` of a function of the result.
        operations: names of operations -> functions, or names of methods; the others are looked
            for in the class and in its module. What is not found is skipped.
        resets: True if backward() is meant to start from zero gradients each time.
        tolerance: the relative error allowed: 1e-9; an engine in single precision needs 1e-4.
        seconds: what a property may take.
    """

    Value: ClassVar[Any] = None
    make: ClassVar[Callable[[float], Any] | None] = None
    data: ClassVar[str] = "data"
    grad: ClassVar[str] = "grad"
    backward: ClassVar[str | Callable[[Any], Any]] = "backward"
    operations: ClassVar[Mapping[str, Any]] = {}
    resets: ClassVar[bool] = False
    tolerance: ClassVar[float] = 1e-9
    seconds: ClassVar[float] = 10.0

    @classmethod
    def engine(cls) -> Engine:
        """The engine that the attributes describe."""
        if not isinstance(cls.Value, type):
            raise TypeError(f"{cls.__name__}: say which engine: Value = YourClass")
        return Engine(
            cls.Value,
            make=cls.make,
            module=sys.modules.get(cls.Value.__module__),
            data=cls.data,
            grad=cls.grad,
            backward=cls.backward,
            operations=cls.operations,
            importing=cls._importing,
            constructor="make" if cls.make is not None else "",
            resets=cls.resets,
            tolerance=cls.tolerance,
        )

    @classmethod
    def _importing(cls, names: list[str]) -> list[str]:
        """The lines that import what a program uses: from the engine, or from this class."""
        mine = {
            "make": "make" if cls.make is not None else "",
            "backward": "backward" if callable(cls.backward) else "",
        } | {name: f"operations[{name!r}]" for name in names if callable(cls.operations.get(name))}
        mine = {name: where for name, where in mine.items() if where and name in names}
        own = [name for name in names if name not in mine]
        module = cls.Value.__module__
        return [
            *([f"from {module} import {', '.join(own)}"] if own else []),
            *([f"from {cls.__module__} import {cls.__qualname__}"] if mine else []),
            *[f"{name} = {cls.__qualname__}.{where}" for name, where in mine.items()],
        ]

    @classmethod
    def _run(cls, prop: Property) -> None:
        import pytest

        codes = [""]
        try:
            with time_limit(cls.seconds):
                result = judge(prop, cls.engine(), watch=codes.append)
        except TimeLimitError as error:
            result = Result(prop.name, prop.claim, FAILED, "an answer", str(error), codes[-1])
        if result.status == NOT_OFFERED:
            pytest.skip(result.message)
        if result.status == FAILED:
            pytest.fail(f"{result.message}\n\n{result.code}", pytrace=False)


def _test(prop: Property) -> Any:
    def test(self: EngineConformance) -> None:
        self._run(prop)

    test.__name__ = f"test_{prop.name}"
    test.__qualname__ = f"EngineConformance.{test.__name__}"
    test.__doc__ = f"{prop.claim}."
    return test


for _property in PROPERTIES:
    setattr(EngineConformance, f"test_{_property.name}", _test(_property))
