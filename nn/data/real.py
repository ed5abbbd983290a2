"""Real data that scikit-learn ships; all functions need the extra `data`."""

from nn.data.samples import DataSet
from nn.extras import extra


def digits() -> DataSet:
    """Return the 1,797 handwritten digits of scikit-learn: 64 pixels from 0 to 1, row by row.

    Needs the extra `data`. Source: UCI, Optical Recognition of Handwritten Digits, test set.
    """
    with extra("data", "the digits data set"):
        from sklearn.datasets import load_digits
    pixels, labels = load_digits(return_X_y=True)
    return (pixels / 16.0).tolist(), labels.tolist()
