"""History: what each epoch of a training gave.

Owns the record that `fit` returns, and its CSV form.
"""

import csv
import io
import os

from nn.files import write_atomically


class History:
    """The measures of each epoch, in order: `history.rows[0]["loss"]`, `history["loss"]`."""

    def __init__(self) -> None:
        self.rows: list[dict[str, float]] = []

    def append(self, **measures: float) -> None:
        """Add an epoch; every epoch has the same measures."""
        row = {"epoch": len(self.rows) + 1, **measures}
        if self.rows and row.keys() != self.rows[0].keys():
            raise ValueError(
                f"History: this epoch has {', '.join(row)}; "
                f"those before have {', '.join(self.rows[0])}"
            )
        self.rows.append(row)

    def __getitem__(self, measure: str) -> list[float]:
        """Return one measure of all epochs; KeyError names those there are."""
        if self.rows and measure not in self.rows[0]:
            raise KeyError(f"History: no {measure!r}; there are {', '.join(self.rows[0])}")
        return [row[measure] for row in self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def __repr__(self) -> str:
        last = ", ".join(f"{k}={v:.4g}" for k, v in self.rows[-1].items()) if self.rows else ""
        return f"History({len(self)} epochs{'; the last: ' + last if last else ''})"

    def to_csv(self) -> str:
        """Return a line with the names of the measures, then one for each epoch."""
        text = io.StringIO()
        if self.rows:
            writer = csv.DictWriter(text, list(self.rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(self.rows)
        return text.getvalue()

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write it to `path` as CSV, whole or not at all. Raises OSError."""
        write_atomically(path, self.to_csv().encode())
