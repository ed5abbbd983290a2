"""Real data that scikit-learn ships; all functions need the extra `data`.

Owns what is taken from scikit-learn. Features are in the units in which they were measured: a
network learns from them once they are standardised (`nn.Preparation`), as the command does.
"""

from dataclasses import dataclass
from typing import Any

from nn.data.samples import DataSet
from nn.extras import extra


@dataclass(frozen=True)
class Named:
    """A data set of scikit-learn with its names: `classes` by index, () for a regression."""

    X: list[list[float]]
    y: list[Any]
    features: tuple[str, ...]
    target: str
    classes: tuple[str, ...] = ()


def iris() -> DataSet:
    """Return 150 irises: 4 lengths and widths in cm, 3 species.

    Source: R. A. Fisher, The use of multiple measurements in taxonomic problems, 1936.
    """
    return _pair(iris_named())


def wine() -> DataSet:
    """Return 178 wines: 13 chemical measurements, 3 cultivars.

    Source: UCI, Wine recognition.
    """
    return _pair(wine_named())


def breast_cancer() -> DataSet:
    """Return 569 tumours: 30 measurements of cell nuclei, 0 malignant or 1 benign.

    Source: UCI, Breast Cancer Wisconsin (Diagnostic).
    """
    return _pair(breast_cancer_named())


def diabetes() -> DataSet:
    """Return 442 patients: 10 measurements, and the progression of the disease after a year.

    A regression. Source: Efron, Hastie, Johnstone and Tibshirani, Least angle regression, 2004.
    """
    return _pair(diabetes_named())


def digits() -> DataSet:
    """Return the 1,797 handwritten digits of scikit-learn: 64 pixels from 0 to 1, row by row.

    Source: UCI, Optical Recognition of Handwritten Digits, test set.
    """
    return _pair(digits_named())


def iris_named() -> Named:
    """Return `iris` with its names."""
    with extra("data", "the iris data set"):
        from sklearn.datasets import load_iris
    return _named(load_iris(), "species")


def wine_named() -> Named:
    """Return `wine` with its names."""
    with extra("data", "the wine data set"):
        from sklearn.datasets import load_wine
    return _named(load_wine(), "cultivar")


def breast_cancer_named() -> Named:
    """Return `breast_cancer` with its names."""
    with extra("data", "the breast_cancer data set"):
        from sklearn.datasets import load_breast_cancer
    return _named(load_breast_cancer(), "diagnosis")


def diabetes_named() -> Named:
    """Return `diabetes` with its names."""
    with extra("data", "the diabetes data set"):
        from sklearn.datasets import load_diabetes
    return _named(load_diabetes(scaled=False), "progression")


def digits_named() -> Named:
    """Return `digits` with its names: of the pixels, and 0 to 9."""
    with extra("data", "the digits data set"):
        from sklearn.datasets import load_digits
    return _named(load_digits(), "digit", scale=16.0)


def _named(bunch: Any, target: str, scale: float = 1.0) -> Named:
    return Named(
        X=(bunch.data / scale).tolist(),
        y=bunch.target.tolist(),
        features=tuple(map(str, bunch.feature_names)),
        target=target,
        classes=tuple(map(str, getattr(bunch, "target_names", ()))),
    )


def _pair(named: Named) -> DataSet:
    return list(named.X), list(named.y)
