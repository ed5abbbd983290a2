"""Runs the command line: `python -m autograd ...` does the same as `glassgrad ...`.

The command belongs to nn, which is built on this package; nothing else here knows it.
"""

import sys

from nn.command.main import main

if __name__ == "__main__":
    sys.exit(main())
