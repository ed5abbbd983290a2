"""A conformance kit for anyone's scalar autograd engine.

`check_engine` runs an engine from a file or module in a child process and returns the score;
`EngineConformance` is the same as a test class for pytest. Neither uses this package's engine.

In order: `programs` are what an engine is to run, `reference` what is right, `properties` and
`functions` what is asked, `random_programs` is drawn beside; `engine` drives the user's, `judge`
compares; `child` is the process in which that happens, `report` starts it and keeps the score,
`kit` is the test class.
"""

from autograd.check.conformance.engine import EngineError as EngineError
from autograd.check.conformance.kit import EngineConformance as EngineConformance
from autograd.check.conformance.report import Report as Report, check_engine as check_engine
