"""Runs the command line: `glassgrad ...`, or `python -m nn ...`."""

import sys

from nn.command.main import main

if __name__ == "__main__":
    sys.exit(main())
