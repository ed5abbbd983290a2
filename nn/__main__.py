"""Runs the command line of nn: `python -m nn train digits`."""

import sys

from nn.command.main import main

if __name__ == "__main__":
    sys.exit(main())
