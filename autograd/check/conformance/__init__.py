"""A conformance kit for anyone's scalar autograd engine.

`check_engine` runs an engine from a file or module in a child process and returns the score;
`EngineConformance` is the same as a test class for pytest. Neither uses this package's engine.
"""

from autograd.check.conformance.engine import EngineError as EngineError
from autograd.check.conformance.kit import EngineConformance as EngineConformance
from autograd.check.conformance.report import Report as Report, check_engine as check_engine
