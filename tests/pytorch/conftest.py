"""These tests need PyTorch: `make torch` runs them in an environment of its own."""

import pytest

EXPECTED = "2.13.0"

try:
    import torch
except ModuleNotFoundError:
    pytest.exit(f"tests/pytorch needs PyTorch: run `make torch`, or install torch=={EXPECTED}", 2)

# One thread, so that sums in PyTorch run in the same order each time.
torch.set_num_threads(1)


def pytest_report_header() -> str:
    """Say which PyTorch the engine is compared with."""
    return f"PyTorch {torch.__version__} (the comparison was made with {EXPECTED})"
