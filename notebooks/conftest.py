"""Notebooks as tests: what hypothesis keeps beside one that runs stays out of the lessons."""

import os
from pathlib import Path

os.environ.setdefault(
    "HYPOTHESIS_STORAGE_DIRECTORY", str(Path(__file__).resolve().parents[1] / ".hypothesis")
)
